"""Features alone, their gaps, what they read, and rows seen before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from planted import evidence, forged, judged_rows

from scorecard import metrics
from scorecard.validation.cells import absent
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import leakage


def test_information_values_of_shuffled_outcomes_are_nought_on_average(clean: Evidence) -> None:
    """The plain information value would be (bins − 1)·(1/bads + 1/goods) too high."""
    rng, found = np.random.default_rng(0), []
    part = clean.judged.part
    for _ in range(4):
        shuffled = replace(part, y=rng.permutation(part.y))
        given = replace(clean, judged=replace(clean.judged, part=shuffled))
        table = leakage.section(given).tables["features"]
        found.append(table.filter(scored_by="scorecard")["iv"].mean())
    assert np.mean(found) == pytest.approx(0, abs=0.01)


def test_a_gap_that_only_the_bad_have_is_red(clean: Evidence, portfolio: pl.DataFrame) -> None:
    bad = (portfolio["default_12m"] == 1).fill_null(False) & pl.Series(judged_rows(portfolio))
    table = portfolio.with_columns(
        pl.when(bad).then(None).otherwise(pl.col("owner_query_3m").fill_null(0)).alias(
            "owner_query_3m"
        )
    )  # fmt: skip
    section = leakage.section(evidence(clean.bundle, table, rater=clean.rater))
    finding = section.finding("missing")
    assert finding.light is Light.RED
    assert finding.said.en.startswith(clean.labels["owner_queries"].en)


def test_a_feature_that_reads_what_is_not_known_is_red(
    clean: Evidence, portfolio: pl.DataFrame
) -> None:
    def hidden(product: dict[str, Any]) -> None:
        column = next(c for c in product["columns"] if c["name"] == "owner_query_3m")
        column["role"] = "audit_only"

    section = leakage.section(evidence(forged(clean.bundle, "product.json", hidden), portfolio))
    finding = section.finding("lineage")
    assert finding.light is Light.RED
    assert finding.number == 1
    assert "owner_query_3m" in finding.shown


def test_rows_that_training_saw_are_counted(clean: Evidence) -> None:
    assert leakage.section(clean).finding("identical").number == 0
    assert clean.early is not None
    again = replace(clean, early=clean.judged)
    finding = leakage.section(again).finding("identical")
    assert (finding.number, finding.light) == (1, Light.AMBER)


def test_the_purge_is_stated_in_days(clean: Evidence) -> None:
    finding = leakage.section(clean).finding("purge")
    assert finding.light is Light.GREEN
    assert 0 <= finding.number < 31  # type: ignore[operator]
    early = leakage.section(replace(clean, judged=clean.early)).finding("purge")  # type: ignore[arg-type]
    assert early.light is Light.AMBER


def test_a_feature_alone_has_the_numbers_that_its_bins_give(clean: Evidence) -> None:
    table = leakage.section(clean).tables["features"]
    y, features = clean.judged.y, clean.judged.part.features
    for bins in clean.rater.card.bins:
        row = table.filter(feature=bins.name).row(0, named=True)
        assert row["scored_by"] == "scorecard"
        woe = np.array(bins.woe)[bins.index(features[bins.name])]
        assert row["auc"] == pytest.approx(float(metrics.auc(y, -woe)))
        good, bad = woe[y == 0], woe[y == 1]
        assert row["iv"] == pytest.approx(good.mean() - bad.mean())
        error = np.sqrt(good.var() / len(good) + bad.var() / len(bad))
        assert row["iv_standard_error"] == pytest.approx(error)
        if row["missing_auc"] is not None:
            gap = float(metrics.auc(y, absent(features[bins.name]).astype(float)))
            assert row["missing_auc"] == pytest.approx(max(gap, 1 - gap))


def test_what_is_identical_is_amber_beyond_a_hundredth_and_twice_the_natural_share(
    clean: Evidence,
) -> None:
    assert clean.early is not None
    early, late = clean.early.part.table, clean.judged.part.table
    for share, light in ((0.008, Light.GREEN), (0.012, Light.AMBER)):
        n = round(share * late.height)
        table = pl.concat([early, late.head(n).select(early.columns)])
        part = replace(clean.early.part, table=table)
        given = replace(clean, early=replace(clean.early, part=part))
        finding = leakage._identical(given)
        assert finding.number == pytest.approx(n / late.height)
        assert finding.light is light
