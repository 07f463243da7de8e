"""A table as scikit-learn's estimators take it: names remembered or checked, columns read."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from sklearn.utils.validation import check_array, validate_data

from scorecard.binning.columns import (
    Column,
    ColumnError,
    check_names,
    eager,
    read_column,
    read_frame,
)


def read_table(estimator: Any, X: Any, *, reset: bool) -> tuple[list[str], list[Column]]:
    """Return names (of an array x0, x1, …) and columns of ``X``, shape (n, p).

    Takes arrays and frames of numpy, pandas, polars (lazy ones are collected) and pyarrow. Names
    and their number are remembered by ``estimator`` if ``reset``, else checked against those it
    was fitted on, as scikit-learn does. Raises what `read_column` does, and `ColumnError` for a
    table without rows, columns or distinct names, and for masked values.
    """
    X = eager(X)
    if isinstance(X, np.ma.MaskedArray) and np.ma.is_masked(X):  # whose mask would be lost
        raise ColumnError("X has masked values; make them missing: X.astype(float).filled(np.nan).")
    if not hasattr(X, "columns"):  # an array: scikit-learn's own checks and messages
        X = check_array(X, dtype=_dtype(X), ensure_all_finite=False, estimator=estimator)
    names, raw = read_frame(X)
    check_names(names)
    check_columns(estimator, X, reset=reset)
    if not names or len(raw[0]) == 0:
        raise ColumnError(
            f"X must have rows and columns; found array with {len(raw[0]) if raw else 0} "
            f"sample(s) and {len(names)} feature(s) (shape={(0, len(names))}) while a minimum "
            "of 1 is required."
        )
    return names, [read_column(c, name) for name, c in zip(names, raw, strict=True)]


def check_columns(estimator: Any, X: Any, *, reset: bool) -> None:
    """Let ``estimator`` remember the names of ``X``, or hold them against those it was fitted on.

    Raises `ColumnError` with scikit-learn's words and, for columns too many or in another order,
    the next step.
    """
    try:
        validate_data(estimator, X, reset=reset, skip_check_array=True)
    except ValueError as error:
        fitted = getattr(estimator, "feature_names_in_", None)
        if reset or fitted is None or not hasattr(X, "columns"):
            raise
        if not set(fitted) <= set(read_frame(X)[0]):
            raise ColumnError(str(error)) from None
        raise ColumnError(
            f"{error}Select model.feature_names_in_ first, in their order: "
            "X[list(model.feature_names_in_)] (pyarrow: X.select)."
        ) from None


def _dtype(X: Any) -> Any:
    """Return float64 for numbers; what may hold text or dates stays as it is, column by column."""
    if isinstance(X, np.ndarray):
        return None if X.dtype.kind in "OUmM" else np.float64
    rows = X if isinstance(X, (list, tuple)) else ()
    each = (value for row in rows if isinstance(row, (list, tuple)) for value in row)
    return np.float64 if all(isinstance(value, Real) for value in each) else object
