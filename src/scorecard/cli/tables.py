"""Writing tables to files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from scorecard.errors import TableError


def check_target(path: Path) -> None:
    """Raise `TableError` for a file that cannot be written, before any work is done."""
    if path.suffix.lower() not in (".parquet", ".csv"):
        raise TableError(f"{path.name}: write to a file ending in .parquet or .csv.")
    if not path.parent.is_dir():
        raise TableError(f"{path.name}: the folder to write it into does not exist.")


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as parquet or CSV (nested columns as JSON text); `TableError` if it cannot."""
    check_target(path)
    try:
        if path.suffix.lower() == ".parquet":
            frame.write_parquet(path)
        else:
            _flat(frame).write_csv(path)
    except OSError as error:
        raise TableError(f"{path.name}: cannot be written ({error.strerror}).") from None


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    columns = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Struct):
            columns.append(pl.col(name).struct.json_encode())
        elif isinstance(dtype, pl.List):
            wrapped = pl.struct(pl.col(name).alias(name)).struct.json_encode()
            columns.append(wrapped.alias(name))
        else:
            columns.append(pl.col(name))
    return frame.select(columns)
