"""One row of any frame as plain values, without the price of reading a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl

_PLAIN = (float, int, bool, str, type(None))


def one_row(X: Any, names: list[str], *, named: bool) -> list[Any] | None:
    """Return the values of a table of one row, in the order of ``names``, or None.

    None means that the table has to be read as any other is, with all its checks and messages:
    more rows than one, other columns than ``names``, infinite numbers, or values that are neither
    numbers, text nor missing. ``named`` says whether the columns are known by name (a frame) or by
    place (an array).
    """
    if isinstance(X, pl.DataFrame):
        if not named or X.height != 1 or X.columns != names:
            return None
        values = list(X.row(0))
    elif isinstance(X, np.ndarray):
        if named or X.shape != (1, len(names)) or X.dtype.kind not in "fiub":
            return None
        values = X[0].tolist()
    elif hasattr(X, "iloc") and hasattr(X, "columns"):  # pandas
        if not named or len(X) != 1 or X.columns.tolist() != names:
            return None
        values = X.to_numpy(dtype=object)[0].tolist()
    else:
        return None
    plain = all(
        type(value) in _PLAIN and not (type(value) is float and math.isinf(value))
        for value in values
    )
    return values if plain else None
