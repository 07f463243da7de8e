"""Challengers of other families: same features, declared trends, weights, missing values."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from scorecard.errors import InputError
from scorecard.training.families import ExplainableBoosting, MonotoneForest

FAMILIES = [
    lambda **how: ExplainableBoosting({"a": "ascending", "b": "auto"}, outer_bags=1, **how),
    lambda **how: MonotoneForest({"a": "ascending", "b": "auto"}, n_estimators=40, **how),
]


def sample(n: int = 1500, seed: int = 0) -> tuple[pl.DataFrame, Any, Any]:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=n), rng.normal(size=n)
    c = rng.choice(["x", "y", "z"], n)
    odds = -1 + np.sin(2 * a) + a + 0.8 * b * (c == "x") + (c == "z")
    y = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    X = pl.DataFrame({"a": a, "b": b, "c": c}).with_columns(
        pl.when(pl.Series(rng.random(n) < 0.1)).then(None).otherwise(name).alias(name)
        for name in ("a", "c")
    )
    return X, y, rng.uniform(1, 4, n)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_declared_trend_holds_and_missing_and_unseen_are_answered(family: Any) -> None:
    X, y, w = sample()
    model = family().fit(X, y, w)
    new, truth, _ = sample(3000, seed=1)
    assert roc_auc_score(truth, model.decision_function(new)) > 0.75
    grid = pl.DataFrame({"a": np.linspace(-3, 3, 120)})
    for b in (-1.0, 0.0, 1.5):
        for c in ("x", None, "never"):
            rows = grid.with_columns(b=pl.lit(b), c=pl.lit(c, dtype=pl.String))
            margins = model.decision_function(rows)
            assert np.isfinite(margins).all()
            assert (np.diff(margins) >= -1e-9).all()
    blank = X.head(1).with_columns(a=pl.lit(None, dtype=pl.Float64))
    assert np.isfinite(model.decision_function(blank)).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_count_and_their_unit_does_not(family: Any) -> None:
    X, y, _ = sample()
    heavy = np.where(y == 1, 8.0, 1.0)
    plain, weighted = family().fit(X, y), family().fit(X, y, heavy)
    assert weighted.decision_function(X).mean() > plain.decision_function(X).mean() + 0.5
    scaled = family().fit(X, y, 64 * heavy)
    np.testing.assert_allclose(
        scaled.decision_function(X), weighted.decision_function(X), atol=1e-6
    )


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "interpret.glassbox", None)
    with pytest.raises(InputError, match=r"sme-scorecard\[challenger\]"):
        ExplainableBoosting({}).require()
