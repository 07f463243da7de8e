"""One function for the contributions of either model, from whatever a caller holds."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
from boosters import brute_force, fitted, rows

import scorecard as sc
from scorecard.errors import InputError, NotFittedError, SlowExplanationWarning
from scorecard.explain import check_additivity


def loans(n: int, seed: int) -> tuple[pl.DataFrame, np.ndarray]:
    """Raw features with missing values and text, and an outcome; ``same`` tells nothing."""
    draw = np.random.default_rng(seed)
    use, age, sector = draw.normal(size=n), draw.integers(1, 30, n), draw.choice(list("abc"), n)
    bad = draw.random(n) < 1 / (1 + np.exp(2 - use - 0.8 * (sector == "b") + 0.05 * age))
    frame = pl.DataFrame({"use": use, "age": age, "sector": sector, "same": np.full(n, 1.0)})
    row = pl.int_range(n)
    holes = [pl.when(row % k != 0).then(name) for k, name in ((7, "use"), (11, "sector"))]
    return frame.with_columns(*holes), bad.astype(int)


TRAIN, BAD = loans(3000, seed=0)
SOME, _ = loans(200, seed=1)
REFERENCE, _ = loans(40, seed=2)


@pytest.fixture(scope="module")
def booster() -> sc.BoostedClassifier:
    return sc.BoostedClassifier({"use": "ascending"}, n_estimators=30, n_jobs=1).fit(TRAIN, BAD)


@pytest.fixture(scope="module")
def card() -> sc.ScorecardClassifier:
    return sc.ScorecardClassifier().fit(TRAIN, BAD)


@pytest.fixture(scope="module")
def models(booster, card):
    frozen = booster.model_, card.scorecard_
    return {
        "booster": booster,
        "card": card,
        "booster, frozen": frozen[0],
        "card, frozen": frozen[1],
    }


def total(base: float, contributions: pl.DataFrame) -> np.ndarray:
    sums = np.full(contributions.height, base)
    for column in contributions.get_columns():
        sums += column.to_numpy()
    return sums


def by_all_coalitions(model, row: pl.DataFrame) -> dict[str, float]:
    """Shapley's own sum, the estimator asked for the margin of every mixture of raw rows."""
    columns = SOME.columns

    class Mixed:
        @staticmethod
        def margin(index: np.ndarray) -> np.ndarray:
            # A mixture is told by which rows its columns come from: −1 is the applicant.
            both = pl.concat([REFERENCE, row])
            frame = pl.DataFrame({n: both[n][index[:, j].tolist()] for j, n in enumerate(columns)})
            return model.decision_function(frame)

    n = REFERENCE.height
    background = np.tile(np.arange(n)[:, None], (1, len(columns)))
    phi = brute_force(Mixed, background, np.full(len(columns), n))
    return dict(zip(columns, phi, strict=True))


@pytest.mark.parametrize("name", ["booster", "card"])
def test_both_models_give_shapley_values_over_all_coalitions(models, name):
    model = models[name]
    base, contributions = sc.shapley(model, SOME[:8], REFERENCE)
    assert contributions.columns == TRAIN.columns
    assert base == pytest.approx(model.decision_function(REFERENCE).mean(), abs=1e-6)
    for i in range(8):
        expected = by_all_coalitions(model, SOME[i])
        assert contributions.row(i, named=True) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["booster", "card"])
def test_contributions_add_up_and_a_frozen_model_says_the_same(models, name):
    model, frozen = models[name], models[f"{name}, frozen"]
    base, contributions = sc.shapley(model, SOME, REFERENCE)
    margin = model.decision_function(SOME)
    check_additivity(base, contributions.to_numpy(), margin)
    if name == "card":
        np.testing.assert_allclose(total(base, contributions), margin, rtol=0, atol=1e-12)
        assert "same" in model.dropped_
    assert (contributions["same"] == 0).all()
    own_base, own = sc.shapley(frozen, SOME, REFERENCE)
    assert own_base == base
    assert own.equals(contributions.select(own.columns))
    one = sc.shapley(frozen, SOME[3], REFERENCE)[1]
    assert one.equals(own[3])


@pytest.mark.parametrize("name", ["booster", "card", "booster, frozen", "card, frozen"])
def test_any_frame_is_taken(models, name):
    expected = sc.shapley(models[name], SOME, REFERENCE)
    for convert in (pl.DataFrame.to_pandas, pl.DataFrame.to_arrow, pl.DataFrame.lazy):
        base, contributions = sc.shapley(models[name], convert(SOME), convert(REFERENCE))
        assert base == expected[0]
        assert contributions.equals(expected[1])


@pytest.mark.parametrize("make", [sc.ScorecardClassifier, sc.BoostedClassifier])
def test_arrays_are_taken(make):
    X, y = TRAIN.select("use", "age").to_numpy(), BAD
    model = make().fit(X, y)
    base, contributions = sc.shapley(model, X[:50], X[50:80])
    assert contributions.columns == ["x0", "x1"]
    np.testing.assert_allclose(
        total(base, contributions), model.decision_function(X[:50]), rtol=0, atol=1e-5
    )
    frozen = model.model_ if make is sc.BoostedClassifier else model.scorecard_
    assert sc.shapley(frozen, X[:50], X[50:80])[1].equals(contributions)


def test_tree_path_is_what_the_booster_says(booster):
    import xgboost as xgb

    base, contributions = sc.shapley(booster, SOME, None, method="tree_path")
    types = ["float", "float", "c", "float"]
    data = xgb.DMatrix(
        booster.encode(SOME), feature_names=SOME.columns, feature_types=types,
        enable_categorical=True,
    )  # fmt: skip
    own = booster.model_.booster.predict(data, pred_contribs=True)
    assert base == own[0, -1]
    np.testing.assert_array_equal(contributions.to_numpy(), own[:, :-1])
    check_additivity(base, contributions.to_numpy(), booster.decision_function(SOME))
    none = sc.shapley(booster.model_, SOME[:0], None, method="tree_path")
    assert (none[0], none[1].shape) == (base, (0, 4))


def test_deep_trees_are_explained_with_a_warning():
    model = fitted(8, rounds=3, min_child_weight=0.1)
    names = list(model.names)
    text = {n: [*"abcdef", "g"] for n, f in zip(names, model.features, strict=True) if f.levels}

    def frame(matrix: np.ndarray) -> pl.DataFrame:
        columns = {}
        for name, values in zip(names, matrix.T, strict=True):
            columns[name] = (
                [None if np.isnan(v) else text[name][int(v)] for v in values]
                if name in text
                else values
            )
        return pl.DataFrame(columns, nan_to_null=True)

    X, background = frame(rows(20, seed=5)), frame(rows(15, seed=6))
    with pytest.warns(SlowExplanationWarning, match="longest path has 8 decisions") as told:
        base, contributions = sc.shapley(model, X, background)
    assert [w.filename for w in told] == [__file__]
    margin = model.margin(model.encode(X))
    check_additivity(base, contributions.to_numpy(), margin)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sc.shapley(model, X, None, method="tree_path")


def test_what_cannot_be_explained_is_refused(booster, card):
    with pytest.raises(InputError, match="one of interventional, tree_path; got 'approx'"):
        sc.shapley(booster, SOME, REFERENCE, method="approx")
    with pytest.raises(InputError, match="has no trees"):
        sc.shapley(card, SOME, REFERENCE, method="tree_path")
    with pytest.raises(InputError, match="got dict"):
        sc.shapley({}, SOME, REFERENCE)
    for model in (booster, card):
        with pytest.raises(NotFittedError, match="fit first"):
            sc.shapley(sc.BoostedClassifier(), SOME, REFERENCE)
        with pytest.raises(InputError):
            sc.shapley(model, SOME, REFERENCE[:0])
        with pytest.raises(InputError):
            sc.shapley(model, SOME.drop("use"), REFERENCE)
    for frozen in (booster.model_, card.scorecard_):
        with pytest.raises(InputError, match="background must have at least one row; got none"):
            sc.shapley(frozen, SOME, REFERENCE[:0])
        with pytest.raises(InputError):
            sc.shapley(frozen, SOME.drop("use"), REFERENCE)
        assert sc.shapley(frozen, SOME[:0], REFERENCE)[1].height == 0
