"""One real store with one training in it, for every test of this room."""

from __future__ import annotations

from pathlib import Path

import mlflow
import polars as pl
import pytest

import scorecard as sc
from scorecard.tracking import Store


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def registered(root: Path, small_product: sc.Product, portfolio: pl.DataFrame) -> sc.TrainingResult:
    said = "simulated, 20,000 rows"
    return sc.train(small_product, portfolio, seed=3, store=Store(root), source=said)


@pytest.fixture(scope="session")
def client(registered: sc.TrainingResult, root: Path) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(Store(root).uri, Store(root).uri)
