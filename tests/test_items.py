"""What the header of an item asks for: modified requests, flags, quantities, body parts and sides."""

from __future__ import annotations

import pytest

from loaders.items import flags_of, read_quantity, split_request, terms_in
from tests.builder import NONE_ADMIN, NONE_REVIEWER, Item, read_letter

PLAIN = (
    "EMG and NCS of both arms was the original request. NCS of both arms was authorized by the Claims Administrator. "
    "The remaining IMR eligible portion of the original request, EMG of both arms is"
)
MODIFIED = [
    (PLAIN, "EMG of both arms", "EMG and NCS of both arms", "NCS of both arms"),
    (PLAIN.removesuffix(" is"), "EMG of both arms", "EMG and NCS of both arms", "NCS of both arms"),
    (
        "12 visits were the original requests. 6 visits were approved by the Claims Administrator. "
        "The remaining IMR-eligible portion of the original request, 6 visits, is",
        "6 visits",
        "12 visits",
        "6 visits",
    ),
    (
        "The Claims Administrator has authorized a CT of the head, leaving the original request IMR eligible. "
        "The original request, CT of the head and of the neck",
        "CT of the head and of the neck",
        None,
        "a CT of the head",
    ),
    (
        "CT and bone scan of the foot was the original request. CT of the foot was authorized by the Claims Administrator. "
        "The remaining IMR eligible part, bone scan of the foot, is",
        "bone scan of the foot",
        "CT and bone scan of the foot",
        "CT of the foot",
    ),
    (
        "CT of the foot was certified by utilization review; portion, bone scan of the foot, is",
        "bone scan of the foot",
        None,
        "CT of the foot",
    ),
    (
        "CT of the foot was authorized by the Claims Administrator; the request for bone scan of the foot is",
        "bone scan of the foot",
        None,
        "CT of the foot",
    ),
    (
        "The Claims Administrator approved CT of the foot, leaving bone scan of the foot IMR eligible.",
        "bone scan of the foot",
        None,
        "CT of the foot",
    ),
]


@pytest.mark.parametrize(("header", "disputed", "original", "authorized"), MODIFIED)
@pytest.mark.parametrize("gap", [" ", "\n"])
def test_modified_requests(header: str, disputed: str, original: str | None, authorized: str | None, gap: str) -> None:
    letter = read_letter(Item("X-ray"), Item(header.replace(". ", f".{gap}")), Item("Office visit"))
    assert [decision.request for decision in letter.decisions] == ["X-ray", header, "Office visit"]
    decision = letter.decisions[1]
    assert (decision.disputed, decision.original, decision.authorized) == (disputed, original, authorized)
    assert "modified_request" in decision.flags
    (finding,) = [finding for finding in letter.findings if finding.kind == "disputed"]
    assert " ".join(letter.text[slice(*finding.span)].split()) == disputed


def test_what_was_authorized_is_not_classified() -> None:
    header = (
        "CT and bone scan of the foot was the original request. CT of the foot was authorized by the Claims "
        "Administrator. The remaining IMR eligible portion of the original request, bone scan of the foot is"
    )
    assert read_letter(Item(header)).decisions[0].imaging_modalities == ("bone_scan",)


@pytest.mark.parametrize(
    ("header", "disputed"),
    [
        ("Bone scan of the foot (partially certified: CT of the foot)", "Bone scan of the foot"),
        ("Bone scan and CT of the foot, CT authorized by the Claims Administrator", None),
        ("CT was approved by UR. The remaining request, of which CT was approved by UR", None),
    ],
)
def test_a_modified_request_that_cannot_be_split_surely_is_a_problem(header: str, disputed: str | None) -> None:
    letter = read_letter(Item("X-ray"), Item(header))
    assert letter.decisions[1].disputed == (disputed or header)
    (problem,) = [problem for problem in letter.problems if problem.code == "modified_request_unsplit"]
    assert (problem.kind, letter.text[slice(*problem.span or (0, 0))]) == ("doubt", header)


@pytest.mark.parametrize("header", ["MRI of the knee", "The original MRI of the knee", "Request for 6 visits"])
def test_plain_requests_are_disputed_whole(header: str) -> None:
    request = split_request(header, (0, len(header)))
    assert (request.disputed, request.original, request.authorized) == ((0, len(header)), None, None)


@pytest.mark.parametrize(
    ("header", "flags"),
    [
        ("MRI of the knee", ()),
        ("Associated surgical service: Chest x-ray", ("associated_service",)),
        ("Associated service: walker", ("associated_service",)),
        ("Walker, associated with the surgery", ()),
        ("Retrospective: Bone scan", ("retrospective",)),
        ("Retro bone scan", ("retrospective",)),
        ("Bone scan (DOS 11/18/16)", ("retrospective",)),
        ("Bone scan, date of service 11/18/16", ("retrospective",)),
        ("Retroperitoneal ultrasound", ()),
        ("Bone scan of the foot (retro)", ("retrospective",)),
        ("Bone scan (retrospective) of the foot", ("retrospective",)),
        ("Bone scan of the foot, performed 11/18/16", ("retrospective",)),
        ("Repeat bone scan, the first performed on 11/18/16", ()),
        ("Therapy after the operation performed on 11/18/16", ()),
        ("Retrospective: Associated surgical service: walker", ("retrospective",)),
    ],
)
def test_flags(header: str, flags: tuple[str, ...]) -> None:
    span = (0, len(header))
    assert flags_of(header, span, split_request(header, span), nothing_cited=False, rationale=None) == flags


@pytest.mark.parametrize(
    ("rationale", "falls"),
    [
        ("Since the surgery is not medically necessary, no walker is needed.", True),
        ("As the arthroscopy has been non-certified, this is moot.", True),
        ("The fusion was not approved.", True),
        ("The surgery is medically necessary, and the walker is not.", False),
        ("As the surgery was not found medically necessary, no walker is.", True),
        ("The walker is not medically necessary.", False),
    ],
)
def test_falling_with_the_surgery(rationale: str, falls: bool) -> None:
    cited = read_letter(Item("Walker", rationale=rationale)).decisions[0]
    silent = read_letter(Item("Walker", "Upheld", NONE_ADMIN, NONE_REVIEWER, rationale)).decisions[0]
    assert "falls_with_surgery" not in cited.flags
    assert ("falls_with_surgery" in silent.flags) is falls


@pytest.mark.parametrize(
    ("header", "falls"),
    [("Arthroscopy of the left knee", False), ("Associated surgical service: arthroscopy of the left knee", True)],
)
def test_an_operation_does_not_fall_with_itself(header: str, falls: bool) -> None:
    item = Item(header, "Upheld", NONE_ADMIN, NONE_REVIEWER, "The surgery is not medically necessary.")
    assert ("falls_with_surgery" in read_letter(item).decisions[0].flags) is falls


@pytest.mark.parametrize(
    ("disputed", "amount", "unit", "written"),
    [
        ("Norco 10/325 mg #60", 60, None, "#60"),
        ("Bone scan QTY:1.00", 1, None, "QTY:1.00"),
        ("Lidocaine patch, quantity of 30", 30, "patch", "patch, quantity of 30"),
        ("Six visits of therapy", 6, "visit", "Six visits"),
        ("12 physical therapy sessions", 12, "session", "12 physical therapy sessions"),
        ("Acupuncture, eight (8) treatments", 8, "treatment", "eight (8) treatments"),
        ("Ibuprofen 800 mg, 90 tabs", 90, "tablet", "90 tabs"),
        ("MRI of the knee", None, None, ""),
        ("MRI of L4-5", None, None, ""),
        ("L4-5 epidural steroid injection", None, None, ""),
        ("T12/11 facet injections", None, None, ""),
        ("Tylenol #3", None, None, ""),
        ("Tylenol with codeine #4 #60", 60, None, "#60"),
        ("Retrospective request for one (1) MRI of the knee", 1, None, "one (1) M"),
        ("Request for: a walker", None, None, ""),
        ("T3-4 epidural injection", None, None, ""),
        ("T3 and 4 epidural injections", None, None, ""),
        ("T3-4 epidural injections x2", 2, "injection", "injections x2"),
        ("Botulinum injections 100 units", None, None, ""),
        ("Percocet 5/325 tablets", None, None, ""),
        ("Demerol 50 mg tablets", None, None, ""),
        ("Tablets of 0.5 mg", None, None, ""),
        ("Four to six visits", None, None, ""),
        ("4-6 visits", None, None, ""),
        ("One year pool membership", None, None, ""),
        ("Six (6) weeks rental", None, None, ""),
        ("3 phase bone scans", None, None, ""),
        ("Three bone scans", 3, "scan", "Three bone scans"),
        ("2 MRIs of the hip", 2, "mri", "2 MRIs"),
        ("Motrin 800 mg, 90 count", 90, "count", "90 count"),
        ("Gauze, two boxes", 2, "box", "two boxes"),
        ("Motrin, one hundred and ten tablets", 110, "tablet", "one hundred and ten tablets"),
        ("Twenty-five visits", 25, "visit", "Twenty-five visits"),
    ],
)
def test_quantity(disputed: str, amount: float | None, unit: str | None, written: str) -> None:
    quantity, span = read_quantity(disputed, (0, len(disputed)))
    assert (quantity and quantity.amount) == amount
    assert (quantity and quantity.unit) == unit
    assert (disputed[slice(*span)] if span else "") == written


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("Bone scan, performed on 11/18/2016", "2016-11-18"),
        ("Bone scan, performed 11/18/16", "2016-11-18"),
        ("Retro: bone scan 11.18.16", "2016-11-18"),
        ("Retro: bone scan", None),
        ("Retro: bone scan for the injury of 11/18/16", None),
        ("Bone scan of 11/18/16", None),
    ],
)
def test_service_date(header: str, day: str | None) -> None:
    assert read_letter(Item(header)).decisions[0].service_date == day


@pytest.mark.parametrize(
    ("name", "phrase", "keys"),
    [
        ("laterality", "MRI of the right knee and left hip", ("left", "right")),
        ("laterality", "MRI of both knees", ("bilateral",)),
        ("laterality", "Bright light therapy", ()),
        ("contrast", "MRI without contrast", ("without",)),
        ("contrast", "MRI with and without contrast", ("with_and_without",)),
        ("body_parts", "MRI of the neck and right hand", ("hand", "neck")),
        ("body_parts", "Psychology visit", ()),
    ],
)
def test_terms(name: str, phrase: str, keys: tuple[str, ...]) -> None:
    found, findings = terms_in(name, phrase, (0, len(phrase)), name, 1)
    assert found == keys
    assert sorted(finding.value for finding in findings) == list(keys)
    assert all(phrase[slice(*finding.span)].strip() for finding in findings)
