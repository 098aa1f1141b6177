"""The slow, obvious way to answer what the text index answers: every letter's words, looked at one by one."""

from __future__ import annotations

from dataclasses import dataclass

from data.passages import case_term, passages
from data.search import beginnings
from data.search_tree import AllOf, AnyOf, Case, Node, Not, Phrase, Word
from data.text_index import stems
from data.warehouse import Snapshot


@dataclass(frozen=True)
class PlainLetter:
    """A letter's terms, a list a stretch of each part, and its case number."""

    key: int
    case: str
    parts: dict[str, list[list[str]]]


def plain_letters(snapshot: Snapshot) -> list[PlainLetter]:
    """Every letter of a snapshot."""
    with snapshot.connect() as connection:
        rows = connection.execute("SELECT letter_key, text_part, case_number FROM letters").fetchall()
    found = []
    for key, part, case_number in rows:
        text, findings = snapshot.text_and_findings(key, part)
        assert text
        parts: dict[str, list[list[str]]] = {}
        spans = [(one["kind"], one["span_start"], one["span_end"], one["ordinal"]) for one in findings]
        for passage in passages(len(text), spans):
            parts.setdefault(passage.part, []).append(stems(text[passage.start : passage.end]))
        found.append(PlainLetter(key, case_term(case_number or ""), parts))
    return found


def holds(letter: PlainLetter, node: Node) -> bool:
    """Whether the letter is one that the tree asks for."""
    if isinstance(node, AllOf):
        return all(holds(letter, one) for one in node.of)
    if isinstance(node, AnyOf):
        return any(holds(letter, one) for one in node.of)
    if isinstance(node, Not):
        return not holds(letter, node.of)
    return _is_case(letter.case, node) if isinstance(node, Case) else _has(letter, node)


def _has(letter: PlainLetter, node: Word | Phrase) -> bool:
    stretches = [terms for part, listed in letter.parts.items() if node.part in (None, part) for terms in listed]
    if isinstance(node, Word) and node.kind == "prefix":
        cut = beginnings(node.text)
        return any(term.startswith(node.text) or term in cut for terms in stretches for term in terms)
    wanted = stems(node.text)
    if isinstance(node, Word) and node.kind == "near":
        forms = {wanted[0], node.text.lower()}
        return any(mistakes(term, form) <= node.mistakes for terms in stretches for term in terms for form in forms)
    return any(
        terms[at : at + len(wanted)] == wanted for terms in stretches for at in range(len(terms) - len(wanted) + 1)
    )


def _is_case(case: str, asked: Case) -> bool:
    if not asked.year:
        return case[4:].isdecimal() and int(case[4:]) == int(asked.number)
    if case.startswith(f"cm{asked.year}{asked.number}"):
        return bool(case)
    whole = not asked.beginning and len(asked.number) >= 5
    return whole and case[:4] == f"cm{asked.year}" and int(case[4:]) == int(asked.number)


def mistakes(one: str, other: str) -> int:
    """Letters put in, left out, changed or exchanged with their neighbour, by the whole table."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i, j] = min(
                table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one[i - 1] != other[j - 1])
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one), len(other)]
