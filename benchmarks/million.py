"""Fit, transform and score a million rows, beside optbinning, one thread each.

Give Me Some Credit, repeated until it has 1,050,000 rows and jittered so that values differ. Both
sides are told the same: bad rates that rise or fall throughout, bins of at least 5% (optbinning's
own least prebin; ours counts the share of all rows, theirs of those not missing). Ours starts from
200 prebins, theirs from its tree's 20. Total IV is computed from each side's cut points by one
formula, missing values in their bin. Each fit has a process of its own, whose peak memory is told
above what the loaded table took; sides take turns.

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
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from public import TABLES
from rows import Row, command, finish, installed, one_thread, times

WANTED_FIT, WANTED_SCORE = 15.0, 5.0
LEAST, PREBINS = 0.05, 200
PDO, SCORE, ODDS = 20, 600, 30
FIT_ROWS = 105_000  # cards to be scored are fitted on so many
SMALL_ROWS = 20_000
SEED = 3


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


def fit_ours(X: pd.DataFrame, y: Any) -> Callable[[], Mapping[str, Sequence[float]]]:
    """Fit our binner; the answer tells its cut points."""
    from scorecard.binning import OptimalBinner

    binner = OptimalBinner(None, LEAST, "auto", max_prebins=PREBINS).fit(X, y)
    return lambda: binner.splits_


def fit_optbinning(X: pd.DataFrame, y: Any) -> Callable[[], Mapping[str, Sequence[float]]]:
    """Fit optbinning's process; the answer tells its cut points."""
    from optbinning import BinningProcess

    told = {name: {"monotonic_trend": "auto_asc_desc"} for name in X}
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


def run_fit(side: str, file: Path) -> dict[str, Any]:
    """Fit one side and return seconds, megabytes above the loaded table, and total IV."""
    FITS[side](*_load(file, 2_000))  # imports, and whatever is done once
    X, y = _load(file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    told = FITS[side](X, y)
    seconds = time.perf_counter() - begun
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
            begun = time.perf_counter()
            score()
            seconds[name].append(time.perf_counter() - begun)
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
    fits: Mapping[str, Sequence[Mapping[str, float]]], scores: Mapping[str, float], rows: int
) -> list[Row]:
    """Return the lines of the table; without a peer only our side."""

    def middle(side: str, what: str) -> float | None:
        return median(run[what] for run in fits[side]) if side in fits else None

    def line(row: str, what: str, unit: str, wanted: float, held: tuple[Any, Any]) -> Row:
        mine, peer = held[0] or 0.0, held[1]
        ratio = peer / mine if peer is not None and mine > 0 else None
        return Row(
            row, what, f"{mine:.3g} {unit}", "" if peer is None else f"{peer:.3g} {unit}",
            "" if ratio is None else times(ratio), f"≥ {wanted:g}",
            None if peer is None else mine <= 0 or peer / mine >= wanted,
        )  # fmt: skip

    size = f"{rows:,} rows × 10 features, one thread"
    mine, peer = middle("ours", "iv") or 0.0, middle("optbinning", "iv")
    return [
        line(
            "2a", f"fit of all bins, {size}; peer BinningProcess", "s", WANTED_FIT,
            (middle("ours", "seconds"), middle("optbinning", "seconds")),
        ),
        Row(
            "2b", "total IV of the same fits", f"{mine:.4f}", "" if peer is None else f"{peer:.4f}",
            "" if peer is None else f"{mine / peer:.4f} ×", "≥ 1",
            None if peer is None else mine >= peer,
        ),
        line(
            "2c", "peak memory of the same fits, above the table", "MB", 1.0,
            (middle("ours", "megabytes"), middle("optbinning", "megabytes")),
        ),
        line(
            "3", f"points of every feature and score, {size}; peer Scorecard.score (score alone)",
            "s", WANTED_SCORE, (scores["ours"], scores.get("optbinning")),
        ),
    ]  # fmt: skip


def main() -> int:
    if "--apart" in sys.argv:
        task, side, file, rounds = sys.argv[2:]
        path = Path(file)
        print(json.dumps(run_fit(side, path) if task == "fit" else run_score(
            side, path, int(rounds)
        )))  # fmt: skip
        return 0
    parser = command(__doc__)
    parser.add_argument("--rows", type=int, default=1_050_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.small:
        options.rows, options.rounds = SMALL_ROWS, 1
    sides = ["ours", *(["optbinning"] if installed("optbinning") else [])]
    fits: dict[str, list[Any]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.npz"
        X, y = enlarged(options.rows)
        np.savez(file, y=y, **{name: X[name].to_numpy() for name in X})
        del X, y
        for _ in range(options.rounds):
            for side in sides:
                fits[side].append(_apart("fit", side, file, 1))
        scores = _apart("score", sides[-1], file, 2 * options.rounds)
    return finish(as_rows(fits, scores, options.rows), options.out)


if __name__ == "__main__":
    sys.exit(main())
