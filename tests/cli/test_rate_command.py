"""``scorecard rate`` on its own files, on the same file twice, and on odd ones."""

import json
import os
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest

import scorecard as sc
from scorecard.cli import main, screen
from scorecard.cli.tables import check_target, write_table
from scorecard.errors import TableError


@pytest.fixture
def rate(bundle_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run ``scorecard rate``; the exit code, standard output, standard error."""

    def run(*args: object, model: object = bundle_path) -> tuple[int, str, str]:
        monkeypatch.setattr(screen, "quiet_libraries", lambda: None)
        monkeypatch.setattr(sys, "argv", ["scorecard", "rate", str(model), *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def dirty(portfolio: pl.DataFrame, tmp_path: Path) -> Path:
    """Ten applications; rows 0 to 2 break the contract."""
    amount = pl.when(pl.int_range(pl.len()) < 3).then(-1.0).otherwise("requested_amount")
    file = tmp_path / "applications.parquet"
    portfolio.head(10).with_columns(requested_amount=amount).write_parquet(file)
    return file


def test_what_was_rejected_can_be_handed_in_again(rate, dirty: Path, portfolio) -> None:
    folder = dirty.parent
    assert rate(dirty, "--out", folder / "a.parquet")[0] == 0
    first = pl.read_parquet(folder / "rejected.parquet")
    assert first["row"].to_list() == [0, 1, 2]
    # One of the three is mended; the others are rejected again, once with the row of this run.
    mended = pl.when(pl.int_range(pl.len()) < 1).then(portfolio["requested_amount"][0])
    again = folder / "again.parquet"
    first.with_columns(requested_amount=mended.otherwise("requested_amount")).write_parquet(again)
    for suffix in ("parquet", "csv"):
        code, out, err = rate(
            again, "--out", folder / "b.parquet", "--rejected", folder / f"r.{suffix}", "--json"
        )
        assert (code, err) == (0, "")
        assert json.loads(out)["rated"] == 1
    second = pl.read_parquet(folder / "r.parquet")
    assert second["row"].to_list() == [1, 2]
    assert second.columns == first.columns
    assert second.drop("row").equals(first.drop("row")[1:])
    assert pl.read_csv(folder / "r.csv")["row"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("in.parquet", "in.parquet", None), "the input and --out"),
        (("in.parquet", "sub/../in.parquet", None), "the input and --out"),
        (("in.parquet", "link.parquet", None), "the input and --out"),
        (("in.parquet", "hard.parquet", None), "the input and --out"),
        (("rejected.parquet", "out.parquet", None), "the input and --rejected"),
        (("in.parquet", "rejected.parquet", None), "--out and --rejected"),
        (("in.parquet", "out.csv", "out.csv"), "--out and --rejected"),
    ],
)
def test_three_files_that_are_not_three_are_refused_before_any_work(
    rate, dirty: Path, names: tuple[str, str, str | None], said: str
) -> None:
    file, out, rejected = names
    folder = dirty.parent
    (folder / "sub").mkdir()
    for name in ("in.parquet", "rejected.parquet"):
        shutil.copy(dirty, folder / name)
    (folder / "link.parquet").symlink_to(folder / "in.parquet")
    (folder / "hard.parquet").hardlink_to(folder / "in.parquet")
    args = [folder / file, "--out", folder / out]
    args += ["--rejected", folder / rejected] if rejected else []
    before = dirty.read_bytes()
    code, printed, err = rate(*args, model="no_model_is_loaded")
    assert code == 2
    assert printed == ""
    assert err.startswith("scorecard: ")
    assert f"{said} are the same file" in err
    assert err.count("\n") == 1
    assert (folder / file).read_bytes() == before


def test_who_rated_is_said_in_one_line(rate, dirty: Path, rater: sc.Rater) -> None:
    code, out, _ = rate(dirty, "--out", dirty.parent / "o.parquet")
    assert code == 0
    said = f"answered by scorecard, sme_cn not registered, bundle {rater.model.sha256[:12]}"
    assert out.splitlines()[0].rstrip() == "Rated 7 applications"
    assert said in out.splitlines()


def test_a_cut_csv_is_refused(rate, portfolio: pl.DataFrame, tmp_path: Path) -> None:
    lines = portfolio.head(5).write_csv().splitlines()
    (tmp_path / "cut.csv").write_text("\n".join([*lines[:-1], lines[-1][:60]]), encoding="utf-8")
    code, _, err = rate(tmp_path / "cut.csv", "--out", tmp_path / "out.parquet")
    assert code == 2
    assert "cut.csv: line 6 has " in err
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize("name", ["[bold]a[red].parquet", "~.parquet", "新 建.csv", "a\nb.parquet"])
def test_paths_are_taken_as_they_are_written(rate, dirty: Path, name: str, monkeypatch) -> None:
    monkeypatch.chdir(dirty.parent)
    code, out, err = rate(dirty, "--out", name, "--rejected", f"no {name}")
    assert code == 0, err
    assert name.split("\n", maxsplit=1)[0] in out
    assert Path(name).is_file()
    assert Path(f"no {name}").is_file()


def test_a_path_in_another_encoding_is_printed_all_the_same(rate, dirty: Path) -> None:
    out = os.fsdecode(os.fsencode(dirty.parent) + b"/\xd6\xd0.parquet")
    code, printed, err = rate(dirty, "--out", out, "--json")
    assert code == 0, err
    assert json.loads(printed)["rated"] == 7


def test_odd_columns_go_along_to_parquet_and_are_refused_for_csv(rate, dirty: Path) -> None:
    odd = pl.read_parquet(dirty).with_columns(
        struct=pl.struct(blob=pl.lit(b"x")), array=pl.lit([1, 2]).cast(pl.Array(pl.Int64, 2))
    )
    file, folder = dirty.parent / "odd.parquet", dirty.parent
    odd.write_parquet(file)
    assert rate(file, "--out", folder / "o.csv")[0] == 0
    assert pl.read_parquet(folder / "rejected.parquet")["array"].to_list() == [[1, 2]] * 3
    code, _, err = rate(file, "--out", folder / "o.csv", "--rejected", folder / "r.csv", "--json")
    assert code == 2
    assert "r.csv: CSV cannot hold 1 of the columns (struct is" in err
    assert err.count("\n") == 1
    assert not (folder / "r.csv").exists()


def test_a_target_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.parquet").mkdir()
    for name, said in (
        ("folder.parquet", "folder"), ("x" * 300 + ".csv", "File name too long"), ("", "ending in"),
    ):  # fmt: skip
        with pytest.raises(TableError, match=said):
            check_target(tmp_path / name)
    full = tmp_path / "full.parquet"
    if Path("/dev/full").exists():
        full.symlink_to("/dev/full")
        with pytest.raises(TableError, match="cannot be written"):
            write_table(pl.DataFrame({"a": [1]}), full)


def test_an_identifier_named_as_a_rating_is_refused(
    rate, dirty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sc.Rater.rate
    monkeypatch.setattr(
        sc.Rater, "rate", lambda self, frame: whole(self, frame).with_columns(uscc=pl.lit("x"))
    )
    code, _, err = rate(dirty, "--out", dirty.parent / "o.parquet")
    assert code == 2
    assert "Identifier column(s) uscc" in err
