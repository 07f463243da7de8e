"""The coefficient table of a scorecard's regression."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from scorecard.errors import InputError

Floats = NDArray[np.float64]

WEIGHTS = ("sampling", "counts")
INTERCEPT = "(intercept)"
_TOLERANCE = 1e-12  # of the deviance, relative, at which statsmodels stops
_FLAT = 1e-10  # of the largest eigenvalue: curvature below it tells two features apart no more


def coefficient_table(
    names: Sequence[str],
    woe: Floats,
    bad: NDArray[np.bool_],
    weight: Floats,
    theta: Floats,
    *,
    held: Sequence[str],
    weights: str,
    confidence: float,
) -> pl.DataFrame:
    """Return one row for the intercept, each of ``names`` and each of ``held``.

    ``woe`` (n, k) begins with a column of ones, ``bad`` and ``weight`` are (n,), ``theta`` (k,) the
    intercept and coefficients that the card has. See `ScorecardClassifier.coefficients` for the
    columns, for what ``weights`` means, and for what is raised.
    """
    if weights not in WEIGHTS:
        raise InputError(f"weights must be one of {', '.join(WEIGHTS)}; got {weights!r}.")
    if not 0 < confidence < 1:
        raise InputError(f"confidence must lie between 0 and 1; got {confidence!r}.")
    kept = weight > 0
    woe, bad, weight = woe[kept], bad[kept], weight[kept]
    if weights == "counts" and (weight != np.rint(weight)).any():
        raise InputError(
            "weights='counts' needs whole numbers, each the number of rows that a row stands for; "
            "use weights='sampling' for any others."
        )
    if weights == "sampling":
        weight = weight * (len(weight) / weight.sum())
    labels = [INTERCEPT, *names]
    note = _why_none(woe, weight, theta)
    rows: list[tuple[Any, ...]]
    if note is None:
        fitted = _fit(woe, bad, weight, theta, robust=weights == "sampling")
        low, high = np.asarray(fitted.conf_int(1 - confidence)).T
        numbers = (fitted.params, fitted.bse, fitted.tvalues, fitted.pvalues, low, high)
        rows = [
            (label, *map(float, each), None)
            for label, *each in zip(labels, theta, *map(np.asarray, numbers), strict=True)
        ]
    else:
        rows = [
            (label, float(b), *[None] * 6, note) for label, b in zip(labels, theta, strict=True)
        ]
    zero = "held at 0 by the sign rule; the other rows are given that it is out"
    rows += [(name, 0.0, *[None] * 6, zero) for name in held]
    schema: dict[str, Any] = {
        "feature": pl.String, "in_card": pl.Float64, "coefficient": pl.Float64,
        "std_error": pl.Float64, "z": pl.Float64, "p_value": pl.Float64, "lower": pl.Float64,
        "upper": pl.Float64, "note": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _fit(
    woe: Floats, bad: NDArray[np.bool_], weight: Floats, theta: Floats, *, robust: bool
) -> Any:
    statsmodels = _statsmodels()
    family, target = statsmodels.families.Binomial(), bad.astype(np.float64)
    how: dict[str, Any] = {"start_params": theta, "tol": 0.0, "rtol": _TOLERANCE}
    if not robust:
        return statsmodels.GLM(target, woe, family=family, freq_weights=weight).fit(**how)
    if weight.min() == weight.max():
        return statsmodels.GLM(target, woe, family=family).fit(**how)
    model = statsmodels.GLM(target, woe, family=family, var_weights=weight)
    return model.fit(cov_type="HC0", **how)


def _why_none(woe: Floats, weight: Floats, theta: Floats) -> str | None:
    """Return why the coefficients have no standard errors; None where they have."""
    p = expit(woe @ theta)
    values = np.linalg.eigvalsh(woe.T @ (woe * (weight * p * (1 - p))[:, None]))
    if values[0] <= _FLAT * values[-1]:
        return "the sample cannot tell the features apart (copies, or perfect separation)"
    return None


def _statsmodels() -> Any:
    try:
        return import_module("statsmodels.api")
    except ImportError:
        raise InputError(
            "Standard errors come from statsmodels, which is not installed; install it "
            "(pip install statsmodels) and ask again."
        ) from None
