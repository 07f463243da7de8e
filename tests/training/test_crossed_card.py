"""A card with crossed features, trained by policy: servable, explained, monotone, advised on."""

from __future__ import annotations

import copy
import json

import numpy as np
import polars as pl
import pytest

import scorecard as sc
from scorecard.export import PortableCard
from scorecard.policy import Policy
from scorecard.sample import draw_judged
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import explanation, monotonicity
from scorecard.validation.validator import _rated

TRADES = pl.col("industry_code").str.head(1).is_in(["C", "F"])
INDEBTED = pl.col("total_liabilities") / pl.col("total_assets") > 0.5

BY_FEATURE = {
    "interest_cover": {"splits": [0, 1.5, 3]},
    "tax_grade": {"splits": [["A", "Z"], ["B", "M"], ["C", "D"]]},
    "inventory_days": {"max_bins": 2},
}

pytestmark = pytest.mark.slow  # a training of its own


@pytest.fixture(scope="module")
def planted(portfolio: pl.DataFrame) -> pl.DataFrame:
    """The portfolio, where debt matters in two sections alone, and the others are as bad."""
    lot = pl.Series(np.random.default_rng(0).random(portfolio.height))
    more = pl.when(TRADES & INDEBTED).then(0.3).when(TRADES).then(0.0).otherwise(0.15)
    bad = pl.when(pl.col("default_12m").is_not_null() & (lot < more)).then(1)
    kind = portfolio.schema["default_12m"]
    return portfolio.with_columns(bad.otherwise("default_12m").cast(kind).alias("default_12m"))


@pytest.fixture(scope="module")
def crossed(small_product: sc.Product, planted: pl.DataFrame) -> sc.TrainingResult:
    policy = copy.deepcopy(small_product.policy)
    policy["models"]["scorecard"] = {"crosses": 4, "by_feature": BY_FEATURE}
    product = sc.Product(
        small_product.name, small_product.columns, small_product.rules,
        features=small_product.features, reasons=small_product.reasons.values(), policy=policy,
        levers=small_product.levers, identities=small_product.identities,
    )  # fmt: skip
    return sc.train(product, planted, seed=3, register=False)


@pytest.fixture(scope="module")
def serving(crossed: sc.TrainingResult, tmp_path_factory: pytest.TempPathFactory) -> sc.Rater:
    """The trained bundle, written and loaded again, with the scorecard answering."""
    about = {**crossed.bundle.manifest, "answering": "scorecard"}
    sealed = sc.Bundle.seal(crossed.bundle.files, about)
    return sc.Rater.load(sealed.write(tmp_path_factory.mktemp("crossed")))


def test_policy_is_enough_for_crosses_and_they_rank_better(
    crossed: sc.TrainingResult, serving: sc.Rater
) -> None:
    found = crossed.models["scorecard"].estimator.crossing_
    assert found.taken
    assert serving.card.crosses
    assert any("industry_section" in (c.a, c.b) for c in serving.card.crosses)


def test_bins_decided_by_feature_in_the_policy_are_served(
    crossed: sc.TrainingResult, serving: sc.Rater
) -> None:
    fitted = crossed.models["scorecard"].estimator.binner_
    assert fitted.splits_["interest_cover"] == (0.0, 1.5, 3.0)
    assert fitted.bins_["inventory_days"].ordinary <= 2
    grade = next(bins for bins in serving.card.bins if bins.name == "tax_grade")
    assert grade.groups == (("A", "Z"), ("B", "M"), ("C", "D"))
    policy = json.loads(crossed.bundle.files["policy.json"])
    assert policy["models"]["scorecard"]["by_feature"] == BY_FEATURE


def test_ratings_add_up_and_are_the_same_one_by_one(
    serving: sc.Rater, applications: list[dict[str, object]], planted: pl.DataFrame
) -> None:
    some = applications[:150]
    ones = [serving.rate_one(application) for application in some]
    assert [one.score for one in ones] == serving.rate(planted.head(150))["score"].to_list()
    for one in ones:
        given = one.explanation.contributions
        assert one.explanation.base + sum(given.values()) == pytest.approx(one.score, abs=1e-9)
        assert set(given) == set(serving.card.features)
    assert sum(bool(one.reasons) for one in ones) > 75


def test_recourse_reaches_what_it_says(
    serving: sc.Rater, applications: list[dict[str, object]]
) -> None:
    found = [serving.recourse(application) for application in applications[:15]]
    reached = [each for each in found if each.reached]
    assert len(reached) >= 3
    for each in reached:
        assert serving.rate_one(each.application).grade == each.grade_after


def test_validation_finds_directions_kept_and_contributions_true(
    serving: sc.Rater, crossed: sc.TrainingResult, planted: pl.DataFrame
) -> None:
    policy = Policy.parse(serving.product.policy)
    sample = draw_judged(serving.product, policy, planted)
    early = None if sample.early is None else _rated(serving, sample.early)
    judged = _rated(serving, sample.judged)
    given = Evidence(crossed.bundle, serving, policy, sample, judged, early)
    for section in (monotonicity.section(given), explanation.section(given)):
        told = {finding.key: finding.light for finding in section.findings}
        assert Light.RED not in told.values(), told
        assert Light.GREEN in told.values()
    assert all(declared for _, declared in monotonicity.trends(given, "scorecard").values())


def test_it_leaves_as_sql_and_as_json(serving: sc.Rater, planted: pl.DataFrame) -> None:
    duckdb = pytest.importorskip("duckdb")
    road = PortableCard.of(serving)
    assert PortableCard.from_json(road.to_json()) == road
    rows = planted.head(3000).with_row_index("row_id")
    with duckdb.connect() as connection:
        connection.register("applications", rows.to_arrow())
        found = connection.sql(sc.export.to_sql(serving, dialect="duckdb", keep=["row_id"])).pl()
    found, wanted = found.sort("row_id"), serving.rate(rows.drop("row_id"))
    assert found["score"].to_list() == wanted["score"].to_list()
    assert found["grade"].to_list() == wanted["grade"].to_list()
    told = wanted["contributions"].struct.unnest()
    for name in serving.card.features:
        assert found[f"points_{name}"].to_list() == told[name].to_list()
