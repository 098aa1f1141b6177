"""A page on paper: one file of HTML that needs nothing else, for somebody who does not have the product."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.exports import About
from data.sentences import day, filter_text

_MANY_COLUMNS = 9  # from more on the words of a table are smaller: else its columns would be narrower than their words
_LONG_WORD = 24  # characters; only longer words may be broken
MOST_ROWS = 60  # of a table on paper; the rest stands in its file


@dataclass(frozen=True, slots=True)
class Heading:
    """The words above what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know of what stands before or after it, in plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as an `svg` element (made here, trusted), and in words."""

    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of values; `more` rows are not among them."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    more: int = 0


Part = Heading | Note | Picture | Table


def briefing_html(title: str, answer: str, parts: Sequence[Part], about: About, made: date) -> bytes:
    """The briefing as a page of HTML, UTF-8: title, answer, what was filtered and when, the parts, the definitions.

    No script, no picture or style from elsewhere; the one address in it is the link back to the page. All words are
    shown as they are.
    """
    link = f'<a href="{html.escape(about.link)}">{html.escape(about.link)}</a>' if about.link else ""
    facts = [
        ("Filter", html.escape(filter_text(about.filters))),
        *([("Compared with", html.escape(about.beside))] if about.beside else []),
        ("Counted", html.escape(about.unit)),
        ("Snapshot", html.escape(f"{about.snapshot.snapshot_id}, of {_day_of(about.snapshot.created)}")),
        ("Made on", day(made)),
        *([("Link", link)] if link else []),
    ]
    head = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts)
    said = {"Filter", "Compared with", "Unit", "Filter in the address", "Link", "Snapshot", "Letters"}
    meant = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>"
        for name, text in about.entries()
        if name not in said
    )
    sample = f'<p class="sample">{html.escape(about.sample)}</p>' if about.sample else ""
    body = "".join(_part(part) for part in parts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>"
        f'<p class="name">Overturn: decisions of California Independent Medical Review</p>{sample}<h1>{html.escape(title)}</h1>'
        f'<p class="answer">{html.escape(answer)}</p><dl>{head}</dl>{body}<h2>What the figures mean</h2><dl class="terms">{meant}</dl>'
        "</body></html>\n"
    ).encode()


def _part(part: Part) -> str:
    if isinstance(part, Heading):
        return f"<h2>{html.escape(part.text)}</h2>"
    if isinstance(part, Note):
        return f'<p class="note">{html.escape(part.text)}</p>'
    if isinstance(part, Picture):
        return f"<figure>{part.svg}</figure>" if part.svg else f'<p class="note">{html.escape(part.words)}</p>'
    return _table(part)


def _table(table: Table) -> str:
    shown = table.rows[:MOST_ROWS]
    left = len(table.rows) - len(shown) + table.more
    figures = [any(_is_figure(row[at]) for row in shown) for at in range(len(table.columns))]
    head = "".join(
        f"<th{' class=n' if figure else ''}>{html.escape(column)}</th>"
        for column, figure in zip(table.columns, figures, strict=True)
    )
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>" for row in shown)
    more = f'<p class="note">{left:,} further rows stand in the file of this table.</p>' if left else ""
    wide = ' class="wide"' if len(table.columns) > _MANY_COLUMNS else ""
    return f"<table{wide}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int | float):  # a truth value is an int, too, and was told above
        figure = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
        return f'<td class="n">{figure}</td>'
    if value is None:
        return '<td class="n">–</td>'
    if isinstance(value, date):
        return f"<td>{day(value)}</td>"
    text = ", ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    long = ' class="long"' if max(map(len, text.split()), default=0) > _LONG_WORD else ""
    return f"<td{long}>{html.escape(text)}</td>"


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _day_of(moment: str) -> str:
    try:
        return day(date.fromisoformat(moment[:10]))
    except ValueError:
        return moment


STYLE = """
@page { margin: 16mm 15mm; }
body { font: 14px/1.5 Arial, 'Liberation Sans', Helvetica, sans-serif; color: #1f2630; background: #ffffff;
  max-width: 720px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 24px; line-height: 1.25; margin: 4px 0 12px; }
h2 { font-size: 17px; margin: 28px 0 8px; break-after: avoid; }
p { margin: 0 0 8px; }
.name { color: #59626e; }
.sample { font-weight: bold; border: 2px solid #a84400; padding: 4px 10px; color: #a84400; }
.answer { font-size: 18px; line-height: 1.4; }
.note { color: #59626e; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 12px 0; }
dl.terms { grid-template-columns: 150px 1fr; gap: 6px 16px; font-size: 13px; }
dt { color: #59626e; }
dd { margin: 0; overflow-wrap: anywhere; }
a { color: #0b5394; }
figure { margin: 0 0 8px; break-inside: avoid; }
svg { max-width: 100%; height: auto; display: block; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: 13px; margin: 8px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 3px 8px 3px 0; border-bottom: 1px solid #d3d8de; vertical-align: top; }
th { vertical-align: bottom; }
td.long { overflow-wrap: anywhere; }
td:first-child { min-width: 90px; }
table.wide { font-size: 10px; }
table.wide th, table.wide td { padding-right: 5px; }
table.wide td:first-child { min-width: 110px; }
th.n, td.n { text-align: right; }
td.n { white-space: nowrap; }
tr { break-inside: avoid; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""
