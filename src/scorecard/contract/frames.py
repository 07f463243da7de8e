"""Any frame at the border: what callers hold, as a polars frame."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

import polars as pl

from scorecard.contract.column import Column
from scorecard.errors import InputError, TableError

ACCEPTED = "a polars DataFrame or LazyFrame, a pandas DataFrame or a pyarrow Table"
# Below these a float of each width stands for one integer only.
EXACT_BELOW: dict[type[pl.DataType], int] = {
    pl.Float64: 2**53,
    pl.Float32: 2**24,
    pl.Float16: 2**11,
}
UNREADABLE = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    TypeError,
    ValueError,
    OverflowError,
    NotImplementedError,
)


def as_frame(data: Any, columns: Iterable[Column]) -> pl.DataFrame:
    """Return ``data`` as a polars frame; a polars DataFrame comes back as it is.

    A LazyFrame is collected, a pyarrow Table converted column by column. A pandas DataFrame loses
    its index; since pandas holds integers with gaps as floats, and columns without any value as
    whatever comes first, a column declared ``int`` whose present values are all whole becomes
    Int64, and a declared column without any value becomes one of nulls. Types are checked
    afterwards, by the table contract. Raises `InputError` for anything that is none of these
    frames, and `TableError`, without any value, for one that polars cannot hold.
    """
    if isinstance(data, pl.DataFrame):
        return data
    if isinstance(data, pl.LazyFrame):
        return _collected(data)
    if _is_a(data, "pandas", "DataFrame"):
        kinds = {column.name: column.kind for column in columns}
        return _framed(
            (name, _from_pandas(name, values, kinds.get(name)))
            for name, values in zip(_names(data.columns), _series(data), strict=True)
        )
    if _is_a(data, "pyarrow", "Table"):
        return _framed(
            (name, _converted(name, values, str(values.type)))
            for name, values in zip(_names(data.column_names), data.columns, strict=True)
        )
    raise InputError(
        f"A table must be {ACCEPTED}; got {type(data).__module__}.{type(data).__qualname__}; "
        "convert it to one of these."
    )


def _is_a(data: Any, library: str, name: str) -> bool:
    """Whether ``data`` is of that class; a library nobody imported has no objects to ask about."""
    kind = getattr(sys.modules.get(library), name, None)
    return isinstance(kind, type) and isinstance(data, kind)


def _collected(data: pl.LazyFrame) -> pl.DataFrame:
    try:
        return data.collect()
    except (*UNREADABLE, OSError) as error:  # messages of polars may hold values
        raise TableError(
            f"The LazyFrame cannot be collected ({type(error).__name__}); collect it yourself to "
            "see why."
        ) from None


def _names(names: Iterable[Any]) -> list[str]:
    """Return the columns' names, which must be texts and all different."""
    found: dict[str, None] = {}
    for position, name in enumerate(names):
        if not isinstance(name, str):
            raise TableError(
                f"Every column's name must be text; column {position} (counted from 0) is named by "
                f"a {type(name).__name__}; rename it."
            )
        if name in found:
            raise TableError(f"Column {name} is there twice; keep one.")
        found[name] = None
    return list(found)


def _framed(columns: Iterable[tuple[str, pl.Series]]) -> pl.DataFrame:
    return pl.DataFrame([series.alias(name) for name, series in columns])


def _series(data: Any) -> Iterable[Any]:
    return (values for _, values in data.items())


def _from_pandas(name: str, values: Any, kind: str | None) -> pl.Series:
    import pyarrow as pa

    found = str(values.dtype)
    try:
        array = pa.array(values, from_pandas=True)
    except UNREADABLE:
        raise _unreadable(name, found) from None
    series = _converted(name, array, found)
    # Among dates a datetime would lose its time without a word.
    if series.dtype == pl.Date and any(map(_has_time, values)):
        raise TableError(f"Column {name} mixes dates and times of day; make them one type.")
    if kind is None:
        return series
    if series.dtype.is_float():
        series = series.fill_nan(None)
    if series.null_count() == len(series):
        return pl.Series(name, [None] * len(series), dtype=pl.Null)
    return _whole(series) if kind == "int" and series.dtype.is_float() else series


def _converted(name: str, array: Any, found: str) -> pl.Series:
    try:
        series = pl.from_arrow(array)
    except UNREADABLE:
        raise _unreadable(name, found) from None
    if not isinstance(series, pl.Series):
        raise _unreadable(name, found)
    return series


def _whole(series: pl.Series) -> pl.Series:
    """Return whole floats as integers, and any others as they are, for the contract to refuse."""
    present = series.drop_nulls()
    whole = (present == present.floor()) & (present.abs() < EXACT_BELOW[type(series.dtype)])
    return series.cast(pl.Int64) if whole.all() else series


def _has_time(value: Any) -> bool:
    # A missing time is the only one that differs from itself.
    return isinstance(value, datetime) and value == value and value.time() != time()  # noqa: PLR0124


def _unreadable(name: str, found: str) -> TableError:
    return TableError(
        f"Column {name}: its values (of type {found}) cannot be read as values of one type; "
        "convert the column, or drop it if the product does not declare it."
    )
