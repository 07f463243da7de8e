"""How the command line ends: 2 and one sentence for bad input, 130 when interrupted."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scorecard import simulation

FEATURES = Path(__file__).parents[2] / "features"
Run = Callable[..., tuple[int, str, str]]


def sentence(ended: tuple[int, str, str]) -> str:
    """Return what was said, once the command ended with 2 and nothing but one line of text."""
    code, out, err = ended
    assert code == 2
    assert out == ""
    assert err.startswith("scorecard: ")
    assert err.endswith("\n")
    assert err[:-1].isprintable()
    return err


@pytest.mark.parametrize(
    "text", ["1 / 0", "raise RuntimeError('two\\nlines\\x1b[2J [red]')", "def (", "import no_such"]
)
def test_a_schema_that_does_not_run(scorecard: Run, tmp_path: Path, text: str) -> None:
    folder = shutil.copytree(FEATURES / "sme_cn", tmp_path / "sme_cn")
    (folder / "schema.py").write_text(text, encoding="utf-8")
    assert "sme_cn/schema.py does not run" in sentence(scorecard("train", folder))


def test_a_file_that_may_not_be_read(
    scorecard: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "closed.parquet"
    file.write_bytes(b"PAR1")
    whole = Path.open

    def refuse(self: Path, *args: object, **options: object) -> object:
        if self == file:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return whole(self, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    said = sentence(scorecard("train", FEATURES / "sme_cn", "--data", file, "--json"))
    assert "closed.parquet: the file cannot be read (Permission denied)" in said


def test_a_full_disk(scorecard: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    out = tmp_path / "out.parquet"
    said = sentence(scorecard("simulate", "sme_cn", "--rows", 50, "--out", out))
    assert "out.parquet: cannot be written (No space left on device)" in said
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    scorecard: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "simulate", None)
    said = sentence(scorecard("simulate", "sme_cn", "--out", tmp_path / "no" / "out.parquet"))
    assert "the folder to write it into does not exist" in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EROFS, "Read-only file system", "/a/[red]\x1b[2J"),
         "scorecard: Read-only file system: /a/[red][2J.\n"),
        (OSError("odd"), "scorecard: odd.\n"),
    ],
)  # fmt: skip
def test_a_file_system_that_fails_anywhere(
    scorecard: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: OSError, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(simulation, "simulate", fail)
    assert sentence(scorecard("simulate", "--out", tmp_path / "o.csv")) == said


def test_an_interrupt_leaves_no_stack_trace(
    scorecard: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(simulation, "simulate", interrupt)
    assert scorecard("simulate", "--out", tmp_path / "o.csv") == (130, "", "")
