"""Fitted bins on another sample."""

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure
from polars.testing import assert_frame_equal

from scorecard import metrics
from scorecard.binning import OptimalBinner
from scorecard.errors import InputError

WITHOUT = ["feature", "psi", "p_value"]


def sample(seed, n=3000, shift=0.0):
    rng = np.random.default_rng(seed)
    debt = rng.normal(shift, 1, n)
    trade = rng.choice(["food", "steel", "toys", None], n, p=[0.5, 0.3, 0.15, 0.05])
    y = (rng.random(n) < 1 / (1 + np.exp(1.5 - debt - (trade == "steel")))).astype(int)
    debt[rng.random(n) < 0.1] = np.nan
    debt[rng.random(n) < 0.05] = -9.0
    return pl.DataFrame({"debt": debt, "trade": trade}), y, rng.uniform(0.5, 2, n)


@pytest.fixture(scope="module")
def fitted():
    X, y, weight = sample(0)
    binner = OptimalBinner(special_values={"debt": [-9.0]})
    return binner.fit(X, y, weight), X, y, weight


def test_the_training_rows_have_not_moved(fitted):
    binner, X, y, weight = fitted
    found = binner.compare(X, y, weight)
    for row in found.summary.iter_rows(named=True):
        assert row["psi"] == pytest.approx(0, abs=1e-20)
        assert row["p_value"] == pytest.approx(1)
        assert row["iv_now"] == pytest.approx(row["iv_then"], rel=1e-12)
        assert row["iv_then"] == pytest.approx(sum(binner.bins_[row["feature"]].iv), rel=1e-12)
        assert (row["order_kept"], row["breaks"]) == (True, [])
        table = found.table(row["feature"])
        for what in ("count", "share", "bad_rate"):
            for then, now in zip(table[f"{what}_then"], table[f"{what}_now"], strict=True):
                assert then == pytest.approx(now)


def test_psi_is_that_of_the_counts_and_its_parts_sum_to_it(fitted):
    binner, *_ = fitted
    X, y, weight = sample(1, 2000, shift=0.3)
    X = X.with_columns(trade=pl.col("trade").replace("toys", "spice"))  # one gone, one never seen
    for w in (None, weight):
        found = binner.compare(X, y, w)
        rows = 2000 if w is None else w.sum() ** 2 / (w**2).sum()
        assert found.summary["psi"].to_list() == sorted(found.summary["psi"], reverse=True)
        for row in found.summary.iter_rows(named=True):
            bins, table = binner.bins_[row["feature"]], found.table(row["feature"])
            now = np.bincount(bins.index(X[bins.name]), w, len(bins.woe))
            told = metrics.psi(bins.weights, now, n_expected=3000, n_actual=rows)
            assert (row["psi"], row["p_value"]) == pytest.approx((told, told.p_value), rel=1e-9)
            assert table["psi"].sum() == pytest.approx(row["psi"], rel=1e-9)
            assert table["share_now"].to_list() == pytest.approx(
                (now / now.sum())[: table.height].tolist()
            )
            assert table["count_now"].sum() == 2000
            at = bins.index(X[bins.name])
            for k, rate in enumerate(table["bad_rate_now"]):
                own = at == k
                if own.any():
                    assert rate == pytest.approx(
                        np.average(y[own], weights=None if w is None else w[own])
                    )
                else:
                    assert rate is None
    unseen = found.table("trade").row(-1, named=True)
    assert (unseen["bin"], unseen["share_then"]) == ("unseen", 0.0)
    assert unseen["psi"] > 0.3


def test_information_value_and_order_of_another_outcome(fitted):
    binner, *_ = fitted
    X, y, _ = sample(2)
    now = binner.compare(X, y)
    refit = binner.bins_["debt"]
    at, size = refit.index(X["debt"]), len(refit.woe)
    p, q = (np.bincount(at, each, size)[:-1] / each.sum() for each in (y, 1 - y))
    told = ((p - q) * np.log(p / q)).sum()
    row = now.summary.row(by_predicate=pl.col("feature") == "debt", named=True)
    assert row["iv_now"] == pytest.approx(told, rel=1e-9)
    # Where good is bad, every neighbour has changed places, and the value is the same.
    turned = binner.compare(X, 1 - y)
    for one, other in zip(
        now.summary.rows(named=True), turned.summary.rows(named=True), strict=True
    ):
        ordinary = binner.bins_[one["feature"]].ordinary
        assert sorted([*one["breaks"], *other["breaks"]]) == list(range(ordinary - 1))
        assert other["iv_now"] == pytest.approx(one["iv_now"], rel=1e-9)
        assert other["psi"] == one["psi"]
    # One pair of bins that has changed places is named, and merging it mends the order.
    edges = [-3.0, *refit.splits]
    values = np.repeat([edge + 1e-6 for edge in edges], 100)
    rates = np.array([0.1 * (k + 1) for k in range(len(edges))])
    rates[[1, 2]] = rates[[2, 1]]
    bad = np.concatenate([np.arange(100) < 100 * rate for rate in np.minimum(rates, 1)])
    rows = pl.DataFrame({"debt": values, "trade": ["food"] * len(values)})
    found = binner.compare(rows, bad.astype(int)).summary.filter(feature="debt")
    assert found["breaks"].to_list() == [[1]]
    assert found["order_kept"].to_list() == [False]


def test_without_outcomes_only_shares_are_told(fitted):
    binner, *_ = fitted
    X, y, weight = sample(3, 500)
    bare, whole = binner.compare(X, sample_weight=weight), binner.compare(X, y, weight)
    assert bare.summary.columns == WITHOUT
    assert_frame_equal(bare.summary, whole.summary.select(WITHOUT), rel_tol=1e-9)
    assert_frame_equal(bare.table("debt"), whole.table("debt").drop("bad_rate_now"), rel_tol=1e-9)


def test_what_is_shown(fitted):
    binner, *_ = fitted
    X, y, _ = sample(4, 1000)
    found = binner.compare(X.with_columns(trade=pl.lit("<b>")), 1 - y)
    assert str(found).splitlines()[0].split()[:2] == ["feature", "psi"]
    assert "breaks at 0–1" in str(found)
    html = found._repr_html_()
    assert "颠倒 breaks at 0–1" in html
    assert html.count("<details>") == 2
    figure = found.plot("debt")
    assert isinstance(figure, Figure)
    axes, rate = figure.axes
    table = found.table("debt").filter(pl.max_horizontal("share_then", "share_now") > 0)
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == [*table["share_then"], *table["share_now"]]
    low, high = rate.get_ylim()
    drawn = np.concatenate([line.get_ydata() for line in rate.lines])
    assert low == 0
    assert np.nanmax(drawn) <= high  # no line leaves the picture
    assert len(drawn) == 2 * table.height


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": [1, 2] * 5}, r"classes fitted on, \[.*0.*1.*\]; got \[.*1.*2.*\]"),
        ({"y": [0, 1]}, "same number of rows"),
        ({"sample_weight": [-1.0] * 10}, "sample_weight must be positive"),
        ({"X": pl.DataFrame({"debt": [1.0]})}, "trade"),
    ],
)
def test_refusals(fitted, change, message):
    binner, X, *_ = fitted
    with pytest.raises((InputError, ValueError), match=message):
        binner.compare(**{"X": X.head(10), **change})
    with pytest.raises(InputError, match="feature must be one of debt, trade; got 'x'"):
        binner.compare(X.head(10)).table("x")
