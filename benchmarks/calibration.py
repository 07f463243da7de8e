"""Do PDs mean what they say: calibration slope and intercept out of time, in three kinds of year.

Trains both models of ``sme_cn`` per seed on 2020 to 2022 and judges them on 2024: as the cycle of
36 months goes on (the year's mean is the cycle's), held at the middle of the cycle, and in a
downturn as deep as the cycle's worst month that lasts all year.

    python benchmarks/calibration.py [--seeds 3] [--rows 100000] [--cross-fitted]

Exit code 1 where, with the cycle going on, a slope lies outside .9 to 1.1 or an intercept outside
±.1, or a downturn is not noticed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from scorecard import metrics
from scorecard.contract import Product, load_product
from scorecard.policy import Policy
from scorecard.sample import draw_sample
from scorecard.simulation import economy_path, simulate
from scorecard.training.fit import fit_models

PRODUCT = Path(__file__).resolve().parent.parent / "features" / "sme_cn"
YEARS = {
    "cycle goes on": economy_path(),
    "middle": economy_path(last_year=0),
    "downturn": economy_path(last_year=-1),
}


def judged(product: Product, policy: Policy, seed: int, rows: int) -> Iterator[dict[str, object]]:
    """Yield a row per model and kind of year; the models learn from the first kind's 2020–2022."""
    fitted = None
    for year, economy in YEARS.items():
        sample = draw_sample(product, policy, simulate(product.name, rows, seed, economy=economy))
        if fitted is None:
            fitted = fit_models(product, policy, sample.in_time, seed=0, progress=_silent)
        part = sample.out_of_time
        for model in fitted:
            pd = model.pd(part.features)
            slope = metrics.calibration_slope(part.y, pd, part.weight)
            level = metrics.calibration_intercept(part.y, pd, part.weight)
            yield {
                "seed": seed, "year": year, "model": model.name,
                "method": model.calibration.method, "bad_rate": part.bad_rate,
                "mean_pd": metrics.mean_pd(pd, part.weight), "slope": slope.value,
                "slope_se": slope.standard_error, "intercept": level.value,
                "intercept_se": level.standard_error, "auc": metrics.auc(part.y, pd, part.weight),
            }  # fmt: skip


def _silent(_what: str, _share: float) -> None:
    """Report no progress."""


def missed(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that break the promise."""
    right = pl.col("slope").is_between(0.9, 1.1) & (pl.col("intercept").abs() <= 0.1)
    noticed = (pl.col("intercept") > 0.1) & (pl.col("intercept") > 1.96 * pl.col("intercept_se"))
    return table.filter(
        ((pl.col("year") == "cycle goes on") & ~right) | ((pl.col("year") == "downturn") & ~noticed)
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3, help="samples, seeds 1 and up")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--cross-fitted", action="store_true", help="without a period of its own")
    options = parser.parse_args()
    product = load_product(PRODUCT)
    policy = Policy.parse(product.policy)
    if options.cross_fitted:
        plain = policy.calibration.model_copy(update={"period": None})
        policy = policy.model_copy(update={"calibration": plain})
    table = pl.DataFrame(
        [
            row
            for seed in range(1, options.seeds + 1)
            for row in judged(product, policy, seed, options.rows)
        ]
    )
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True, float_precision=3):
        print(table)
    broken = missed(table)
    print(f"{broken.height} of {table.height} rows break the promise.")
    return int(broken.height > 0)


if __name__ == "__main__":
    sys.exit(main())
