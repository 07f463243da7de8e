"""The laws of each method of reject inference."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from scorecard.binning.row_keys import row_keys
from scorecard.errors import InputError
from scorecard.models import BoostedClassifier, ScorecardClassifier
from scorecard.reject import Extrapolation, FuzzyAugmentation, Parcelling, Reweighting
from scorecard.reject.extrapolation import cutoff_of
from scorecard.reject.parcelling import draw

METHODS = [
    FuzzyAugmentation(),
    Parcelling(factor=1.5, bands=5),
    Parcelling(bad_rate=0.4),
    Extrapolation(bad_rate=0.3),
    Extrapolation(cutoff=0.35),
    Reweighting(),
]
named = pytest.mark.parametrize("method", METHODS, ids=repr)


class Told:
    """A model whose PD is its first column."""

    classes_ = np.array([0, 1])

    def fit(self, X, y):
        raise AssertionError("a frozen model is never fitted")

    def predict_proba(self, X):
        p = np.asarray(X)[:, 0].astype(float)
        return np.column_stack((1 - p, p))

    def __sklearn_is_fitted__(self):
        return True


TOLD = FrozenEstimator(Told())


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    """600 applicants, text and gaps included, of whom the safer half was mostly accepted."""
    rng = np.random.default_rng(5)
    debt = rng.normal(size=600)
    trade = rng.choice(["food", "steel", "toys"], 600)
    bad = rng.random(600) < 1 / (1 + np.exp(1.2 - debt - (trade == "steel")))
    return pl.DataFrame(
        {
            "debt": np.where(rng.random(600) < 0.1, np.nan, debt),
            "trade": [None if u < 0.1 else t for u, t in zip(rng.random(600), trade, strict=True)],
            "bad": bad.astype(int),
            "weight": rng.choice([0.5, 1.0, 2.5], 600),
            "accepted": debt + rng.normal(size=600) < 0.3,
        }
    ).with_columns(pl.col("debt").fill_nan(None))


def parts(frame):
    """Return X, y and weight of the accepted; X and weight of the rejected."""
    inside, outside = frame.filter("accepted"), frame.filter(~pl.col("accepted"))
    X = ["debt", "trade"]
    return inside[X], inside["bad"], inside["weight"], outside[X], outside["weight"]


def infer(method, frame, estimator=None):
    X, y, w, Xr, wr = parts(frame)
    model = estimator or ScorecardClassifier(min_bin_share=0.1)
    return method.infer(model, X, y, Xr, w, weight_rejected=wr)


@named
@pytest.mark.parametrize("kind", ["polars", "pandas", "numpy"])
def test_with_nobody_rejected_the_sample_is_the_accepted(method, kind, frame):
    X, y, w, Xr, _ = parts(frame)
    none = Xr.head(0)
    if kind == "pandas":
        X, none = X.to_pandas(), none.to_pandas()
    elif kind == "numpy":
        X, none = X.to_numpy(), none.to_numpy()
    sample = method.infer(ScorecardClassifier(), X, y, none, w, weight_rejected=[])
    assert sample.X is X
    assert sample.y.tolist() == y.to_list()
    assert sample.weight.tolist() == w.to_list()
    assert set(sample.origin) == {"accepted"}


@named
def test_the_sample_weighs_as_much_as_all_applicants_and_both_models_fit_it(method, frame):
    sample = infer(method, frame)
    X, y, w, Xr, wr = parts(frame)
    source = pl.concat([X, Xr])
    at = sample.row + len(X) * (sample.origin == "rejected")
    assert_frame_equal(sample.X, source[at])
    assert sample.weight.sum() == pytest.approx(w.sum() + wr.sum())
    assert sample.y[: len(y)].tolist() == y.to_list()
    assert sample.row[: len(y)].tolist() == list(range(len(y)))
    for model in (ScorecardClassifier(), BoostedClassifier(n_estimators=3, n_jobs=1)):
        model.fit(sample.X, sample.y, sample_weight=sample.weight)
        assert 0.1 < model.predict_proba(frame[["debt", "trade"]])[:, 1].mean() < 0.9


@named
def test_the_order_of_rows_changes_nothing_but_order(method, frame):
    X, y, w, _, _ = parts(frame)
    known = FrozenEstimator(ScorecardClassifier(min_bin_share=0.1).fit(X, y, w))
    estimator = ScorecardClassifier() if method.takes_acceptance else known

    def content(sample):
        columns = {"y": sample.y, "w": sample.weight.round(9), "o": sample.origin}
        return sample.X.with_columns(**{k: pl.Series(v) for k, v in columns.items()})

    shuffled = frame.sample(600, seed=8, shuffle=True)
    first, again = (infer(method, given, estimator) for given in (frame, shuffled))
    assert not first.X.equals(again.X)
    order = ["o", "debt", "trade", "y", "w"]
    assert_frame_equal(content(first).sort(order), content(again).sort(order))
    if not method.takes_acceptance:
        assert_frame_equal(first.details, again.details)


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1e6, allow_subnormal=False)),
        min_size=1, max_size=30,
    ).filter(lambda rows: any(w > 0 for _, w in rows))
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_fuzzy_weights_add_up_to_the_row_s(rows):
    p, w = (np.array(part) for part in zip(*rows, strict=True))
    sample = FuzzyAugmentation().infer(
        TOLD, [[0.2], [0.3]], [0, 1], p.reshape(-1, 1), [1.0, 1.0], weight_rejected=w
    )
    as_bad, as_good = sample.weight[2:].reshape(2, -1)
    assert sample.y[2:].tolist() == [1] * len(p) + [0] * len(p)
    np.testing.assert_allclose(as_bad + as_good, w, rtol=1e-15)
    np.testing.assert_allclose(as_bad, w * p)
    assert (as_good >= 0).all()


def test_fuzzy_tells_a_logistic_regression_nothing_new():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(500, 3))
    y = (rng.random(500) < 1 / (1 + np.exp(1 - X[:, 0]))).astype(int)
    far = rng.normal(3, 2, size=(300, 3))
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    sample = FuzzyAugmentation().infer(model, X, y, far)
    again = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    again.fit(sample.X, sample.y, sample_weight=sample.weight)
    np.testing.assert_allclose(again.coef_, model.fit(X, y).coef_, atol=1e-5)
    np.testing.assert_allclose(again.intercept_, model.intercept_, atol=1e-5)


BANDED = ([[0.1]] * 10 + [[0.6]] * 5, [1] + [0] * 9 + [1, 1, 0, 0, 0])  # bad rates .1 and .4


def test_parcelling_with_factor_1_gives_each_band_its_bad_rate_in_expectation():
    rejected = [[0.1]] * 7 + [[0.6]] * 23
    weight = np.linspace(0.5, 3, 30)
    counts, rates = [], []
    for seed in range(300):
        method = Parcelling(factor=1.0, bands=(0.5,), seed=seed)
        sample = method.infer(TOLD, *BANDED, rejected, np.ones(15), weight_rejected=weight)
        assert sample.details["target"].to_list() == pytest.approx([0.1, 0.4])
        bad = sample.y[15:]
        counts.append((bad[:7].sum(), bad[7:].sum()))
        rates.append(sample.details["inferred"].to_list())
    counts, rates = np.array(counts), np.array(rates)
    assert set(counts[:, 0]) == {0, 1}  # 0.7 bads
    assert set(counts[:, 1]) == {9, 10}  # 9.2 bads
    for band, rate in enumerate((0.1, 0.4)):
        error = rates[:, band].std() / math.sqrt(len(rates))
        assert 0 < error < 0.02
        assert rates[:, band].mean() == pytest.approx(rate, abs=4 * error)


def test_parcelling_weighs_the_accepted_and_the_rejected():
    weight = np.ones(15)
    weight[0] = 3.0  # the safe band's one bad
    sample = Parcelling(factor=1.0, bands=(0.5,)).infer(
        TOLD, *BANDED, [[0.2], [0.7]], weight, weight_rejected=[2.0, 5.0]
    )
    assert sample.details["bad_rate"].to_list() == pytest.approx([3 / 12, 2 / 5])
    assert sample.details["rejected"].to_list() == [2.0, 5.0]
    by_weight = Parcelling(factor=1.0, bands=2, min_share=0.0).infer(
        TOLD, *BANDED, [[0.1], [0.2], [0.6]], np.ones(15), weight_rejected=[9.0, 1.0, 1.0]
    )
    assert by_weight.details["rejected"].to_list() == [9.0, 2.0]


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
    st.lists(st.integers(0, 3), min_size=1, max_size=60),
    st.integers(0, 99),
)
@settings(max_examples=80, deadline=None)
def test_a_draw_hits_the_rate_to_a_whole_number(rates, bands, seed):
    band = np.array(bands) % len(rates)
    keys = np.random.default_rng(seed).integers(0, 9, len(band), dtype=np.uint64)
    bad = draw(np.array(rates), band, keys, seed)
    for b, rate in enumerate(rates):
        expected = rate * (band == b).sum()
        assert abs(bad[band == b].sum() - expected) < 1 + 1e-9


@pytest.mark.parametrize("bad_rate", [0.05, 0.37, 0.9])
def test_parcelling_finds_the_factor_of_a_bad_rate(bad_rate):
    rejected = [[0.1]] * 40 + [[0.6]] * 60
    sample = Parcelling(bad_rate=bad_rate, bands=(0.5,)).infer(TOLD, *BANDED, rejected)
    bands = sample.details
    assert (bands["target"] * bands["rejected"]).sum() == pytest.approx(bad_rate * 100)
    assert bands["target"].max() <= 1
    assert sample.y[15:].mean() == pytest.approx(bad_rate, abs=0.02)


def test_parcelling_joins_a_band_that_too_few_accepted_speak_for():
    accepted = np.linspace(0.01, 0.30, 100).reshape(-1, 1)
    y = (np.arange(100) % 5 == 0).astype(int)
    rejected = np.linspace(0.05, 0.90, 400).reshape(-1, 1)
    sample = Parcelling(factor=2.0, bands=10).infer(TOLD, accepted, y, rejected)
    bands = sample.details
    assert 1 < bands.height < 10
    assert bands["accepted"].min() >= 2
    assert bands["accepted"].sum() == 100
    assert bands["rejected"].sum() == 400
    assert bands["target"].to_list() == pytest.approx((2 * bands["bad_rate"]).to_list())
    assert bands["to_pd"].to_list() == [*bands["from_pd"].to_list()[1:], 1.0]


def test_parcelling_refuses_a_band_without_accepted_rows_and_a_rate_out_of_reach():
    with pytest.raises(InputError, match=r"band 3 of 3 .*has none. Move or drop an edge"):
        Parcelling(factor=1.0, bands=(0.5, 0.8)).infer(TOLD, *BANDED, [[0.9], [0.2]])
    safe = ([[0.1]] * 9 + [[0.6]] * 2, [0] * 9 + [0, 1])
    with pytest.raises(InputError, match=r"No factor .* 0.5: only 10.0% of them"):
        Parcelling(bad_rate=0.5, bands=(0.5,)).infer(TOLD, *safe, [[0.1]] * 9 + [[0.6]])


def test_row_keys_see_content_only():
    text = pl.Series(["a", None, "b", "a"])
    number = np.array([0.0, np.nan, 1.5, -0.0])
    keys = row_keys([number, text], 4, seed=3)
    assert keys[0] == keys[3]
    assert len(set(keys.tolist())) == 3
    order = [2, 0, 3, 1]
    assert row_keys([number[order], text[order]], 4, 3).tolist() == keys[order].tolist()
    assert not set(row_keys([number, text], 4, 4).tolist()) & set(keys.tolist())


def test_extrapolation_calls_the_riskiest_bad():
    rejected = np.array([[0.5], [0.1], [0.3], [0.3], [0.2]])
    by_rate = Extrapolation(bad_rate=0.55).infer(TOLD, *BANDED, rejected)
    assert by_rate.y[15:].tolist() == [1, 0, 1, 1, 0]  # .6 is nearer than .2: ties stay together
    assert by_rate.details.row(0) == (0.3, pytest.approx(0.6), 0.55)
    by_cutoff = Extrapolation(cutoff=0.31).infer(TOLD, *BANDED, rejected)
    assert by_cutoff.y[15:].tolist() == [1, 0, 0, 0, 0]
    assert cutoff_of(np.array([0.2, 0.4]), np.array([1.0, 9.0]), 0.01) == math.inf


def test_reweighting_with_known_probabilities_gives_back_the_strata():
    # Two strata of 4: half of one and a quarter of the other accepted, as their probabilities say.
    sample = Reweighting().infer(
        LogisticRegression(), [[0.0], [0.0], [1.0]], [0, 1, 1], [[0.0]] * 2 + [[1.0]] * 3,
        acceptance=[0.5, 0.5, 0.25],
    )  # fmt: skip
    assert sample.weight.tolist() == pytest.approx([2.0, 2.0, 4.0])
    assert sample.summary["effective_size"][0] == pytest.approx(64 / 24)
    assert sample.details["unsupported"][0] is None


def test_reweighting_with_known_probabilities_has_unbiased_means():
    rng = np.random.default_rng(2)
    x = rng.normal(size=400)
    bad = (rng.random(400) < 1 / (1 + np.exp(-x))).astype(int)
    acceptance = 1 / (1 + np.exp(x))
    naive, weighted = [], []
    for _ in range(150):
        kept = rng.random(400) < acceptance
        X = x.reshape(-1, 1)
        sample = Reweighting(floor=1e-3).infer(
            LogisticRegression(), X[kept], bad[kept], X[~kept], acceptance=acceptance[kept]
        )
        naive.append(bad[kept].mean())
        weighted.append(np.average(sample.y, weights=sample.weight))
    error = np.std(weighted) / math.sqrt(len(weighted))
    assert np.mean(weighted) == pytest.approx(bad.mean(), abs=4 * error)
    assert np.mean(naive) < bad.mean() - 20 * error


def test_reweighting_estimates_the_probabilities_of_acceptance():
    accepted = pd.DataFrame({"town": ["a"] * 90 + ["b"] * 20})
    rejected = pd.DataFrame({"town": ["a"] * 10 + ["b"] * 80})
    y = np.tile([0, 1], 55)
    sample = Reweighting().infer(ScorecardClassifier(), accepted, y, rejected)
    weights = pd.Series(sample.weight).groupby(accepted["town"]).mean()
    assert weights.to_dict() == pytest.approx({"a": 100 / 90, "b": 5.0}, rel=1e-3)
    clipped = Reweighting(floor=0.5).infer(ScorecardClassifier(), accepted, y, rejected)
    told = clipped.details.row(0, named=True)
    assert told["clipped"] == pytest.approx(20 / 110)
    assert told["unsupported"] == pytest.approx(80 / 90)
    assert told["effective_size"] > sample.details["effective_size"][0]
    assert sample.details["effective_size"][0] == pytest.approx(200**2 / (90 / 0.81 + 20 * 25))


def test_acceptance_that_cannot_be_learnt_is_said():
    rows = pl.DataFrame({"town": ["a", "b"] * 50})
    with pytest.raises(InputError, match="model of acceptance cannot be fitted: No feature"):
        Reweighting().infer(ScorecardClassifier(), rows, [0, 0, 1, 1] * 25, rows)
    with pytest.raises(InputError, match="frozen estimator of risk cannot learn who was accepted"):
        Reweighting().infer(TOLD, *BANDED, [[0.5]])


@pytest.mark.filterwarnings("ignore::scorecard.errors.TextTargetWarning")
def test_the_caller_s_classes_and_summary_are_kept():
    sample = Extrapolation(cutoff=0.4).infer(
        FrozenEstimator(LogisticRegression().fit([[0.0], [9.0]], ["good", "poor"])),
        [[0.0], [9.0]], ["good", "poor"], [[8.0], [1.0]], [1, 3], weight_rejected=[2, 2],
    )  # fmt: skip
    assert sample.y.tolist() == ["good", "poor", "poor", "good"]
    rows = sample.summary.rows()
    assert rows[0] == ("accepted", 2, 4.0, pytest.approx(16 / 10), pytest.approx(0.75))
    assert rows[1][:3] == ("rejected", 2, 4.0)
    assert rows[2][4] == pytest.approx(5 / 8)
    with pytest.raises(ValueError, match="read-only"):
        sample.weight[0] = 2.0
