"""Vintage curves: how a cohort's defaults add up with age."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import numbers, series, weights


def vintage(
    cohort: Any,
    default_age: Any,
    observed_age: ArrayLike,
    weight: ArrayLike | None = None,
) -> pl.DataFrame:
    """Return each cohort's cumulative bad rate by age, no further than all of it has matured.

    A cohort's curve ends at the age to which its least observed loan has been watched: beyond it
    the bad rate would mix loans that had time to default with loans that had not. So curves of
    young cohorts are short, and a cohort with a loan that is not yet of age 1 has none.

    ``cohort`` (n,) labels, say the month of origination; ``default_age`` (n,) age at default in
    whole periods (months on book) from 1, null or NaN where there is none; ``observed_age`` (n,)
    whole periods for which the loan has been, or would have been, watched; a loan that was repaid
    is watched on. ``weight`` (n,) not negative.

    Columns: cohort, age, rows, weight, bads (weighted, up to this age), bad_rate. Raises
    `InputError` for missing cohorts and ages that are not whole.

    >>> vintage(["Q1", "Q1", "Q2", "Q2"], [2, None, 1, None], [3, 2, 1, 1]).rows()
    [('Q1', 1, 2, 2.0, 0.0, 0.0), ('Q1', 2, 2, 2.0, 1.0, 0.5), ('Q2', 1, 2, 2.0, 1.0, 0.5)]
    """
    labels = series(cohort, "cohort")
    if labels.is_empty() or labels.null_count():
        raise InputError("cohort must be a label for each row; got none or missing ones.")
    watched = _ages(observed_age, "observed_age", 0)
    died = series(default_age, "default_age")
    if not (died.dtype.is_numeric() or died.dtype == pl.Null):
        raise InputError(f"default_age must be numbers or missing; got {died.dtype}.")
    died = died.cast(pl.Float64).fill_nan(None)
    if died.drop_nulls().len():
        _ages(died.drop_nulls(), "default_age", 1)
    w = weights(weight, len(watched))
    if not len(labels) == len(died) == len(watched):
        raise InputError(
            "cohort, default_age and observed_age must have one entry a loan; got lengths "
            f"{len(labels)}, {len(died)}, {len(watched)}."
        )
    loans = pl.DataFrame(
        {"cohort": labels, "died": died, "watched": watched.astype(np.int64), "weight": w}
    ).filter(pl.col("weight") > 0)
    cohorts = loans.group_by("cohort").agg(
        pl.len().alias("rows"), pl.col("weight").sum(), pl.col("watched").min().alias("matured")
    )
    ages = cohorts.filter(pl.col("matured") > 0).with_columns(
        pl.int_ranges(1, pl.col("matured") + 1).alias("age")
    )
    deaths = loans.group_by("cohort", pl.col("died").cast(pl.Int64).alias("age")).agg(
        pl.col("weight").sum().alias("bads")
    )
    return (
        ages.explode("age")
        .join(deaths, on=["cohort", "age"], how="left")
        .sort("cohort", "age")
        .with_columns(pl.col("bads").fill_null(0.0).cum_sum().over("cohort"))
        .select(
            "cohort", "age", pl.col("rows").cast(pl.Int64), "weight", "bads",
            (pl.col("bads") / pl.col("weight")).alias("bad_rate"),
        )
    )  # fmt: skip


def _ages(values: ArrayLike, name: str, least: int) -> Floats:
    found = numbers(np.asarray(values), name)
    if not ((found == np.floor(found)) & (found >= least)).all():
        raise InputError(f"{name} must be whole periods from {least}; got fractions or less.")
    return found
