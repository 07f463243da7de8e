"""Statistics on a million rows: DeLong's AUC against scikit-learn's, and the PSI of 50 features.

Ours gives the AUC with its variance and interval, scikit-learn's `roc_auc_score` the AUC alone.
Both take turns in one process, so that whatever else the machine does falls on both alike; numbers
are medians. The exponent is that of seconds ~ rows^exponent between a tenth of the rows and all of
them: 1 is linear, n·log n is about 1.08 there. PSI is of two samples a feature, one series at a
time: the bins found and counted on the first, the second counted and compared.

python benchmarks/metrics.py [--small] [--out FILE]
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import polars as pl
from rows import Row, command, finish, times
from sklearn.metrics import roc_auc_score

from scorecard import metrics

ROWS, FEATURES, ROUNDS = 1_000_000, 50, 5
SECONDS, EXPONENT, AGREE = 2.0, 1.3, 1e-12
#: At a miniature's size fixed costs decide, so its seconds only tell.
FULL_SIZE = ("metrics",)


def sample(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return outcomes, risks and weights."""
    draw = np.random.default_rng(0)
    risk = draw.normal(-3.0, 1.0, rows)
    y = (draw.random(rows) < 1 / (1 + np.exp(-risk))).astype(np.float64)
    return y, risk, draw.uniform(0.5, 2.0, rows)


def measure(sides: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Return each side's median seconds, sides in turn."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, side in sides.items():
            begun = time.perf_counter()
            side()
            taken[name].append(time.perf_counter() - begun)
    return {name: median(each) for name, each in taken.items()}


def of_areas(rows: int) -> tuple[dict[str, float], float]:
    """Return the seconds of every side, and by how much the AUCs differ."""
    y, risk, weight = sample(rows)
    gap = abs(metrics.delong(y, risk) - roc_auc_score(y, risk))
    return (
        measure(
            {
                "ours": lambda: metrics.delong(y, risk),
                "weighted": lambda: metrics.delong(y, risk, weight),
                "sklearn": lambda: roc_auc_score(y, risk),
                "sklearn, weighted": lambda: roc_auc_score(y, risk, sample_weight=weight),
            }
        ),
        gap,
    )


def of_stability(rows: int) -> float:
    """Return the seconds of 50 features, each with ties or missing values as real ones have."""
    draw = np.random.default_rng(1)
    seconds = 0.0
    for each in range(FEATURES):
        pair = []
        for _ in range(2):
            values = draw.normal(size=rows)
            if each % 2:
                values = np.where(draw.random(rows) < 0.3, 0.0, np.exp(values).round(2))
            pair.append(pl.Series(values).set(pl.Series(draw.random(rows) < 0.02), None))
        begun = time.perf_counter()
        metrics.StabilityBins.fit(pair[0]).psi(pair[1])
        seconds += time.perf_counter() - begun
    return seconds


def shown(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def main() -> int:
    options = command(__doc__).parse_args()
    rows = ROWS // 20 if options.small else ROWS
    (few, _), (many, gap) = of_areas(rows // 10), of_areas(rows)
    lines = [
        Row(
            "agreement", f"AUC of {rows:,} rows: difference from sklearn.roc_auc_score",
            f"{gap:.1e}", "", "", f"< {AGREE:g}", bool(gap < AGREE),
        )
    ]  # fmt: skip
    for ours, peer, told in (
        ("ours", "sklearn", ""),
        ("weighted", "sklearn, weighted", ", weighted"),
    ):
        lines.append(
            Row(
                "metrics", f"AUC with DeLong's variance, {rows:,} rows{told}; peer without one",
                shown(many[ours]), shown(many[peer]), times(many[peer] / many[ours]),
                f"< {SECONDS:g} s", many[ours] < SECONDS,
            )
        )  # fmt: skip
    grown = {name: math.log10(many[name] / few[name]) for name in many}
    lines.append(
        Row(
            "metrics", f"exponent of growth, {rows // 10:,} to {rows:,} rows",
            f"{grown['ours']:.2f}", f"{grown['sklearn']:.2f}", "", f"< {EXPONENT:g}",
            grown["ours"] < EXPONENT,
        )
    )  # fmt: skip
    stability = of_stability(rows)
    lines.append(
        Row(
            "metrics", f"PSI of {FEATURES} features, 2 × {rows:,} rows each, bins found and frozen",
            shown(stability), "", "", f"< {SECONDS:g} s", stability < SECONDS,
        )
    )  # fmt: skip
    return finish(lines, options.out, unjudged=FULL_SIZE if options.small else ())


if __name__ == "__main__":
    sys.exit(main())
