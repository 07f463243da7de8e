"""A validation's report lies where the model's page in MLflow shows it."""

from __future__ import annotations

from pathlib import Path

import mlflow
import polars as pl
import pytest

from scorecard.cli.validation import run_validation
from scorecard.promotion import promote
from scorecard.tracking import Registry, Store

FILES = ["validation/report.html", "validation/report.json"]


def files(client: mlflow.MlflowClient, run_id: str) -> list[str]:
    return [each.path for each in client.list_artifacts(run_id, "validation")]


def test_a_promotion_keeps_the_report_that_decided_it(
    registry: Registry, home: Path, portfolio: pl.DataFrame
) -> None:
    done = promote("models:/sme_cn/2", portfolio, by="Ada", store=Store(home))
    assert done.report is not None
    client = mlflow.MlflowClient(registry.store.uri, registry.store.uri)
    assert files(client, done.record.run_id or "") == FILES
    run = client.get_run(done.record.run_id or "")
    assert run.data.tags["validation"] == done.report.light


@pytest.mark.parametrize("attach", [True, False])
def test_a_validated_version_keeps_its_report_unless_told_not_to(
    registry: Registry, portfolio: pl.DataFrame, tmp_path: Path, *, attach: bool
) -> None:
    table = tmp_path / "later.parquet"
    portfolio.write_parquet(table)
    model = "models:/sme_cn/3"
    report = run_validation(
        model, table, html=None, json=None, card=None, window=None, champion=None,
        language="en", fail_on=None, seed=0, attach=attach,
    )  # fmt: skip
    client = mlflow.MlflowClient(registry.store.uri, registry.store.uri)
    version = client.get_model_version("sme_cn", "3")
    run = client.get_run(version.run_id)
    assert files(client, version.run_id) == (FILES if attach else [])
    assert version.tags.get("validation.calibration") == (
        report.lights["calibration"] if attach else None
    )
    if attach:
        auc = report.section("discrimination").finding("auc").number
        assert run.data.metrics["validation.discrimination.auc"] == pytest.approx(auc)
        found = client.search_model_versions("name = 'sme_cn' and tags.validation != 'none'")
        assert [str(each.version) for each in found] == ["3"]
