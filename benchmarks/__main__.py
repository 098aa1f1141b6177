"""`python -m benchmarks [FOLDER]`: prints what was measured on this machine."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from benchmarks import parsing


def main() -> int:
    """Measure on the letters of the given folder, of OVERTURN_LETTERS, or on the samples."""
    samples = Path(__file__).resolve().parents[1] / "data" / "samples" / "letters"
    named = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("OVERTURN_LETTERS", str(samples)))
    folder = named if named.is_dir() else samples
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; letters: {folder.name}")
    for name, cost, remark in parsing.measure(folder):
        print(
            f"{name:<46}{cost:>10,.3f}  {remark}"
            if name != "letters"
            else f"{cost:,.0f} letters, {remark}; ms a letter:"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
