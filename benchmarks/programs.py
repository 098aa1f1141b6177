"""Runs the loader as people do, as a program of its own, and watches its time and memory."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
_BETWEEN = 0.05
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished program: wall-clock seconds, peak resident bytes of its first process and of all its processes, output.

    `all_bytes` adds up what is resident in each process, so pages that they share count once for each.
    """

    seconds: float
    main_bytes: int
    all_bytes: int
    output: str


def loaders(*arguments: str | Path) -> Run:
    """Run `python -m loaders ARGUMENTS`, its progress on standard error. Raises RuntimeError when it does not end with 0."""
    command = [sys.executable, "-m", "loaders", *map(str, arguments)]
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:  # noqa: S603
        peaks = [0, 0]
        watching = threading.Thread(target=_watch, args=(program, peaks), daemon=True)
        watching.start()
        output = program.stdout.read() if program.stdout else ""
        program.wait()
        seconds = time.perf_counter() - started
        watching.join()
    if program.returncode:
        raise RuntimeError(f"python -m loaders {arguments[0]} ended with {program.returncode}: {output[-2000:]}")
    return Run(seconds, *peaks, output)


def _watch(program: subprocess.Popen[str], peaks: list[int]) -> None:
    with suppress(psutil.NoSuchProcess):
        main = psutil.Process(program.pid)
        while program.poll() is None:
            resident = [_resident(process) for process in (main, *main.children(recursive=True))]
            peaks[0] = max(peaks[0], resident[0])
            peaks[1] = max(peaks[1], sum(resident))
            time.sleep(_BETWEEN)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended
        return 0


def bytes_below(*paths: Path) -> int:
    """Bytes of these files and of all files below these folders."""
    files = [file for path in paths for file in ((path,) if path.is_file() else path.rglob("*"))]
    return sum(file.stat().st_size for file in files if file.is_file())


def say(text: str) -> None:
    """One line of progress on standard error."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)
