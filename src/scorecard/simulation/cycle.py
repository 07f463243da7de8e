"""Monthly cohorts under an economic cycle, and the mean default rate over one whole cycle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.features import Expression
from scorecard.simulation.draw import Floats, Indices

FIRST_YEAR = 2020
COHORTS = 60
CYCLE_MONTHS = 36
KINDS = {
    pl.Float64: "float", pl.Int64: "int", pl.Boolean: "bool", pl.String: "str", pl.Date: "date",
}  # fmt: skip


def economy(month: Indices) -> Floats:
    """Return the state of the economy, from -1 (worst) to 1 (best), per month since the first."""
    return np.asarray(np.sin(2.0 * np.pi * month / CYCLE_MONTHS), dtype=np.float64)


def observation_days(month: Indices, day_of_month: Indices) -> Indices:
    """Return days since 1970-01-01 of the given day (1 to 28) of the cohort's month."""
    firsts = np.datetime64(f"{FIRST_YEAR}-01", "M") + np.arange(COHORTS)
    starts = firsts.astype("datetime64[D]").astype(np.int64)
    return np.asarray(starts[month] + day_of_month - 1, dtype=np.int64)


def cycle_default_rate(
    frame: pl.DataFrame,
    last: date,
    *,
    months: int = CYCLE_MONTHS,
    exclusions: Sequence[str] = (),
) -> float:
    """Return the mean of the monthly default rates of the ``months`` cohorts that end at ``last``.

    ``frame`` holds ``as_of_date``, ``default_12m`` and what ``exclusions`` read (SQL, true takes a
    row out, as in a product's ``population.exclusions``); rows with an unknown outcome are left
    out. Each cohort counts the same, however many firms applied in it. Raises `InputError` when a
    cohort of the window is empty, for then the window is not a whole cycle.
    """
    kinds = {name: KINDS[dtype.base_type()] for name, dtype in frame.schema.items()}
    for rule in exclusions:
        frame = frame.filter(Expression(rule, kinds).polars.fill_null(value=False).not_())
    age = (last.year - pl.col("as_of_date").dt.year()) * 12 + (
        last.month - pl.col("as_of_date").dt.month().cast(pl.Int32)
    )
    rates = (
        frame.filter(pl.col("default_12m").is_not_null())
        .group_by(age.alias("age"))
        .agg(pl.col("default_12m").mean().alias("rate"))
        .filter(pl.col("age").is_between(0, months - 1))
        .sort("age")
    )
    if rates.height != months:
        raise InputError(
            f"A cycle of {months} monthly cohorts up to {last} is needed; {rates.height} of them "
            "have a known outcome. Give a frame that covers the window."
        )
    return float(rates["rate"].to_numpy().mean())
