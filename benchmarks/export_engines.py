"""The exported statement on DuckDB, PostgreSQL and Spark against the rater, row by row.

100,000 simulated applications with missing, special, unseen and boundary values; the card knows
every kind of bin. Points, score, margin and grade must be the rater's to the bit, the PD to 1e-12
of itself; exit code 1 where they are not. An engine that is absent is named and left out.

    python benchmarks/export_engines.py [--small | --rows N]
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("SCORECARD_HOME", str(ROOT))
sys.path.insert(0, str(ROOT / "tests" / "export"))

import polars as pl  # noqa: E402
from engines import ENGINES, Absent  # noqa: E402
from enriched import coded, differences, enriched, expected  # noqa: E402

import scorecard as sc  # noqa: E402
from scorecard.export import PortableCard, to_sql  # noqa: E402

TOLERANCE = 1e-12
TRAINED_ON = 20_000


def rater_of(product: sc.Product, frame: pl.DataFrame) -> sc.Rater:
    """A rater whose card knows codes, nulls and texts; its other model is small, to save time."""
    policy = copy.deepcopy(product.policy)
    policy["models"]["boosted"] = {"n_estimators": 20, "max_depth": 3, "learning_rate": 0.2}
    small = sc.Product(
        product.name, product.columns, product.rules, features=product.features,
        reasons=product.reasons.values(), policy=policy,
    )  # fmt: skip
    return sc.Rater(coded(sc.train(small, frame, seed=3, register=False).bundle, frame))


def in_pieces(rater: sc.Rater, rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([expected(rater, piece) for piece in rows.iter_slices(20_000)])


def main() -> int:
    parser = argparse.ArgumentParser(description="Exported SQL on three engines.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--small", action="store_true", help="5,000 rows")
    options = parser.parse_args()
    count = 5_000 if options.small else options.rows
    product = sc.load_product(ROOT / "features" / "sme_cn")
    rater = rater_of(product, sc.simulate(product, TRAINED_ON, 7))
    road = PortableCard.of(rater)
    rows = enriched(sc.simulate(product, count, 11), rater, road.card, 5)
    started = time.perf_counter()
    want = in_pieces(rater, rows)
    rated = time.perf_counter() - started
    cells = count * (len(road.card.bins) + 3)
    print(f"{count:,} rows, {len(road.card.bins)} features; the rater itself took {rated:.1f} s.")
    print("| engine | statement, kB | seconds | cells that differ | largest error of a PD |")
    print("|---|---|---|---|---|")
    wrong = False
    for name, kind in ENGINES.items():
        try:
            engine = kind()
        except Absent as absent:
            print(f"| {name} | not run: {absent} | | | |")
            continue
        sql = to_sql(road, dialect=name, keep=["row_id"])
        with engine:
            engine.load("applications", rows)
            started = time.perf_counter()
            got = engine.run(sql).sort("row_id")
            took = time.perf_counter() - started
        differ = sum(differences(got, want).values())
        error = float((got["pd"] / want["pd"] - 1).abs().max())
        wrong |= bool(differ) or not error <= TOLERANCE
        size = len(sql.encode()) / 1000
        print(f"| {name} | {size:.0f} | {took:.2f} | {differ} of {cells:,} | {error:.1e} |")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
