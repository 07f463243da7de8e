"""What became of each grade, and whether its PD is one that this is compatible with."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard import metrics
from scorecard.logodds import Floats, expit
from scorecard.models.master_scale import MasterScale
from scorecard.policy import Policy
from scorecard.sample import Part, Sample
from scorecard.training.fit import Fitted

CALIBRATION, OUT_OF_TIME = "calibration", "out of time"
HOLDS, TOO_LOW, TOO_HIGH = "holds", "too low", "too high"

#: Of the intervals; of twenty right PDs one is expected outside.
CONFIDENCE = 0.95

_SCHEMA = {
    "model": pl.String, "window": pl.String, "grade": pl.String, "rows": pl.Int64,
    "bads": pl.Int64, "weight": pl.Float64, "mean_pd": pl.Float64, "bad_rate": pl.Float64,
    "grade_pd": pl.Float64, "effective_rows": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "verdict": pl.String, "mean_pd_verdict": pl.String,
}  # fmt: skip


def grade_table(models: tuple[Fitted, ...], sample: Sample, policy: Policy) -> pl.DataFrame:
    """Return one row per model, window and grade, safest first.

    The windows are ``calibration`` (the rows that the calibration was fitted on, by margins of
    models that did not learn from them) and ``out of time``. ``mean_pd`` and ``bad_rate`` are
    weighted, ``grade_pd`` is the grade's own PD, ``low`` to ``high`` Jeffreys' interval of the bad
    rate at `CONFIDENCE` with ``effective_rows``. ``verdict`` says whether the grade's PD lies in it
    (``holds``, ``too low``, ``too high``), ``mean_pd_verdict`` whether the mean PD does; all are
    null in a grade without rows.
    """
    scale = MasterScale.geometric(**policy.grades.model_dump())
    rows: list[tuple[object, ...]] = []
    early, late = sample.in_time, sample.out_of_time
    for model in models:
        margins = {
            CALIBRATION: (early, early.calibrates, model.cross_margin),
            OUT_OF_TIME: (late, np.ones(len(late), dtype=np.bool_), model.margin(late.features)),
        }
        for window, (part, chosen, margin) in margins.items():
            log_odds = model.calibration.log_odds(margin[chosen])
            rows += [(model.name, window, *row) for row in _rows(scale, part, chosen, log_odds)]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def grade_notes(table: pl.DataFrame, called: dict[str, str]) -> list[str]:
    """Return a sentence per model on the grades whose PD is off out of time, none where all hold.

    ``called`` maps the models' names to what a sentence calls them.
    """
    said = []
    late = table.filter((pl.col("window") == OUT_OF_TIME) & (pl.col("rows") > 0))
    for (name,), part in late.group_by("model", maintain_order=True):
        off = part.filter(pl.col("verdict") != HOLDS)
        if off.is_empty():
            continue
        each = "; ".join(
            f"{row['grade']}, {row['grade_pd']:.2%}, is {row['verdict']} "
            f"({row['low']:.2%} to {row['high']:.2%} from {row['bads']:,} bads in "
            f"{row['rows']:,} rows)"
            for row in off.iter_rows(named=True)
        )
        said.append(
            f"GRADES of the {called[str(name)]}: the PD of {off.height} of {part.height} lies "
            f"outside what is compatible with their bad rate out of time: {each}."
        )
    return said


def _rows(
    scale: MasterScale, part: Part, chosen: NDArray[np.bool_], log_odds: Floats
) -> list[tuple[object, ...]]:
    y, weight = part.y[chosen], part.weight[chosen]
    pd, grade = np.maximum(expit(log_odds), scale.pd_floor), scale.index(log_odds)
    found: list[tuple[object, ...]] = []
    for k, (label, own) in enumerate(zip(scale.labels, scale.grade_pds(), strict=True)):
        here = grade == k
        n, bads = int(here.sum()), int(y[here].sum())
        if not n:
            found.append((label, 0, 0, 0.0, None, None, own, *[None] * 5))
            continue
        w = weight[here]
        rate, mean = metrics.bad_rate(y[here], w), metrics.mean_pd(pd[here], w)
        worth = metrics.effective_rows(y[here], w)
        low, high = metrics.jeffreys_interval(rate * worth, worth, confidence=CONFIDENCE)
        verdicts = (_verdict(own, low, high), _verdict(mean, low, high))
        total = float(w.sum())
        found.append((label, n, bads, total, mean, rate, own, worth, low, high, *verdicts))
    return found


def _verdict(pd: float, low: float, high: float) -> str:
    return TOO_LOW if pd < low else TOO_HIGH if pd > high else HOLDS
