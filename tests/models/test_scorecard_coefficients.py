"""The coefficient table against formulas written out here."""

import pickle

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from scipy.stats import norm
from sklearn.base import clone

from scorecard.errors import InputError
from scorecard.models.scorecard_classifier import ScorecardClassifier


def table(n=1500, seed=0):
    rng = np.random.default_rng(seed)
    X = pl.DataFrame({"a": rng.normal(size=n).round(1), "b": rng.normal(size=n).round(1)})
    y = (rng.random(n) < expit(0.8 * X["a"].to_numpy() + 0.3 * X["b"].to_numpy() - 1)).astype(int)
    return X, y


def design(model, X):
    card = model.scorecard_
    woe = [np.array(bins.woe)[bins.index(X[bins.name])] for bins in card.bins]
    woe = np.column_stack([np.ones(len(X)), *woe])
    theta = np.concatenate((model.intercept_, model.coef_[0]))
    return woe, expit(woe @ theta), theta


def inverse_curvature(woe, p, weight):
    return np.linalg.inv(woe.T @ (woe * (weight * p * (1 - p))[:, None]))


def test_without_weights_the_errors_are_those_of_the_likelihood():
    X, y = table()
    model = ScorecardClassifier(l2=0.0).fit(X, y)
    got = model.coefficients(confidence=0.9)
    woe, p, theta = design(model, X)
    error = np.sqrt(np.diag(inverse_curvature(woe, p, 1.0)))
    assert got["feature"].to_list() == ["(intercept)", "a", "b"]
    np.testing.assert_allclose(got["coefficient"], theta, rtol=1e-5)
    np.testing.assert_allclose(got["std_error"], error, rtol=1e-5)
    np.testing.assert_allclose(got["z"], theta / error, rtol=1e-5)
    np.testing.assert_allclose(got["p_value"], 2 * norm.sf(np.abs(theta / error)), rtol=1e-3)
    np.testing.assert_allclose(got["lower"], theta - 1.6448536 * error, rtol=1e-5)
    np.testing.assert_allclose(got["upper"], theta + 1.6448536 * error, rtol=1e-5)
    assert got["note"].null_count() == 3


def test_sampling_weights_get_the_sandwich_and_their_unit_does_not_matter():
    X, y = table()
    weight = np.random.default_rng(1).uniform(0.2, 3, len(y))
    weight[:50] = 0  # rows without weight are no rows
    model = ScorecardClassifier(l2=0.0).fit(X, y, weight)
    got = model.coefficients()
    woe, p, _ = design(model, X)
    scaled = weight * (len(y) - 50) / weight.sum()
    bread = inverse_curvature(woe, p, scaled)
    meat = woe.T @ (woe * (scaled**2 * (y - p) ** 2)[:, None])
    np.testing.assert_allclose(got["std_error"], np.sqrt(np.diag(bread @ meat @ bread)), rtol=1e-5)
    again = clone(model).fit(X, y, weight * 1000).coefficients()
    np.testing.assert_allclose(again["std_error"], got["std_error"], rtol=1e-6)
    alike = clone(model).fit(X, y, np.full(len(y), 7.0)).coefficients()
    plain = clone(model).fit(X, y).coefficients()
    np.testing.assert_allclose(alike["std_error"], plain["std_error"], rtol=1e-6)


def test_counts_are_rows():
    X, y = table()
    count = np.random.default_rng(1).integers(1, 4, len(y))
    rows = np.repeat(np.arange(len(y)), count)
    counted = ScorecardClassifier().fit(X, y, count).coefficients("counts")
    spread = ScorecardClassifier().fit(X[rows], y[rows]).coefficients("counts")
    for column in ("coefficient", "std_error", "p_value"):
        np.testing.assert_allclose(counted[column], spread[column], rtol=1e-6)


def test_a_rounded_card_has_the_coefficients_of_its_regression():
    X, y = table()
    exact, rounded = (ScorecardClassifier(points_digits=d).fit(X, y) for d in (None, 0))
    assert rounded.coefficients().equals(exact.coefficients())


def test_a_pull_moves_the_card_and_not_what_is_said_of_the_sample():
    X, y = table()
    free, shrunk = (ScorecardClassifier(l2=l2).fit(X, y) for l2 in (0.0, 0.01))
    one, other = free.coefficients(), shrunk.coefficients()
    told = ["coefficient", "std_error", "z", "p_value", "lower", "upper"]
    np.testing.assert_allclose(other.select(told), one.select(told), rtol=1e-4)
    np.testing.assert_allclose(one["in_card"], one["coefficient"], rtol=1e-6)
    np.testing.assert_array_equal(other["in_card"][1:], shrunk.coef_[0])
    assert shrunk.coef_.std() < 0.9 * free.coef_.std(), "towards their mean"
    assert shrunk.coef_.mean() == pytest.approx(free.coef_.mean(), rel=0.05)


def test_no_p_value_is_made_up():
    X, y = table()
    twins = ScorecardClassifier().fit(X.with_columns(c=pl.col("a")), y).coefficients()
    assert twins["p_value"].null_count() == twins.height
    assert twins["note"].str.contains("cannot tell the features apart").all()

    rng = np.random.default_rng(0)
    first = rng.normal(size=20_000)
    second = first + rng.normal(size=20_000)  # risky alone, protective beside the first
    y = (rng.random(20_000) < expit(2 * first - 0.6 * second - 1)).astype(int)
    held = ScorecardClassifier().fit(pl.DataFrame({"first": first, "second": second}), y)
    got = held.coefficients()
    assert got["feature"].to_list() == ["(intercept)", "first", "second"]
    assert got.row(2)[1:8] == (0.0, None, None, None, None, None, None)
    assert "held at 0" in got["note"][2]
    assert got["p_value"][1] < 1e-10


def test_refusals():
    X, y = table(600)
    model = ScorecardClassifier().fit(X, y, np.where(y == 1, 1.5, 1.0))
    with pytest.raises(InputError, match="weights='counts' needs whole numbers"):
        model.coefficients("counts")
    with pytest.raises(InputError, match="weights must be one of sampling, counts; got 'freq'"):
        model.coefficients("freq")
    with pytest.raises(InputError, match="confidence must lie between 0 and 1; got 95"):
        model.coefficients(confidence=95)


@pytest.mark.parametrize("weights", ["none", "sampling", "counts"])
def test_a_pickle_says_what_statsmodels_says_of_the_rows_and_holds_none(weights):
    import statsmodels.api as sm

    X, y = table(3_000)
    rng = np.random.default_rng(5)
    given = {
        "none": None,
        "sampling": rng.uniform(0.2, 3, 3_000),
        "counts": rng.integers(1, 4, 3_000),
    }
    weight = given[weights]
    model = ScorecardClassifier().fit(X, y, weight)
    woe, _, theta = design(model, X)
    packed = pickle.dumps(model)
    got = pickle.loads(packed).coefficients("counts" if weights == "counts" else "sampling")
    how = {"family": sm.families.Binomial()}
    if weights == "sampling":
        how["var_weights"] = weight * (3_000 / weight.sum())
    elif weights == "counts":
        how["freq_weights"] = weight
    robust = {"cov_type": "HC0"} if weights == "sampling" else {}
    peer = sm.GLM(y, woe, **how).fit(start_params=theta, tol=0.0, rtol=1e-12, **robust)
    np.testing.assert_allclose(got["coefficient"], peer.params, rtol=1e-12)
    np.testing.assert_allclose(got["std_error"], peer.bse, rtol=1e-12)
    np.testing.assert_allclose(got["p_value"], peer.pvalues, rtol=1e-9)
    np.testing.assert_allclose(got.select("lower", "upper"), peer.conf_int(), rtol=1e-11)
    assert model.coefficients().equals(pickle.loads(packed).coefficients())
    assert len(packed) < 30_000
    twice = pickle.dumps(clone(model).fit(pl.concat([X, X]), np.tile(y, 2)))
    assert len(twice) < 30_000, "nothing grows with the rows"
