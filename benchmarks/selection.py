"""What choosing features costs and saves on a simulated portfolio, and how noise fares.

Nearly all of the default product's features mean something. Scorecards are fitted on what each
choice keeps and judged by AUC on other applications; then columns of noise are added.

    python benchmarks/selection.py [--quick]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from scorecard.contract import load_product
from scorecard.models import ScorecardClassifier
from scorecard.selection import FeatureSelector
from scorecard.simulation import simulate

PRODUCT = load_product(Path(__file__).resolve().parent.parent / "features" / "sme_cn")
SIZES = (8_000, 28_000)
OTHERS, OTHER_SEED, SEEDS = 60_000, 99, (1, 2)
NOISE, NOISY, MANY = 20, 10_000, 100_000
L1 = ("iv", "correlation", "vif", "l1")
CHOICES: dict[str, dict[str, Any] | None] = {
    "none: the scorecard's own IV and sign rule": None,
    "default (BIC)": {},
    '`criterion="aic"`': {"criterion": "aic"},
    "`cross_fit=None`": {"cross_fit": None},
    '`criterion="aic", cross_fit=None`': {"criterion": "aic", "cross_fit": None},
    '`steps=("iv", "correlation", "vif", "l1")`': {"steps": L1},
}
Table = tuple[pl.DataFrame, NDArray[np.int64]]


def applications(rows: int, seed: int) -> Table:
    """Return features and outcome of simulated applications whose outcome is known."""
    frame = simulate(PRODUCT, rows, seed).filter(pl.col("default_12m").is_not_null())
    return PRODUCT.features.evaluate(frame), frame["default_12m"].cast(pl.Int64).to_numpy()


def noisy(table: Table, seed: int) -> Table:
    """Add columns that mean nothing."""
    frame, bad = table
    draw = np.random.default_rng(seed)
    noise = {f"noise_{k}": draw.normal(size=len(bad)) for k in range(NOISE)}
    return frame.with_columns(**{k: pl.Series(v) for k, v in noise.items()}), bad


def kept(choice: Mapping[str, Any] | None, train: Table) -> Sequence[str]:
    """Return the features that a choice keeps."""
    frame, bad = train
    if choice is None:
        return frame.columns
    return list(FeatureSelector(**choice).fit(frame, bad).get_feature_names_out())


def judged(features: Sequence[str], train: Table, test: Table) -> tuple[int, float]:
    """Return how many features a scorecard on these holds, and its AUC on other applications."""
    card = ScorecardClassifier().fit(train[0].select(features), train[1])
    risk = card.predict_proba(test[0].select(features))[:, 1]
    held = (card.coefficients()["in_card"][1:] != 0).sum()  # the first is the intercept
    return int(held), float(roc_auc_score(test[1], risk))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small size, one sample, no clock")
    options = parser.parse_args()
    sizes, seeds = (SIZES[:1], SEEDS[:1]) if options.quick else (SIZES, SEEDS)
    test = applications(OTHERS, OTHER_SEED)
    samples = {rows: [applications(rows, seed) for seed in seeds] for rows in sizes}
    heads = [
        f"{mean(t[1].sum() for t in found):,.0f} bads: features | AUC" for found in samples.values()
    ]
    print(f"{len(test[1]):,} other applications, {len(seeds)} training sample(s) of a size\n")
    print(f"| choice | {' | '.join(heads)} |\n|---|{'---|---|' * len(sizes)}")
    for name, choice in CHOICES.items():
        cells = []
        for found in samples.values():
            results = [judged(kept(choice, train), train, test) for train in found]
            cells.append(f"{mean(n for n, _ in results):.0f} | {mean(a for _, a in results):.3f}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)

    clean = applications(NOISY, seeds[0])
    draws = range(1 if options.quick else 3)
    print(f"\n{NOISE} columns of noise added, {len(clean[1]):,} rows, {len(draws)} draw(s)\n")
    print("| choice | noise kept | AUC |\n|---|---|---|")
    more = noisy(test, 1_000)
    for name in list(CHOICES)[:3]:
        counts, aucs = [], []
        for draw in draws:
            train = noisy(clean, draw)
            features = kept(CHOICES[name], train)
            counts.append(sum(f.startswith("noise_") for f in features))
            aucs.append(judged(features, train, more)[1])
        print(f"| {name} | {mean(counts):.1f} | {mean(aucs):.3f} |", flush=True)
    if options.quick:
        return 0
    many = applications(MANY, 3)
    for name, steps in (("default steps", None), ("with l1", (*L1[:3], "stepwise", "l1"))):
        began, cpu = time.perf_counter(), time.process_time()
        FeatureSelector(**({} if steps is None else {"steps": steps})).fit(*many)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        size = f"{len(many[1]):,} rows × {many[0].width} features"
        print(f"\n{size}, {name}: {took:.1f} s, {cpu:.1f} s of processor", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
