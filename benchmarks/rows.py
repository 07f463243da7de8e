"""One table for every comparison: what was measured, both sides, and whether it is what we want."""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_NUM", "POLARS_MAX", "RAYON_NUM")


@dataclass(frozen=True)
class Row:
    """One line of the table; numbers are already text, ``met`` is None where nothing is wanted."""

    row: str
    what: str
    ours: str
    peer: str
    ratio: str
    wanted: str
    met: bool | None

    def cells(self) -> tuple[str, ...]:
        """Return the line's seven texts."""
        *texts, met = astuple(self)
        return (*texts, {True: "yes", False: "NO", None: ""}[met])


HEADS = tuple(field.name for field in fields(Row))


def times(ratio: float) -> str:
    """Return how many times faster or smaller as text."""
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.2g} ×"


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the table in markdown."""
    lines = [HEADS, ("---",) * len(HEADS), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def write(rows: Sequence[Row], folder: Path) -> None:
    """Write the table as ``table.md`` and ``table.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.md").write_text(as_markdown(rows), encoding="utf-8")
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADS, *(row.cells() for row in rows)])


def read(path: Path) -> list[Row]:
    """Return the rows that `finish` left in a file."""
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def command(described: str | None) -> argparse.ArgumentParser:
    """Return the options that every comparison has."""
    parser = argparse.ArgumentParser(
        description=described, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="the declared miniature")
    parser.add_argument("--out", type=Path, help="a file for the rows, as JSON")
    return parser


def finish(rows: Sequence[Row], out: Path | None, *, unjudged: Sequence[str] = ()) -> int:
    """Print the rows, write them where asked, and return 1 if one is not what is wanted.

    What is wanted of the full size is not asked of a miniature: there, rows of the numbers
    ``unjudged`` only tell.
    """
    rows = [replace(r, wanted="", met=None) if r.row in unjudged else r for r in rows]
    print(as_markdown(rows))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1)
        out.write_text(content, encoding="utf-8")
    return int(any(row.met is False for row in rows))


def installed(peer: str) -> bool:
    """Whether a peer can be imported; say so where it cannot."""
    found = importlib.util.find_spec(peer) is not None
    if not found:
        print(f"{peer} is not installed; its side is left out (make bench).", file=sys.stderr)
    return found


def one_thread() -> dict[str, str]:
    """Return an environment in which every library uses one thread; set before they start."""
    return {**os.environ, **{f"{library}_THREADS": "1" for library in LIBRARIES}}
