"""Every effect that is planted in the synthetic corpus, by the question of the page that should show it; none where none is.

60,000 letters from records through the real loader. Reviewers are alike beyond what letters tell (data/synthetic), so a
specialty that few of them hold differs by luck; what is asked here are the groups for which something was planted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from data.filters import Choice, Filters
from data.funnel import funnel
from data.guidelines import difference_of_changes, revision, revision_of_others
from data.queries import Reader
from data.rates import Group
from data.strata import Standardised
from loaders.ingest import ingest
from loaders.synthetic.corpus import synthesize

pytestmark = pytest.mark.slow
LETTERS, SEED = 60_000, 2
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("planted")
    synthesize(folder / "letters.jsonl", LETTERS, SEED, kind="records")
    snapshot = ingest([folder / "letters.jsonl"], folder / "warehouse", demonstration=True).snapshot
    assert snapshot
    with snapshot.connect() as connection:
        yield Reader(connection, snapshot, Filters())


def of(reader: Reader, name: str, key: str) -> tuple[Group, Standardised]:
    """A group of a dimension, raw and standardised."""
    raw = next(group for group in reader.by(name) if group.key == key)
    return raw, next(one for one in reader.standardised(name) if one.key == key)


def said(raw: Group, adjusted: Standardised) -> str:
    ratio = adjusted.ratio
    assert ratio.ratio and ratio.low and ratio.high
    p_value = raw.versus_rest.p_value if raw.versus_rest else None
    return (
        f"{raw.key}: {raw.rate.y} of {raw.rate.n} in {raw.rate.letters} letters, raw p {p_value:.4f}, ratio {ratio.ratio:.2f} "
        f"({ratio.low:.2f} to {ratio.high:.2f}), {ratio.matched.full:.0%} compared in all levels"
    )


def test_reviewers_in_orthopedic_surgery_stand_out_raw_and_standardised(
    reader: Reader, record_property: Record
) -> None:
    """Odds of 1.6 are a ratio of about 1.5 where one in ten is overturned."""
    raw, adjusted = of(reader, "specialty", "orthopedic_surgery")
    record_property("measured", said(raw, adjusted))
    assert raw.stands_out
    assert adjusted.stands_out
    assert adjusted.ratio.low is not None
    assert 1 < adjusted.ratio.low < 1.5 < (adjusted.ratio.high or 0)
    assert adjusted.largest
    assert adjusted.largest.ratio.distinguishable, "no single letter makes it"


def test_their_group_lies_beyond_the_funnel(reader: Reader, record_property: Record) -> None:
    found = funnel({group.key: group.rate for group in reader.by("specialty_group")})
    assert found
    points = {point.key: point for point in found.points}
    record_property("measured", f"funnel of groups: { ({key: round(p.z, 1) for key, p in points.items()}) }")
    assert (points["surgery"].outside, points["surgery"].z > 0) == (2, True)
    sets = funnel({group.key: group.rate for group in reader.profiles("specialty")})
    assert sets
    assert sets.phi is not None
    beyond = [point.key for point in sets.points if point.outside and point.z > 0]
    record_property("measured", f"funnel of exact sets: phi {sets.phi:.1f}, above the limits {beyond}")
    assert all(point.z > 0 for point in sets.points if "orthopedic_surgery" in point.key)
    assert any("orthopedic_surgery" in key for key in beyond)


def test_mental_health_stands_out_by_its_cases_alone(reader: Reader, record_property: Record) -> None:
    raw, adjusted = of(reader, "specialty_group", "mental_health")
    record_property("measured", said(raw, adjusted))
    assert raw.stands_out
    assert raw.versus_rest
    assert (raw.versus_rest.d or 0) > 0
    assert not adjusted.stands_out
    assert not adjusted.ratio.distinguishable


def test_a_licence_in_texas_is_not_claimed(reader: Reader, record_property: Record) -> None:
    raw, adjusted = of(reader, "state", "texas")
    record_property("measured", said(raw, adjusted))
    assert not adjusted.stands_out


def rate_of(groups: list[Group], key: str) -> Group:
    return next(group for group in groups if group.key == key)


def asking(reader: Reader, filters: Filters) -> Reader:
    """The same snapshot under another filter."""
    return Reader(reader._cursor, reader.snapshot, filters)


def test_denials_that_cite_nothing_stand_out(reader: Reader, record_property: Record) -> None:
    """Odds of 1.5, on the page of guideline sources."""
    none = rate_of(reader.by("admin_profile"), "none")
    record_property("measured", f"nothing cited: {none.rate} against the rest {none.versus_rest}")
    assert none.stands_out
    assert none.versus_rest
    assert (none.versus_rest.d or 0) > 0


def test_what_is_left_of_a_modified_request_fares_worse(reader: Reader, record_property: Record) -> None:
    """Odds of 0.75, among the dimensions of every page."""
    left = rate_of(reader.by("modified"), "yes")
    record_property("measured", f"modified: {left.rate} against the rest {left.versus_rest}")
    assert left.stands_out
    assert left.versus_rest
    assert (left.versus_rest.d or 0) < 0


def test_services_of_a_refused_operation_pull_ancillary_items_down(reader: Reader, record_property: Record) -> None:
    """What falls with an operation is never overturned; the switch for ancillary items takes it out."""
    ancillary = rate_of(reader.by("ancillary"), "yes")
    record_property("measured", f"ancillary: {ancillary.rate} against the rest {ancillary.versus_rest}")
    assert ancillary.versus_rest
    assert (ancillary.versus_rest.d or 0) < 0
    assert ancillary.stands_out


def test_odg_alone_on_spect_is_overturned_more_often(reader: Reader, record_property: Record) -> None:
    """Odds of 4 in the few SPECT studies: Compare, ODG alone against all other SPECT."""
    spect = Filters().choose("modality", Choice(("spect",)))
    alone = asking(reader, spect.choose("admin", Choice(("odg",), mode="only")))
    versus, rest = alone.against_rest(spect)
    record_property("measured", f"ODG alone on SPECT: {alone.headline().rate} against {rest}: {versus}")
    assert versus
    assert versus.distinguishable
    assert (versus.d or 0) > 0


def test_denials_on_the_mtus_drift_down_from_its_revision(reader: Reader, record_property: Record) -> None:
    """Odds of 0.7 after December 2017, against denials that do not cite the MTUS, which do not drift."""
    wider, revised = revision(Filters(), "admin")
    since = asking(reader, revised)
    versus, before = since.against_rest(wider)
    record_property("measured", f"MTUS since its revision: {since.headline().rate} against {before}: {versus}")
    assert versus
    assert versus.distinguishable
    assert (versus.d or 0) < 0


def test_they_drift_down_against_denials_that_do_not_cite_the_mtus(reader: Reader, record_property: Record) -> None:
    """The same odds of 0.7, asked beside what changed for all: the others are given no drift."""
    changes = [
        asking(reader, since).against_rest(wider)[0]
        for wider, since in (revision(Filters(), "admin"), revision_of_others(Filters(), "admin"))
    ]
    assert changes[0]
    assert changes[1]
    found = difference_of_changes(changes[0], changes[1])
    record_property("measured", f"MTUS {changes[0]} beside the others {changes[1]}: {found}")
    assert found
    assert found[2] < 0
