"""The rows of one window, labelled and weighted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard import metrics
from scorecard.contract import Product
from scorecard.errors import TableError
from scorecard.logodds import Floats
from scorecard.policy import Policy
from scorecard.sample.condition import condition

#: A window must hold at least this many bads and goods to fit or to judge a model at all.
FEWEST = 20


@dataclass(frozen=True)
class Part:
    """The rows of one window: ``features`` (n rows), outcome ``y`` (bad is 1), ``weight``.

    ``table`` holds the declared columns of the same rows, ``dates`` (n,) their observation dates,
    ``first`` and ``last`` the earliest and the latest; None where the product has none. ``apart``
    (n,) are the rows set apart to calibrate on, which no answering model learns from; none where
    calibration has no period of its own.
    """

    features: pl.DataFrame
    table: pl.DataFrame
    y: Floats
    weight: Floats
    first: str | None
    last: str | None
    dates: pl.Series | None
    apart: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.y)

    @property
    def bad_rate(self) -> float:
        """The weighted bad rate."""
        return metrics.bad_rate(self.y, self.weight)

    @property
    def calibrates(self) -> NDArray[np.bool_]:
        """The rows (n,) that a calibration is fitted on: those set apart, or all."""
        return self.apart if self.apart.any() else np.ones(len(self), dtype=np.bool_)


def part_of(
    product: Product, policy: Policy, table: pl.DataFrame, window: str, period: str | None
) -> Part:
    """Label and weigh the rows of ``table``; ``period`` (SQL) sets rows apart to calibrate on.

    Raises `TableError`, naming ``window``, where it holds too few bads or goods, and where an
    outcome or a weight is none.
    """
    bad = condition(policy.outcome.bad, product, "outcome.bad")
    outcome = table.select(bad.cast(pl.Float64).alias("y"))["y"]
    if outcome.null_count():
        raise TableError(
            "The outcome must be decided in every row where it is known; outcome.bad is null in "
            f"{outcome.null_count():,} rows of the {window} window. Narrow outcome.known."
        )
    y = outcome.to_numpy()
    bads = int(y.sum())
    if min(bads, len(y) - bads) < FEWEST:
        raise TableError(
            f"The {window} window needs at least {FEWEST} bads and {FEWEST} goods; it has {bads} "
            f"bads in {len(y)} rows. Check sample.{window.replace(' ', '_')} in policy.yaml and "
            "the dates of the table."
        )
    weight = np.ones(len(y))
    if policy.sample.weight is not None:
        weight = table[policy.sample.weight].cast(pl.Float64).to_numpy()
        if not (np.isfinite(weight).all() and (weight > 0).all()):
            raise TableError(f"{policy.sample.weight} must be a positive weight in every row.")
    date = policy.sample.observation_date
    dates = None if date is None else table[date]
    return Part(
        features=product.features.evaluate(table),
        table=table,
        y=y,
        weight=weight,
        first=None if dates is None else str(dates.min()),
        last=None if dates is None else str(dates.max()),
        dates=dates,
        apart=_apart(product, table, y, period),
    )


def _apart(
    product: Product, table: pl.DataFrame, y: Floats, period: str | None
) -> NDArray[np.bool_]:
    """Return the rows of calibration's own period; raises where either side is too small."""
    if period is None:
        return np.zeros(len(y), dtype=np.bool_)
    rule = condition(period, product, "calibration.period").fill_null(value=False)
    apart = table.select(rule.alias("apart"))["apart"].to_numpy()
    for rows, what in ((apart, "The period of calibration"), (~apart, "What is left to train on")):
        bads = int(y[rows].sum())
        if min(bads, int(rows.sum()) - bads) < FEWEST:
            raise TableError(
                f"{what} needs at least {FEWEST} bads and {FEWEST} goods; it has {bads} bads in "
                f"{int(rows.sum())} rows. Change calibration.period in policy.yaml, or make it "
                "null to calibrate by cross-fitting."
            )
    return apart
