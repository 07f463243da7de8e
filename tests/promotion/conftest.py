"""A registry with versions in it: one bundle under three hashes, in a store of MLflow."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

import scorecard as sc
from scorecard.rating import Bundle, Rater
from scorecard.tracking import Registry, Store

Register = Callable[..., str]


def resealed(bundle: Bundle, note: int) -> Bundle:
    """Return the same models under another hash."""
    return Bundle.seal(bundle.files, {**bundle.manifest, "seed": note})


def register(store: Store, bundle: Bundle, *, introduce: bool = False, **tags: str) -> str:
    """Register a bundle as training does; returns its version."""
    with store.run("sme_cn", "train sme_cn") as run, tempfile.TemporaryDirectory() as folder:
        version = run.bundle(
            bundle.write(Path(folder) / "bundle"),
            name="sme_cn",
            tags={"bundle_sha256": bundle.sha256, **tags},
            columns=Rater(bundle).product.columns,
        ).version
    if introduce:
        Registry(store).introduce(
            "sme_cn", version, sha256=bundle.sha256, policy_version="2026.1", data_sha256="d"
        )
    return version


@pytest.fixture(scope="session")
def first_home(tmp_path_factory: pytest.TempPathFactory, trained: sc.TrainingResult) -> Path:
    """A project whose registry holds three versions of sme_cn: champion, challenger, one more."""
    home = tmp_path_factory.mktemp("registry")
    store = Store(home)
    for note in (1, 2, 3):
        register(store, resealed(trained.bundle, note), introduce=note < 3)
    return home


@pytest.fixture
def home(first_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it for one test, the project's own."""
    found = Path(shutil.copytree(first_home, tmp_path / "home"))
    # MLflow stores where files lie as absolute paths.
    with sqlite3.connect(found / "mlruns" / "mlflow.db") as base:
        for table, column in (
            ("experiments", "artifact_location"),
            ("runs", "artifact_uri"),
            ("model_versions", "storage_location"),
            ("model_versions", "source"),
            ("logged_models", "artifact_location"),
        ):
            base.execute(
                f"update {table} set {column} = replace({column}, ?, ?)",
                (str(first_home), str(found)),
            )
    base.close()
    monkeypatch.setenv("SCORECARD_HOME", str(found))
    return found


@pytest.fixture
def registry(home: Path) -> Registry:
    return Registry(Store(home))
