"""Columns of any frame as one of two kinds: float64 numbers with NaN, or text with null."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.errors import InputError

Numbers = NDArray[np.float64]
Column = Numbers | pl.Series


class ColumnError(InputError, ValueError):
    """A column's values cannot be binned."""


class ColumnTypeError(InputError, TypeError):
    """A column holds objects that are neither text nor numbers."""


def read_column(values: Any, name: str) -> Column:
    """Return a column as float64 array (NaN is missing) or polars String series (null is missing).

    Takes a numpy array, a polars or pandas series, or a list. Booleans are numbers, categories are
    text whatever their levels; a column without any value counts as numbers, all missing. Raises
    `ColumnError` naming the feature for infinite numbers, dates, and mixtures of numbers and text;
    `ColumnTypeError` for other objects.
    """
    column = _read(values, name)
    if isinstance(column, np.ndarray) and np.isinf(column).any():
        raise ColumnError(
            f"Feature {name}: every number must be finite; got an infinite value (infinity). "
            "Make it missing or cap it before binning."
        )
    return column


def _read(values: Any, name: str) -> Column:
    if isinstance(values, pl.Series):
        return _from_polars(values, name)
    kind = getattr(getattr(values, "dtype", None), "kind", "O")
    if kind in "fiub":
        if hasattr(values, "to_numpy"):  # pandas: its own missing marker becomes NaN
            return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
        # A column of a row-major matrix is slow to walk; one copy pays for the many passes.
        return np.ascontiguousarray(values, dtype=np.float64)
    if kind in "cmM":
        raise _wrong_type(name, str(values.dtype))
    if hasattr(values, "astype") and hasattr(values, "to_numpy"):
        dtype, values = values.dtype, values.astype(object).to_numpy()
        if hasattr(dtype, "categories"):
            values = [None if is_missing(v) else str(v) for v in values]
    return _from_objects(list(values), name)


def _from_polars(series: pl.Series, name: str) -> Column:
    series = series.alias("")  # polars reads a name such as ^a$ as a pattern
    dtype = series.dtype
    if dtype == pl.String:
        return series
    if dtype in (pl.Categorical, pl.Enum):
        return series.cast(pl.String)
    if dtype == pl.Null:
        return np.full(len(series), np.nan)
    if dtype == pl.Object:
        return _from_objects(series.to_list(), name)
    if dtype == pl.Boolean or dtype.is_numeric():
        return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    raise _wrong_type(name, str(dtype))


def _from_objects(items: list[Any], name: str) -> Column:
    cleaned = [None if is_missing(v) else v for v in items]
    types = {type(v) for v in cleaned if v is not None}
    if all(issubclass(t, (numbers.Real, np.bool_, Decimal)) for t in types):
        return np.array([np.nan if v is None else _as_float(v) for v in cleaned], dtype=np.float64)
    if all(issubclass(t, str) for t in types):
        return pl.Series(cleaned, dtype=pl.String)
    got = " and ".join(sorted(t.__name__ for t in types))
    if all(issubclass(t, (str, numbers.Real, np.bool_, Decimal)) for t in types):
        raise _wrong_type(name, got)
    raise ColumnTypeError(
        f"Feature {name}: every argument must be a string or a number, or None; got {got}."
    )


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of Python knows no largest one, a float does
        return math.inf if value > 0 else -math.inf


def is_missing(value: Any) -> bool:
    """Whether one value means "missing": None, NaN, or pandas' NA and NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and math.isnan(value)


def _wrong_type(name: str, got: str) -> ColumnError:
    return ColumnError(
        f"Feature {name}: a column must be numbers or text throughout; got {got}. "
        "Turn dates into ages or durations, and give mixtures one type."
    )


def read_frame(X: Any) -> tuple[list[str], list[Any]]:
    """Return names and raw columns of a 2-D array (names x0, x1, …) or of any frame."""
    X = eager(X)
    if isinstance(X, pl.DataFrame):
        return X.columns, X.get_columns()
    if hasattr(X, "iloc") and hasattr(X, "columns"):
        return [str(c) for c in X.columns], [X.iloc[:, j] for j in range(X.shape[1])]
    array = X if isinstance(X, np.ndarray) else np.asarray(X)
    if array.ndim != 2:
        raise ColumnError(
            f"X must be a table of two dimensions; got {array.ndim}. "
            "Reshape your data: X.reshape(-1, 1) for one feature, X.reshape(1, -1) for one row."
        )
    return [f"x{j}" for j in range(array.shape[1])], [array[:, j] for j in range(array.shape[1])]


def eager(X: Any) -> Any:
    """Return ``X``, a lazy frame collected and a pyarrow table as a polars one.

    Raises `ColumnError` for a pyarrow table of which two columns have one name, and
    `ColumnTypeError` for a row, or rows, as mappings.
    """
    first = X[0] if isinstance(X, list | tuple) and X else X
    if isinstance(first, Mapping) and not hasattr(first, "shape"):  # no matrix of scipy's
        raise ColumnTypeError(
            "X must be a table: an array, or a frame of pandas, polars or pyarrow; got "
            f"{'' if first is X else 'a list of '}{type(first).__name__}. For rows as mappings: "
            "polars.DataFrame([row])."
        )
    if isinstance(X, pl.LazyFrame):
        return X.collect()
    if type(X).__module__.startswith("pyarrow.") and hasattr(X, "column_names"):
        check_names(X.column_names)
        return pl.from_arrow(X)
    return X


def check_names(names: Sequence[str]) -> None:
    """Raise `ColumnError` where two columns have one name."""
    if len(set(names)) < len(names):
        raise ColumnError(f"Feature names must differ; got {names}.")
