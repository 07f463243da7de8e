"""The command line as a person and as a machine use it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import scorecard as sc

SBA = Path(__file__).parents[2] / "features" / "sba_7a"
SCORECARD = Path(sys.executable).with_name("scorecard")


def run(*args: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = dict(os.environ)
    if home is not None:
        env["SCORECARD_HOME"] = str(home)
    return subprocess.run(
        [str(SCORECARD), *map(str, args)], capture_output=True, text=True, check=False, env=env
    )


def test_help_answers_without_loading_the_world() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom scorecard.cli.main import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print(sorted({'polars', 'numpy', 'mlflow', 'xgboost', 'sklearn', 'pandera', 'bentoml'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    for command in ("simulate", "train", "rate", "serve", "demo"):
        assert command in run("--help").stdout
        assert run(command, "--help").returncode == 0


def test_simulate_writes_the_same_rows_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        done = run(
            "simulate", "sme_cn", "--rows", 500, "--seed", 5, "--out", tmp_path / name, "--json"
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["rows"] == 500
    a, b = (pl.read_parquet(tmp_path / n) for n in ("a.parquet", "b.parquet"))
    assert a.equals(b)


@pytest.fixture
def files(tmp_path: Path, portfolio: pl.DataFrame) -> Path:
    few = portfolio.head(40)
    few.write_parquet(tmp_path / "good.parquet")
    dates = [n for n, t in few.schema.items() if t == pl.Date]
    few.with_columns(pl.col(dates).cast(pl.String)).write_csv(tmp_path / "good.csv")
    few.drop("uscc", "tenor_months").write_parquet(tmp_path / "narrow.parquet")
    few.with_columns(pl.col("tenor_months").cast(pl.Float64)).write_parquet(
        tmp_path / "typed.parquet"
    )
    few.clear().write_parquet(tmp_path / "empty.parquet")
    (tmp_path / "text.parquet").write_text("no table at all")
    (tmp_path / "nothing.csv").write_text("")
    few.with_columns(
        pl.when(pl.int_range(pl.len()) < 3)
        .then(-1.0)
        .otherwise("requested_amount")
        .alias("requested_amount")
    ).write_parquet(tmp_path / "dirty.parquet")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("narrow.parquet", "lacks 2 declared column(s): uscc, tenor_months"),
        ("typed.parquet", "tenor_months"),
        ("empty.parquet", "no rows"),
        ("text.parquet", "not a readable parquet"),
        ("nothing.csv", "empty"),
        ("absent.parquet", "no such file"),
    ],
)
def test_a_bad_file_ends_with_2_and_one_sentence(
    files: Path, bundle_path: Path, file: str, said: str
) -> None:
    done = run("rate", bundle_path, files / file, "--out", files / "out.parquet", "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("scorecard: ")
    assert done.stderr.count("\n") == 1
    order = done.stderr.replace("tenor_months, uscc", "uscc, tenor_months")
    assert said in order
    assert not (files / "out.parquet").exists()


@pytest.mark.parametrize("file", ["good.parquet", "good.csv"])
def test_rate_gives_what_the_rater_gives(
    files: Path, bundle_path: Path, rater: sc.Rater, portfolio: pl.DataFrame, file: str
) -> None:
    done = run("rate", bundle_path, files / file, "--out", files / "out.parquet", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rated"] == 40
    rated = pl.read_parquet(files / "out.parquet")
    expected = rater.rate(portfolio.head(40))
    assert rated["pd"].to_list() == expected["pd"].to_list()
    assert rated["uscc"].to_list() == portfolio["uscc"].head(40).to_list()
    assert not (files / "rejected.parquet").exists()


def test_bad_rows_are_set_apart_with_a_reason(files: Path, bundle_path: Path) -> None:
    done = run("rate", bundle_path, files / "dirty.parquet", "--out", files / "out.csv", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["rated"], told["rejected"]) == (37, 3)
    rejected = pl.read_parquet(files / "rejected.parquet")
    assert rejected["row"].to_list() == [0, 1, 2]
    assert rejected["problems"].str.contains("requested_amount").all()
    assert pl.read_csv(files / "out.csv")["row"].to_list() == list(range(3, 40))


@pytest.mark.slow
def test_train_registers_a_champion_that_rate_can_use(files: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    product = shutil.copytree(SBA.with_name("sme_cn"), home / "features" / "sme_cn")
    policy = product / "policy.yaml"
    small = "  boosted: {n_estimators: 40, max_depth: 3, learning_rate: 0.2}"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("  boosted: {}", small), encoding="utf-8")
    told = []
    for target in ((), ("--target", "default_12m")):
        done = run("train", product, "--rows", 12000, *target, "--json", home=home)
        assert done.returncode == 0, done.stderr
        told.append(json.loads(done.stdout))
    assert [(one["version"], one["champion"]) for one in told] == [("1", True), ("2", False)]
    assert [m["model"] for m in told[0]["models"]] == ["scorecard", "boosted"]
    for model in told[0]["models"]:
        for window in ("in_time", "out_of_time"):
            assert {"auc", "gini", "ks", "brier"} <= set(model[window])
            assert 0.7 < model[window]["auc"] < 0.9
    done = run(
        "rate", "models:/sme_cn@champion", files / "good.parquet", "--out", files / "o.parquet",
        "--json", home=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model_sha256"] == told[0]["bundle_sha256"]
    # A model of another target passes no gate unforced, and leaves office as it came.
    done = run("simulate", product, "--rows", 6000, "--out", files / "late.parquet", home=home)
    assert done.returncode == 0, done.stderr
    promote = ("promote", "models:/sme_cn/2", "--data", files / "late.parquet", "--by", "Ada")
    done = run(*promote, "--json", home=home)
    assert done.returncode == 3, done.stderr
    assert "outcome" in json.loads(done.stdout)["failed"]
    forced = ("--force", "--approved-by", "Grace", "--reason", "a test")
    assert run(*promote, *forced, home=home).returncode == 0
    back = run("rollback", "sme_cn", "--by", "Ada", "--reason", "a test", "--json", home=home)
    assert json.loads(back.stdout)["version"] == "1"
    done = run("history", "sme_cn", "--json", home=home)
    outcomes = [each["outcome"] for each in json.loads(done.stdout)["records"]]
    assert outcomes == ["promoted", "refused", "forced", "rolled_back"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("train", "nowhere"), "No product 'nowhere'"),
        (("train", SBA), "Give --data FILE"),
        (("rate", "models:/x@y", "a.parquet"), "No model models:/x@y"),
        (("rate", "no_folder", "a.parquet"), "manifest.json"),
        (("rate", "no_folder", "a.parquet", "--out", "a.xlsx"), "ending in .parquet or .csv"),
    ],
)
def test_bad_arguments_end_with_2_and_one_sentence(
    tmp_path: Path, args: tuple[object, ...], said: str
) -> None:
    done = run(*args, home=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.real_data
def test_term_is_refused_on_the_command_line(data_folder: Path, tmp_path: Path) -> None:
    folder = Path(
        shutil.copytree(Path(__file__).parents[2] / "features" / "sba_7a", tmp_path / "sba_7a")
    )
    text = (folder / "features.py").read_text(encoding="utf-8")
    marked = text.replace(
        "FEATURES: list[Feature] = [",
        "FEATURES: list[Feature] = [\n"
        '    Feature("term", "Term", "auto", "STATE", "期限", "Term"),',
    )
    (folder / "features.py").write_text(marked, encoding="utf-8")
    done = run("train", folder, "--data", data_folder / "sba_7a" / "loans.parquet", home=tmp_path)
    assert done.returncode == 2
    assert "term reads Term" in done.stderr
