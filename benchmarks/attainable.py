"""How much of the simulated truth can be learned at all, and how much of that a model reaches.

The true PD is known, but part of what drives it is never observed. An unconstrained booster on a
million other applications shows what the observed fields can give; models trained on a usual
sample are measured against it, out of time.

    python benchmarks/attainable.py [--quick]
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import xgboost as xgb
from sklearn.metrics import roc_auc_score

from scorecard.contract import Product, load_product
from scorecard.features import Expression
from scorecard.simulation import simulate
from scorecard.training import train

PRODUCT = Path(__file__).resolve().parent.parent / "features" / "sme_cn"
SAMPLE_ROWS, SAMPLE_SEED = 100_000, 1
OTHER_ROWS, QUICK_ROWS, OTHER_SEED = 1_000_000, 150_000, 20_000_003
BOOSTER = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_depth": 4,
    "eta": 0.04,
    "min_child_weight": 100.0,
    "reg_lambda": 20.0,
    "subsample": 0.7,
    "colsample_bytree": 0.3,
    "seed": 0,
}
ROUNDS, QUICK_ROUNDS = 600, 250


def population(product: Product, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows a model may learn from: not excluded, outcome known."""
    kinds = product.kinds
    for exclusion in product.policy["population"]["exclusions"]:
        out = Expression(exclusion["rule"], kinds).polars
        frame = frame.filter(out.fill_null(value=False).not_())
    return frame.filter(Expression(product.policy["outcome"]["known"], kinds).polars)


def window(product: Product, frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows of the product's ``in_time`` or ``out_of_time`` window."""
    kinds = product.kinds
    return frame.filter(Expression(product.policy["sample"][name], kinds).polars)


class Everything:
    """Every scoring field and every feature as one float32 matrix; texts as level numbers.

    Dates enter as features do, as ages: the month of application tells where in the cycle past
    firms stood, which nobody knows of the future.
    """

    def __init__(self, product: Product, frame: pl.DataFrame) -> None:
        self.product = product
        fields = [c for c in product.columns if c.role == "scoring" and c.kind != "date"]
        self.fields = [c.name for c in fields]
        table = self._table(frame)
        self.levels: dict[str, dict[str, int]] = {
            name: {level: i for i, level in enumerate(table[name].unique().drop_nulls().sort())}
            for name, dtype in table.schema.items()
            if dtype == pl.String
        }

    def _table(self, frame: pl.DataFrame) -> pl.DataFrame:
        features = self.product.features.evaluate(frame)
        return pl.concat(
            [frame.select(self.fields), features.rename(lambda name: f"feature:{name}")],
            how="horizontal",
        )

    def matrix(self, frame: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return rows × columns; NaN where nothing is known."""
        table = self._table(frame)
        out = np.empty((table.height, table.width), dtype=np.float32)
        for j, series in enumerate(table):
            levels = self.levels.get(series.name)
            if levels is not None:
                series = series.replace_strict(levels, default=None, return_dtype=pl.Float32)  # noqa: PLW2901
            out[:, j] = series.cast(pl.Float32).to_numpy()
        return out


def attainable(product: Product, sample: pl.DataFrame, *, rows: int, rounds: int) -> Any:
    """Return the PDs for ``sample`` of a booster fitted on ``rows`` other applications."""
    other = population(product, simulate(product.name, rows, OTHER_SEED))
    everything = Everything(product, other)
    train = xgb.QuantileDMatrix(everything.matrix(other), other["default_12m"].to_numpy())
    booster = xgb.train(BOOSTER, train, rounds)
    return booster.predict(xgb.DMatrix(everything.matrix(sample)))


@dataclass(frozen=True)
class Standing:
    """One row of the table: ``share`` is the Gini as a part of the attainable one."""

    name: str
    auc: float
    gini: float
    share: float


def table(bad: Any, pds: Mapping[str, Any], *, reference: str = "attainable") -> list[Standing]:
    """Measure named PD vectors on the same rows, each against the one called ``reference``."""
    aucs = {name: float(roc_auc_score(bad, pd)) for name, pd in pds.items()}
    full = 2.0 * aucs[reference] - 1.0
    return [
        Standing(name, auc, 2.0 * auc - 1.0, (2.0 * auc - 1.0) / full) for name, auc in aucs.items()
    ]


def run(*, quick: bool = False) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the out-of-time rows of the sample and everybody's PDs for them."""
    product = load_product(PRODUCT)
    simulated = simulate(product.name, SAMPLE_ROWS, SAMPLE_SEED)
    later = window(product, population(product, simulated), "out_of_time")
    trained = train(product, simulated, register=False)
    part = trained.sample.out_of_time
    if not np.array_equal(part.y, later["default_12m"].to_numpy()):
        raise SystemExit("Training and this benchmark do not look at the same rows.")
    best = attainable(
        product,
        later,
        rows=QUICK_ROWS if quick else OTHER_ROWS,
        rounds=QUICK_ROUNDS if quick else ROUNDS,
    )
    models = {name: model.pd(part.features) for name, model in trained.models.items()}
    return later, {"true PD": later["true_pd"].to_numpy(), "attainable": best, **models}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="fewer other rows (a lower bound)")
    later, pds = run(quick=parser.parse_args().quick)
    bad = later["default_12m"].to_numpy()
    print(f"{len(bad)} rows out of time, {bad.mean():.2%} bad; share = part of attainable Gini")
    print(f"{'':<12}{'AUC':>8}{'Gini':>8}{'share':>8}")
    for row in table(bad, pds):
        print(f"{row.name:<12}{row.auc:>8.4f}{row.gini:>8.4f}{row.share:>8.1%}")


if __name__ == "__main__":
    main()
