"""A small trained bundle that every room's tests can share."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import polars as pl
import pytest

import scorecard as sc

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("SCORECARD_DATA") or ROOT.parent / "shared" / "data")

os.environ["SCORECARD_HOME"] = str(ROOT)
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "1"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real tables; tests that need them skip where they are absent."""
    if not DATA.is_dir():
        pytest.skip("the real tables are not beside the project (set SCORECARD_DATA)")
    return DATA


@pytest.fixture(scope="session")
def sme_cn() -> sc.Product:
    return sc.load_product(ROOT / "features" / "sme_cn")


@pytest.fixture(scope="session")
def portfolio(sme_cn: sc.Product) -> pl.DataFrame:
    """20,000 simulated applications."""
    return sc.simulate(sme_cn, 20_000, 7)


@pytest.fixture(scope="session")
def small_product(sme_cn: sc.Product) -> sc.Product:
    """The default product with a booster small enough for tests."""
    policy = copy.deepcopy(sme_cn.policy)
    policy["models"]["boosted"] = {"n_estimators": 40, "max_depth": 3, "learning_rate": 0.2}
    return sc.Product(
        sme_cn.name,
        sme_cn.columns,
        sme_cn.rules,
        features=sme_cn.features,
        reasons=sme_cn.reasons.values(),
        policy=policy,
        levers=sme_cn.levers,
        identities=sme_cn.identities,
    )


@pytest.fixture(scope="session")
def trained(small_product: sc.Product, portfolio: pl.DataFrame) -> sc.TrainingResult:
    return sc.train(small_product, portfolio, seed=3, register=False)


@pytest.fixture(scope="session")
def bundle_path(trained: sc.TrainingResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained.write(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def rater(bundle_path: Path) -> sc.Rater:
    return sc.Rater.load(bundle_path)


@pytest.fixture(scope="session")
def applications(rater: sc.Rater, portfolio: pl.DataFrame) -> list[dict[str, object]]:
    """Applications as an underwriting system sends them: asked fields only, dates as text."""
    asked = [c.name for c in rater.product.columns if c.asked]
    dates = [c.name for c in rater.product.columns if c.asked and c.kind == "date"]
    frame = portfolio.select(asked).with_columns(pl.col(dates).cast(pl.String))
    return frame.head(1200).to_dicts()
