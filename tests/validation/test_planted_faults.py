"""A planted fault turns its own light red and no other; a clean portfolio turns none."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from planted import draw, evidence, forged, judged_rows, reds

import scorecard as sc
from scorecard.features import Feature
from scorecard.rating import Rater
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import fairness, leakage, sensitivity


def with_feature(product: sc.Product) -> sc.Product:
    """Return the product with a feature that reads a column nobody used."""
    more = Feature("growth_plans", "expected_growth", "ascending", "SALES_TREND", "计划", "Plans")
    return product.with_features([*product.features.features, more])


def trained_on(
    product: sc.Product, table: pl.DataFrame, planted: np.ndarray[Any, np.dtype[np.float64]]
) -> Evidence:
    """Train anew with ``planted`` in that column, and judge the model on the same table."""
    table = table.with_columns(expected_growth=pl.Series(np.clip(planted, -1, 100)))
    result = sc.train(with_feature(product), table, seed=3, register=False)
    return evidence(result.bundle, table)


def test_nothing_planted_nothing_red(clean: Evidence) -> None:
    assert reds(clean) == set()


def test_a_leak_turns_leakage_red_alone(small_product: sc.Product, portfolio: pl.DataFrame) -> None:
    noise = np.random.default_rng(0).normal(size=portfolio.height)
    outcome = portfolio["default_12m"].fill_null(0).to_numpy()
    given = trained_on(small_product, portfolio, 3 * outcome + 0.5 * noise)
    assert reds(given) == {"leakage"}
    section = leakage.section(given)
    assert section.tables["features"]["feature"][0] == "growth_plans"
    assert section.finding("auc").light is section.finding("iv").light is Light.RED


def test_a_proxy_turns_fairness_red_alone(
    small_product: sc.Product, portfolio: pl.DataFrame
) -> None:
    noise = np.random.default_rng(1).normal(size=portfolio.height)
    woman = (portfolio["owner_gender"] == "female").fill_null(False).to_numpy()
    given = trained_on(small_product, portfolio, woman + 0.4 * noise)
    assert reds(given) == {"fairness"}
    section = fairness.section(given)
    assert section.finding("proxy.owner_gender").light is Light.RED
    assert section.tables["proxies"]["feature"][0] == "growth_plans"
    assert section.finding("proxy.owner_age").light is not Light.RED
    table = section.tables["owner_gender"].drop_nulls("proxy_auc")
    assert (table["chance_auc"] - 0.5).abs().max() < 0.05  # type: ignore[operator]


def test_points_that_run_backwards_turn_monotonicity_red_alone(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    def backwards(card: dict[str, Any]) -> None:
        feature = next(f for f in card["features"] if f["bins"]["name"] == "debt_to_assets")
        for table in (feature["points"], feature["bins"]["woe"]):
            ordinary = len(feature["bins"]["splits"]) + 1
            table[:ordinary] = table[:ordinary][::-1]

    given = evidence(forged(trained.bundle, "scorecard.json", backwards), portfolio)
    assert reds(given) == {"monotonicity"}


def test_a_trend_that_neither_model_keeps_turns_monotonicity_red_alone(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    def turned(product: dict[str, Any]) -> None:
        feature = next(f for f in product["features"] if f["name"] == "debt_to_assets")
        assert feature["trend"] == "ascending"
        feature["trend"] = "descending"

    given = evidence(forged(trained.bundle, "product.json", turned), portfolio)
    assert reds(given) == {"monotonicity"}


@pytest.mark.parametrize("fault", ["shift", "grade", "shuffled"])
def test_faults_of_other_sections_turn_none_of_these_red(
    trained: sc.TrainingResult, clean: Evidence, portfolio: pl.DataFrame, fault: str
) -> None:
    rng, late = np.random.default_rng(2), judged_rows(portfolio)
    table = portfolio
    if fault == "shift":
        table = table.with_columns(
            pl.when(pl.Series(late)).then(pl.col("avg_daily_balance") * 0.2)
            .otherwise(pl.col("avg_daily_balance"))
        )  # fmt: skip
    else:
        y = table["default_12m"].to_numpy().copy()
        known = np.flatnonzero(late & ~np.isnan(y.astype(np.float64)))
        if fault == "shuffled":
            y[known] = rng.permutation(y[known])
        else:
            grade = clean.rater.rate(table[known])["grade"].to_numpy()
            wrong = known[(grade == "R5") & (rng.random(len(known)) < 0.1)]
            y[wrong] = 1
        table = table.with_columns(default_12m=pl.Series(y).cast(pl.Int64, strict=False))
    assert reds(evidence(trained.bundle, table, rater=clean.rater)) == set()


def test_no_clean_draw_of_five_thousand_turns_red(
    small_product: sc.Product, trained: sc.TrainingResult
) -> None:
    rater = Rater(trained.bundle)
    for seed in range(20):
        given = evidence(trained.bundle, draw(small_product, 500 + seed), rater=rater)
        for section in (leakage, sensitivity, fairness):
            found = section.section(given)
            assert found.light is not Light.RED, (seed, found.findings)
