"""Writing tables to files, whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import polars as pl

from scorecard.errors import InputError, TableError

UNWRITABLE = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    TypeError,
    ValueError,
    NotImplementedError,
)
# Beside numbers, what CSV can hold.
PLAIN = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Time, pl.Categorical, pl.Enum, pl.Null)


def check_target(path: Path) -> None:
    """Raise `TableError` for a file that cannot be written, before any work is done."""
    if path.suffix.lower() not in (".parquet", ".csv"):
        raise TableError(f"{path.name or path}: write to a file ending in .parquet or .csv.")
    try:
        if not path.parent.is_dir():
            raise TableError(f"{path.name}: the folder to write it into does not exist.")
        if path.is_dir():
            raise TableError(f"{path.name}: this is a folder; name a file to write.")
    except OSError as error:
        raise TableError(f"{path.name}: cannot be written ({_reason(error)}).") from None


def check_distinct(files: Mapping[str, Path]) -> None:
    """Raise `InputError` when two of ``files``, described by their keys, are the same file."""
    seen: list[tuple[str, Path]] = []
    for what, path in files.items():
        for other, taken in seen:
            if _same(path, taken):
                raise InputError(
                    f"{path.name}: {other} and {what} are the same file; name different ones."
                )
        seen.append((what, path))


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as parquet or CSV (nested columns as JSON text).

    The file is there whole or as it was before. Raises `TableError` where it cannot be written.
    """
    check_target(path)
    to_csv = path.suffix.lower() == ".csv"
    if to_csv:
        unfit = [name for name, dtype in frame.schema.items() if not _is_text(dtype)]
        if unfit:
            raise TableError(
                f"{path.name}: CSV cannot hold {len(unfit)} of the columns ({unfit[0]} is of type "
                f"{frame.schema[unfit[0]]}); write to a file ending in .parquet."
            )
    try:
        table = _flat(frame) if to_csv else frame
        with replacing(path) as file:  # a path that polars opens has its "~" expanded
            if to_csv:
                table.write_csv(file)
            else:
                table.write_parquet(file)
    except OSError as error:
        raise TableError(f"{path.name}: cannot be written ({_reason(error)}).") from None
    except UNWRITABLE as error:  # a full disk is among them
        raise TableError(
            f"{path.name}: cannot be written ({type(error).__name__}); see that the disk has room, "
            "or leave out columns of unusual types."
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file in the folder of ``path`` that takes its place in the end, or is gone."""
    target = Path(os.path.realpath(path))  # what a link points to is replaced, not the link
    exists = target.exists()
    if exists and not target.is_file():  # a device or a pipe has no other file in its place
        with target.open("wb") as file:
            yield file
        return
    if exists and not os.access(target, os.W_OK):  # to replace it, only the folder would be asked
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    draft = target.with_name(f".scorecard-{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # a disk may tell only now that it is full
        if exists:
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def shown(path: Path) -> str:
    """Return a path as text that can be printed, whatever bytes the file system has in it."""
    return os.fsencode(path).decode("utf-8", "replace")


def _same(one: Path, other: Path) -> bool:
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:  # two names of one file: a hard link, or letters in another case
        return os.path.samefile(one, other)
    except OSError:
        return False


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _is_text(dtype: Any) -> bool:
    """Whether CSV can hold a column, written out or as JSON; for some polars would stop hard."""
    if isinstance(dtype, pl.Struct):
        return all(map(_is_text, dtype.to_schema().values()))
    if isinstance(dtype, (pl.List, pl.Array)):
        return _is_text(dtype.inner)
    return bool(dtype.is_numeric() or dtype in PLAIN)


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    columns = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Struct):
            columns.append(pl.col(name).struct.json_encode())
        elif isinstance(dtype, (pl.List, pl.Array)):
            wrapped = pl.struct(pl.col(name).alias(name)).struct.json_encode()
            columns.append(wrapped.alias(name))
        else:
            columns.append(pl.col(name))
    return frame.select(columns)
