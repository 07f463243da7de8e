"""How a bundle's models are explained, for an operator to see, and what 100,000 pairs say."""

from __future__ import annotations

import copy

import numpy as np
import polars as pl
import pytest

import scorecard as sc
from scorecard.explain.additivity import check_additivity
from scorecard.rating.voice import BoostedVoice, ScorecardVoice

PAIRS = 100_000


def test_tables_explain_the_shipped_depth(rater: sc.Rater, trained: sc.TrainingResult) -> None:
    assert rater.explained_by == {"scorecard": "points", "boosted": "tables"}
    assert not [note for note in trained.notes if note.startswith("SLOW EXPLANATIONS")]


@pytest.fixture(scope="module")
def deep(small_product: sc.Product, portfolio: pl.DataFrame) -> sc.TrainingResult:
    policy = copy.deepcopy(small_product.policy)
    policy["models"]["boosted"] = {"n_estimators": 5, "max_depth": 8, "min_child_weight": 0.1}
    policy["answering"]["default"] = "boosted"
    policy["answering"]["min_gain"] = 1.0
    product = sc.Product(
        small_product.name,
        small_product.columns,
        small_product.rules,
        features=small_product.features,
        reasons=small_product.reasons.values(),
        policy=policy,
    )
    return sc.train(product, portfolio.head(8000), seed=3, register=False)


def test_deeper_trees_are_rated_as_exactly_and_say_that_they_are_slow(
    deep: sc.TrainingResult, applications: list[dict[str, object]]
) -> None:
    (note,) = [note for note in deep.notes if note.startswith("SLOW EXPLANATIONS")]
    assert "longest path has 8 decisions" in note
    rater = sc.Rater(deep.bundle)
    assert rater.explained_by == {"boosted": "direct", "scorecard": "points"}
    rows = applications[:20]
    ones = [rater.rate_one(row) for row in rows]
    model = deep.models["boosted"].estimator
    for one in ones:
        told = one.explanation
        contributions = np.array([list(told.contributions.values())])
        check_additivity(told.base, contributions, np.array([one.margin]))
    # From each rating's own features to the booster's margin, by another road.
    features = rater.features.evaluate(pl.DataFrame(rows).with_columns(
        pl.col(c.name).str.to_date() for c in rater.product.columns if c.asked and c.kind == "date"
    ))  # fmt: skip
    np.testing.assert_allclose(
        [one.margin for one in ones], model.decision_function(features), rtol=0, atol=1e-5
    )
    assert rater.rate_features(features)["margin"].to_list() == [one.margin for one in ones]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scorecard", "boosted"])
def test_no_pair_of_100_000_breaks_a_declared_direction(
    trained: sc.TrainingResult, portfolio: pl.DataFrame, name: str
) -> None:
    """Rows that differ in one feature with a declared trend: PD and contribution both follow it."""
    rater = sc.Rater(trained.bundle)
    background = trained.sample.in_time.features.head(100)
    voice = (
        ScorecardVoice(rater.card, rater.features)
        if name == "scorecard"
        else BoostedVoice(
            trained.models["boosted"].estimator.model_,
            background,
            factor=rater.card.factor,
            offset=rater.card.offset,
        )
    )
    held = [
        f
        for f in rater.features.features
        if f.trend in ("ascending", "descending") and f.name in voice.features
    ]
    features = rater.features.evaluate(portfolio)
    draw = np.random.default_rng(5)
    each = -(-PAIRS // len(held))
    pairs = moved = 0
    for feature in held:
        low = features[draw.integers(0, features.height, each).tolist()]
        values = low[feature.name].to_numpy()
        pool = features[feature.name].drop_nulls().to_numpy()
        # A missing value stays missing: there is no direction from it.
        up = np.maximum(values, draw.choice(pool, each))
        high = low.with_columns(pl.Series(feature.name, up, nan_to_null=True))
        before, after = (voice.hear(frame) for frame in (low, high))
        sign = 1.0 if feature.trend == "ascending" else -1.0
        pd = [rater.calibrations[name].pd(account.margin) for account in (before, after)]
        assert (sign * (pd[1] - pd[0]) >= 0).all(), feature.name
        j = voice.features.index(feature.name)
        step = sign * (after.risk[:, j] - before.risk[:, j])
        assert step.min() >= -1e-12, feature.name
        pairs += each
        moved += int((pd[1] != pd[0]).sum())
    assert pairs >= PAIRS
    assert moved > PAIRS // 10, "pairs must move PDs, or this proves nothing"
