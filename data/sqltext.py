"""The parameters in a statement: `$name`, and of which kind each is by the cast behind it."""

from __future__ import annotations

import re

from data.sqlrun import Kind

_TOKEN = re.compile(
    r"""
    '(?:[^']|'')*(?:'|$) | "(?:[^"]|"")*(?:"|$) | --[^\n]* | /\*.*?(?:\*/|$)   # texts, names, comments
    | \$(?P<tag>[A-Za-z_]\w*|)\$.*?(?:\$(?P=tag)\$|$)                          # texts between dollars
    | \$(?P<name>[A-Za-z_]\w*)(?:\s*::\s*(?P<cast>[A-Za-z]+))?
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBERS = re.compile("(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|REAL|DECIMAL|NUMERIC)", re.IGNORECASE)
MOST = 20


def parameters(sql: str) -> dict[str, Kind]:
    """The parameters of a statement in the order they come, with their kind: `$since::DATE` is a date, `$least::INTEGER` a number.

    Without a cast at any of its places a parameter is a text. Texts, quoted names and comments hold none.
    """
    found: dict[str, Kind] = {}
    for token in _TOKEN.finditer(sql):
        name = token["name"]
        if name:
            kind = _kind(token["cast"] or "")
            found[name] = kind if found.get(name, "text") == "text" else found[name]
    return dict(list(found.items())[:MOST])


def _kind(cast: str) -> Kind:
    if cast.upper() == "DATE":
        return "date"
    return "number" if _NUMBERS.fullmatch(cast) else "text"
