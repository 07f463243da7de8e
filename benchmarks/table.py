"""Run every comparison, one thread each, and write one table.

    python benchmarks/table.py [--small] [--folder build/bench]

The table lies in the folder as ``table.md`` and ``table.csv``; what a comparison needs for longer
than one run (the folds already played) lies beside it. Exit code 1 where something is not met. A
miniature without the public tables leaves out what reads them, and says so, as the tests do.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from public import data_folder
from rows import ROOT, as_markdown, one_thread, read, write

PARTS = ("solver", "million", "auc", "boosted_auc", "single")
PUBLIC = ("million", "auc", "boosted_auc", "single")  # what reads the public tables
RESUMED = {"auc": "folds.jsonl", "boosted_auc": "tuned.jsonl"}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="the declared miniature of each")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "bench")
    options = parser.parse_args()
    rows, parts = [], PARTS
    if options.small:
        try:
            data_folder()
        except SystemExit as absent:
            print(f"Left out: {', '.join(PUBLIC)}. {absent}")
            parts = tuple(part for part in PARTS if part not in PUBLIC)
    for part in parts:
        out = options.folder / f"{part}.json"
        out.unlink(missing_ok=True)
        script = Path(__file__).parent / f"{part}.py"
        words = [sys.executable, str(script), "--out", str(out)]
        words += ["--small"] if options.small else []
        if part in RESUMED and not options.small:
            words += ["--resume", str(options.folder / RESUMED[part])]
        done = subprocess.run(words, check=False, env=one_thread(), stdout=subprocess.DEVNULL)
        if not out.exists():
            print(f"benchmarks/{part}.py stopped with exit code {done.returncode}; see above.")
            return 2
        rows += read(out)
    write(rows, options.folder)
    print(as_markdown(rows))
    print(f"Written to {options.folder}/table.md and table.csv")
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
