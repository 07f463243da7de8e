"""Any table as the contract would read it: which kind each column is, and which it cannot hold."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from scorecard.contract import Column, as_frame, read_table, request_model
from scorecard.contract.column import Kind
from scorecard.contract.declaration import EXACT, INT64_MAX, INT64_MIN
from scorecard.contract.dtype import DTYPES, without_decimals
from scorecard.errors import ProductError

_INTEGER = r"^[+-]?(0|[1-9][0-9]*)$"
_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class UnfitColumnError(Exception):
    """A column that no declaration can hold; the message says why and what to do."""


@dataclass(frozen=True)
class Table:
    """A table to draft from: ``frame`` holds its columns in canonical types, NaN as null.

    ``kinds`` maps each column of ``frame`` to its kind, ``undeclared`` each other column to the
    reason why it cannot be declared; ``source`` is what the table is called.
    """

    frame: pl.DataFrame
    kinds: dict[str, Kind]
    undeclared: dict[str, str]
    source: str


def read_any(data: Any) -> Table:
    """Read a file, or take a frame that `as_frame` takes, and find each column's kind.

    A CSV's columns are what all their fields can be read as: whole numbers without leading zeros,
    numbers, true/false, dates as YYYY-MM-DD, else text. Raises `TableError` and `InputError` for
    what is no table.
    """
    if isinstance(data, (str, os.PathLike)):
        path = Path(data)
        # With no declared columns a CSV stays text, so that nothing is guessed twice.
        frame = read_table(path, [])
        source, written = path.name, path.suffix.lower() == ".csv"
    else:
        frame, source, written = as_frame(data, ()), "a frame", False
    kinds: dict[str, Kind] = {}
    undeclared: dict[str, str] = {}
    columns: list[pl.Series] = []
    for series in frame:
        try:
            _check_name(series.name)
            found = _from_text(series) if written else without_decimals(series)
            kind, canonical = _canonical(found)
        except UnfitColumnError as why:
            undeclared[series.name] = str(why)
            continue
        kinds[series.name] = kind
        columns.append(canonical)
    return Table(pl.DataFrame(columns), kinds, undeclared, source)


def _check_name(name: str) -> None:
    """Raise `UnfitColumnError` for a name that the contract or the request model cannot take."""
    try:
        column = Column(name, "bool", required=False, role="scoring", zh=name, en=name)
        request_model("Application", [column])
    except ProductError as error:
        raise UnfitColumnError(str(error).removeprefix(f"Column {name}: ").rstrip(".")) from None
    except Exception as error:  # whatever the request model's library refuses
        raise UnfitColumnError(
            f"the request model cannot have a field of this name ({type(error).__name__}); rename "
            "the column"
        ) from None


def _from_text(text: pl.Series) -> pl.Series:
    """Read a CSV's column as the first kind that all its fields can be read as."""
    fields = text.str.strip_chars().replace("", None)
    known = fields.drop_nulls()
    if known.is_empty():
        return pl.Series(text.name, [None] * len(text), dtype=pl.Null)
    for read in _readings(fields):
        if read.null_count() == fields.null_count():
            return read
    return text


def _readings(fields: pl.Series) -> Iterator[pl.Series]:
    integers = fields.str.contains(_INTEGER).all()
    if integers:
        yield fields.cast(pl.Int64, strict=False)
    padded = fields.str.contains(r"^[+-]?0[0-9]").any()  # codes: 007 is not 7
    if not padded and not integers:  # integers too long for 64 bits are names of something
        yield fields.cast(pl.Float64, strict=False)
    booleans = fields.str.to_lowercase()
    yield booleans.replace_strict({"true": True, "false": False}, default=None)
    if fields.str.contains(_ISO_DATE).all() and not fields.str.starts_with("0000").any():
        yield fields.str.to_date("%Y-%m-%d", strict=False)


def _canonical(series: pl.Series) -> tuple[Kind, pl.Series]:
    """Return a column's kind and its values in the kind's type.

    Raises `UnfitColumnError` where there is none.
    """
    dtype = series.dtype
    if dtype.is_float():
        series = series.fill_nan(None)
    if series.null_count() == len(series):
        raise UnfitColumnError("it holds no value in any row, so that nothing can be said of it")
    if dtype.is_float():
        return "float", _floats(series)
    if dtype.is_integer():
        return "int", _integers(series)
    if dtype == pl.Boolean:
        return "bool", series
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return "str", series.cast(DTYPES["str"])
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        return "date", _dates(series)
    raise UnfitColumnError(
        f"its type {dtype} is none of float, int, bool, str and date; convert it in the table"
    )


def _floats(series: pl.Series) -> pl.Series:
    values = series.cast(pl.Float64)
    infinite = int(values.is_infinite().sum())
    if infinite:
        raise UnfitColumnError(
            f"{infinite:,} of its values are infinite; empty these fields in the table"
        )
    if values.abs().max() > EXACT - 1:  # type: ignore[operator]
        raise UnfitColumnError(
            "its values go beyond ±2**53, where numbers are no longer exact; rescale it"
        )
    return values


def _integers(series: pl.Series) -> pl.Series:
    low, high = series.min(), series.max()
    if low <= INT64_MIN + 1 or high >= INT64_MAX - 1:  # type: ignore[operator]
        raise UnfitColumnError("its values reach the limits of 64-bit integers; store it as text")
    return series.cast(pl.Int64)


def _dates(series: pl.Series) -> pl.Series:
    if isinstance(series.dtype, pl.Datetime):
        if series.dtype.time_zone is not None:
            raise UnfitColumnError("its times have a time zone; store the dates alone")
        days = series.cast(pl.Date)
        if (days.cast(series.dtype) != series).any():
            raise UnfitColumnError("its times are not all midnight; store the dates alone")
        series = days
    years = series.dt.year()
    if years.min() < 1 or years.max() > 9999:  # type: ignore[operator]
        raise UnfitColumnError(
            "its dates lie outside the years 1 to 9999; correct them in the table"
        )
    return series
