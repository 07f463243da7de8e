"""The same sections on real, weighted loans."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import scorecard as sc


@pytest.mark.slow
@pytest.mark.real_data
def test_the_sba_loans_are_validated_with_their_weights(data_folder: Path) -> None:
    loans = pl.read_parquet(data_folder / "sba_7a" / "loans.parquet")
    result = sc.train("sba_7a", loans, register=False)
    report = sc.validate(result.bundle, loans)
    row = result.table.filter(
        (pl.col("model") == result.answering) & (pl.col("window") == "out of time")
    )
    auc = report.section("discrimination").finding("auc")
    # The boosted model answers: its margins are sums of contributions, not float32.
    assert auc.number == pytest.approx(row["auc"][0], abs=1e-5)
    # The financial crisis: out of time nearly twice as many loans went bad as the PDs say.
    level = report.section("calibration").finding("level")
    assert level.number == pytest.approx(row["bad_rate"][0] / row["mean_pd"][0], rel=1e-6)
    assert level.light in ("amber", "red")
    # Weights have no unit: a hundred times as heavy, the same report.
    heavy = loans.with_columns(pl.col("sampling_weight") * 100.0)
    again = sc.validate(result.bundle, heavy)
    for section in report.sections:
        for one in section.findings:
            other = again.section(section.key).finding(one.key)
            assert other.light == one.light, (section.key, one.key)
            if one.number is not None:
                assert other.number == pytest.approx(one.number, rel=1e-6, abs=1e-9), one.key
