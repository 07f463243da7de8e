"""MLflow on sqlite: runs, the registry's aliases, and where bundles lie."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scorecard.tracking.address import Resolved, parse_address, untracked

os.environ.update(untracked(os.environ))  # before MLflow is imported: that is when it looks
os.environ.setdefault("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
from mlflow.exceptions import MlflowException

from scorecard.errors import InputError
from scorecard.home import project_root

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

STUB = Path(__file__).with_name("pyfunc_stub.py")
BUNDLE = "bundle"


class Run:
    """One run being logged; made by `Store.run`."""

    def __init__(self, client: mlflow.MlflowClient, run_id: str) -> None:
        self._client = client
        self.id = run_id

    def params(self, values: Mapping[str, Any]) -> None:
        """Log parameters."""
        mlflow.log_params(dict(values), run_id=self.id)

    def metrics(self, values: Mapping[str, float], *, step: int | None = None) -> None:
        """Log metrics, as points of a curve where a step is given."""
        mlflow.log_metrics(dict(values), step=step, run_id=self.id)

    def tags(self, values: Mapping[str, str]) -> None:
        """Set tags."""
        mlflow.set_tags(dict(values))

    @contextmanager
    def child(self, name: str) -> Iterator[Run]:
        """Open a run nested in this one, finished or marked failed at the end."""
        with mlflow.start_run(run_name=name, nested=True, parent_run_id=self.id) as active:
            yield Run(self._client, active.info.run_id)

    def figure(self, figure: Figure, name: str) -> None:
        """Log a picture."""
        self._client.log_figure(self.id, figure, name)

    def text(self, text: str, name: str) -> None:
        """Log a text file."""
        self._client.log_text(self.id, text, name)

    def dataset(self, frame: pl.DataFrame, *, name: str, digest: str, context: str) -> None:
        """Log a data set's identity, schema and size; none of its rows."""
        data = mlflow.data.from_polars(frame, name=name, digest=digest[:36])
        mlflow.log_input(data, context=context)

    def bundle(self, folder: Path, *, name: str, tags: Mapping[str, str]) -> str:
        """Log a bundle as a model, register it under ``name`` and return its version."""
        logged = mlflow.pyfunc.log_model(
            name=name,
            python_model=str(STUB),
            artifacts={BUNDLE: str(folder)},
            pip_requirements=["sme-scorecard"],
        )
        with suppress(MlflowException):  # it exists already
            self._client.create_registered_model(name)
        made = self._client.create_model_version(
            name, logged.model_uri, self.id, tags=dict(tags), model_id=logged.model_id
        )
        return str(made.version)


class Store:
    """The project's MLflow: ``mlruns/mlflow.db`` and ``mlruns/artifacts`` under its root.

    ``MLFLOW_TRACKING_URI`` takes the place of the sqlite file where it is set and no ``root`` is
    given.
    """

    def __init__(self, root: str | Path | None = None) -> None:
        self.folder = (project_root() if root is None else Path(root)) / "mlruns"
        given = os.environ.get("MLFLOW_TRACKING_URI") if root is None else None
        self.uri = given or f"sqlite:///{self.folder / 'mlflow.db'}"
        self._client_: mlflow.MlflowClient | None = None

    @property
    def _client(self) -> mlflow.MlflowClient:
        if self._client_ is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._client_ = mlflow.MlflowClient(self.uri, self.uri)
        before = os.environ.get("MLFLOW_TRACKING_URI")
        mlflow.set_tracking_uri(self.uri)
        mlflow.set_registry_uri(self.uri)
        # MLflow writes its address into the environment, where another project would inherit it.
        if before is None:
            os.environ.pop("MLFLOW_TRACKING_URI", None)
        else:
            os.environ["MLFLOW_TRACKING_URI"] = before
        return self._client_

    @contextmanager
    def run(self, experiment: str, name: str) -> Iterator[Run]:
        """Open a run of ``experiment`` (made if new), finished or marked failed at the end."""
        client = self._client
        found = client.get_experiment_by_name(experiment)
        if found is None:
            artifacts = (self.folder / "artifacts" / experiment).as_uri()
            client.create_experiment(experiment, artifact_location=artifacts)
        mlflow.set_experiment(experiment)
        with mlflow.start_run(run_name=name) as active:
            yield Run(client, active.info.run_id)

    def resolve(self, uri: str) -> Resolved:
        """Return the bundle's folder of a ``models:/`` address; `InputError` if there is none."""
        name, alias, number = parse_address(uri)
        if self.uri.startswith("sqlite:///") and not Path(self.uri[10:]).is_file():
            raise InputError(f"No model {uri}: nothing was trained here yet; run scorecard train.")
        client = self._client  # sets the addresses that the download below goes by
        try:
            if alias is not None:
                number = client.get_model_version_by_alias(name, alias).version
            path = mlflow.artifacts.download_artifacts(f"models:/{name}/{number}")
        except MlflowException:
            raise InputError(f"No model {uri} in the registry; run scorecard train.") from None
        folder = Path(path) / "artifacts" / BUNDLE
        if not folder.is_dir():
            raise InputError(f"{uri} holds no bundle of this package.")
        return Resolved(str(folder), name, str(number))


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder for files on their way into the store."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
