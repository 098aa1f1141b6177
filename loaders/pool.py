"""Chunks parsed by several processes, here or on a cluster, with the same answers in the same order.

The machinery is the standard library's executor, or dask.distributed's in its place. A process that dies loses nothing:
its chunks are done again, letter by letter where a chunk kills twice, so that one letter cannot stop a load.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from importlib import import_module
from itertools import chain, islice
from multiprocessing.connection import wait
from typing import Any

from data.errors import OverturnError
from loaders.chunks import Chunk, Done, parse_chunk, single, versions
from loaders.read import Rejected

_WORKERS_WITHIN = 30  # seconds
_AHEAD = 3  # chunks a process that may wait: enough to keep it busy, few enough to bound memory
_DIED_CODE = "reader_died"
_DIED = (
    "The process that read this file died (out of memory, or a fault in a library that reads PDFs); "
    "all other files were read."
)


def usual_workers() -> int:
    """As many processes as this one may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parse_all(chunks: Iterable[Chunk], workers: int | None = None, scheduler: str | None = None) -> Iterator[Done]:
    """What became of every chunk, in the order given.

    `workers` None: one a core. A load of a single chunk, and one with `workers` 1, is parsed in this process. `scheduler`
    is the address of a Dask scheduler; it needs the package `distributed` here and `loaders` on the workers' path.
    """
    if scheduler:
        yield from _ordered(chunks, lambda: _dask(scheduler), 4)
        return
    count = usual_workers() if workers is None else workers
    ahead = iter(chunks)
    first = list(islice(ahead, 2))
    if count <= 1 or len(first) < 2:
        yield from map(parse_chunk, chain(first, ahead))
        return
    yield from _ordered(chain(first, ahead), lambda: _local(count), count)


def _local(workers: int) -> Executor:
    # A new interpreter each: a fork of this process would share the threads and locks of the database.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Have this process end when the one that started it is gone: one that was killed cannot tell it, and it would wait for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _dask(address: str) -> Any:
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise OverturnError(
            "--scheduler needs the package distributed, which is optional: pip install -r requirements-cluster.txt."
        ) from error
    try:
        client = distributed.Client(address, timeout="10s")
    except (OSError, TimeoutError, ValueError) as error:
        raise OverturnError(
            f"No Dask scheduler answers at {address}: {error}. Start one (dask scheduler), or leave --scheduler out."
        ) from error
    _need_workers(client, address)
    return client.get_executor(pure=False)


def _need_workers(client: Any, address: str) -> None:
    """A worker that has this program, in the versions of here: without one a load would wait for ever, or mix what two versions read."""
    how = "Start scheduler and workers in the folder of this program with PYTHONPATH=. (ARCHITECTURE.md, On a cluster), then load again."
    try:
        client.wait_for_workers(1, timeout=_WORKERS_WITHIN)
        theirs = client.submit(versions, pure=False).result(timeout=_WORKERS_WITHIN)
    except TimeoutError as error:
        raise OverturnError(f"No worker of the Dask scheduler at {address} answers. {how}") from error
    except (RuntimeError, ImportError) as error:
        raise OverturnError(
            f"The Dask scheduler at {address} or its workers lack this program: {error}. {how}"
        ) from error
    if theirs != versions():
        raise OverturnError(
            f"The workers at {address} read letters with other versions of parser and vocabulary ({theirs}) than this "
            f"program ({versions()}). Bring them to the same version, then load again."
        )


def _ordered(chunks: Iterable[Chunk], start: Callable[[], Any], width: int) -> Iterator[Done]:
    executor = start()
    waiting: deque[tuple[Chunk, Future[Done]]] = deque()
    try:
        for chunk in chunks:
            waiting.append((chunk, executor.submit(parse_chunk, chunk)))
            if len(waiting) < width * _AHEAD:
                continue
            done, executor = _next(waiting, executor, start)
            yield done
        while waiting:
            done, executor = _next(waiting, executor, start)
            yield done
    finally:
        for _, future in waiting:
            future.cancel()
        with suppress(Exception):
            executor.shutdown(wait=True, cancel_futures=True)


def _next(waiting: deque[tuple[Chunk, Future[Done]]], executor: Any, start: Callable[[], Any]) -> tuple[Done, Any]:
    """The answer to the oldest chunk. Where a process died, all that waited is handed to new ones."""
    chunk, future = waiting[0]
    try:
        done = future.result()
    except BrokenProcessPool:
        executor.shutdown(wait=False, cancel_futures=True)
        done, executor = _again(chunk, start)
        waiting.popleft()
        others = [other for other, _ in waiting]
        waiting.clear()
        waiting.extend((other, executor.submit(parse_chunk, other)) for other in others)
        return done, executor
    except Exception as error:
        if type(error).__name__ != "KilledWorker":  # what Dask raises where workers died over a task
            raise
        done = _alone(chunk, start)
    waiting.popleft()
    return done, executor


def _again(chunk: Chunk, start: Callable[[], Any]) -> tuple[Done, Any]:
    """The chunk once more in new processes; letter by letter where they die of it, too."""
    executor = start()
    try:
        return executor.submit(parse_chunk, chunk).result(), executor
    except BrokenProcessPool:
        executor.shutdown(wait=False, cancel_futures=True)
        return _alone(chunk, start), start()


def _alone(chunk: Chunk, start: Callable[[], Any]) -> Done:
    """Every letter of a chunk as a task of its own; one that kills its process is refused."""
    done = Done(chunk.name, 0, chunk.pieces[-1].source)
    executor = start()
    try:
        for one in single(chunk):
            try:
                part = executor.submit(parse_chunk, one).result()
            except Exception as error:
                if not isinstance(error, BrokenProcessPool) and type(error).__name__ != "KilledWorker":
                    raise
                part = Done(one.name, 1, rejected=[Rejected(one.pieces[0].source, _DIED_CODE, _DIED)])
                if isinstance(error, BrokenProcessPool):
                    executor.shutdown(wait=False, cancel_futures=True)
                    executor = start()
            done.seen += part.seen
            done.rejected += part.rejected
            for table, files in part.tables.items():
                done.tables.setdefault(table, []).extend(files)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    died = [refused for refused in done.rejected if refused.code == _DIED_CODE]
    if len(died) == len(chunk.pieces) > 1:
        raise OverturnError(
            "The processes that parse letters die as soon as they start, so it is not the letters. "
            "Nothing that was published has changed. See the system's log for why, or load with --workers 1."
        )
    return done
