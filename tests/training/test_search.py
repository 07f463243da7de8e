"""A training that searches, limits interactions and meets a challenger: what it does and says."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
from pathlib import Path

import mlflow
import polars as pl
import pytest

import scorecard as sc
from scorecard.errors import InputError, ProductError
from scorecard.models import meetings
from scorecard.tracking import Store
from scorecard.training import SearchSettings, comparison, pipeline
from scorecard.training.search import MANY


def product_with(product: sc.Product, boosted: dict[str, object]) -> sc.Product:
    policy = copy.deepcopy(product.policy)
    policy["models"]["boosted"] = boosted
    return sc.Product(
        product.name, product.columns, product.rules, features=product.features,
        reasons=product.reasons.values(), policy=policy,
    )  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def told() -> list[tuple[str, float]]:
    return []


@pytest.fixture(scope="module")
def searched(
    small_product: sc.Product,
    portfolio: pl.DataFrame,
    root: Path,
    told: list[tuple[str, float]],
) -> sc.TrainingResult:
    limited = product_with(small_product, {"learning_rate": 0.3, "max_depth": 3, "interactions": 1})
    return sc.train(
        limited, portfolio.head(7000), seed=3, search=3, challenger="random_forest",
        store=Store(root), progress=lambda what, share: told.append((what, share)),
    )  # fmt: skip


def test_what_the_search_found_is_what_was_trained_and_frozen(
    searched: sc.TrainingResult, told: list[tuple[str, float]]
) -> None:
    assert searched.search is not None
    found = dict(searched.search.params)
    trained = searched.models["boosted"].estimator.get_params()
    assert {name: trained[name] for name in found} == found
    frozen = json.loads(searched.bundle.files["policy.json"])["models"]["boosted"]
    assert frozen == {"interactions": 1, **found}
    assert searched.search.trials["number"].to_list() == [1, 2, 3]
    shares = [share for what, share in told if what == "searching settings"]
    assert shares[:4] == [0.0, pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0]


def test_folds_lie_in_time_inside_the_training_window_and_are_purged(
    searched: sc.TrainingResult,
) -> None:
    folds = searched.search.folds
    part = searched.sample.in_time
    assert part.apart.any()
    assert folds["last"].max() == part.dates.filter(~part.apart).max()
    assert folds["purged"].min() > 0
    for row in folds.iter_rows(named=True):
        last: dt.date = row["train_last"]
        assert last.replace(year=last.year + 1) < row["first"]
    note = searched.notes[0]
    assert note.startswith("SEARCH: 3 trials")
    assert f"purged of {folds['purged'].sum():,} rows" in note


def test_each_trial_is_a_child_run_and_the_curve_is_kept(
    searched: sc.TrainingResult, root: Path
) -> None:
    client = mlflow.MlflowClient(Store(root).uri, Store(root).uri)
    parent = client.get_run(searched.run_id)
    children = client.search_runs(
        [parent.info.experiment_id],
        f"tags.mlflow.parentRunId = '{searched.run_id}' and tags.kind = 'trial'",
    )
    assert {run.info.run_name for run in children} == {"trial 1", "trial 2", "trial 3"}
    by_name = {run.info.run_name: run for run in children}
    for row in searched.search.trials.iter_rows(named=True):
        run = by_name[f"trial {row['number']}"]
        assert run.info.status == "FINISHED"
        assert run.data.tags["state"] == row["state"]
        assert run.data.metrics["value"] == row["value"]
        assert run.data.params == {k: str(v) for k, v in json.loads(row["params"]).items()}
    assert [run.data.tags["taken"] for run in children].count("true") == 1
    curve = client.get_metric_history(searched.run_id, "search.best_log_loss")
    assert [point.value for point in curve] == searched.search.trials["best"].to_list()
    plots = {Path(f.path).name for f in client.list_artifacts(searched.run_id, "plots")}
    assert "search.png" in plots
    csv = mlflow.artifacts.load_text(f"{parent.info.artifact_uri}/tables/search.csv")
    assert pl.read_csv(io.StringIO(csv))["number"].to_list() == [1, 2, 3]


def test_the_free_twin_tells_what_the_limit_costs_and_rivals_never_answer(
    searched: sc.TrainingResult,
) -> None:
    assert max(map(len, meetings(searched.models["boosted"].estimator.model_))) == 1
    twin = searched.challengers["boosted_free"].estimator
    assert max(map(len, meetings(twin.model_))) > 1
    for window, word in (("out of time", "out of time"), ("in time", "in time")):
        free, limited = (
            comparison.value(searched.table, name, window, "auc")
            for name in ("boosted_free", "boosted")
        )
        cost = f"{free - limited:+.4f} {'AUC ' if window == 'out of time' else ''}{word}"
        assert any(
            cost in note and "Limiting interactions costs" in note for note in searched.notes
        )
    rival = "random_forest"
    assert any(note.startswith("CHALLENGER: the random forest") for note in searched.notes)
    assert searched.table.filter(pl.col("model") == rival)["window"].to_list() == [
        "in time", "out of time",
    ]  # fmt: skip
    assert set(searched.models) == {"scorecard", "boosted"}
    assert searched.answering in searched.models
    assert not any(rival in name for name in searched.bundle.files)
    assert set(json.loads(searched.bundle.files["calibration.json"])) == {"scorecard", "boosted"}


def test_without_a_search_nothing_changes(trained: sc.TrainingResult) -> None:
    assert (trained.search, trained.challengers) == (None, {})
    assert not any(note.startswith(("SEARCH", "CHALLENGER")) for note in trained.notes)


def test_what_cannot_be_is_refused_before_any_work(
    small_product: sc.Product, portfolio: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProductError, match=r"models.boosted does not fit"):
        sc.train(product_with(small_product, {"dept": 3}), portfolio, search=1, register=False)
    monkeypatch.setattr(pipeline, "draw_sample", lambda *_: pytest.fail("work was done"))
    with pytest.raises(InputError, match="ebm, random_forest; got 'svm'"):
        sc.train(small_product, portfolio, challenger="svm", register=False)  # type: ignore[arg-type]
    for wrong in ({"trials": 0}, {"minutes": 0}, {"folds": 0}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            SearchSettings(**wrong)
    assert SearchSettings.limited(None, None) is None
    assert SearchSettings.limited(None, 5.0) == SearchSettings(trials=MANY, minutes=5.0)
