"""Tables from files: parquet, and CSV read by the declared kinds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from scorecard.contract.column import Column
from scorecard.contract.declaration import ISO_DATE
from scorecard.contract.wording import TYPE_WORDS
from scorecard.errors import TableError

SUFFIXES = (".parquet", ".csv")
BOOLEANS = {"true": True, "false": False}


def read_table(path: str | Path, columns: Iterable[Column] | None = None) -> pl.DataFrame:
    """Read a ``.parquet`` or ``.csv`` file into a frame of at least one row.

    With ``columns``, a CSV's declared columns are read as their declared kinds (an empty field is a
    null) and the others stay text; without, polars infers the types. Raises `TableError`, in one
    sentence with the file's base name and none of its values, for a file that is absent, is no such
    table, has no rows, or holds text that its column's kind does not allow.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TableError(
            f"{path.name}: a table must be a file ending in {' or '.join(SUFFIXES)}; "
            f"got {path.suffix or 'no ending'}."
        )
    if not path.exists():
        raise TableError(f"{path.name}: there is no such file; check the path.")
    if not path.is_file():
        raise TableError(f"{path.name}: this is no file; name the file that holds the table.")
    try:
        if path.stat().st_size == 0:
            raise TableError(f"{path.name}: the file is empty; a table needs columns and rows.")
        frame = _parquet(path) if suffix == ".parquet" else _csv(path, columns)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TableError(f"{path.name}: the file cannot be read ({reason}).") from None
    if frame.height == 0:
        raise TableError(f"{path.name}: the table has no rows; hand in at least one.")
    return frame


def _parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, glob=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError):
        raise TableError(f"{path.name}: this is not a readable parquet file.") from None


def _csv(path: Path, columns: Iterable[Column] | None) -> pl.DataFrame:
    # polars quotes the offending values in its messages, so none of them is passed on.
    try:
        if columns is None:
            return pl.read_csv(path, glob=False, try_parse_dates=True, infer_schema_length=None)
        frame = pl.read_csv(path, glob=False, infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError):
        raise TableError(
            f"{path.name}: this is not a readable CSV table; it must be UTF-8 text with a header "
            "and as many fields in each line."
        ) from None
    kinds = {column.name: column for column in columns if column.name in frame.columns}
    return frame.with_columns(
        _parsed(frame[name], column, path.name) for name, column in kinds.items()
    )


def _parsed(text: pl.Series, column: Column, file: str) -> pl.Series:
    if column.kind == "str":
        return text
    text = text.str.strip_chars().replace("", None)
    if column.kind == "float":
        values = text.cast(pl.Float64, strict=False)
    elif column.kind == "int":
        values = text.cast(pl.Int64, strict=False)
    elif column.kind == "bool":
        values = text.str.to_lowercase().replace_strict(BOOLEANS, default=None)
    else:
        values = _dates(text)
    wrong = (values.is_null() & text.is_not_null()).arg_true()
    if len(wrong):
        raise TableError(
            f"{file}: column {column.name} must hold {TYPE_WORDS[column.kind]}; "
            f"row {wrong[0]} (counted from 0, after the header) does not."
        )
    return values


def _dates(text: pl.Series) -> pl.Series:
    """Read exactly YYYY-MM-DD; polars alone also reads 2020-1-1 and the year 0."""
    exact = text.str.contains(f"^{ISO_DATE.pattern}$") & ~text.str.starts_with("0000")
    return text.set(~exact, None).str.to_date("%Y-%m-%d", strict=False)
