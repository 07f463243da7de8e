"""Writing to runs: what is added later, what a failure leaves, what stays as the user set it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import mlflow
import pytest

import scorecard as sc
from scorecard.errors import InputError, TableError
from scorecard.tracking import Store


def test_a_report_joins_the_run_of_the_version_it_is_about(
    registered: sc.TrainingResult, client: mlflow.MlflowClient, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text("<p>sound</p>")
    (tmp_path / "report.json").write_text("{}")
    before = client.get_run(registered.run_id).info
    run = Store(root).attach(
        "models:/sme_cn@champion",
        tmp_path,
        to="validation",
        metrics={"validation.auc": 0.75},
        tags={"validated": "sound"},
    )
    assert run.id == registered.run_id
    paths = {file.path for file in client.list_artifacts(run.id, "validation")}
    assert paths == {"validation/report.html", "validation/report.json"}
    after = client.get_run(run.id)
    assert (after.info.status, after.info.end_time) == (before.status, before.end_time)
    assert after.data.metrics["validation.auc"] == 0.75
    assert after.data.tags["validated"] == "sound"
    assert client.get_model_version("sme_cn", registered.version).tags["validated"] == "sound"


@pytest.mark.usefixtures("registered")
def test_what_is_not_there_is_one_sentence(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No run"):
        Store(root).reopen("0" * 32)
    with pytest.raises(InputError, match="No model"):
        Store(root).attach("models:/sme_cn/99", tmp_path, to="validation")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (TableError("Column x is missing."), "FAILED", "Column x is missing."),
        (KeyError("4711"), "FAILED", "KeyError"),
        (KeyboardInterrupt(), "KILLED", "KeyboardInterrupt"),
    ],
)
@pytest.mark.usefixtures("registered")
def test_a_run_that_stops_says_why_and_repeats_no_value(
    root: Path, client: mlflow.MlflowClient, error: BaseException, status: str, said: str
) -> None:
    with pytest.raises(type(error)), Store(root).run("broken", "stops") as run:
        raise error
    found = client.get_run(run.id)
    assert found.info.status == status
    note = found.data.tags["mlflow.note.content"]
    assert said in note
    assert "4711" not in note


@pytest.mark.usefixtures("registered")
def test_nothing_of_mlflows_global_state_is_left_behind(
    root: Path, small_product: sc.Product, trained: sc.TrainingResult, tmp_path: Path
) -> None:
    """The user's own tracking address, active run and environment outlive a training."""
    store = Store(root)
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    mlflow.set_tracking_uri(elsewhere)
    before = dict(os.environ)
    try:
        with store.run("own", "registers") as run:
            assert mlflow.active_run() is None
            run.bundle(
                trained.write(tmp_path / "bundle"),
                name="own",
                tags={},
                columns=small_product.columns,
                example=trained.sample.typical,
            )
        store.resolve("models:/own/1")
        assert mlflow.get_tracking_uri() == elsewhere
        assert dict(os.environ) == before
    finally:
        mlflow.set_tracking_uri(None)
    with store.run("own", "again"):
        pass
    assert not mlflow.is_tracking_uri_set()
    assert mlflow.active_run() is None
    assert not (tmp_path / "elsewhere.db").exists()


@pytest.mark.usefixtures("registered")
def test_system_metrics_can_be_switched_off(
    root: Path, monkeypatch: pytest.MonkeyPatch, client: mlflow.MlflowClient
) -> None:
    monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "false")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.05")
    with Store(root).run("own", "unwatched") as run:
        time.sleep(0.3)
    assert client.get_run(run.id).data.metrics == {}
