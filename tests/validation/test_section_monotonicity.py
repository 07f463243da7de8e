"""Trends are swept as declared, and a booster that only claims them is found out."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from planted import evidence, reds

import scorecard as sc
from scorecard.models.boosted import BoostedModel, EncodedFeature
from scorecard.models.boosted_classifier import BoostedClassifier
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import monotonicity


def test_every_feature_with_a_trend_is_swept_in_the_models_that_read_it(clean: Evidence) -> None:
    section = monotonicity.section(clean)
    assert section.light is Light.GREEN
    table = section.tables["features"]
    declared = {
        f.name for f in clean.rater.features.features if f.trend in ("ascending", "descending")
    }
    assert set(table.filter(model="boosted")["feature"]) == declared
    assert set(table.filter(model="scorecard")["feature"]) == declared & set(
        clean.rater.card.features
    )
    assert (table["span"] >= 0).all()
    assert table["span"].max() > 0.3  # type: ignore[operator]
    assert section.tables["grades"]["rows"].sum() == len(clean.judged)


def test_a_booster_that_claims_a_trend_it_does_not_keep_turns_this_section_red_alone(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    part = trained.sample.in_time
    free = BoostedClassifier(n_estimators=60, max_depth=4).fit(part.features, part.y, part.weight)
    claimed = trained.models["boosted"].estimator.model_
    features = [
        EncodedFeature(f.name, t.trend, f.levels, f.unseen, f.pooled, f.missing)
        for f, t in zip(free.model_.features, claimed.features, strict=True)
    ]
    lying = BoostedModel.from_booster(free.model_.booster, features)
    files = {**trained.bundle.files, "booster.ubj": lying.to_bytes()}
    given = evidence(sc.Bundle.seal(files, trained.bundle.manifest), portfolio)
    section = monotonicity.section(given)
    assert section.finding("boosted").light is Light.RED
    assert section.finding("scorecard").light is Light.GREEN
    assert reds(given) == {"monotonicity"}


@pytest.mark.parametrize("wrong", [0, 60])
def test_a_grade_that_is_safer_than_a_safer_one_is_amber(clean: Evidence, wrong: int) -> None:
    rate = np.array([0.01, 0.05, 0.05 - wrong / 2000, 0.2])
    grades = pl.DataFrame({"bad_rate": rate, "effective_rows": [2000.0] * 4})
    finding = monotonicity._rise(grades)
    assert finding.light is (Light.AMBER if wrong else Light.GREEN)
