"""The coefficient table of a scorecard's regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from scorecard.errors import InputError
from scorecard.models.precision import Precision

Floats = NDArray[np.float64]

WEIGHTS = ("sampling", "counts")
INTERCEPT = "(intercept)"


def coefficient_table(
    names: Sequence[str],
    precision: Precision,
    theta: Floats,
    *,
    held: Sequence[str],
    weights: str,
    confidence: float,
) -> pl.DataFrame:
    """Return one row for the intercept, each of ``names`` and each of ``held``.

    ``theta`` (k,) are the intercept and coefficients that the card has. See
    `ScorecardClassifier.coefficients` for the columns, for what ``weights`` means, and for what is
    raised.
    """
    if weights not in WEIGHTS:
        raise InputError(f"weights must be one of {', '.join(WEIGHTS)}; got {weights!r}.")
    if not 0 < confidence < 1:
        raise InputError(f"confidence must lie between 0 and 1; got {confidence!r}.")
    if weights == "counts" and not precision.whole:
        raise InputError(
            "weights='counts' needs whole numbers, each the number of rows that a row stands for; "
            "use weights='sampling' for any others."
        )
    labels = [INTERCEPT, *names]
    told = precision.sampling if weights == "sampling" else precision.counts
    rows: list[tuple[Any, ...]]
    if told is not None:
        z = told.coef / told.error
        far = float(ndtri((1 + confidence) / 2)) * told.error
        numbers = (
            told.coef, told.error, z, 2 * ndtr(-np.abs(z)), told.coef - far, told.coef + far
        )  # fmt: skip
        rows = [
            (label, *map(float, each), None)
            for label, *each in zip(labels, theta, *numbers, strict=True)
        ]
    else:
        rows = [
            (label, float(b), *[None] * 6, precision.note)
            for label, b in zip(labels, theta, strict=True)
        ]
    zero = "held at 0 by the sign rule; the other rows are given that it is out"
    rows += [(name, 0.0, *[None] * 6, zero) for name in held]
    schema: dict[str, Any] = {
        "feature": pl.String, "in_card": pl.Float64, "coefficient": pl.Float64,
        "std_error": pl.Float64, "z": pl.Float64, "p_value": pl.Float64, "lower": pl.Float64,
        "upper": pl.Float64, "note": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
