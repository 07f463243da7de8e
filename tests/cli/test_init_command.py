"""``scorecard init``: from any table to a first scorecard in two commands."""

import datetime as dt
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scorecard as sc

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, empty, and the current folder in it."""
    monkeypatch.setenv("SCORECARD_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def table(home: Path) -> Path:
    """A CSV as people keep them: Chinese names, NA for nothing, padded codes, true and True."""
    rng = np.random.default_rng(3)
    rows = 1_500
    y = rng.random(rows) < 0.2
    days = pl.date_range(pl.date(2019, 1, 1), pl.date(2022, 12, 31), eager=True)
    income = np.round(rng.lognormal(10, 1, rows), 2).astype(str)
    frame = pl.DataFrame(
        {
            "申请编号": [f"{k:08d}" for k in rng.permutation(rows)],
            "申请日期": days.sample(rows, with_replacement=True, seed=1),
            "成立日期": days.sample(rows, with_replacement=True, seed=2) - dt.timedelta(3650),
            "年收入": np.where(rng.random(rows) < 0.1, "NA", income),
            "debt ratio": rng.normal(y * 0.9, 1).round(3),
            "has website": rng.choice(["True", "false"], rows),
            "sector": rng.choice(["food", "retail", ""], rows),
            "性别": rng.choice(["男", "女"], rows),
            "催收次数": rng.poisson(y * 2.0),
            "是否违约": np.where(y, "是", "否"),
        }
    )
    path = home / "a table.csv"
    frame.write_csv(path)
    return path


def test_two_commands_lead_from_a_table_to_a_rating(
    scorecard: Run, table: Path, home: Path
) -> None:
    code, out, err = scorecard(
        "init", "corner_shops", "--from", table.name, "--target", "是否违约", "--json"
    )
    assert code == 0, err
    told = json.loads(out)
    roles = {each["column"]: each["role"] for each in told["columns"]}
    assert roles == {
        "申请编号": "identifier", "申请日期": "scoring", "成立日期": "scoring", "年收入": "scoring",
        "debt ratio": "scoring", "has website": "scoring", "sector": "scoring",
        "性别": "audit_only", "催收次数": "outcome", "是否违约": "outcome",
    }  # fmt: skip
    assert told["target"]["said"].startswith("是 is bad, being the rarer")
    assert told["sample"]["observation_date"] == "申请日期"
    product = sc.load_product(home / "features" / "corner_shops")
    sql = {feature.zh: feature.sql for feature in product.features.features}
    assert sql["成立日期"] == '"申请日期" - "成立日期"'
    assert sql["年收入"] == 'try_cast("年收入" as double)'
    policy = home / "features" / "corner_shops" / "policy.yaml"
    small = "boosted: {n_estimators: 10, max_depth: 2}"
    policy.write_text(policy.read_text("utf-8").replace("boosted: {}", small), "utf-8")
    command = shlex.split(told["next"])
    assert command[0] == "scorecard"
    code, out, err = scorecard(*command[1:], "--json")
    assert code == 0, err
    trained = json.loads(out)
    assert trained["champion"]
    assert trained["rejected_rows"] == 0
    assert trained["models"][0]["out_of_time"]["auc"] > 0.65
    code, out, err = scorecard("rate", "models:/corner_shops@champion", table.name, "--json")
    assert code == 0, err
    assert json.loads(out)["rated"] == 1_500


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["2shops", "--target", "是否违约"], "NAME must be an identifier"),
        (["../shops", "--target", "是否违约"], "NAME must be an identifier"),
        (["taken", "--target", "是否违约"], "exists already and is not overwritten"),
        (["shops", "--target", "违约"], "no column '违约'"),
        (["shops", "--target", "sector"], "The two values of the target sector are equally"),
        (["shops", "--target", "debt ratio"], "The target debt ratio holds"),
        (["shops", "--target", "申请日期"], "The target 申请日期 holds dates"),
        (["shops", "--target", "是否违约", "--bad", "x"], "has no value 'x'"),
        (["shops", "--target", "是否违约", "--date", "sector"], "--date sector must be a column"),
        (["shops", "--target", "是否违约", "--weight", "性别"], "--weight 性别 must be a positive"),
        (["shops", "--target", "是否违约", "--keep", "zz"], "--keep zz: the table has no such"),
        (["shops", "--target", "是否违约", "--from", "no.csv"], "no such file"),
    ],
)
def test_what_cannot_be_drafted_ends_in_one_sentence_and_writes_nothing(
    scorecard: Run, table: Path, home: Path, args: list[str], sentence: str
) -> None:
    if args[2] == "sector":
        pl.DataFrame({"sector": ["a", "b"] * 30, "x": range(60)}).write_csv(table)
    (home / "features" / "taken").mkdir(parents=True)
    source = [] if "--from" in args else ["--from", table.name]
    code, out, err = scorecard("init", *args, *source, "--json")
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert [path.name for path in home.joinpath("features").iterdir()] == ["taken"]


def test_the_screen_says_what_was_guessed_and_what_to_run_next(
    scorecard: Run, table: Path, home: Path
) -> None:
    code, out, err = scorecard("init", "shops", "--from", table.name, "--target", "是否违约")
    assert code == 0, err
    assert "audit_only" in out
    assert "申请日期 is the observation date by guess" in out
    assert "Next: scorecard train features/shops --data 'a table.csv'" in out


@pytest.mark.real_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "target"), [("public/german.parquet", "target"), ("public/hmeq.parquet", "BAD")]
)
def test_real_tables_without_a_date_reach_a_scorecard(
    scorecard: Run, home: Path, data_folder: Path, file: str, target: str
) -> None:
    data = data_folder / file
    code, out, err = scorecard("init", "real", "--from", data, "--target", target, "--json")
    assert code == 0, err
    assert json.loads(out)["sample"]["out_of_time"] is False
    code, out, err = scorecard("train", "features/real", "--data", data, "--json")
    assert code == 0, err
    trained = json.loads(out)
    assert trained["models"][0]["out_of_time"]["auc"] > 0.7
    assert any(note.startswith("NOT OUT OF TIME") for note in trained["notes"])
