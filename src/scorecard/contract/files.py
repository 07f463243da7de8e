"""Tables from files: parquet, and CSV read by the declared kinds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from scorecard.contract.column import Column
from scorecard.contract.declaration import ISO_DATE
from scorecard.contract.wording import TYPE_WORDS
from scorecard.errors import TableError

SUFFIXES = (".parquet", ".csv")
BOOLEANS = {"true": True, "false": False}
# polars stops with panics and, for odd columns, with errors of Python's own.
UNREADABLE = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    ValueError,
    TypeError,
    OverflowError,
    NotImplementedError,
)


def read_table(path: str | Path, columns: Iterable[Column] | None = None) -> pl.DataFrame:
    """Read a ``.parquet`` or ``.csv`` file into a frame of at least one row.

    With ``columns``, a CSV's declared columns are read as their declared kinds (an empty field is a
    null) and the others stay text; without, polars infers the types. Raises `TableError`, in one
    sentence with the file's base name and none of its values, for a file that is absent, is no such
    table, has no rows, names two columns alike, has a CSV line with more or fewer fields than the
    header (lines are counted from 1), or holds text that its column's kind does not allow.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TableError(
            f"{path.name or path}: a table must be a file ending in {' or '.join(SUFFIXES)}; "
            f"got {path.suffix or 'no ending'}."
        )
    try:
        if not path.exists():
            raise TableError(f"{path.name}: there is no such file; check the path.")
        if not path.is_file():
            raise TableError(f"{path.name}: this is no file; name the file that holds the table.")
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
        with path.open("rb") as file:  # a path that polars opens has its "~" and "*" expanded
            return pl.read_parquet(file)
    except pl.exceptions.DuplicateError:
        raise TableError(
            f"{path.name}: this parquet file names two columns alike; every column needs a name "
            "of its own."
        ) from None
    except UNREADABLE:
        raise TableError(
            f"{path.name}: this is not a readable parquet file, or a column's type is none that "
            "polars knows."
        ) from None


def _csv(path: Path, columns: Iterable[Column] | None) -> pl.DataFrame:
    unreadable = TableError(
        f"{path.name}: this is not a readable CSV table; it must be UTF-8 text with a header "
        "and as many fields in each line."
    )
    # polars and csv quote the offending values in their messages, so none of them is passed on.
    try:
        text = path.read_bytes()
        header, rows = _lines(text, path.name)
        if len(header) > 1:
            text = text.rstrip(b"\r\n")  # of which polars would make rows of nulls
        if columns is None:
            frame = pl.read_csv(text, try_parse_dates=True, infer_schema_length=None)
        else:
            frame = pl.read_csv(text, infer_schema=False)
    except UNREADABLE:
        raise unreadable from None
    if frame.columns != header or frame.height != rows:
        raise unreadable
    if columns is None:
        return frame
    kinds = {column.name: column for column in columns if column.name in frame.columns}
    return frame.with_columns(
        _parsed(frame[name], column, path.name) for name, column in kinds.items()
    )


def _lines(text: bytes, file: str) -> tuple[list[str], int]:
    """Return a CSV's header and number of rows, all of them as wide as the header.

    polars pads short lines with nulls and renames columns, so both are refused here: `TableError`.
    An empty line is a null in a table of one column; elsewhere it may only stand at the end.
    """
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(text), encoding="utf-8-sig", newline=""), strict=True
    )
    header: list[str] = []
    line, rows, width, empty = 1, 0, 0, 0  # line: where the next row begins; empty: first of these
    try:
        for fields in reader:
            if not header:
                header, width = fields, len(fields)
                _check_header(header, line, file)
            elif fields or width == 1:
                if empty or len(fields) > width or len(fields) < width > 1:
                    at, count = (empty, 0) if empty else (line, len(fields))
                    raise TableError(
                        f"{file}: line {at} has {count} field(s) where the header has {width}; "
                        "the file may be cut off, or a field may hold a comma without quotation "
                        "marks around it."
                    )
                rows += 1
            else:
                empty = empty or line
            line = reader.line_num + 1
    except csv.Error:
        raise TableError(
            f"{file}: line {line} cannot be split into fields; a quotation mark is missing or out "
            f"of place, or a field has more than {csv.field_size_limit():,} characters."
        ) from None
    if not header:
        raise TableError(f"{file}: the file has empty lines only; a table needs columns and rows.")
    return header, rows


def _check_header(header: list[str], line: int, file: str) -> None:
    first: dict[str, int] = {}
    for position, name in enumerate(header, start=1):
        if first.setdefault(name, position) != position:
            raise TableError(
                f"{file}: line {line}, the header, has {len(header)} fields but only "
                f"{len(set(header))} different names (fields {first[name]} and {position} share "
                "one); every column needs a name of its own."
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
