"""The cycle as the sample shows it: one index per cohort."""

from __future__ import annotations

import numpy as np
import polars as pl

from scorecard import metrics
from scorecard.logodds import Floats
from scorecard.models.cycle import CycleModel
from scorecard.policy import Policy
from scorecard.sample import FEWEST, Part, Sample
from scorecard.training.fit import Fitted

_SCHEMA = {
    "model": pl.String, "window": pl.String, "cohort": pl.String, "rows": pl.Int64,
    "bads": pl.Int64, "weight": pl.Float64, "bad_rate": pl.Float64, "mean_pd": pl.Float64,
    "index": pl.Float64, "mean_pd_at_index": pl.Float64,
}  # fmt: skip


def cycle_table(models: tuple[Fitted, ...], sample: Sample, policy: Policy) -> pl.DataFrame:
    """Return one row per model and cohort of the sample, by observation date.

    A cohort is a quarter, or a year where half the quarters in time hold fewer than 20 bads.
    ``mean_pd`` is through the cycle (in time by margins of models that did not learn from the
    row), ``index`` the index of the cycle at which the mean PD is the cohort's bad rate, and
    ``mean_pd_at_index`` that mean; both are null in a cohort of one outcome. All weighted. Without
    an observation date there are no rows.
    """
    cycle = CycleModel(policy.calibration.asset_correlation)
    rows: list[tuple[object, ...]] = []
    every = _every(sample.in_time)
    for model in models:
        early, late = sample.in_time, sample.out_of_time
        pds = (model.calibration.pd(model.cross_margin), model.pd(late.features))
        for window, part, pd in zip(("in time", "out of time"), (early, late), pds, strict=True):
            if part.dates is None:
                continue
            cohorts = _cohorts(part.dates, every)
            for cohort in cohorts.unique().sort():
                here = (cohorts == cohort).to_numpy()
                rows.append((model.name, window, cohort, *_row(cycle, part, pd, here)))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _row(cycle: CycleModel, part: Part, pd: Floats, here: Floats) -> tuple[object, ...]:
    y, w, p = part.y[here], part.weight[here], pd[here]
    rate = metrics.bad_rate(y, w)
    index = at_index = None
    if 0 < rate < 1 and p.min() > 0 and p.max() < 1:
        index = cycle.implied_index(p, rate, w)
        at_index = metrics.mean_pd(cycle.point_in_time(p, index), w)
    return (
        len(y), int(y.sum()), float(w.sum()), rate, metrics.mean_pd(p, w), index, at_index,
    )  # fmt: skip


def _every(part: Part) -> str:
    if part.dates is None:
        return "quarter"
    quarters = _cohorts(part.dates, "quarter")
    bads = pl.DataFrame({"q": quarters, "y": part.y}).group_by("q").agg(pl.col("y").sum())["y"]
    return "quarter" if np.median(bads.to_numpy()) >= FEWEST else "year"


def _cohorts(dates: pl.Series, every: str) -> pl.Series:
    year = dates.dt.year().cast(pl.String)
    if every == "year":
        return year
    return year + " Q" + dates.dt.quarter().cast(pl.String)
