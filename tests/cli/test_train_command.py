"""``scorecard train``: what it refuses to overwrite, and what it says of what it registered."""

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import scorecard as sc
from scorecard.cli import training
from scorecard.training import SearchSettings

Run = Callable[..., tuple[int, str, str]]
NAME = "[red]x\x1b[2J"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch, trained: sc.TrainingResult) -> sc.TrainingResult:
    """Training is over at once: version 3, champion unless a target was given, one row refused."""
    refused = pl.DataFrame({"row": [0], "problems": ["x"]})
    sample = replace(trained.sample, rejected=refused, ignored=(NAME,))
    result = replace(trained, sample=sample, version="3")
    monkeypatch.setattr(
        training,
        "fit",
        lambda *_, target, **__: replace(result, target=target, champion=not target),
    )
    monkeypatch.setattr(training, "simulated", lambda *_: None)
    return result


@pytest.mark.parametrize("names", [("rejected.parquet", None), ("a.csv", "sub/../a.csv")])
def test_the_data_are_not_overwritten_by_what_was_rejected(
    scorecard: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str | None]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    data, rejected = names
    Path(data).write_text("precious")
    args = ["--data", data] + (["--rejected", rejected] if rejected else [])
    code, out, err = scorecard("train", "no product is loaded", *args)
    assert (code, out) == (2, "")
    assert "--data and --rejected are the same file" in err
    assert Path(data).read_text() == "precious"


def test_a_later_model_is_challenger_and_the_next_step_is_named(
    scorecard: Run, registered: sc.TrainingResult, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(training, "fit", lambda *_, **__: replace(registered, champion=False))
    code, out, _ = scorecard("train", "sme_cn", "--rejected", tmp_path / "r.parquet")
    assert code == 0
    said = " ".join(out.split())
    assert "Registered sme_cn version 3, now challenger: models:/sme_cn@challenger" in said
    assert "scorecard promote models:/sme_cn/3 --to champion --data FILE --by NAME" in said


@pytest.mark.parametrize("target", [None, "default_12m"])
def test_the_champion_is_named_only_where_there_is_a_new_one(
    scorecard: Run, registered: sc.TrainingResult, tmp_path: Path, target: str | None
) -> None:
    args = ["train", "sme_cn", "--rejected", tmp_path / "r.parquet"]
    args += ["--target", target] if target else []
    code, out, _ = scorecard(*args)
    assert code == 0
    if target is None:
        assert "Registered sme_cn version 3, now champion: models:/sme_cn@champion" in out
    else:
        assert "sme_cn version 3, NOT champion, since default_12m took the place" in out
        assert "@champion" not in out
    code, out, _ = scorecard(*args, "--json")
    told = json.loads(out)
    assert (told["version"], told["champion"], told["target"]) == ("3", target is None, target)
    assert told["rejected_file"] == str(tmp_path / "r.parquet")


def test_names_from_the_file_are_shown_as_they_are(
    scorecard: Run, registered: sc.TrainingResult, tmp_path: Path
) -> None:
    path = tmp_path / "[bold]r[red].csv"
    code, out, _ = scorecard("train", "sme_cn", "--rejected", path)
    assert code == 0
    assert "ignored: [red]x[2J." in out
    assert "[bold]r[red].csv" in out.replace("\n", "")
    assert "\x1b" not in out


def test_a_model_is_told_even_where_the_rejected_rows_cannot_be_written(
    scorecard: Run,
    registered: sc.TrainingResult,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    code, out, err = scorecard("train", "sme_cn", "--rejected", tmp_path / "r.csv", "--json")
    assert code == 2
    assert err.count("\n") == 1
    assert "r.csv: cannot be written (No space left on device)" in err
    told = json.loads(out)
    assert (told["version"], told["rejected_rows"], told["rejected_file"]) == ("3", 1, None)


def test_a_target_that_is_no_outcome_is_refused_before_the_simulation(
    scorecard: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "simulated", None)
    code, _, err = scorecard("train", "sme_cn", "--target", "revenue_ltm", "--json")
    assert code == 2
    assert "role outcome (default_12m, true_pd)" in err


def test_search_and_challenger_reach_the_training(
    scorecard: Run, registered: sc.TrainingResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}

    def fit(*_: object, **options: object) -> sc.TrainingResult:
        asked.update(options)
        return replace(registered, champion=True)

    monkeypatch.setattr(training, "fit", fit)
    args = ["train", "sme_cn", "--rejected", tmp_path / "r.parquet", "--json"]
    assert scorecard(*args)[0] == 0
    assert (asked["search"], asked["challenger"]) == (None, None)
    code, _, _ = scorecard(
        *args, "--search-trials", 7, "--search-minutes", 2, "--challenger", "ebm"
    )
    assert code == 0
    assert asked["search"] == SearchSettings(trials=7, minutes=2.0)
    assert asked["challenger"] == "ebm"
