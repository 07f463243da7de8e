"""Monthly cohorts under an economic cycle, and the mean default rate over one whole cycle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from scorecard.errors import InputError
from scorecard.features import Expression
from scorecard.simulation.draw import Floats, Indices

FIRST_YEAR = 2020
COHORTS = 60
CYCLE_MONTHS = 36
MOST_EXTREME = 3.0  # states beyond the cycle's own -1 to 1 are allowed, up to here
KINDS = {
    pl.Float64: "float", pl.Int64: "int", pl.Boolean: "bool", pl.String: "str", pl.Date: "date",
}  # fmt: skip


def economy(month: Indices) -> Floats:
    """Return the state of the economy, from -1 (worst) to 1 (best), per month since the first."""
    return np.asarray(np.sin(2.0 * np.pi * month / CYCLE_MONTHS), dtype=np.float64)


def economy_path(*, last_year: float | None = None) -> Floats:
    """Return the state of the economy in each of the 60 cohorts, -1 (worst) to 1 (best).

    A sine of 36 months. ``last_year`` holds the twelve cohorts of 2024 at one state instead: 0 is
    a stable year, -1 a downturn as deep as the worst month of the cycle, lasting.

    >>> frame = simulate("sme_cn", 1_000, 1, economy=economy_path(last_year=-1))  # doctest: +SKIP
    """
    path = economy(np.arange(COHORTS))
    if last_year is not None:
        path[-12:] = last_year
    return path


def checked_path(path: ArrayLike | None) -> Floats:
    """Return a path of 60 states as an array, the sine for None; else raise `InputError`."""
    if path is None:
        return economy_path()
    states = np.asarray(path, dtype=np.float64)
    if states.shape != (COHORTS,) or not (np.abs(states) <= MOST_EXTREME).all():
        raise InputError(
            f"economy must hold one state for each of the {COHORTS} monthly cohorts, between "
            f"{-MOST_EXTREME:g} and {MOST_EXTREME:g}; got shape {states.shape}."
        )
    return states


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
