"""What every step from the file to the windows leaves, counted."""

from __future__ import annotations

import polars as pl

from scorecard.contract import Product
from scorecard.policy import Policy
from scorecard.sample.condition import condition


class Steps:
    """Counts what each step leaves."""

    def __init__(self, product: Product, policy: Policy) -> None:
        self._bad = condition(policy.outcome.bad, product, "outcome.bad")
        weight = policy.sample.weight
        self._weight = pl.lit(1.0) if weight is None else pl.col(weight)
        self._rows: list[tuple[str, int, int, float, float | None, int | None]] = []

    def count(self, step: str, table: pl.DataFrame, undecided: int | None = None) -> None:
        """Count the rows of ``table`` as what ``step`` leaves."""
        bad = self._bad.fill_null(False)
        counted = table.select(bad.alias("bad"), weight=self._weight)
        weight = float(counted["weight"].sum())
        bad_weight = float(counted.filter("bad")["weight"].sum())
        rate = bad_weight / weight if weight else None
        bads = int(counted["bad"].sum())
        self._rows.append((step, table.height, bads, weight, rate, undecided))

    def table(self) -> pl.DataFrame:
        """Return one row per step so far: rows, bads, weight, weighted bad rate, undecided."""
        schema = {
            "step": pl.String, "rows": pl.Int64, "bads": pl.Int64, "weight": pl.Float64,
            "weighted_bad_rate": pl.Float64, "undecided": pl.Int64,
        }  # fmt: skip
        return pl.DataFrame(self._rows, schema=schema, orient="row")
