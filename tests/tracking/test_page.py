"""What a teammate finds on a training's page in MLflow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mlflow
import polars as pl
import pytest

import scorecard as sc
from scorecard.tracking import Store


@pytest.fixture
def run(registered: sc.TrainingResult, client: mlflow.MlflowClient) -> mlflow.entities.Run:
    return client.get_run(registered.run_id)


@pytest.fixture
def addressed(client: mlflow.MlflowClient) -> Iterator[None]:
    mlflow.set_tracking_uri(client.tracking_uri)
    yield
    mlflow.set_tracking_uri(None)


def test_the_run_holds_what_a_teammate_looks_for(
    registered: sc.TrainingResult, run: mlflow.entities.Run, client: mlflow.MlflowClient
) -> None:
    assert run.info.status == "FINISHED"
    assert run.info.run_name == f"train sme_cn v{registered.version}"
    assert run.data.params["policy_version"] == "2026.1"
    assert run.data.tags["bundle_sha256"] == registered.bundle.sha256
    assert run.data.tags["data_sha256"] == registered.sample.fingerprint
    note = run.data.tags["mlflow.note.content"]
    assert f"The {registered.answering} answers" in note
    assert all(said in note for said in registered.notes)
    plots = {Path(f.path).name for f in client.list_artifacts(registered.run_id, "plots")}
    assert plots >= {
        f"{name}.png" for name in ("roc", "calibration", "grades", "score", "information_value")
    }
    assert plots >= {"importance.png", "importance_of_reasons.png"}
    assert sum(plot.startswith("dependence_") for plot in plots) == 4


def test_no_path_of_this_machine_is_told(
    registered: sc.TrainingResult, client: mlflow.MlflowClient, run: mlflow.entities.Run
) -> None:
    family = client.search_runs(
        [run.info.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'"
    )
    for each in (run, *family):
        told = json.dumps([each.data.tags, each.data.params])
        told += "".join(str(data.dataset.to_dictionary()) for data in each.inputs.dataset_inputs)
        assert str(Path.home()) not in told
        assert sys.prefix not in told


def test_both_windows_are_inputs_with_their_own_digests(
    registered: sc.TrainingResult, run: mlflow.entities.Run
) -> None:
    read = {data.tags[0].value: data.dataset for data in run.inputs.dataset_inputs}
    parts = {"train": registered.sample.in_time, "test": registered.sample.out_of_time}
    assert read.keys() == parts.keys()
    assert read["train"].digest != read["test"].digest
    for context, part in parts.items():
        profile = json.loads(read[context].profile)
        assert (profile["num_rows"], profile["bads"]) == (len(part), part.y.sum())
        columns = json.loads(read[context].schema)["mlflow_colspec"]
        assert [column["name"] for column in columns] == part.features.columns
        assert "simulated, 20,000 rows" in read[context].source


def test_each_model_is_a_run_inside_and_the_answering_ones_numbers_stand_outside(
    registered: sc.TrainingResult, client: mlflow.MlflowClient, run: mlflow.entities.Run
) -> None:
    found = client.search_runs(
        [run.info.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'"
    )
    models = {child.data.tags["model"]: child.data for child in found}
    assert models.keys() == {"scorecard", "boosted"}
    assert models["scorecard"].params["max_bins"] == "8"
    assert models["boosted"].params["n_estimators"] == "40"
    assert "None" not in {v for child in models.values() for v in child.params.values()}
    for row in registered.table.iter_rows(named=True):
        auc = f"{row['window'].replace(' ', '_')}.auc"
        assert models[row["model"]].metrics[auc] == row["auc"]
        assert run.data.metrics[f"{row['model']}.{auc}"] == row["auc"]
        if row["model"] == registered.answering:
            assert run.data.metrics[auc] == row["auc"]


def test_a_short_training_has_processor_and_memory(
    registered: sc.TrainingResult, client: mlflow.MlflowClient
) -> None:
    for name in ("cpu_utilization_percentage", "system_memory_usage_megabytes"):
        assert client.get_metric_history(registered.run_id, f"system/{name}")


@pytest.mark.usefixtures("addressed")
@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("tags.product = 'sme_cn' and tags.kind = 'training'", {"train sme_cn v1"}),
        ("tags.product = 'sme_cn' and tags.kind = 'model'", {"scorecard", "boosted"}),
        ("tags.role = 'answering' and metrics.out_of_time.auc > 0.6", {"scorecard", "boosted"}),
        ("tags.product = 'sba_7a'", set()),
    ],
)
def test_runs_are_found_by_tag(registered: sc.TrainingResult, wanted: str, names: set[str]) -> None:
    found = mlflow.search_runs(experiment_names=["sme_cn"], filter_string=wanted)
    if "answering" in wanted:
        names = {registered.answering}
    assert (set() if found.empty else set(found["tags.mlflow.runName"])) == names


def test_the_version_says_what_it_is_and_has_its_numbers(
    registered: sc.TrainingResult, client: mlflow.MlflowClient, run: mlflow.entities.Run
) -> None:
    version = client.get_model_version_by_alias("sme_cn", "champion")
    assert str(version.version) == registered.version
    assert version.tags["bundle_sha256"] == registered.bundle.sha256
    assert version.tags["data_sha256"] == registered.sample.fingerprint
    assert version.description.startswith("AUC 0.")
    assert "sme_cn" in client.get_registered_model("sme_cn").description
    (output,) = run.outputs.model_outputs
    logged = client.get_logged_model(output.model_id)
    assert logged.status == "READY"
    measured = {metric.key: metric.dataset_name for metric in logged.metrics}
    assert measured["out_of_time.auc"] == "sme_cn out of time"
    assert measured["in_time.auc"] == "sme_cn in time"


def test_the_example_is_rated_without_a_pickle_and_a_misfit_tells_no_value(
    registered: sc.TrainingResult, root: Path, portfolio: pl.DataFrame
) -> None:
    folder = Path(Store(root).resolve("models:/sme_cn@champion").folder).parents[1]
    assert not [p for p in folder.rglob("*") if p.suffix in {".pkl", ".pickle", ".joblib"}]
    few = portfolio.head(5)
    few.write_parquet(root / "few.parquet")
    code = f"""
import json, traceback, mlflow, pandas as pd
model = mlflow.pyfunc.load_model({str(folder)!r})
example = model.input_example
rated = model.predict(example)
assert rated["problems"].isna().all(), rated["problems"][0]
misfit = example.assign(revenue_ltm="4711 yuan")
try:
    model.predict(misfit)
    said = ""
except Exception as error:
    said = "".join(traceback.format_exception(error))
assert said and "4711" not in said, said
few = model.predict(pd.read_parquet({str(root / "few.parquet")!r}))
print(json.dumps([rated["grade"].tolist(), few["pd"].tolist()]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (grade,), pds = json.loads(done.stdout.splitlines()[-1])
    assert grade == registered.rater.rate(registered.sample.typical)["grade"][0]
    assert pds == registered.rater.rate(few)["pd"].to_list()
