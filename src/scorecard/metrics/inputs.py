"""What statistics accept: each check names the argument, the rule and the kind of value received.

Values themselves are never repeated in a message; they may be an applicant's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from scorecard.errors import InputError
from scorecard.logodds import Floats


def numbers(values: ArrayLike, name: str) -> Floats:
    """Return finite numbers of shape (n,), n > 0, as float64."""
    array = np.asarray(values)
    if array.ndim != 1 or not array.size:
        raise InputError(
            f"{name} must be one-dimensional and not empty; got an array of shape {array.shape}."
        )
    if array.dtype.kind not in "biuf":
        try:
            if array.dtype.kind != "O" or any(isinstance(each, str) for each in array):
                raise TypeError
            array = np.array([np.nan if each is None else float(each) for each in array])
        except (TypeError, ValueError):
            raise InputError(f"{name} must be numbers; got {_kind(array)}.") from None
    found = array.astype(np.float64, copy=False)
    if not np.isfinite(found).all():
        got = "missing values (NaN or null)" if np.isnan(found).any() else "infinite values"
        raise InputError(f"{name} must be finite numbers; got {got}. Leave such rows out first.")
    return found


def series(values: Any, name: str) -> pl.Series:
    """Return a polars series of what holds one value a row: a list, an array, a pandas series."""
    if isinstance(values, pl.Series):
        return values
    if isinstance(values, np.ndarray) and values.dtype.kind == "O":
        values = values.tolist()
    try:
        if isinstance(values, list | tuple) and all(
            each is None or (isinstance(each, int | float) and not isinstance(each, bool))
            for each in values
        ):  # whole numbers and fractions may mix
            return pl.Series(values, dtype=pl.Float64, strict=False)
        return pl.Series(values)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        got = type(values).__name__
        raise InputError(f"{name} must hold one type of value, one a row; got {got}.") from None


def _kind(array: NDArray[Any]) -> str:
    kinds = {"U": "text", "S": "bytes", "M": "dates", "m": "durations", "c": "complex numbers"}
    return kinds.get(array.dtype.kind, f"values of type {type(array.flat[0]).__name__}")


def weights(weight: ArrayLike | None, length: int, name: str = "weight") -> Floats:
    """Return weights of shape (length,), none negative and one positive at least; ones for None."""
    if weight is None:
        return np.ones(length)
    found = numbers(weight, name)
    _same_length(found, length, name)
    if (found < 0).any() or not found.any():
        got = "negative ones" if (found < 0).any() else "zeros only"
        raise InputError(f"{name} must be positive numbers, 0 for rows to leave out; got {got}.")
    return found


def outcomes(y: ArrayLike, name: str = "y") -> Floats:
    """Return outcomes (n,) that are 0 or 1."""
    found = numbers(y, name)
    if not ((found == 0) | (found == 1)).all():
        raise InputError(f"{name} must be 0 (good) and 1 (bad) only; got other numbers.")
    return found


def ranked(
    y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None, name: str = "risk"
) -> tuple[Floats, Floats, Floats]:
    """Return outcomes of both classes, risks and weights, all (n,); rows of weight 0 are gone."""
    bad, x = outcomes(y), numbers(risk, name)
    _same_length(x, len(bad), name)
    w = weights(weight, len(bad))
    if not w.all():
        there = w > 0
        bad, x, w = bad[there], x[there], w[there]
    both_classes(bad)
    return bad, x, w


def forecast(
    y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return outcomes, PDs in [0, 1] and weights, all (n,); rows of weight 0 are gone.

    One class alone will do: whether PDs are right can be asked of goods only.
    """
    bad, p = outcomes(y), probabilities(pd)
    _same_length(p, len(bad), "pd")
    w = weights(weight, len(bad))
    there = w > 0
    return (bad, p, w) if there.all() else (bad[there], p[there], w[there])


def both_classes(y: Floats) -> None:
    """Refuse outcomes of one class only."""
    bads = int(y.sum())
    if not 0 < bads < len(y):
        got = f"only {'bads' if bads else 'goods'} ({len(y)} rows)"
        raise InputError(f"y must hold both goods (0) and bads (1); got {got}.")


def probabilities(pd: ArrayLike, name: str = "pd") -> Floats:
    """Return probabilities (n,) in [0, 1]."""
    found = numbers(pd, name)
    if not ((found >= 0) & (found <= 1)).all():
        raise InputError(f"{name} must be probabilities from 0 to 1; got numbers outside.")
    return found


def counts(values: ArrayLike, name: str) -> Floats:
    """Return counts or sums of weights (n,), none negative and one positive at least."""
    found = numbers(values, name)
    if (found < 0).any() or not found.any():
        got = "negative ones" if (found < 0).any() else "zeros only"
        raise InputError(f"{name} must be counts, one of them positive; got {got}.")
    return found


def grades(defaults: ArrayLike, count: ArrayLike, pd: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return defaults, rows and PDs of grades, each (k,); single numbers are one grade."""
    d, n, p = (
        numbers(np.atleast_1d(np.asarray(each)), name)
        for each, name in ((defaults, "defaults"), (count, "count"), (pd, "pd"))
    )
    _same_length(n, len(d), "count")
    _same_length(p, len(d), "pd")
    if not (n > 0).all():
        raise InputError("count must be positive in every grade; got a grade without rows.")
    if not ((d >= 0) & (d <= n)).all():
        raise InputError("defaults must lie between 0 and count; got numbers outside.")
    return d, n, probabilities(p)


def level(confidence: float) -> float:
    """Return a confidence level in (0, 1)."""
    if not 0 < confidence < 1:
        raise InputError(f"confidence must lie between 0 and 1; got {confidence!r}.")
    return float(confidence)


def _same_length(found: Floats, length: int, name: str) -> None:
    if len(found) != length:
        raise InputError(
            f"{name} must have one entry for each of the first argument's {length}; "
            f"got {len(found)}."
        )
