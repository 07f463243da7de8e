"""One application through a fitted card: a mapping's score, and `predict_proba` of a frame's row.

Medians of single calls, each over applications that differ.

python benchmarks/single.py [--small] [--out FILE]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from public import TABLES
from rows import Row, command, finish

WANTED_MAPPING, WANTED_PROBABILITY = 100e-6, 1e-3
FIT_ROWS = 20_000


def seconds(call: Callable[[Any], Any], arguments: list[Any], rounds: int) -> float:
    """Return the median time of one call, after each argument has been seen once."""
    for argument in arguments:
        call(argument)
    taken = []
    for k in range(rounds):
        argument = arguments[k % len(arguments)]
        begun = time.perf_counter()
        call(argument)
        taken.append(time.perf_counter() - begun)
    return median(taken)


def as_rows(table: str, rounds: int) -> list[Row]:
    """Fit the card of one table and return its two lines."""
    from scorecard.models import ScorecardClassifier

    X, y = next(each for each in TABLES if each.name == table).load()
    model = ScorecardClassifier().fit(X.iloc[:FIT_ROWS], y[:FIT_ROWS])
    frames = [X.iloc[[k]] for k in range(50)]
    mappings = X.iloc[:50].to_dict("records")
    score = model.scorecard_.compile()
    told = f"{table}, {len(model.scorecard_.features)} features"
    lines = []
    for what, call, arguments, wanted in (
        ("score of one mapping, compiled", score, mappings, WANTED_MAPPING),
        ("predict_proba of a frame of one row", model.predict_proba, frames, WANTED_PROBABILITY),
    ):
        taken = seconds(call, arguments, rounds)
        lines.append(
            Row(
                "5", f"{what}; {told}", f"{taken * 1e6:.1f} µs", "", "", f"< {wanted * 1e6:.0f} µs",
                taken < wanted,
            )
        )  # fmt: skip
    return lines


def main() -> int:
    options = command(__doc__).parse_args()
    tables = ["german"] if options.small else ["german", "give_me_some_credit"]
    rounds = 200 if options.small else 2_000
    return finish([line for table in tables for line in as_rows(table, rounds)], options.out)


if __name__ == "__main__":
    sys.exit(main())
