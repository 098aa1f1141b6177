"""Where questions in SQL wait for their turn: a few run at once, equal ones run once, and what nobody waits for is ended."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Literal

from data.errors import OverturnError
from data.sqlrun import QueryError, Question, Result, run

State = Literal["waiting", "running", "done", "failed"]
AT_ONCE = 2
MOST_WAITING = 20
UNSEEN = 6.0
"""Seconds after which somebody who has not looked is taken to have left."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """How far a question is: its state, percent done (none while unknown), seconds so far, how many are before it."""

    state: State
    percent: float | None = None
    seconds: float = 0.0
    ahead: int = 0


@dataclass(slots=True, eq=False)
class _Work:
    """A question under way, for all who asked it."""

    question: Question
    seen: dict[str, float] = field(default_factory=dict)
    state: State = "waiting"
    percent: float | None = None
    since: float = field(default_factory=time.monotonic)
    result: Result | None = None
    error: str = ""


class Ticket:
    """One person's hold on a question: looking at it keeps it alive."""

    def __init__(self, desk: Desk, work: _Work, who: str) -> None:
        self._desk, self._work, self._who = desk, work, who

    @property
    def question(self) -> Question:
        """What was asked."""
        return self._work.question

    def look(self) -> Status:
        """How far it is."""
        return self._desk.status(self._work, self._who)

    def wait(self, seconds: float) -> Status:
        """How far it is after at most so many seconds, sooner where it ends sooner."""
        return self._desk.waited(self._work, self._who, seconds)

    def leave(self) -> None:
        """Wait no longer; the last to leave ends the question."""
        self._desk.left(self._work, self._who)

    def answer(self) -> Result:
        """The answer, once the state is `done` or `failed`. Raises QueryError."""
        if self._work.result is None:
            raise QueryError(self._work.error or "The query was stopped.")
        return self._work.result


class Desk:
    """The questions of one server. Its methods may be called from any thread."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING, unseen: float = UNSEEN) -> None:
        self._at_once, self._most_waiting, self._unseen = at_once, most_waiting, unseen
        self._changed = threading.Condition()
        self._line: list[_Work] = []  # waiting and running, in the order they came

    def ask(self, question: Question, who: str) -> Ticket:
        """Put a question, or join the one that is the same. Raises QueryError where too many wait already."""
        with self._changed:
            work = next((one for one in self._line if one.question == question and one.seen), None)
            if work is None:
                if len(self._line) >= self._at_once + self._most_waiting:
                    raise QueryError(
                        f"{len(self._line)} queries are running or waiting already. Try again in a minute."
                    )
                work = _Work(question)
                self._line.append(work)
                threading.Thread(target=self._serve, args=(work,), name="sql", daemon=True).start()
            work.seen[who] = time.monotonic()
        return Ticket(self, work, who)

    def status(self, work: _Work, who: str) -> Status:
        """How far a question is, for somebody who thereby still waits for it."""
        with self._changed:
            if who in work.seen:
                work.seen[who] = time.monotonic()
            ahead = self._line.index(work) if work.state == "waiting" and work in self._line else 0
            return Status(work.state, work.percent, time.monotonic() - work.since, ahead)

    def waited(self, work: _Work, who: str, seconds: float) -> Status:
        """How far a question is once it has ended, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: work.state in ("done", "failed"), seconds)
        return self.status(work, who)

    def left(self, work: _Work, who: str) -> None:
        """Somebody waits no longer."""
        with self._changed:
            work.seen.pop(who, None)
            self._changed.notify_all()

    def _forsaken(self, work: _Work) -> bool:
        now = time.monotonic()
        return all(now - at > self._unseen for at in work.seen.values())

    def _serve(self, work: _Work) -> None:
        """Wait for its turn, run it, keep what comes. The thread lives as long as the child, which dies with it."""
        try:
            with self._changed:
                while self._line.index(work) >= self._at_once and not self._forsaken(work):
                    self._changed.wait(0.5)
                work.state, work.since = "running", time.monotonic()
            if not self._forsaken(work):
                work.result = run(
                    work.question, told=lambda percent: _told(work, percent), stopped=lambda: self._forsaken(work)
                )
        except OverturnError as error:
            work.error = str(error)
        except Exception as error:  # the trace is for the log, not for the page
            _LOG.exception("a query could not be run")
            work.error = f"The query could not be run ({type(error).__name__}). Try again; if it stays, tell whoever runs this installation."
        finally:
            with self._changed:
                self._line.remove(work)
                work.state = "done" if work.result is not None else "failed"
                self._changed.notify_all()
            _note(work)


def _told(work: _Work, percent: float) -> None:
    work.percent = percent if percent > 0 else None


def _note(work: _Work) -> None:
    """The one place that hears of every query that was run: how it ended, never its text."""
    rows = work.result.table.num_rows if work.result else 0
    _LOG.info("query %s after %.1f s, %d rows", work.state, time.monotonic() - work.since, rows)
