"""The polars type of each kind of column, and the lossless ways to it."""

from __future__ import annotations

import polars as pl

from scorecard.contract.column import Column, Kind
from scorecard.contract.declaration import INT64_MAX, INT64_MIN
from scorecard.contract.wording import TYPE_WORDS
from scorecard.errors import TableError

DTYPES: dict[Kind, pl.DataType] = {
    "float": pl.Float64(),
    "int": pl.Int64(),
    "bool": pl.Boolean(),
    "str": pl.String(),
    "date": pl.Date(),
}
KIND_OF_DTYPE: dict[pl.DataType, Kind] = {dtype: kind for kind, dtype in DTYPES.items()}


def canonical(series: pl.Series, column: Column) -> pl.Series:
    """Return the column in its canonical type, widened without loss; NaN becomes null.

    Integers and shorter floats widen to Float64 (beyond 2**53 the range rule refuses them anyway),
    integers to Int64 (clamped to its limits, which no range admits), categories to text, datetimes
    that are all midnight to dates; a column of nulls only takes any type. A decimal is read as a
    request in JSON that holds its digits would be: the nearest float, or, of scale 0, an integer.
    Raises `TableError`.
    """
    series = without_decimals(series)
    wanted, found = DTYPES[column.kind], series.dtype
    if found == pl.Null:
        return series.cast(wanted)
    if column.kind == "float" and (found.is_float() or found.is_integer()):
        return series.cast(wanted).fill_nan(None)
    if column.kind == "int" and found.is_integer():
        return _clamped(series).cast(wanted)
    if column.kind == "str" and found in (pl.Categorical, pl.Enum):
        return series.cast(wanted)
    if column.kind == "date" and isinstance(found, pl.Datetime) and found.time_zone is None:
        return _whole_days(series, column.name)
    if found == wanted:
        return series
    raise TableError(
        f"Column {column.name} must hold {TYPE_WORDS[column.kind]} ({wanted}); found {found}; "
        "convert the column."
    )


def without_decimals(series: pl.Series) -> pl.Series:
    """Return a column of decimals as integers where its scale is 0, else as the nearest floats."""
    if not isinstance(series.dtype, pl.Decimal):
        return series
    if series.dtype.scale == 0:
        return series.cast(pl.Int128)
    return series.cast(pl.String).cast(pl.Float64)  # its digits read: dividing may round twice


def _clamped(series: pl.Series) -> pl.Series:
    """Bring integers that Int64 cannot hold to its limits."""
    if series.dtype in (pl.UInt64, pl.UInt128):
        return series.clip(upper_bound=INT64_MAX)
    return series.clip(INT64_MIN, INT64_MAX) if series.dtype == pl.Int128 else series


def _whole_days(series: pl.Series, name: str) -> pl.Series:
    """Turn datetimes into dates, which is how pandas stores them, where no time would be lost."""
    days = series.cast(pl.Date)
    timed = (days.cast(series.dtype) != series).arg_true()
    if len(timed):
        raise TableError(
            f"Column {name} must hold dates; row {timed[0]} has a time of day; "
            "cut the times off, or declare what they mean."
        )
    return days
