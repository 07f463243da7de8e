"""Pictures of bins: what is drawn is what the tables say."""

import numpy as np
import polars as pl
import pytest

from scorecard.binning import OptimalBinner
from scorecard.errors import InputError


@pytest.fixture(scope="module")
def binner():
    rng = np.random.default_rng(0)
    n = 3000
    debt, trade = rng.normal(size=n), rng.choice(["total", "$teel", "农业", "toys"], n)
    y = (rng.random(n) < 1 / (1 + np.exp(1 - debt - (trade == "total")))).astype(int)
    debt[rng.random(n) < 0.1] = np.nan
    X = pl.DataFrame({"noise": rng.normal(size=n), "debt": debt, "trade": trade})
    return OptimalBinner(max_bins=5).fit(X, y)


@pytest.mark.parametrize("feature", ["debt", "trade"])
def test_a_picture_shows_every_bin_with_weight(binner, feature):
    table = binner.binning_table(feature)
    body = table.head(-1).filter(pl.col("weight") > 0)  # a level may be called total
    axes, rate = table.plot().axes
    assert [bar.get_height() for bar in axes.patches] == pytest.approx(body["share"].to_list())
    drawn = [value for line in rate.lines for value in line.get_ydata()]
    assert drawn == pytest.approx(body["bad_rate"].to_list())
    (axes,) = binner.plot(feature, kind="woe").axes
    assert [bar.get_height() for bar in axes.patches] == body["woe"].to_list()
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == body["bin"].to_list()


def test_all_features_stand_in_one_picture_the_strongest_first(binner):
    summary = binner.summary().table
    for kind, each in (("rate", 2), ("woe", 1)):
        axes = binner.plot(kind=kind).axes
        assert len(axes) == each * 3
        titles = [a.get_title(loc="left") for a in axes if a.get_title(loc="left")]
        assert titles == [f"{row['feature']}  {row['iv']:.3f}" for row in summary.rows(named=True)]


@pytest.mark.parametrize("feature", ["debt", "trade"])
def test_an_edit_is_drawn_over_the_optimum_on_one_axis(binner, feature):
    edited = binner.edit(feature).merge(0)
    bins, before = edited.bins, binner.bins_[feature]
    (axes,) = edited.plot().axes
    assert f"cost {edited.cost:.4f}" in axes.get_title(loc="left")
    *bars, line = axes.patches
    assert len(bars) == before.ordinary == bins.ordinary + 1
    values, ends, _ = line.get_data()
    rate = np.array(bins.bads) / np.maximum(bins.weights, 1)
    np.testing.assert_allclose(values, rate[: bins.ordinary])
    # What lies under either is the bads of the ordinary bins, as a share of all rows.
    told = sum(before.bads[: before.ordinary]) / sum(before.weights)
    assert values @ np.diff(ends) == pytest.approx(told)
    assert sum(b.get_width() * b.get_height() for b in bars) == pytest.approx(told)
    assert ends[-1] == pytest.approx(bars[-1].get_x() + bars[-1].get_width())
    (axes,) = edited.plot("woe").axes
    assert axes.patches[-1].get_data().values.tolist() == list(bins.woe[: bins.ordinary])
    assert binner.bins_[feature] is before  # looking changes nothing


def test_refusals(binner):
    for draw in (binner.plot, binner.binning_table("debt").plot, binner.edit("debt").plot):
        with pytest.raises(InputError, match="kind must be one of rate, woe; got 'iv'"):
            draw(kind="iv")
    with pytest.raises(InputError, match="part of a binning table does not know its bins"):
        binner.binning_table("debt").head(2).plot()
