"""All features of a binner in one table."""

import re

import numpy as np
import polars as pl
import pytest

from scorecard import metrics
from scorecard.binning import OptimalBinner
from scorecard.errors import NotFittedError

LONG = "一个很长的特征名称" * 6


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(0)
    n = 2000
    debt = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(1.5 - debt))).astype(int)
    income = np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n) - 2 * y)
    income[:4], income[10:210] = -9.0, -8.0
    X = pl.DataFrame({"same": [1.0] * n, "debt": debt, LONG: income,
                      "<b>": rng.choice(["x", "y", None], n)})  # fmt: skip
    weight = rng.uniform(0.5, 2, n)
    binner = OptimalBinner(special_values={LONG: [-9.0, -8.0]}).fit(X, y, weight)
    return binner, X, y, weight


def test_every_number_is_that_of_the_rows(sample):
    binner, X, y, weight = sample
    table = binner.summary().table
    assert table["iv"].to_list() == sorted(table["iv"], reverse=True)
    assert table["feature"].to_list() == [LONG, "debt", "<b>", "same"]
    woe = dict(zip(X.columns, binner.transform(X).T, strict=True))
    for row in table.iter_rows(named=True):
        name = row["feature"]
        assert row["iv"] == binner.binning_table(name)["iv"][-1]
        assert row["gini"] == pytest.approx(metrics.gini(y, -woe[name], weight), abs=1e-12)
        assert row["ks"] == pytest.approx(metrics.ks(y, -woe[name], weight), abs=1e-12)
        gap = (X[name].is_null() | X[name].cast(pl.String).eq("NaN")).fill_null(True).to_numpy()
        assert row["missing"] == pytest.approx(weight[gap].sum() / weight.sum())
        assert (row["bins"], row["trend"]) == (
            binner.bins_[name].ordinary, binner.bins_[name].trend
        )  # fmt: skip
    coded = np.isin(X[LONG].to_numpy(), [-9.0, -8.0])
    assert table["special"].to_list()[0] == pytest.approx(weight[coded].sum() / weight.sum())
    assert table["special"].to_list()[1:] == [0, 0, 0]
    assert table["thin"].to_list() == [1, 0, 0, 0]  # four rows of −9; what has none is not counted
    assert table["single_bin"].to_list() == [False, False, False, True]


def test_it_is_drawn_and_printed_within_a_screen(sample):
    binner, *_ = sample
    summary = binner.summary()
    lines = str(summary).splitlines()
    assert len(lines) == 5
    assert max(map(len, lines)) < 115
    assert "1 too thin" in lines[1]
    assert "single bin" in lines[-1]
    html = summary._repr_html_()
    assert f'title="{LONG}"' in html
    assert f">{LONG}<" not in html
    assert "<b>" not in html
    for polyline, name in zip(
        re.findall(r'points="([^"]*)"', html), summary.table["feature"], strict=True
    ):
        heights = [float(point.split(",")[1]) for point in polyline.split()]
        woe = np.array(binner.bins_[name].woe[: binner.bins_[name].ordinary])
        assert all(0 <= height <= 22 for height in heights)
        np.testing.assert_array_less(0, -np.diff(heights) * np.diff(np.clip(woe, -1.5, 1.5)) + 1e-9)


def test_an_unfitted_binner_has_no_summary():
    with pytest.raises(NotFittedError):
        OptimalBinner().summary()
