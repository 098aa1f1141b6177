"""A condition as it stands in a link (parameter `where`): short, in keys, and of signs that no address escapes.

    modality.any.spect.ct                       FIELD.OPERATOR[.VALUE ...], keys of data/condition_fields.py
    modality.is.spect~and~body.is.spine         joined by AND; ~or~ joins by OR
    modality.is.spect~~and~~body.is.spine~or~outcome.is.overturned
                                                the more ~ a word stands between, the later it joins: SPECT and (spine or
                                                overturned)

In a value `~.` is a full stop and `~-` is a `~`; a blank is a `+` in the address, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from data.condition_fields import ConditionError
from data.conditions import Node, Test, depth, joined, test, within_limits

LONGEST_LINK = 4000
"""The most characters of a condition in a link, before the address escapes them."""
_TOKEN = re.compile(
    r"(?P<escaped>~[.-])|(?P<tildes>~+)(?P<word>and|or)(?P=tildes)(?!~)|(?P<dot>\.)|(?P<plain>[^~.]+)|(?P<odd>~)"
)
_Token = Test | tuple[int, str]  # a test, or a joining word with how many ~ stand on either side of it


def to_link(node: Node) -> str:
    """The condition as a value of the parameter `where`. `from_link` leads back to it."""
    if isinstance(node, Test):
        return ".".join(
            [node.field, node.operator, *(value.replace("~", "~-").replace(".", "~.") for value in node.values)]
        )
    tildes = "~" * depth(node)
    return f"{tildes}{node.joined}{tildes}".join(map(to_link, node.parts))


@lru_cache(maxsize=512)
def from_link(text: str) -> Node:
    """The condition that a link asks for. Raises ConditionError, which says why it cannot be read."""
    if len(text) > LONGEST_LINK:
        raise ConditionError(
            f"A condition in a link has at most {LONGEST_LINK:,} characters; this one has {len(text):,}."
        )
    return within_limits(_joined(_read(text)))


def in_link(node: Node) -> str:
    """The condition as a value of the parameter. Raises ConditionError where it is more than a link holds."""
    text = to_link(within_limits(node))
    if len(text) > LONGEST_LINK:
        raise ConditionError(
            f"In a link these conditions would have {len(text):,} characters; {LONGEST_LINK:,} are the most. Use fewer or shorter values."
        )
    return text


def all_at_once(texts: Sequence[str]) -> str:
    """Several values of the parameter as one that asks for all of them; what cannot be read stays unreadable."""
    longest = max((len(run) for text in texts for run in re.findall("~+", text)), default=0)
    tildes = "~" * (longest + 1)
    return f"{tildes}and{tildes}".join(texts)


def _read(text: str) -> list[_Token]:
    """Tests, and between them the joining words with the number of their ~."""
    found: list[_Token] = []
    parts = [""]
    for token in _TOKEN.finditer(text):
        if token["odd"]:
            raise ConditionError(
                f"A ~ stands in {text[max(0, token.start() - 20) : token.start() + 20]!r} that joins nothing."
            )
        if token["dot"]:
            parts.append("")
        elif token["word"]:
            found += [_test(parts), (len(token["tildes"]), token["word"])]
            parts = [""]
        else:
            parts[-1] += {"~.": ".", "~-": "~"}.get(token[0], token[0])
    return [*found, _test(parts)]


def _test(parts: Sequence[str]) -> Test:
    if len(parts) < 2:
        raise ConditionError(
            f"{parts[0][:60]!r} is no condition: that is a field, an operator and values, with full stops between."
        )
    return test(*parts)


def _joined(tokens: Sequence[_Token]) -> Node:
    joiners = [one for one in tokens if not isinstance(one, Test)]
    if not joiners:
        return next(one for one in tokens if isinstance(one, Test))
    latest = max(tildes for tildes, _ in joiners)
    words = {word for tildes, word in joiners if tildes == latest}
    if len(words) > 1:
        raise ConditionError("AND and OR stand side by side with as many ~: it is not said which comes first.")
    stretches: list[list[_Token]] = [[]]
    for one in tokens:
        if not isinstance(one, Test) and one[0] == latest:
            stretches.append([])
        else:
            stretches[-1].append(one)
    return joined("and" if words == {"and"} else "or", map(_joined, stretches))
