"""One run of MLflow, written through a client: nothing of MLflow's global state is touched."""

from __future__ import annotations

import getpass
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
from mlflow.entities import LoggedModelOutput, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.utils.git_utils import get_git_commit

from scorecard.errors import ScorecardError
from scorecard.home import project_root
from scorecard.tracking.dataset import DIGEST, Context, DataSet
from scorecard.tracking.signature import signature_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl
    from matplotlib.figure import Figure

    from scorecard.contract.column import Column

STUB = Path(__file__).with_name("pyfunc_stub.py")
BUNDLE = "bundle"
NOTE = "mlflow.note.content"
PARENT = "mlflow.parentRunId"

#: Characters of a description that MLflow takes: of a run, and of a registered version.
RUN_NOTE, VERSION_NOTE = 8000, 5000


@dataclass(frozen=True, slots=True)
class Registered:
    """A bundle in the registry: its ``version`` there, and MLflow's id of the logged ``model``."""

    version: str
    model: str


class Run:
    """A run that can be written to; made by `Store.run` and `Store.reopen`."""

    def __init__(self, client: mlflow.MlflowClient, run_id: str, experiment: str) -> None:
        self._client = client
        self._experiment = experiment
        self.id = run_id

    def params(self, values: Mapping[str, Any]) -> None:
        """Log parameters."""
        self._client.log_batch(
            self.id, params=[Param(name, str(value)) for name, value in values.items()]
        )

    def metrics(
        self,
        values: Mapping[str, float],
        *,
        step: int = 0,
        data: DataSet | None = None,
        model: str | None = None,
    ) -> None:
        """Log metrics, as points of a curve where a step is given.

        ``data`` is the data set that they were measured on, ``model`` the logged model's id.
        """
        now = int(time.time() * 1000)
        name, digest = (None, None) if data is None else (data.name, data.digest[:DIGEST])
        self._client.log_batch(
            self.id,
            [Metric(k, float(v), now, step, model, name, digest) for k, v in values.items()],
        )

    def tags(self, values: Mapping[str, str]) -> None:
        """Set tags."""
        self._client.log_batch(self.id, tags=[RunTag(k, str(v)) for k, v in values.items()])

    def rename(self, name: str) -> None:
        """Give the run another name."""
        self._client.update_run(self.id, name=name)

    def describe(self, text: str) -> None:
        """Set the description (Markdown) that stands on the run's page, cut where too long."""
        self.tags({NOTE: clipped(text, RUN_NOTE)})

    @contextmanager
    def child(self, name: str) -> Iterator[Run]:
        """Open a run nested in this one, finished or marked failed at the end."""
        own = self._client.get_run(self.id).data.tags
        kept = (
            "mlflow.user",
            "mlflow.source.name",
            "mlflow.source.type",
            "mlflow.source.git.commit",
        )
        tags = {tag: own[tag] for tag in kept if tag in own}
        with opened(self._client, self._experiment, name, {**tags, PARENT: self.id}) as run:
            yield run

    def figure(self, figure: Figure, name: str) -> None:
        """Log a picture."""
        self._client.log_figure(self.id, figure, name)

    def text(self, text: str, name: str) -> None:
        """Log a text file."""
        self._client.log_text(self.id, text, name)

    def table(self, frame: pl.DataFrame, name: str) -> None:
        """Log a table as CSV, which MLflow's page shows as a table."""
        self.text(frame.write_csv(), name)

    def attach(self, path: str | Path, to: str) -> None:
        """Log a file, or a folder's files, under the artifact path ``to``."""
        log = self._client.log_artifacts if Path(path).is_dir() else self._client.log_artifact
        log(self.id, str(path), to)

    def dataset(self, data: DataSet, context: Context) -> None:
        """Log what the run reads: identity, schema and size; none of the rows."""
        self._client.log_inputs(self.id, [data.entity(context)])

    def bundle(
        self,
        folder: Path,
        *,
        name: str,
        tags: Mapping[str, str],
        columns: Iterable[Column],
        example: pl.DataFrame | None = None,
        description: str = "",
        about: str = "",
    ) -> Registered:
        """Log a bundle as a model and register it as a version under ``name``.

        ``columns`` make its signature, ``example`` is a row that it can be tried with (made up,
        never an applicant's), ``description`` tells of the version, ``about`` of the name, where
        it is new.
        """
        logged = self._client.create_logged_model(
            self._experiment,
            name=name,
            source_run_id=self.id,
            tags=dict(tags),
            params=self._client.get_run(self.id).data.params,
            model_type="scorecard bundle",
        )
        self._client.log_outputs(self.id, [LoggedModelOutput(logged.model_id, step=0)])
        with tempfile.TemporaryDirectory() as scratch:
            mlflow.pyfunc.save_model(
                path=f"{scratch}/model",
                python_model=str(STUB),
                artifacts={BUNDLE: str(folder)},
                pip_requirements=["sme-scorecard"],
                signature=signature_of(columns),
                input_example=None if example is None else example.to_pandas(),
                mlflow_model=Model(
                    artifact_path=logged.artifact_location,
                    run_id=self.id,
                    model_uuid=logged.model_id,
                    model_id=logged.model_id,
                ),
            )
            self._client.log_model_artifacts(logged.model_id, f"{scratch}/model")
        self._client.finalize_logged_model(logged.model_id, "READY")
        with suppress(MlflowException):  # it exists already
            self._client.create_registered_model(name, description=clipped(about, VERSION_NOTE))
        with _addressed(self._client.tracking_uri):  # the registry looks the model up by itself
            made = self._client.create_model_version(
                name,
                logged.model_uri,
                self.id,
                tags=dict(tags),
                description=clipped(description, VERSION_NOTE),
                model_id=logged.model_id,
            )
        return Registered(str(made.version), logged.model_id)


@contextmanager
def opened(
    client: mlflow.MlflowClient, experiment: str, name: str, tags: Mapping[str, str]
) -> Iterator[Run]:
    """Open a run; at the end it is finished, or failed or killed with the reason on its page."""
    made = client.create_run(experiment, run_name=name, tags=dict(tags))
    run = Run(client, made.info.run_id, experiment)
    try:
        yield run
    except BaseException as error:
        # Only this package's own sentences are known to hold no value of a row.
        why = f": {error}" if isinstance(error, ScorecardError) else ""
        with suppress(MlflowException):
            run.describe(f"Stopped by {type(error).__name__}{why}")
            stopped = isinstance(error, KeyboardInterrupt)
            client.set_terminated(run.id, "KILLED" if stopped else "FAILED")
        raise
    client.set_terminated(run.id)


def origin() -> dict[str, str]:
    """Return MLflow's tags for who ran what: user, program (no path), the project's commit."""
    tags = {"mlflow.source.type": "LOCAL", "mlflow.source.name": Path(sys.argv[0] or "python").name}
    with suppress(OSError, KeyError, ImportError):  # a container may know no name
        tags["mlflow.user"] = getpass.getuser()
    commit = get_git_commit(str(project_root()))
    return tags if commit is None else {**tags, "mlflow.source.git.commit": commit}


@contextmanager
def _addressed(uri: str) -> Iterator[None]:
    """Make ``uri`` MLflow's own tracking address for a moment, and leave all as it was."""
    variable = os.environ.get("MLFLOW_TRACKING_URI")
    before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)
        if variable is None:
            os.environ.pop("MLFLOW_TRACKING_URI", None)
        else:
            os.environ["MLFLOW_TRACKING_URI"] = variable


def clipped(text: str, most: int) -> str:
    """Return a text of at most ``most`` characters, cut at the end of a line where too long."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit("\n", 1)[0] + "…"
