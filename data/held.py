"""What questions hold in memory between them: columns, items of filters, terms. It belongs to a connection and goes with it.

Everything here can be made anew from the snapshot, so what was used longest ago is let go when room runs out. Safe to use
from several threads: two that miss the same thing at once both make it, and one of them is kept.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, finalize

import duckdb

T = TypeVar("T")
LEAST_ROOM = 32_000_000
BYTES_A_DECISION = 56
"""Room for columns and filters together, of the largest snapshot that is held: 140 MB with 2.5 million decisions."""
OF_FILTERS = ("chosen", "sides")
"""What keys of filters begin with; all else is of a snapshot."""
IDLE_SECONDS = 900.0
"""So long after the last question everything is let go."""


class Held:
    """Values by key for one connection; all of them share the room."""

    def __init__(self) -> None:
        self.decisions = 0

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """The value of `key`, made where it is not held; `size` tells its bytes."""
        found = _ROOM.find((id(self), key))
        if found is None:
            found = make()
            _ROOM.keep((id(self), key), found, size(found), BYTES_A_DECISION * self.decisions)
        return found  # type: ignore[no-any-return]


class _Room:
    """All that is held, the longest unused first, with its bytes."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a connection may end, and its things with it, while this thread is in here
        self._values: OrderedDict[tuple[int, Hashable], tuple[Any, int]] = OrderedDict()
        self._bytes, self._used = 0, 0.0
        self._timer: threading.Timer | None = None

    def find(self, key: tuple[int, Hashable]) -> Any:
        with self._lock:
            self._used = time.monotonic()
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def keep(self, key: tuple[int, Hashable], value: Any, size: int, room: int) -> None:
        with self._lock:
            self._drop(key)
            self._values[key] = value, size
            self._bytes += size
            while self._bytes > max(room, LEAST_ROOM) and len(self._values) > 1:
                self._drop(next(iter(self._values)))
            self._watch()

    def forget(self, owner: int | None = None) -> None:
        """Let go of what belongs to `owner`, or of everything."""
        with self._lock:
            for key in [key for key in self._values if owner in (None, key[0])]:
                self._drop(key)

    def forget_filters(self) -> None:
        """Let go of what is of one filter."""
        with self._lock:
            for key in [key for key in self._values if isinstance(key[1], tuple) and key[1][0] in OF_FILTERS]:
                self._drop(key)

    def bytes(self) -> int:
        return self._bytes

    def _drop(self, key: tuple[int, Hashable]) -> None:
        if key in self._values:
            self._bytes -= self._values.pop(key)[1]

    def _watch(self) -> None:
        if self._timer is None:
            left = max(0.05, self._used + IDLE_SECONDS - time.monotonic())
            self._timer = threading.Timer(left, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        with self._lock:
            self._timer = None
            if time.monotonic() - self._used >= IDLE_SECONDS:
                self.forget()
                _give_back()
            if self._values:
                self._watch()


def _give_back() -> None:
    """Give freed memory back to the system, where the C library can: it keeps pieces below 32 MB otherwise."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


_ROOM = _Room()
_OF: WeakKeyDictionary[duckdb.DuckDBPyConnection, Held] = WeakKeyDictionary()
_OF_LOCK = threading.Lock()


def held_for(connection: duckdb.DuckDBPyConnection) -> Held:
    """What is held for this very connection; nothing yet at the first call. It is let go when the connection is."""
    with _OF_LOCK:
        held = _OF.get(connection)
        if held is None:
            held = _OF[connection] = Held()
            finalize(held, _ROOM.forget, id(held))
        return held


def held_bytes() -> int:
    """How many bytes are held in this process, of all connections."""
    return _ROOM.bytes()


def forget(filters_alone: bool = False) -> None:
    """Let go of everything, as if no question had been asked, or of filters alone, as if none had been asked under these."""
    if filters_alone:
        _ROOM.forget_filters()
    else:
        _ROOM.forget()
