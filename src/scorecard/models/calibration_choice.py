"""Which calibration the data ask for: the simplest that no other clearly beats."""

from __future__ import annotations

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.models.calibration_fit import METHODS, parameters

#: With fewer bads or goods the methods are not compared: noise would choose.
LEAST_TO_COMPARE = 100


def compare_methods(
    x: Floats, y: Floats, weight: Floats, *, folds: int, random_state: int
) -> pl.DataFrame:
    """Return one row per method, simplest first: how it predicts rows it was not fitted on.

    ``log_loss`` is the weighted mean over stratified ``folds``; ``worse_by`` its distance from the
    best; ``standard_error`` that of this distance, taken row by row, so that what all methods find
    hard cancels. ``chosen`` is the simplest method that is worse by no more than one standard
    error. ``parameters`` counts what the method takes from all rows. A method that cannot be
    fitted has nulls; with fewer than `LEAST_TO_COMPARE` bads or goods nothing is compared and the
    logistic line is chosen.

    Source of the rule: L. Breiman et al., *Classification and Regression Trees*, 1984, §3.4.3,
    here with the standard error of the paired difference.
    """
    bads = int(y.sum())
    losses = {}
    if min(bads, len(y) - bads) >= LEAST_TO_COMPARE:
        losses = _losses(x, y, weight, folds, random_state)
    means = {name: float(np.average(loss, weights=weight)) for name, loss in losses.items()}
    best = min(means, key=means.__getitem__) if means else None
    rows: list[tuple[object, ...]] = []
    chosen = None
    for name, fit in METHODS.items():
        numbers: tuple[float | None, float | None, float | None] = (None, None, None)
        good = best is None
        if best is not None and name in losses:
            worse = losses[name] - losses[best]
            mean = means[name] - means[best]
            error = float(np.sqrt((weight**2 * (worse - mean) ** 2).sum()) / weight.sum())
            numbers, good = (means[name], mean, error), mean <= error
        fitted = name in losses or best is None
        size = parameters(fit(x, y, weight)) if fitted else None
        if good and chosen is None:
            chosen = name
        rows.append((name, size, *numbers, chosen == name))
        if best is None:
            break
    return comparison_frame(rows)


def comparison_frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Return the table of a comparison from its rows."""
    schema = {
        "method": pl.String, "parameters": pl.Int64, "log_loss": pl.Float64,
        "worse_by": pl.Float64, "standard_error": pl.Float64, "chosen": pl.Boolean,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _losses(
    x: Floats, y: Floats, weight: Floats, folds: int, random_state: int
) -> dict[str, Floats]:
    """Return each method's log-loss (n,) of rows it was not fitted on, where it can be fitted."""
    from sklearn.model_selection import StratifiedKFold

    splits = list(StratifiedKFold(folds, shuffle=True, random_state=random_state).split(x, y))
    found = {}
    for name, fit in METHODS.items():
        loss = np.empty(len(x))
        try:
            for rest, held in splits:
                z = fit(x[rest], y[rest], weight[rest]).log_odds(x[held])
                loss[held] = np.logaddexp(0.0, z) - y[held] * z
        except InputError:
            if name == "logistic":  # what does not rank can be calibrated by none
                raise
            continue
        found[name] = loss
    return found
