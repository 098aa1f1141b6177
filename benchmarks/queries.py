"""How fast the pages' questions are answered, by size of the snapshot, beside pandas and beside plain list columns.

Each way is asked in a process of its own, so that its memory is its own. Times are medians of warm repeats: columns are in
memory, the items of the filter are looked up anew each time. What a question takes where its page has asked others under
the filter, and where nothing is in memory yet, stands beside that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import psutil

from benchmarks.in_lists import InLists, copy_with_lists
from benchmarks.in_pandas import InPandas
from benchmarks.programs import Say, bytes_below, say
from benchmarks.questions import BUDGET_MS, EVERYTHING, FILTERS, OFTEN, QUESTIONS, WORDS, Question, View, budget_ms
from benchmarks.snapshots import loaded, multiplied
from data import held
from data.filters import Filters
from data.periods_compared import Period
from data.queries import Reader
from data.rates import Group, Headline
from data.search import forget, letters_with, ranked
from data.statistics import Rate
from data.warehouse import Snapshot

SIZES = (100_000, 1_000_000, 2_500_000)
_ENOUGH_SECONDS, _LONG_SECONDS = 0.4, 2.0
Key = tuple[str, str, tuple[Any, ...], str]


@dataclass(slots=True)
class Asked:
    """What one way of asking took: milliseconds by question and filter, comparable answers, notes, resident bytes.

    Of the reader also `held_ms`, with the items of the filter in memory, and `cold_ms`, with nothing in it.
    """

    ms: dict[Key, float] = field(default_factory=dict)
    answers: dict[Key, dict[object, tuple[float, ...]]] = field(default_factory=dict)
    hits: dict[str, int] = field(default_factory=dict)
    resident: int = 0
    held_ms: dict[Key, float] = field(default_factory=dict)
    cold_ms: dict[Key, float] = field(default_factory=dict)


def measure(sizes: Sequence[int], scratch: Path, say: Say, repeats: int = 7) -> dict[str, Any]:
    """Figures of every question at about so many decisions each, medians of at most so many warm repeats.

    Raises RuntimeError where two ways answer differently.
    """
    base = loaded(min(sizes), scratch, say)
    return {"sizes": [_one_size(multiplied(base, size, say), base, scratch, say, repeats) for size in sorted(sizes)]}


def _one_size(served: Snapshot, base: Snapshot, scratch: Path, say: Say, repeats: int) -> dict[str, Any]:
    lists = scratch / "lists.duckdb"
    with base.connect() as connection:
        known = connection.execute("SELECT letter_id, case_number FROM letters ORDER BY letter_id LIMIT 50").fetchall()
    say(f"{served.decisions:,} decisions: a copy with list columns")
    copy_with_lists(served, lists)
    every = apart(_ask_reader, repeats, served, known, None)
    one = apart(_ask_reader, repeats, served, known, 1)
    pandas, plain = apart(_ask_pandas, repeats, served), apart(_ask_lists, repeats, lists)
    lists.unlink()
    must_agree(one, pandas, "pandas")
    must_agree(one, plain, "list columns")
    return {
        "decisions": served.decisions,
        "letters": served.letters,
        "searched_letters": base.letters,
        "database_bytes": bytes_below(served.database),
        "resident_bytes": {
            "one_thread": one.resident,
            "all_threads": every.resident,
            "pandas": pandas.resident,
            "lists": plain.resident,
        },
        "hits": one.hits,
        "answers": [_answer(key, one, every, pandas, plain) for key in one.ms],
    }


def _answer(key: Key, one: Asked, every: Asked, pandas: Asked, lists: Asked) -> dict[str, Any]:
    """What one question under one filter took each way; what was not asked or has no budget is left out."""
    found = {
        "question": key[0],
        "asked": " ".join(map(str, (key[1], *key[2]))),
        "filter": key[3],
        "one_thread_ms": one.ms[key],
        "all_threads_ms": every.ms[key],
        "held_ms": every.held_ms.get(key),
        "cold_ms": every.cold_ms.get(key),
        "pandas_ms": pandas.ms.get(key),
        "lists_ms": lists.ms.get(key),
        "budget_ms": _BUDGETS.get(key),
    }
    return {name: value for name, value in found.items() if value is not None}


def apart(ask: Callable[..., Asked], *arguments: Any) -> Asked:
    """What `ask` gives in a new process. Raises RuntimeError with its exit code when it ends without an answer."""
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sending, ask, arguments))
    process.start()
    sending.close()  # the process holds the other end alone, so its death is seen
    try:
        answer: Asked = receiving.recv()
    except EOFError:
        process.join()
        raise RuntimeError(
            f"{ask.__name__} ended with {process.exitcode} before it answered (below 0: by that signal)."
        ) from None
    process.join()
    return answer


def _send(sending: Connection, ask: Callable[..., Asked], arguments: tuple[Any, ...]) -> None:
    sending.send(ask(*arguments))


def _pairs(twins: bool = False) -> Iterator[tuple[Key, Question, View]]:
    for view in FILTERS:
        for question in QUESTIONS:
            if (not question.under or view.name in question.under) and (question.twin or not twins):
                yield (question.name, question.method, question.arguments, view.name), question, view


_OF_A_SEARCH = (
    *("letters found", "letters ranked", "decisions counted", "headline", "page 1, best match first"),
    *("page 500, best match first", "next and previous letter", "snippets of a page"),
)
_SEARCHES: dict[Key, str] = {
    (f"search for {name}, {what}", what, (words,), EVERYTHING): words
    for name, words in WORDS.items()
    for what in (_OF_A_SEARCH if name in OFTEN else _OF_A_SEARCH[:3])
}
_BUDGETS = {key: budget_ms(question, view) for key, question, view in _pairs()} | {
    key: BUDGET_MS for key in _SEARCHES if key[1] in ("decisions counted", "page 1, best match first")
}


def _ask_reader(repeats: int, served: Snapshot, known: list[tuple[str, str]], threads: int | None) -> Asked:
    """All questions to the reader, on the pages' own connection or on one with so many threads.

    `known` are ids and case numbers of letters that have a text.
    """
    say(f"{served.decisions:,} decisions: {f'{threads} thread' if threads else 'all threads'}")
    asked = Asked()
    settings = {"threads": threads}
    with duckdb.connect(str(served.database), True, settings) if threads else served.connect() as connection:

        def ask(filters: Filters, method: str, *arguments: Any) -> Any:
            return getattr(Reader(connection, served, filters), method)(*arguments)

        for key, question, view in _pairs():
            filters = view.filters
            work = partial(ask, filters, question.method, *question.arguments)
            held.forget()
            asked.cold_ms[key], _ = _timed(0, work)
            asked.held_ms[key], answer = _timed(repeats, work)
            asked.ms[key], answer = _timed(repeats, work, partial(held.forget, filters_alone=True))
            if question.twin:
                asked.answers[key] = _plain(answer)
        for key, words in _SEARCHES.items():
            found = Filters(words=words)
            asked.ms[key], answer = _timed(repeats, _search(key[1], words, served, partial(ask, found)))
            if key[1] == "letters found":
                asked.hits[words] = answer.num_rows
        ids, cases = cycle([row[0] for row in known]), cycle([row[1] for row in known])
        mistyped = Filters(words="artroscopy")
        near = ("near words of a typing mistake", "near_words", (), EVERYTHING)
        asked.ms[near], _ = _timed(repeats, lambda: ask(mistyped, "near_words"))
        beside = ("next and previous letter", "neighbours")
        asked.ms[*beside, (), EVERYTHING], _ = _timed(repeats, lambda: ask(Filters(), "neighbours", next(ids)[:16]))
        letter, case = ("one letter with its text", "letter"), ("the letter of a case number", "letter_for_case")
        asked.ms[*letter, (), EVERYTHING], opened = _timed(repeats, lambda: ask(Filters(), "letter", next(ids)[:16]))
        like = ("decisions like one of a letter", "alike_item")
        asked.ms[*like, (), EVERYTHING], _ = _timed(repeats, lambda: ask(Filters(), "alike_item", next(ids)[:16], 1))
        asked.ms[*case, (), EVERYTHING], found = _timed(repeats, lambda: ask(Filters(), "letter_for_case", next(cases)))
    if not (opened and opened["text"] and found):
        raise RuntimeError("A loaded letter could not be opened with its text.")
    asked.resident = psutil.Process().memory_info().rss
    return asked


def _search(what: str, words: str, served: Snapshot, ask: Callable[..., Any]) -> Callable[[], Any]:
    """What a search for `words` costs: the index alone, asked anew each time, or joined to the facts with its letters kept."""
    best = ask("decisions", 20, 0, "relevance")
    shown = tuple((row["letter_key"], row["text_part"], row["ordinal"]) for row in best)
    first = best[0]["letter_id"] if best else ""

    def anew(find: Callable[[Path, str], Any]) -> Any:
        forget()
        return find(served.index, words)

    return {
        "letters found": lambda: anew(letters_with),
        "letters ranked": lambda: anew(ranked),
        "decisions counted": lambda: ask("counts", "outcome"),
        "headline": lambda: ask("headline"),
        "page 1, best match first": lambda: ask("decisions", 20, 0, "relevance"),
        "page 500, best match first": lambda: ask("decisions", 20, 9980, "relevance"),
        "next and previous letter": lambda: ask("neighbours", first, "relevance"),
        "snippets of a page": lambda: ask("snippets", shown),
    }[what]


def _ask_pandas(repeats: int, served: Snapshot) -> Asked:
    say(f"{served.decisions:,} decisions: pandas")
    with served.connect() as connection:
        twin = InPandas(connection)
    return _ask_twin(repeats, twin)


def _ask_lists(repeats: int, database: Path) -> Asked:
    say("the same with list columns, 1 thread")
    with duckdb.connect(str(database), True, {"threads": 1}) as connection:
        return _ask_twin(repeats, InLists(connection))


def _ask_twin(repeats: int, twin: InPandas | InLists) -> Asked:
    asked = Asked()
    for key, question, view in _pairs(twins=True):
        twin.filters = view.filters
        asked.ms[key], answer = _timed(repeats, lambda q=question: getattr(twin, q.method)(*q.arguments))
        asked.answers[key] = {name: sums[:3] for name, sums in answer.items()}
    asked.resident = psutil.Process().memory_info().rss
    return asked


def _timed(repeats: int, work: Callable[[], Any], before: Callable[[], Any] = lambda: None) -> tuple[float, Any]:
    """The median in milliseconds of warm repeats after a first one, and the answer; what takes long is repeated less.

    With no repeats it is the first one. `before` is done ahead of each and not timed.
    """
    taken: list[float] = []
    while True:
        before()
        started = time.perf_counter()
        answer = work()
        taken.append(time.perf_counter() - started)
        enough = sum(taken) >= _ENOUGH_SECONDS and len(taken) > 2
        if len(taken) > repeats or enough or (sum(taken) >= _LONG_SECONDS and len(taken) > 1):
            return round(1000 * median(taken[1:] or taken), 3), answer


def _plain(answer: Any) -> dict[object, tuple[float, ...]]:
    """An answer of the reader as key to decided, overturned and letters, or as key to a count."""

    def of(rate: Rate) -> tuple[int, ...]:
        return rate.n, rate.y, rate.letters

    if isinstance(answer, Headline):
        return {"": of(answer.rate)}
    if isinstance(answer, dict):
        return {key: of(value) if isinstance(value, Rate) else (value,) for key, value in answer.items()}
    return {_name(one): of(one.rate) for one in answer}


def _name(one: Group | Period) -> str | date:
    return one.key if isinstance(one, Group) else one.start


def must_agree(reader: Asked, beside: Asked, name: str) -> None:
    """Raises RuntimeError where another way of asking gives other numbers than the reader, naming the first of them."""
    for key, answer in beside.answers.items():
        ours = reader.answers[key]
        for value in {**answer, **ours}:
            if answer.get(value) != ours.get(value):
                raise RuntimeError(
                    f"{name} and the reader differ on {key}, {value!r}: {answer.get(value)} and {ours.get(value)}"
                )
