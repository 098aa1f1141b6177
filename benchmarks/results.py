"""What was measured, kept in `benchmarks/results.json`: each part with the machine and the day it was measured on.

A part that is measured again takes the place of its old figures and leaves the other parts alone.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
PARTS = ("parsing", "loading", "queries")
_LIBRARIES = ("duckdb", "pandas", "pyarrow", "pypdfium2", "tantivy")


def machine() -> dict[str, Any]:
    """The machine and the versions that the figures hold for."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _memory() -> int:
    """Bytes of memory of the machine, 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0


def read_results(path: Path = RESULTS) -> dict[str, Any]:
    """The kept figures by part, an empty dict where nothing was measured. Raises ValueError when the file is damaged."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {part: kept[part] for part in PARTS if part in kept}


def keep(part: str, figures: Mapping[str, Any], seconds: float, path: Path = RESULTS) -> dict[str, Any]:
    """Put the figures of one part in place of its old ones and return all; readers see the old file or the new one."""
    measured = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "seconds": round(seconds),
        "machine": machine(),
        "figures": dict(figures),
    }
    results = {**read_results(path), part: measured}
    results = {name: results[name] for name in PARTS if name in results}
    made = path.with_name(path.name + ".new")
    made.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    made.replace(path)
    return results
