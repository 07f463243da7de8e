"""A real MLflow store: how a bundle is found again, and what happens when it is not."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import scorecard as sc
from scorecard.errors import InputError
from scorecard.tracking import Store, resolve
from scorecard.tracking.address import untracked


def test_the_registered_bundle_is_the_trained_one(
    registered: sc.TrainingResult, root: Path, portfolio: pl.DataFrame
) -> None:
    found = Store(root).resolve("models:/sme_cn@champion")
    assert found == Store(root).resolve(f"models:/sme_cn/{registered.version}")
    rater = sc.Rater.load(found.folder, version=found.version)
    assert rater.model.sha256 == registered.bundle.sha256
    few = portfolio.head(20)
    assert rater.rate(few).equals(registered.rater.rate(few))


@pytest.mark.parametrize("address", ["models:/sme_cn@champion", "models:/sme_cn/1"])
def test_a_process_without_mlflow_finds_the_model(
    registered: sc.TrainingResult, root: Path, tmp_path: Path, address: str
) -> None:
    code = (
        "import sys\n"
        "import scorecard as sc\n"
        f"rater = sc.Rater.load('{address}')\n"
        "assert 'mlflow' not in sys.modules\n"
        "print(rater.model.version, rater.model.sha256)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "SCORECARD_HOME": str(root)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [registered.version, registered.bundle.sha256]
    assert not list(tmp_path.iterdir()), "looking for a model must leave nothing behind"


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("models:/sme_cn@nobody", "No model"),
        ("models:/nothing@champion", "No model"),
        ("models:/sme_cn/99", "No model"),
        ("models:/sme_cn", "address is"),
        ("models:/sme_cn/latest", "address is"),
        ("models:/@champion", "address is"),
        ("models:/sme_cn/²", "address is"),
        ("models:/sme_cn/٣", "address is"),
        ("models:/sme_cn@latest", "reserves"),
        ("models:/sme_cn@LATEST", "reserves"),
    ],
)
def test_an_address_that_names_no_model_is_one_sentence(
    registered: sc.TrainingResult, root: Path, uri: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        Store(root).resolve(uri)


def test_mlflow_reports_no_usage_unless_the_user_wants_it_to() -> None:
    assert untracked({"MLFLOW_DISABLE_TELEMETRY": "false"}) == {}
    assert untracked({"DO_NOT_TRACK": "false"})["DO_NOT_TRACK"] == "false"
    code = (
        "import os, scorecard.tracking.store\n"
        "from mlflow.telemetry.client import get_telemetry_client\n"
        "print(os.environ['MLFLOW_DISABLE_TELEMETRY'], os.environ['DO_NOT_TRACK'])\n"
        "assert get_telemetry_client() is None"
    )
    silent = ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK", "PYTEST_CURRENT_TEST", "CI")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={name: value for name, value in os.environ.items() if name not in silent},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["true", "true"]


def test_an_empty_project_says_to_train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORECARD_HOME", str(tmp_path))
    with pytest.raises(InputError, match="run scorecard train"):
        resolve("models:/sme_cn@champion")
    assert not (tmp_path / "mlruns" / "mlflow.db").exists()


@pytest.mark.parametrize("first", ["store", "registry"])
def test_a_new_store_is_made_in_silence(tmp_path: Path, first: str) -> None:
    """And with MLflow's switches set before it is imported, whichever room is asked first."""
    code = (
        "import importlib, os, sys\n"
        "class Watch:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'mlflow':\n"
        "            print(os.environ.get('MLFLOW_DISABLE_TELEMETRY'))\n"
        "sys.meta_path.insert(0, Watch())\n"
        f"importlib.import_module('scorecard.tracking.{first}')\n"
        "from scorecard.tracking import Store\n"
        "with Store(sys.argv[1]).run('quiet', 'a run'):\n"
        "    pass\n"
    )
    told = ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK", "MLFLOW_LOGGING_LEVEL")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={key: value for key, value in os.environ.items() if key not in told},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("true\n", "")
