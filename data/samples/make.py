"""Build the sample letters and their labels from `source/*.toml`: `python -m data.samples.make`.

The labels are written from the same facts as the letters, never read back from them. The output depends on the
source alone: building twice gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import letter as letter_size
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

FOLDER = Path(__file__).parent
MARK = "SAMPLE LETTER WRITTEN FOR OVERTURN. FICTION, NOT A DETERMINATION."
LETTER_COLUMNS = (
    "letter",
    "date_assigned",
    "date_of_injury",
    "decision_date",
    "ur_denial_date",
    "application_received",
    "priority",
    "licensed_in",
    "specialties",
    "specialties_as_written",
    "decisions",
)
DECISION_COLUMNS = (
    "letter",
    "decision",
    "outcome",
    "request",
    "disputed",
    "imaging_modalities",
    "claims_admin_sources",
    "reviewer_sources",
    "claims_admin_guideline",
    "reviewer_guideline",
)
MODALITIES = frozenset(
    (
        *("bone_scan", "spect", "ct", "dexa", "mri", "xray", "ultrasound", "pet"),
        *("arthrogram", "myelogram", "fluoroscopy", "other_imaging"),
    )
)
OUTSIDE_SOURCES = frozenset({"acoem", "acr", "odg", "other"})
LAYOUTS = frozenset({"spaced", "plain", "stacked", "columns", "pdf"})
PLACES = frozenset({"credentials", "summary_heading", "summary", "issues_heading", "issues"})
ITEM_PLACES = frozenset({"request", "claims", "reviewer", "rationale"})

PAGE = "{page}"  # in a narrative or a request: the page ends with the line that holds the word before it
NEXT_LINE = "{line}"  # the outcome stands on a line of its own
REGULAR, BOLD, SIZE, LEADING = "Times-Roman", "Times-Bold", 12, 13.8
LEFT, WIDTH, TOP, BOTTOM = 72.0, 468.0, 708.0, 72.0

NO_TIES = "He/she has no affiliation with the employer, employee, providers or the claims administrator."
PRACTICE = (
    "He/she has been in active clinical practice for more than five years and is currently working at least 24 hours "
    "a week in active practice."
)
CHOSEN = (
    "was selected based on his/her clinical experience, education, background, and expertise in the same or similar "
    "specialties that evaluate and/or treat the medical condition and disputed"
)
LAWS = (
    "He/she is familiar with governing laws and regulations, including the strength of evidence hierarchy that "
    "applies to Independent Medical Review determinations."
)
SUMMARY_LEAD = (
    "The expert reviewer developed the following clinical case summary based on a review of the case file, including "
    "all medical records:"
)
ISSUES_LEAD = "The Final Determination was based on decisions for the disputed items/services set forth below:"


class SampleError(Exception):
    """A source file states something that cannot be built; the message names the letter."""


@dataclass(frozen=True)
class Guideline:
    """What one side cites: the MTUS part, the part outside of it, both, or (both empty) nothing."""

    mtus: str = ""
    outside: str = ""
    sources: tuple[str, ...] = ()

    def statement(self, side: str, form: str) -> str:
        """Return the form's sentences for `side` (`Claims Administrator` or `Expert Reviewer`)."""
        if not self.mtus and not self.outside:
            return f"The {side} did not cite any medical evidence for its decision."
        parts = [f"Decision based on MTUS {self.mtus}"] if self.mtus else []
        if self.outside and not self.mtus:
            parts.append(
                f"The {side} did not base their decision on the MTUS."
                if form == "F3"
                else f"The {side} based their decision on recommendation(s) outside of the MTUS Guidelines."
            )
        if self.outside:
            parts.append(f"Decision based on Non-MTUS Citation {self.outside}")
        return " ".join(parts)

    def keys(self) -> str:
        """Return the label: sorted source keys, `none` where nothing is cited."""
        return ";".join(sorted({*self.sources, *(["mtus"] if self.mtus else [])})) or "none"


@dataclass(frozen=True)
class Item:
    """One disputed item with what the letter says about it."""

    request: str
    outcome: str
    claims: Guideline
    reviewer: Guideline
    rationale: str
    disputed: str
    imaging: tuple[str, ...] = ()
    gap: str = " "
    page_before: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Letter:
    """One letter: facts, narrative, and how it is laid out."""

    name: str
    form: str
    layout: str
    licensed_in: tuple[str, ...]
    specialties: tuple[str, ...]
    specialties_as_written: tuple[str, ...]
    summary: str
    items: tuple[Item, ...]
    dates: dict[str, datetime.date] = field(default_factory=dict)
    priority: str = ""
    cover: bool = False
    reviewer: str = "an expert reviewer"
    board: str = ""
    states_as_written: str = ""
    double_blanks: bool = False
    tight: bool = False
    page_before: frozenset[str] = frozenset()

    @property
    def file_name(self) -> str:
        """Return the file name: `.pdf` for that layout, else `.txt`."""
        return self.name + (".pdf" if self.layout == "pdf" else ".txt")


@dataclass(frozen=True)
class Paragraph:
    """Words in regular and bold runs, and where they stand."""

    runs: tuple[tuple[str, bool], ...]
    heading: bool = False
    gap: bool = True
    page_before: bool = False


@dataclass(frozen=True)
class Line:
    """One laid out line: pieces with their font, and whether the page ends after it."""

    pieces: tuple[tuple[str, bool], ...]
    page_after: bool = False

    @property
    def text(self) -> str:
        """Return the line's words, its last blank included."""
        return "".join(piece for piece, _ in self.pieces)


def read_source(folder: Path = FOLDER / "source") -> list[Letter]:
    """Return the letters of every `*.toml` below `folder`, sorted by name. Raises SampleError on a bad entry."""
    letters = [
        _letter(entry)
        for path in sorted(folder.glob("*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["letter"]
    ]
    letters.sort(key=lambda letter: letter.name)
    for first, second in pairwise(letters):
        if first.name == second.name:
            raise SampleError(f"{first.name}: two letters have this name")
    return letters


def _letter(entry: dict[str, Any]) -> Letter:
    values = dict(entry)
    name = values["name"]
    items = tuple(_item(name, item) for item in values.pop("item"))
    values["summary"] = _fold(values["summary"])
    values["specialties_as_written"] = tuple(values.get("specialties_as_written", values["specialties"]))
    values["specialties"] = tuple(values["specialties"])
    values["licensed_in"] = tuple(values["licensed_in"])
    values["page_before"] = frozenset(values.get("page_before", ()))
    letter = Letter(items=items, **values)
    _check(letter)
    return letter


def _item(name: str, entry: dict[str, Any]) -> Item:
    values = dict(entry)
    for side in ("claims", "reviewer"):
        stated = values[side]
        sources = tuple(stated.get("sources", "").split(";")) if stated.get("sources") else ()
        if bool(sources) != bool(stated.get("outside")) or not OUTSIDE_SOURCES.issuperset(sources):
            raise SampleError(f"{name}: {side} must name the sources of its citation outside the MTUS, got {sources}")
        values[side] = Guideline(stated.get("mtus", ""), stated.get("outside", ""), sources)
    values["rationale"] = _fold(values["rationale"])
    values.setdefault("disputed", _plain(values["request"]))
    values["imaging"] = tuple(values.get("imaging", ()))
    values["page_before"] = frozenset(values.get("page_before", ()))
    return Item(**values)


def _check(letter: Letter) -> None:
    stated = {
        "unknown form": letter.form not in {"F3", "F4"},
        "unknown layout": letter.layout not in LAYOUTS,
        "unknown place": not letter.page_before <= PLACES,
        "cover without its five dates": letter.cover and len(letter.dates) != 5,
        "form F3 without board, or F4 with one": (letter.form == "F3") != bool(letter.board),
        "a specialty missing from the board": letter.form == "F3"
        and not all(name in letter.board for name in (*letter.specialties_as_written, *letter.licensed_in)),
        "unpaired specialties": len(letter.specialties) != len(letter.specialties_as_written),
    }
    for item in letter.items:
        stated |= {
            f"unknown outcome {item.outcome}": item.outcome not in {"upheld", "overturned"},
            f"unknown modality {item.imaging}": not MODALITIES.issuperset(item.imaging),
            f"unknown place {item.page_before}": not item.page_before <= ITEM_PLACES,
            f"disputed part not in {item.request}": item.disputed not in _plain(item.request),
        }
    wrong = [message for message, is_wrong in stated.items() if is_wrong]
    if wrong:
        raise SampleError(f"{letter.name}: {', '.join(wrong)}")


def _fold(text: str) -> str:
    """Return `text` as one line; what a citation or a summary means by a double blank is written as `{blank}`."""
    return " ".join(text.split()).replace("{blank}", " ")


def _plain(text: str) -> str:
    """Return `text` without layout marks, white space folded."""
    return " ".join(text.replace(PAGE, "").split())


# --- the letter as paragraphs -------------------------------------------------------------------------------------


def paragraphs(letter: Letter) -> Iterator[Paragraph]:
    """Yield the paragraphs of `letter` below mark and cover, in the order of the form."""

    def said(text: str, *, gap: bool = True, place: str = "", heading: bool = False) -> Paragraph:
        text = _sentences(letter, text)
        return Paragraph(((text, heading),), heading, gap, place in letter.page_before)

    yield said("HOW THE IMR FINAL DETERMINATION WAS MADE", heading=True, gap=letter.cover)
    sent = f"MAXIMUS Federal Services sent the complete case file to {letter.reviewer}. {NO_TIES}"
    who = "The " + letter.reviewer.split(maxsplit=1)[1]
    if letter.form == "F3":
        yield said(f"{sent} {who} {letter.board} {PRACTICE} {who} {CHOSEN} items/services. {LAWS}", gap=False)
    else:
        yield said(f"{sent} {PRACTICE} {who} {CHOSEN} items/Service. {LAWS}", gap=False)
        yield said("The Expert Reviewer has the following credentials:", place="credentials")
        states = letter.states_as_written or ", ".join(letter.licensed_in)
        yield said(f"State(s) of Licensure: {states}", gap=False)
        yield said(f"Certification(s)/Specialty: {', '.join(letter.specialties_as_written)}", gap=False)
    yield said("CLINICAL CASE SUMMARY", heading=True, gap=not letter.tight, place="summary_heading")
    yield said(SUMMARY_LEAD, gap=False)
    yield said(letter.summary, place="summary")
    yield said("IMR ISSUES, DECISIONS AND RATIONALES", heading=True, place="issues_heading")
    yield said(ISSUES_LEAD, gap=False, place="issues")
    for item in letter.items:
        outcome = item.gap + item.outcome.capitalize()
        yield Paragraph(((f"{item.request}:", True), (outcome, False)), page_before="request" in item.page_before)
        for place, label, text in (
            ("claims", "Claims Administrator guideline:", item.claims.statement("Claims Administrator", letter.form)),
            ("reviewer", "MAXIMUS guideline:", item.reviewer.statement("Expert Reviewer", letter.form)),
            ("rationale", "Decision rationale:", item.rationale),
        ):
            runs = ((label, True), (" " + _sentences(letter, text), False))
            yield Paragraph(runs, page_before=place in item.page_before)


def _sentences(letter: Letter, text: str) -> str:
    """Return `text` with two blanks after a sentence where the letter was typed that way."""
    return re.sub(r"(?<=[a-z0-9)]\.) (?=[A-Z])", "  ", text) if letter.double_blanks else text


def cover_rows(letter: Letter) -> list[tuple[str, str, str, str]]:
    """Return the cover table, a row a tuple: label, value, label, value."""
    day = {key: value.strftime("%m/%d/%Y") for key, value in letter.dates.items()}
    return [
        ("Case Number:", letter.name, "", ""),
        ("Date Assigned:", day["assigned"], "Date of Injury:", day["injury"]),
        ("Decision Date:", day["decision"], "UR Denial Date:", day["ur_denial"]),
        ("Priority:", letter.priority.capitalize(), "Application Received:", day["application_received"]),
    ]


def lines(paragraph: Paragraph, *, split_hyphens: bool) -> list[Line]:
    """Return `paragraph` broken to the width of the form; wrapped lines keep one blank, the last line none."""
    made: list[Line] = []
    pieces: list[tuple[str, bool]] = []
    used, page_after = 0.0, False

    def end(*, wrapped: bool) -> None:
        text, bold = pieces[-1]
        stripped = text.rstrip()
        pieces[-1] = (stripped + (" " if wrapped and stripped != text else ""), bold)
        made.append(Line(tuple(pieces), page_after))
        pieces.clear()

    for text, bold in _pieces(paragraph.runs, split_hyphens=split_hyphens):
        if text == NEXT_LINE:
            end(wrapped=False)
            used, page_after = 0.0, False
            continue
        word = text.replace(PAGE, "")
        if pieces and used + _width(word.rstrip(), bold=bold) > WIDTH:
            end(wrapped=True)
            used, page_after = 0.0, False
        pieces.append((word, bold))
        used += _width(word, bold=bold)
        page_after = page_after or PAGE in text
    end(wrapped=False)
    return made


def _pieces(runs: Sequence[tuple[str, bool]], *, split_hyphens: bool) -> Iterator[tuple[str, bool]]:
    """Yield what a line may break between: words with the blanks that follow them."""
    for text, bold in runs:
        for found in re.finditer(r"^ +|\S+ *", text):
            if found[0].startswith(NEXT_LINE):
                yield NEXT_LINE, bold
                yield found[0].removeprefix(NEXT_LINE), bold
            elif split_hyphens:
                for part in re.split(r"(?<=[A-Za-z0-9]-)(?=[A-Za-z])", found[0]):
                    yield part, bold
            else:
                yield found[0], bold


def _width(text: str, *, bold: bool) -> float:
    return float(stringWidth(text, BOLD if bold else REGULAR, SIZE))


# --- as text ------------------------------------------------------------------------------------------------------


def write_text(letter: Letter) -> str:
    """Return the letter as text: `spaced` as the state's text copies are, the others as PDF extractors print it."""
    spaced = letter.layout == "spaced"
    made = [MARK, "\n\n" if spaced else "\n"]
    if letter.cover:
        made += [f"{line}{' ' if spaced else ''}\n" + ("\n" if spaced else "") for line in _cover_text(letter)]
    line_end = " \n\n" if spaced else "\n"
    paragraph_gap = {"spaced": " \n\n", "columns": "\n"}.get(letter.layout, "")
    page_end = {"spaced": "\n\n", "columns": "\f"}.get(letter.layout, "")
    for number, paragraph in enumerate(paragraphs(letter)):
        if paragraph.gap and number:
            made.append(paragraph_gap)
        if paragraph.page_before:
            made.append(page_end)
        if spaced and not letter.cover and not number:
            made.append(" ")
        laid = lines(paragraph, split_hyphens=False)
        for place, line in enumerate(laid):
            text = line.text if letter.layout == "plain" and place < len(laid) - 1 else line.text.rstrip()
            made.append(text + line_end + (page_end if line.page_after else ""))
    made.append("\n\n\n" if spaced else page_end)
    return "".join(made)


def _cover_text(letter: Letter) -> list[str]:
    rows = cover_rows(letter)
    if letter.layout == "stacked":
        return [cell for row in rows for cell in row if cell]
    if letter.layout == "columns":
        return [row[column] for column in range(4) for row in rows if row[column]] + [""]
    *above, (priority, value, received, day) = rows
    application, word = received.split()
    return [" ".join(filter(None, row)) for row in above] + [f"{priority} {value} {application}", word, day]


# --- as PDF -------------------------------------------------------------------------------------------------------


def write_pdf(letter: Letter) -> bytes:
    """Return the letter as PDF, laid out like the state's: opens without a password, copying disallowed."""
    out = io.BytesIO()
    lock = StandardEncryption(
        "", f"owner of {letter.name}", canPrint=1, canModify=0, canCopy=0, canAnnotate=0, strength=128
    )
    canvas = Canvas(out, pagesize=letter_size, invariant=1, pageCompression=1, encrypt=lock)
    canvas.setTitle(f"{letter.name} (sample, fiction)")
    canvas.setAuthor("Overturn")
    canvas.setFont(REGULAR, 10)
    canvas.drawString(LEFT, 734, MARK)
    height = TOP
    if letter.cover:
        _draw_cover(canvas, letter)
        height = 609.0
    for number, paragraph in enumerate(paragraphs(letter)):
        height -= LEADING if paragraph.gap and number else 0
        if paragraph.page_before:
            canvas.showPage()
            height = TOP
        for line in lines(paragraph, split_hyphens=True):
            if height < BOTTOM:
                canvas.showPage()
                height = TOP
            _draw_line(canvas, line, height, centred=paragraph.heading)
            height = 0.0 if line.page_after else height - LEADING - (6 if paragraph.heading else 0)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw_line(canvas: Canvas, line: Line, height: float, *, centred: bool) -> None:
    """Draw `line` with one show operator a run, so that its blanks are characters and not only gaps."""
    width = sum(_width(text, bold=bold) for text, bold in line.pieces)
    pen = canvas.beginText(LEFT + (WIDTH - width) / 2 if centred else LEFT, height)
    run, run_bold = "", line.pieces[0][1]
    for text, bold in (*line.pieces, ("", not line.pieces[-1][1])):
        if bold != run_bold:
            pen.setFont(BOLD if run_bold else REGULAR, SIZE)
            pen.textOut(run)
            run, run_bold = "", bold
        run += text
    canvas.drawText(pen)


def _draw_cover(canvas: Canvas, letter: Letter) -> None:
    """Draw the cover table; the last label wraps, and its value comes after it in the page's own order."""
    columns, tops = (67.0, 174.0, 324.0, 421.0, 545.0), (701.0, 687.0, 673.0, 660.0, 633.0)
    canvas.setLineWidth(0.5)
    canvas.setFillGray(0.87)
    for left, right in ((0, 1), (2, 3)):
        canvas.rect(columns[left], tops[-1], columns[right] - columns[left], tops[0] - tops[-1], stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.grid(list(columns), list(tops))
    for (label, value, second, second_value), height in zip(cover_rows(letter), (689, 676, 662, 649), strict=True):
        cells = [(columns[0], height, label, True), (columns[1], height, value, False)]
        if second == "Application Received:":
            cells += [(columns[2], height, "Application ", True), (columns[2], height - 12, "Received: ", True)]
        else:
            cells.append((columns[2], height, second, True))
        cells.append((columns[3], height, second_value, False))
        for start, at, text, bold in cells:
            canvas.setFont("Helvetica-Bold" if bold else "Helvetica", 10.5)
            canvas.drawString(start + 5, at, text)


# --- labels and files ---------------------------------------------------------------------------------------------


def label_tables(letters: Sequence[Letter]) -> tuple[str, str]:
    """Return the two label files, of letters and of decisions, as CSV text."""
    by_letter: list[Sequence[object]] = [LETTER_COLUMNS]
    by_decision: list[Sequence[object]] = [DECISION_COLUMNS]
    for letter in letters:
        day = {key: value.isoformat() for key, value in letter.dates.items()}
        by_letter.append(
            (
                letter.name,
                day.get("assigned", ""),
                day.get("injury", ""),
                day.get("decision", ""),
                day.get("ur_denial", ""),
                day.get("application_received", ""),
                letter.priority,
                ";".join(letter.licensed_in),
                ";".join(letter.specialties),
                ";".join(letter.specialties_as_written),
                len(letter.items),
            )
        )
        for number, item in enumerate(letter.items, start=1):
            by_decision.append(
                (
                    letter.name,
                    number,
                    item.outcome,
                    _plain(item.request),
                    item.disputed,
                    ";".join(sorted(item.imaging)),
                    item.claims.keys(),
                    item.reviewer.keys(),
                    _plain(item.claims.statement("Claims Administrator", letter.form)),
                    _plain(item.reviewer.statement("Expert Reviewer", letter.form)),
                )
            )
    return _csv(by_letter), _csv(by_decision)


def _csv(rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def build(folder: Path, letters: Sequence[Letter]) -> None:
    """Write `letters/` and the two label files below `folder`; letters that have no source any more go."""
    target = folder / "letters"
    target.mkdir(parents=True, exist_ok=True)
    wanted = {letter.file_name for letter in letters}
    for path in target.iterdir():
        if path.suffix in {".pdf", ".txt"} and path.name not in wanted:
            path.unlink()
    for letter in letters:
        path = target / letter.file_name
        path.write_bytes(write_pdf(letter) if letter.layout == "pdf" else write_text(letter).encode())
    for name, table in zip(("labels_letters.csv", "labels_decisions.csv"), label_tables(letters), strict=True):
        (folder / name).write_bytes(table.encode())


def main() -> None:
    """Build the samples into this folder and say what was written."""
    letters = read_source()
    build(FOLDER, letters)
    items = [item for letter in letters for item in letter.items]
    overturned = sum(item.outcome == "overturned" for item in items)
    sys.stderr.write(f"{len(letters)} letters, {len(items)} items, {overturned} overturned\n")


if __name__ == "__main__":
    main()
