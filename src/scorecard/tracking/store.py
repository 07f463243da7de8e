"""MLflow on sqlite: runs, the registry's aliases, and where bundles lie."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scorecard.tracking.address import Resolved, parse_address, untracked

os.environ.update(untracked(os.environ))  # before MLflow is imported: that is when it looks

with warnings.catch_warnings():
    # In a notebook without widgets its progress bars would say so; none are shown.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import mlflow
    from mlflow.exceptions import MlflowException

from scorecard.errors import InputError
from scorecard.home import project_root
from scorecard.tracking.run import BUNDLE, NOTE, Run, opened, origin
from scorecard.tracking.system import watched

#: Tells MLflow's page to show an experiment as one of trained models, not of language models.
_MODELS = {"mlflow.experimentKind": "custom_model_development"}


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
            with _quiet():
                self._client_ = mlflow.MlflowClient(self.uri, self.uri)
        return self._client_

    @contextmanager
    def run(self, experiment: str, name: str, *, about: str = "") -> Iterator[Run]:
        """Open a run of ``experiment``, finished or marked failed at the end.

        ``about`` describes the experiment (Markdown) where it is new. The machine's processor and
        memory are logged as the run goes on.
        """
        client = self._client
        found = client.get_experiment_by_name(experiment)
        if found is None:
            tags = {**_MODELS, NOTE: about} if about else _MODELS
            where = client.create_experiment(experiment, self._artifacts(experiment), tags)
        else:
            where = found.experiment_id
        with _quiet(), opened(client, where, name, origin()) as run, watched(run.id, self.uri):
            yield run

    def _artifacts(self, experiment: str) -> str | None:
        """Return where an experiment's files go; a server decides it by itself."""
        if self.uri.startswith("http"):
            return None
        return (self.folder / "artifacts" / experiment).as_uri()

    def reopen(self, run_id: str) -> Run:
        """Return a run that ended, to be written to again; its status and times stay.

        Raises `InputError` where there is none.
        """
        try:
            found = self._client.get_run(run_id)
        except MlflowException:
            raise InputError(
                f"No run {run_id!r} in MLflow; take it from a version's page."
            ) from None
        return Run(self._client, run_id, found.info.experiment_id)

    def attach(
        self,
        uri: str,
        path: str | Path,
        *,
        to: str,
        metrics: Mapping[str, float] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
        """Log a file or folder about a ``models:/`` address to the run that trained it.

        It lies under the artifact path ``to``; ``metrics`` and ``tags`` go to the run too, the tags
        also to the registered version. Returns the run; raises `InputError` for no such model.
        """
        name, number = self._find(uri)
        version = self._client.get_model_version(name, number)
        run = self.reopen(version.run_id)
        with _quiet():
            run.attach(path, to)
        run.metrics(metrics or {}, model=version.model_id)
        run.tags(tags or {})
        for key, value in (tags or {}).items():
            self._client.set_model_version_tag(name, number, key, value)
        return run

    def resolve(self, uri: str) -> Resolved:
        """Return the bundle's folder of a ``models:/`` address; `InputError` if there is none."""
        name, number = self._find(uri)
        with _quiet():
            lies = self._client.get_model_version_download_uri(name, number)
            path = mlflow.artifacts.download_artifacts(lies, tracking_uri=self.uri)
        folder = Path(path) / "artifacts" / BUNDLE
        if not folder.is_dir():
            raise InputError(f"{uri} holds no bundle of this package.")
        return Resolved(str(folder), name, number)

    def _find(self, uri: str) -> tuple[str, str]:
        """Return name and version of a ``models:/`` address; `InputError` if there is none."""
        name, alias, number = parse_address(uri)
        if self.uri.startswith("sqlite:///") and not Path(self.uri[10:]).is_file():
            raise InputError(f"No model {uri}: nothing was trained here yet; run scorecard train.")
        try:
            if alias is None:
                found = self._client.get_model_version(name, number)
            else:
                found = self._client.get_model_version_by_alias(name, alias)
        except MlflowException:
            raise InputError(f"No model {uri} in the registry; run scorecard train.") from None
        return name, str(found.version)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow from news and progress bars of its own, where the environment asks for none."""
    bars, level = "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "MLFLOW_LOGGING_LEVEL"
    logger = logging.getLogger("mlflow")
    before, given = logger.level, bars in os.environ
    if level not in os.environ:
        logger.setLevel(max(before, logging.WARNING))
    if not given:
        os.environ[bars] = "false"
    try:
        yield
    finally:
        if not given:
            os.environ.pop(bars, None)
        if level not in os.environ:
            logger.setLevel(before)
