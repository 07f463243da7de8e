import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from scorecard.errors import InputError
from scorecard.models.scorecard_classifier import ScorecardClassifier


def table(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    debt, cash = rng.lognormal(0, 1, n), rng.normal(0, 1, n)
    income = np.where(rng.random(n) < 0.1, np.nan, rng.normal(50, 20, n))
    trade = rng.choice(["food", "steel", "toys"], n, p=[0.5, 0.3, 0.2])
    logit = -2 + 0.8 * np.log(debt) - 0.6 * cash - 0.02 * np.nan_to_num(income) + (trade == "toys")
    y = (rng.random(n) < expit(logit)).astype(int)
    return pl.DataFrame({"debt": debt, "cash": cash, "income": income, "trade": trade}), y


@pytest.fixture(scope="module")
def fitted():
    X, y = table()
    return ScorecardClassifier(trend={"debt": "ascending"}).fit(X, y), X, y


def test_a_handful_of_gaps_moves_no_points():
    X, y = table(5000)
    gaps = pl.Series(np.isin(np.arange(5000), np.flatnonzero(y == 0)[:3]))
    X = X.with_columns(debt=pl.when(gaps).then(None).otherwise("debt"))
    card = ScorecardClassifier().fit(X, y).scorecard_
    j = card.features.index("debt")
    neutral = (card.offset - card.factor * card.alpha) / len(card.features)
    row = {**X.row(0, named=True), "debt": None}
    assert card.points_one(row)[j] == pytest.approx(neutral, rel=1e-12)
    assert card.flags(row) == {"debt": "unseen_missing"}
    gaps = card.features.index("income")  # missing in a tenth: its own points, no flag
    blank = card.points_one({**row, "income": None})[gaps]
    assert blank != pytest.approx(neutral, abs=1)
    assert "income" not in card.flags({**row, "income": None})


def test_thin_bins_keep_no_feature_in_the_card():
    X, y = table(5000)
    noise = np.where(np.isin(np.arange(5000), np.flatnonzero(y)[:30]), np.nan, 1.0)
    model = ScorecardClassifier().fit(X.with_columns(noise=noise), y)
    assert sum(model.binner_.bins_["noise"].iv) > model.min_iv
    assert model.dropped_["noise"].startswith("information value 0")


@parametrize_with_checks([ScorecardClassifier()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_points_sum_to_the_score_and_the_score_to_the_probability(fitted):
    model, X, _ = fitted
    points = model.points(X)
    score = model.score_points(X)
    np.testing.assert_allclose(points.sum(axis=1), score, rtol=1e-13)
    np.testing.assert_allclose(
        model.decision_function(X), (501.8622 - score) / 28.8539, rtol=1e-4, atol=1e-5
    )
    assert (model.predict_proba(X)[:, 1] == expit(model.decision_function(X))).all()
    np.testing.assert_allclose(model.scorecard_.mean_points, points.mean(axis=0), rtol=1e-12)


def test_coefficients_are_the_maximum_likelihood(fitted):
    model, X, y = fitted
    woe = pl.DataFrame(model.binner_.transform(X), schema=X.columns)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    peer.fit(woe.select(model.scorecard_.features).to_numpy(), y)
    np.testing.assert_allclose(model.coef_, peer.coef_, rtol=1e-5)
    np.testing.assert_allclose(model.intercept_, peer.intercept_, rtol=1e-5)
    assert model.predict_proba(X)[:, 1].mean() == pytest.approx(y.mean(), abs=1e-9)


def test_raising_an_ascending_feature_never_lowers_the_risk(fitted):
    model, X, _ = fitted
    rng = np.random.default_rng(0)
    bump = X.with_columns(debt=pl.col("debt") + pl.Series(rng.exponential(1, len(X))))
    assert (model.decision_function(bump) >= model.decision_function(X)).all()
    assert (model.decision_function(bump) > model.decision_function(X)).any()


def test_row_order_split_weights_and_scale_change_nothing(fitted):
    model, X, y = fitted
    rng = np.random.default_rng(1)
    order = rng.permutation(len(y))
    same = clone(model).fit(X[order], y[order])
    np.testing.assert_allclose(same.points(X), model.points(X), rtol=1e-10)
    weight = rng.uniform(0.5, 2, len(y))
    whole = clone(model).fit(X, y, sample_weight=weight).points(X)
    part = weight * rng.uniform(0.1, 0.9, len(y))
    split = clone(model).fit(
        pl.concat([X, X]), np.tile(y, 2), sample_weight=np.concatenate((part, weight - part))
    )
    scaled = clone(model).fit(X, y, sample_weight=weight * 1e-3)
    np.testing.assert_allclose(split.points(X), whole, rtol=1e-9)
    np.testing.assert_allclose(scaled.points(X), whole, rtol=1e-9)


def test_constant_feature_changes_nothing(fitted):
    model, X, y = fitted
    more = clone(model).fit(X.with_columns(same=pl.lit(3.0)), y)
    assert more.scorecard_ == model.scorecard_
    assert "min_iv" in more.dropped_["same"]


def test_a_feature_that_would_turn_its_sign_is_dropped_with_a_reason():
    rng = np.random.default_rng(0)
    n = 20_000
    first = rng.normal(size=n)
    second = first + rng.normal(size=n)  # risky alone, protective beside the first
    y = (rng.random(n) < expit(2 * first - 0.6 * second - 1)).astype(int)
    X = pl.DataFrame({"first": first, "second": second})
    model = ScorecardClassifier().fit(X, y)
    assert model.binner_.bins_["second"].trend == "ascending"
    assert model.scorecard_.features == ("first",)
    assert "positive" in model.dropped_["second"]
    alone = ScorecardClassifier().fit(X.select("first"), y)
    np.testing.assert_allclose(model.coef_, alone.coef_, rtol=1e-9)


def test_table_lists_every_bin(fitted):
    model = fitted[0]
    frame = model.table()
    assert frame.columns == ["feature", "bin", "share", "bad_rate", "woe", "points"]
    assert frame["feature"].unique(maintain_order=True).to_list() == list(model.scorecard_.features)
    np.testing.assert_allclose(frame.group_by("feature").agg(pl.col("share").sum())["share"], 1)
    means = frame.group_by("feature", maintain_order=True).agg(
        (pl.col("share") * pl.col("points")).sum().alias("mean")
    )
    np.testing.assert_allclose(means["mean"], model.scorecard_.mean_points)
    assert frame.filter(pl.col("bin") == "unseen")["woe"].to_list() == [0.0]


def test_no_feature_left():
    with pytest.raises(InputError, match=r"No feature is left.*min_iv"):
        ScorecardClassifier().fit(pl.DataFrame({"same": [1.0] * 10}), [0, 1] * 5)


@pytest.mark.real_data
def test_power_on_give_me_some_credit():
    root = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("SCORECARD_DATA") or root.parent / "shared" / "data")
    path = data / "public" / "give_me_some_credit.parquet"
    if not path.exists():
        pytest.skip("give_me_some_credit.parquet is not beside the project (set SCORECARD_DATA)")
    frame = pl.read_parquet(path).drop("id", "age")
    X, y = frame.drop("SeriousDlqin2yrs"), frame["SeriousDlqin2yrs"].to_numpy()
    late = np.random.default_rng(0).random(len(y)) < 0.3
    model = ScorecardClassifier(trend="none").fit(X.filter(~late), y[~late])
    assert roc_auc_score(y[late], model.decision_function(X.filter(late))) > 0.85
