"""The accepted and the rejected, checked once for every method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column, eager, read_column, read_frame
from scorecard.binning.target import read_target, read_weight
from scorecard.errors import InputError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Applicants:
    """Two tables of one kind with the same columns; outcome and weights as arrays.

    ``classes`` are y's two classes, good then bad; ``weighted`` tells whether weights were given
    (without, they are ones). ``columns_rejected`` are the rejected's columns as numbers or text.
    """

    accepted: Any
    rejected: Any
    classes: NDArray[Any]
    bad: Bools
    weight: Floats
    weight_rejected: Floats
    weighted: bool
    columns_rejected: tuple[Column, ...]

    @property
    def y(self) -> NDArray[Any]:
        """The outcome of the accepted in its own classes, shape (n,)."""
        return self.labels(self.bad)

    def labels(self, bad: Bools) -> NDArray[Any]:
        """Return the class of each row of ``bad``."""
        labels: NDArray[Any] = self.classes[bad.astype(np.intp)]
        return labels


def read_applicants(
    X_accepted: Any, y: Any, X_rejected: Any, sample_weight: Any, weight_rejected: Any
) -> Applicants:
    """Read and check what was given to `RejectInference.infer`."""
    if all(_foreign(table) for table in (X_accepted, X_rejected)):
        X_accepted, X_rejected = eager(X_accepted), eager(X_rejected)
    kinds = [_kind(X_accepted, "X_accepted"), _kind(X_rejected, "X_rejected")]
    if kinds[0] != kinds[1]:
        raise InputError(
            "X_accepted and X_rejected must be tables of one kind; "
            f"got a {kinds[0]} and a {kinds[1]}. Convert one of them."
        )
    accepted, rejected = X_accepted, X_rejected
    if kinds[0] == "array":
        accepted, rejected = _array(X_accepted), _array(X_rejected)
    names, raw = read_frame(accepted)
    others, _ = read_frame(rejected)
    if len(set(names)) < len(names) or sorted(names) != sorted(others):
        odd = sorted(set(names) ^ set(others)) or sorted({n for n in names if names.count(n) > 1})
        raise InputError(
            "X_accepted and X_rejected must have the same columns, each once; they have "
            f"{len(names)} and {len(others)} and differ in {', '.join(odd) or 'how often'}."
        )
    if names != others:
        rejected = rejected[list(accepted.columns)]
    columns = _alike(names, raw, read_frame(rejected)[1])
    rows, rows_rejected = len(accepted), len(rejected)
    if not rows or not names:
        raise InputError(f"X_accepted must have rows and columns; got {rows} and {len(names)}.")
    if (sample_weight is None) != (weight_rejected is None) and rows_rejected:
        given = "sample_weight" if weight_rejected is None else "weight_rejected"
        raise InputError(
            "Give sample_weight and weight_rejected, or neither, so that accepted and rejected "
            f"count in one unit; got {given} only."
        )
    classes, bad = read_target(y, rows)
    return Applicants(
        accepted,
        rejected,
        classes,
        bad,
        read_weight(sample_weight, bad),
        _weight_rejected(weight_rejected, rows_rejected),
        sample_weight is not None,
        columns,
    )


def read_floats(values: Any, rows: int, name: str) -> Floats:
    """Return ``values`` as finite float64 of shape (rows,), or raise `InputError` naming them."""
    try:
        array = np.asarray(
            values.to_numpy() if hasattr(values, "to_numpy") else values, dtype=np.float64
        )
    except (TypeError, ValueError):
        raise InputError(f"{name} must hold numbers; got something else.") from None
    if array.shape != (rows,):
        raise InputError(f"{name} must hold one number a row, {rows}; got shape {array.shape}.")
    if not np.isfinite(array).all():
        raise InputError(f"{name} must be finite; got NaN or infinity.")
    return array


def stack(applicants: Applicants, copies: int = 1) -> Any:
    """Return the accepted above ``copies`` of the rejected, a table of the caller's kind."""
    tables = [applicants.accepted] + [applicants.rejected] * copies
    if isinstance(applicants.accepted, np.ndarray):
        dtypes = {t.dtype.kind in "biuf" for t in tables}
        if len(dtypes) > 1:  # numpy would write numbers as text
            tables = [t.astype(object) for t in tables]
        return np.concatenate(tables)
    if isinstance(applicants.accepted, pl.DataFrame):
        try:
            return pl.concat(tables, how="vertical_relaxed")
        except pl.exceptions.PolarsError as error:
            raise InputError(
                "A column's types in X_accepted and X_rejected have no type in common "
                f"({type(error).__name__}); cast them to one."
            ) from None
    import pandas as pd

    return pd.concat(tables, ignore_index=True)


def _kind(table: Any, name: str) -> str:
    if isinstance(table, pl.DataFrame):
        return "polars frame"
    if hasattr(table, "iloc") and hasattr(table, "columns"):
        return "pandas frame"
    if isinstance(table, (np.ndarray, list, tuple)):
        return "array"
    raise InputError(
        f"{name} must be a frame of polars, pandas or pyarrow, or an array; got "
        f"{type(table).__name__}. "
        "Convert it to one of these."
    )


def _foreign(table: Any) -> bool:
    """Whether a table is read as polars reads it: its own, lazy or not, or pyarrow's."""
    return isinstance(table, (pl.DataFrame, pl.LazyFrame)) or hasattr(table, "column_names")


def _array(table: Any) -> NDArray[Any]:
    """Return an array; a list that mixes texts and numbers keeps them as they are."""
    array = np.asarray(table)
    return np.array(table, dtype=object) if array.dtype.kind == "U" else array


def _alike(names: list[str], first: list[Any], second: list[Any]) -> tuple[Column, ...]:
    """Return the second table's columns; each must be numbers or text in both tables."""
    columns = []
    for name, a, b in zip(names, first, second, strict=True):
        one, two = read_column(a, name), read_column(b, name)
        told = [_is_text(column) for column in (one, two)]
        if None not in told and told[0] != told[1]:
            kinds = ["text" if text else "numbers" for text in told]
            raise InputError(
                f"Column {name} holds {kinds[0]} for the accepted and {kinds[1]} for the rejected; "
                "make them one type."
            )
        columns.append(two)
    return tuple(columns)


def _is_text(column: Column) -> bool | None:
    """Whether a column is text; None where it holds no value to tell by."""
    if isinstance(column, pl.Series):
        return None if column.null_count() == len(column) else True
    return None if np.isnan(column).all() else False


def _weight_rejected(values: Any, rows: int) -> Floats:
    if values is None:
        return np.ones(rows)
    weight = read_floats(values, rows, "weight_rejected")
    if (weight < 0).any():
        raise InputError("Every weight_rejected must be at least 0; got a negative one.")
    if rows and not weight.any():
        raise InputError("weight_rejected must have a positive value; got only zeros.")
    return weight
