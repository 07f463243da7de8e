"""``scorecard validate``: what lands in files and on the screen, exit codes, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import scorecard as sc
from scorecard.validation import Finding, Light, Section, validator
from scorecard.validation.evidence import Evidence
from scorecard.validation.words import Words


@pytest.fixture(scope="module")
def table(portfolio: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "portfolio.parquet"
    portfolio.write_parquet(path)
    return path


@pytest.fixture
def judge(scorecard, light, bundle_path: Path, table: Path):
    """Run ``scorecard validate`` on a bundle and a table."""

    def run(*args: object, data: Path = table) -> tuple[int, str, str]:
        return scorecard("validate", bundle_path, "--data", data, *args)

    return run


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch):
    """Make every report show one light."""

    def show(light: Light) -> None:
        def section(evidence: Evidence) -> Section:
            n = len(evidence.judged)
            found = Finding(
                "rows", Words("行数", "Rows judged"), float(n), f"{n:,} rows",
                Words("至少一行", "at least one"), light,
            )  # fmt: skip
            return Section("data", Words("数据", "Data [red]"), (found,))

        monkeypatch.setattr(validator, "SECTIONS", (section,))

    show(Light.AMBER)
    return show


def test_report_numbers_and_card_are_written_and_told(
    judge, bundle_path: Path, table: Path, rater: sc.Rater, tmp_path: Path
) -> None:
    html, numbers, card = (tmp_path / name for name in ("r.html", "r.json", "c.md"))
    code, out, _ = judge("--html", html, "--json", numbers, "--card", card)
    assert code == 0
    made = sc.validate(bundle_path, table)
    assert json.loads(numbers.read_text(encoding="utf-8")) == made.to_dict()
    assert html.read_text(encoding="utf-8") == made.as_html("en")
    assert rater.model.sha256 in card.read_text(encoding="utf-8")
    said = " ".join(out.split())
    assert "▲ amber" in said
    assert "Data [red]" in said
    assert f"Rows judged: {made.about['data']['rows']:,} rows" in said
    assert made.verdict.en in said
    for path in (html, numbers, card):
        assert str(path) in out.replace("\n", "")


@pytest.mark.parametrize(
    ("shown", "options", "code"),
    [
        (Light.RED, (), 0),
        (Light.RED, ("--fail-on", "red"), 3),
        (Light.AMBER, ("--fail-on", "red"), 0),
        (Light.AMBER, ("--fail-on", "amber"), 3),
        (Light.RED, ("--fail-on", "amber"), 3),
        (Light.GREEN, ("--fail-on", "amber"), 0),
        (Light.GREY, ("--fail-on", "amber"), 0),
    ],
)
def test_the_exit_code_follows_fail_on_alone(
    judge, light, shown: Light, options: tuple[str, ...], code: int
) -> None:
    light(shown)
    assert judge(*options)[0] == code


def test_a_failing_report_is_written_all_the_same(judge, tmp_path: Path) -> None:
    assert judge("--json", tmp_path / "r.json", "--fail-on", "amber")[0] == 3
    assert (tmp_path / "r.json").is_file()


def test_a_window_and_a_language(judge, bundle_path: Path, table: Path) -> None:
    window = "as_of_date >= date '2024-07-01'"
    code, out, _ = judge("--window", window, "--language", "zh", "--champion", bundle_path)
    judged = sc.validate(bundle_path, table, window=window).about["data"]
    assert code == 0
    assert f"被评价样本{judged['rows']:,}行" in out
    assert "行数" in out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--html", "report.txt"), "--html writes to a file ending in .html"),
        (("--json", "report.html"), "--json writes to a file ending in .json"),
        (("--card", "card.pdf"), "--card writes to a file ending in .html or .md"),
        (("--html", "absent/r.html"), "the folder to write it into does not exist"),
        (("--html", "folder.html"), "this is a folder"),
        (("--json", "mine.json"), "this file is there already and no json of a validation"),
        (("--card", "notes.md"), "this file is there already and no card of a validation"),
        (("--html", "same.html", "--card", "same.html"), "--html and --card are the same file"),
        (("--language", "fr"), "language must be en or zh; got 'fr'"),
        (("--fail-on", "grey"), "--fail-on must be red or amber; got 'grey'"),
    ],
)
def test_a_mistake_is_one_sentence_before_any_work(
    scorecard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "mine.json").write_text('{"about": 1}', encoding="utf-8")
    (tmp_path / "notes.md").write_text("# My notes", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    code, out, err = scorecard("validate", "no_model_is_loaded", "--data", "no_table", *args)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert before == {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}


def test_an_earlier_report_and_an_empty_file_are_written_over(judge, tmp_path: Path) -> None:
    paths = {"--html": "r.html", "--json": "r.json", "--card": "c.md"}
    args = [each for option, name in paths.items() for each in (option, tmp_path / name)]
    (tmp_path / "r.html").touch()
    for language in ("zh", "en"):
        code, _, err = judge("--language", language, *args)
        assert code == 0, err
    assert (tmp_path / "c.md").read_text(encoding="utf-8").startswith("# Model card: ")


def test_bad_input_ends_with_two_and_nothing_written(judge, tmp_path: Path) -> None:
    html = tmp_path / "r.html"
    for (code, out, err), said in (
        (judge("--html", html, data=tmp_path / "absent.parquet"), "there is no such file"),
        (judge("--html", html, "--window", "as_of_date > 'x"), "Not a SQL expression"),
        (judge("--html", html, "--champion", tmp_path), "manifest.json cannot be read"),
    ):
        assert (code, out) == (2, "")
        assert said in err.splitlines()[-1]
        assert not html.exists()
