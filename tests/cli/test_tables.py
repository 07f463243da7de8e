"""Output files are whole or as they were."""

import errno
import os
from pathlib import Path
from typing import IO

import polars as pl
import pytest

from scorecard.cli.tables import write_table
from scorecard.errors import TableError

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
FRAME = pl.DataFrame({"a": [1, 2]})


@pytest.fixture(params=[FULL, pl.exceptions.ComputeError("full"), KeyboardInterrupt()])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> BaseException:
    """Writing stops in the middle."""

    def write(_: pl.DataFrame, file: IO[bytes]) -> None:
        file.write(b"half a file")
        raise request.param

    monkeypatch.setattr(pl.DataFrame, "write_parquet", write)
    monkeypatch.setattr(pl.DataFrame, "write_csv", write)
    return request.param


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
@pytest.mark.parametrize("before", [None, b"of yesterday"])
def test_a_write_that_stops_leaves_what_was_there(
    broken: BaseException, tmp_path: Path, name: str, before: bytes | None
) -> None:
    path = tmp_path / name
    if before is not None:
        path.write_bytes(before)
    stopped = isinstance(broken, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt if stopped else TableError):
        write_table(FRAME, path)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([] if before is None else [before])


@pytest.mark.parametrize("late", ["fsync", "replace"])
def test_a_disk_that_is_full_at_the_end_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    def full(*_: object) -> None:
        raise FULL

    monkeypatch.setattr(os, late, full)
    with pytest.raises(TableError, match=r"a.csv: cannot be written \(No space left on device\)"):
        write_table(FRAME, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    folder, link = tmp_path / "far", tmp_path / "a.csv"
    folder.mkdir()
    real = folder / "b.csv"
    real.touch(0o640)
    real.chmod(0o640)
    link.symlink_to(real)
    write_table(FRAME, link)
    assert link.is_symlink()
    assert real.read_text() == "a\n1\n2\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert list(folder.iterdir()) == [real]
    before = os.umask(0o027)
    try:
        write_table(FRAME, tmp_path / "new.parquet")
    finally:
        os.umask(before)
    assert (tmp_path / "new.parquet").stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_into_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_table(FRAME, pipe)
        assert os.read(reader, 100) == b"a\n1\n2\n"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_file_that_may_not_be_written_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kept")
    monkeypatch.setattr(os, "access", lambda *_: False)  # whoever runs tests as root may do all
    with pytest.raises(TableError, match="Permission denied"):
        write_table(FRAME, path)
    assert path.read_text() == "kept"
