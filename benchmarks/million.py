"""Fit, transform and score a million rows, beside optbinning, one thread each.

Give Me Some Credit, repeated until it has 1,050,000 rows and jittered so that values differ. Fits
are told bins of at least 5% (optbinning's own least prebin; ours counts the share of all rows,
theirs of those not missing), and either the direction of every feature, or ``auto``, whose search
differs; both keep their own default of prebins. Total IV is computed from each
side's cut points by one formula, missing values in their bin. Each fit has a process of its own,
whose peak memory is told above what the loaded table took; sides take turns. Seconds are the
processor's: of one thread they are those of an idle machine, whatever else runs on this one.

    python benchmarks/million.py [--small] [--rows 1050000] [--rounds 3] [--out FILE]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from public import TABLES
from rows import Row, command, finish, installed, one_thread, times

WANTED_FIT, WANTED_SCORE = 15.0, 5.0
LEAST = 0.05
PDO, SCORE, ODDS = 20, 600, 30
FIT_ROWS = 105_000  # cards to be scored are fitted on so many
SMALL_ROWS = 20_000
SEED = 3
DECLARED = {
    "RevolvingUtilizationOfUnsecuredLines": "ascending",
    "age": "descending",
    "NumberOfTime30-59DaysPastDueNotWorse": "ascending",
    "DebtRatio": "ascending",
    "MonthlyIncome": "descending",
    "NumberOfOpenCreditLinesAndLoans": "descending",
    "NumberOfTimes90DaysLate": "ascending",
    "NumberRealEstateLoansOrLines": "descending",
    "NumberOfTime60-89DaysPastDueNotWorse": "ascending",
    "NumberOfDependents": "ascending",
}
AUTO = dict.fromkeys(DECLARED, "auto")
TOLD = {"declared": DECLARED, "auto": AUTO}
Trends = Mapping[str, str]


def enlarged(rows: int) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the table with as many rows, every value jittered within its own resolution."""
    X, y = next(table for table in TABLES if table.name == "give_me_some_credit").load()
    take = np.arange(rows) % len(X)
    rng = np.random.default_rng(SEED)
    columns = {}
    for name in X:
        values = X[name].to_numpy()
        whole = np.nanmax(np.abs(values - np.round(values))) == 0
        columns[name] = values[take] + rng.random(rows) * (0.99 if whole else 1e-4)
    return pd.DataFrame(columns), y[take]


def fit_ours(
    X: pd.DataFrame, y: Any, trends: Trends
) -> Callable[[], Mapping[str, Sequence[float]]]:
    """Fit our binner; the answer tells its cut points."""
    from scorecard.binning import OptimalBinner

    binner = OptimalBinner(None, LEAST, dict(trends)).fit(X, y)
    return lambda: binner.splits_


def fit_optbinning(
    X: pd.DataFrame, y: Any, trends: Trends
) -> Callable[[], Mapping[str, Sequence[float]]]:
    """Fit optbinning's process; the answer tells its cut points."""
    from optbinning import BinningProcess

    told = {name: {"monotonic_trend": trend} for name, trend in trends.items()}
    process = BinningProcess(list(X.columns), binning_fit_params=told).fit(X, y)
    return lambda: {name: list(process.get_binned_variable(name).splits) for name in X}


FITS = {"ours": fit_ours, "optbinning": fit_optbinning}


def total_iv(X: pd.DataFrame, y: NDArray[np.int64], splits: Mapping[str, Sequence[float]]) -> float:
    """Return the information value of all features, missing values in a bin of their own."""
    total = 0.0
    for name, cuts in splits.items():
        values = X[name].to_numpy()
        codes = np.searchsorted(cuts, values, side="right")
        codes[np.isnan(values)] = len(cuts) + 1
        bads = np.bincount(codes, y, minlength=len(cuts) + 2)
        goods = np.bincount(codes, 1 - y, minlength=len(cuts) + 2)
        held = (bads > 0) & (goods > 0)
        p, q = bads[held] / bads.sum(), goods[held] / goods.sum()
        total += float(((p - q) * np.log(p / q)).sum())
    return total


def run_fit(side: str, file: Path, trends: Trends) -> dict[str, Any]:
    """Fit one side and return seconds, megabytes above the loaded table, and total IV."""
    FITS[side](*_load(file, 2_000), trends)  # imports, and whatever is done once
    X, y = _load(file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    told = FITS[side](X, y, trends)
    seconds = time.process_time() - begun
    above = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"seconds": seconds, "megabytes": above / 1024, "iv": total_iv(X, y, told())}


def run_score(side: str, file: Path, rounds: int) -> dict[str, Any]:
    """Score all rows, both sides in turn unless ``side`` is ours; return median seconds."""
    from scorecard.models import ScorecardClassifier

    X, y = _load(file)
    train, bad = X.iloc[:FIT_ROWS], y[:FIT_ROWS]
    card = ScorecardClassifier().fit(train, bad)
    sides: dict[str, Callable[[], Any]] = {
        "ours": lambda: card.scorecard_.score(card.points(X)),
    }
    if side != "ours":
        from optbinning import BinningProcess, Scorecard
        from sklearn.linear_model import LogisticRegression

        peer = Scorecard(
            BinningProcess(list(X.columns)), LogisticRegression(), scaling_method="pdo_odds",
            scaling_method_params={"pdo": PDO, "scorecard_points": SCORE, "odds": ODDS},
        ).fit(train, bad)  # fmt: skip
        sides["optbinning"] = lambda: peer.score(X)
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, score in sides.items():
            begun = time.process_time()
            score()
            seconds[name].append(time.process_time() - begun)
    return {name: median(each) for name, each in seconds.items()}


def _load(file: Path, rows: int | None = None) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    with np.load(file) as held:  # column by column, so that loading peaks at the table's own size
        names = [name for name in held.files if name != "y"]
        return pd.DataFrame({name: held[name][:rows] for name in names}), held["y"][:rows]


def _apart(*words: object) -> Any:
    """Run this script in a process of its own and return what it found."""
    done = subprocess.run(
        [sys.executable, __file__, "--apart", *map(str, words)], check=True, text=True,
        stdout=subprocess.PIPE, env=one_thread(),
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def as_rows(
    fits: Mapping[tuple[str, str], Sequence[Mapping[str, float]]],
    scores: Mapping[str, float],
    rows: int,
) -> list[Row]:
    """Return the lines of the table; without a peer only our side."""

    def both(told: str, what: str) -> tuple[float, float | None]:
        mine, peer = (
            median(run[what] for run in fits[told, side]) if (told, side) in fits else None
            for side in FITS
        )
        return mine or 0.0, peer

    def line(row: str, what: str, unit: str, wanted: float, held: tuple[float, Any]) -> Row:
        mine, peer = held
        ratio = peer / mine if peer is not None and mine > 0 else None
        return Row(
            row, what, f"{mine:.3g} {unit}", "" if peer is None else f"{peer:.3g} {unit}",
            "" if ratio is None else times(ratio), f"≥ {wanted:g}",
            None if peer is None else ratio is None or ratio >= wanted,
        )  # fmt: skip

    size = f"{rows:,} rows × {len(DECLARED)} features, one thread"
    lines = []
    for told, words in (("declared", "directions declared"), ("auto", "trend auto on both sides")):
        seconds, ivs, memory = (both(told, what) for what in ("seconds", "iv", "megabytes"))
        lines += [
            line("2a", f"fit of all bins, {size}, {words}; peer BinningProcess", "s", WANTED_FIT,
                 seconds),
            Row(
                "2b", f"total IV of the same fits, {words}", f"{ivs[0]:.4f}",
                "" if ivs[1] is None else f"{ivs[1]:.4f}",
                "" if ivs[1] is None else f"{ivs[0] / ivs[1]:.4f} ×", "≥ 1",
                None if ivs[1] is None else ivs[0] >= ivs[1],
            ),
            line("2c", f"peak memory of the same fits, {words}, above the table", "MB", 1.0,
                 memory),
        ]  # fmt: skip
    lines.append(
        line(
            "3", f"points of every feature and score, {size}; peer Scorecard.score (score alone)",
            "s", WANTED_SCORE, (scores["ours"], scores.get("optbinning")),
        )
    )  # fmt: skip
    return lines


def main() -> int:
    if "--apart" in sys.argv:
        task, side, file, more = sys.argv[2:]
        path = Path(file)
        found = (
            run_fit(side, path, TOLD[more]) if task == "fit" else run_score(side, path, int(more))
        )
        print(json.dumps(found))
        return 0
    parser = command(__doc__)
    parser.add_argument("--rows", type=int, default=1_050_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.small:
        options.rows, options.rounds = SMALL_ROWS, 1
    sides = ["ours", *(["optbinning"] if installed("optbinning") else [])]
    fits: dict[tuple[str, str], list[Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.npz"
        X, y = enlarged(options.rows)
        np.savez(file, y=y, **{name: X[name].to_numpy() for name in X})
        del X, y
        for _ in range(options.rounds):
            for told, side in product(TOLD, sides):
                fits.setdefault((told, side), []).append(_apart("fit", side, file, told))
        scores = _apart("score", sides[-1], file, 2 * options.rounds)
    return finish(
        as_rows(fits, scores, options.rows),
        options.out,
        unjudged=("2a", "2b", "2c", "3") if options.small else (),
    )


if __name__ == "__main__":
    sys.exit(main())
