"""A made-up application: what is usual in each column, and nobody's own."""

from __future__ import annotations

from datetime import date
from math import floor, log10
from typing import Any

import polars as pl

from scorecard.contract.column import Column
from scorecard.contract.dtype import DTYPES
from scorecard.contract.table import TableContract

#: A text that fewer rows share is somebody's own and is not repeated.
SHARED = 20

_ALPHABET = "0A1aX9"


def typical_application(table: pl.DataFrame, contract: TableContract) -> pl.DataFrame | None:
    """Return one valid row that stands for the rows of ``table`` and copies none of them.

    ``table`` holds rows that the contract accepted. A number is the median of the column rounded to
    two significant digits, a flag or a text its commonest value (a text only where 20 rows share
    it), a date the first of the median's month; a column that is mostly missing stays so. An
    identifier is made up. Where these do not fit together, the optional fields that the broken
    rules name are left empty; None where that does not help.
    """
    columns = [column for column in contract.columns if column.asked]
    row = {column.name: _usual(table[column.name], column) for column in columns}
    for _ in columns:
        frame = pl.DataFrame(
            {c.name: pl.Series([row[c.name]], dtype=DTYPES[c.kind]) for c in columns}
        )
        found = contract.check(frame, asked_only=True).problems.get(0, ())
        if not found:
            return frame
        blamed = {p.field for p in found} & {c.name for c in columns if not c.required}
        emptied = {name for name in blamed if row[name] is not None}
        if not emptied:
            return None
        row.update(dict.fromkeys(emptied))
    return None


def _usual(values: pl.Series, column: Column) -> Any:
    if column.role == "identifier":
        return _made_up(column)
    present = values.drop_nulls()
    if present.is_empty() or (not column.required and 2 * len(present) < len(values)):
        return None
    if column.kind in ("str", "bool"):
        counted = present.value_counts(name="rows").sort(
            "rows", column.name, descending=[True, False]
        )
        usual, rows = counted.row(0)
        return usual if column.kind == "bool" or column.isin is not None or rows >= SHARED else None
    median: Any = present.median()
    if column.kind == "date":
        day: date = median.date() if hasattr(median, "date") else median
        return day.replace(day=1)
    rounded = _rounded(float(median))
    return round(rounded) if column.kind == "int" else rounded


def _rounded(number: float) -> float:
    return 0.0 if number == 0 else round(number, 1 - floor(log10(abs(number))))


def _made_up(column: Column) -> Any:
    """Return a value of the right form that nobody bears, or None where that is allowed."""
    if not column.required:
        return None
    if column.kind == "str":
        return _repeated(column)
    if column.kind == "date":
        return date.fromisoformat(str(column.ge)) if column.ge else date(2000, 1, 1)
    if column.kind == "bool":
        return False
    return max(int(column.ge or 0), int(column.gt or -1) + 1)


def _repeated(column: Column) -> str | None:
    """Return one character repeated so that the column's rules take it."""
    alone = TableContract([column])
    least, most = column.min_length or 1, column.max_length or 40
    tried = [c * n for n in range(most, least - 1, -1) for c in _ALPHABET]
    series = pl.Series(column.name, tried, dtype=pl.String)
    taken = alone.check(series.to_frame()).accepted
    return taken[column.name][0] if taken.height else None
