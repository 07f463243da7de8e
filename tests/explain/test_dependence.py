"""A dependence is the data's own: shares add up, means weigh, missing stands apart."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.proportion import proportion_confint

from scorecard.errors import InputError
from scorecard.explain.dependence import dependence_table
from scorecard.explain.dependence_picture import dependence_figure
from scorecard.features import Feature

DAYS = Feature("days", "days", zh="天数", en="Days", unit="days", special_values=(-9.0,))
LEVEL = Feature("level", "level", "none", zh="等级", en="Level", levels=(("a", "甲", "first"),))


def many() -> tuple[pl.Series, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    x = rng.lognormal(3, 1, 3000)
    risk = np.log1p(x) + rng.normal(0, 0.1, 3000)
    x[:100], x[100:130] = np.nan, -9.0
    return pl.Series(x, nan_to_null=True), risk, rng.integers(0, 2, 3000).astype(float)


def test_places_share_out_the_rows_and_missing_and_special_stand_apart() -> None:
    values, risk, y = many()
    table = dependence_table(DAYS, values, risk, outcome=y, bins=10)
    assert table["rows"].sum() == 3000
    assert table["share"].sum() == pytest.approx(1)
    assert table["kind"].to_list()[-2:] == ["special", "missing"]
    assert table["rows"].to_list()[-2:] == [30, 100]
    ranges = table.filter(pl.col("kind") == "range")
    known = values.drop_nulls().filter(values.drop_nulls() != -9)
    assert ranges["low"][0] == pytest.approx(known.quantile(0.01), rel=0.02)
    assert ranges["high"][-1] == pytest.approx(known.quantile(0.99), rel=0.02)
    middle = ranges.row(4, named=True)
    inside = ((values >= middle["low"]) & (values < middle["high"])).fill_null(False).to_numpy()
    assert middle["rows"] == inside.sum()
    assert middle["contribution"] == pytest.approx(risk[inside].mean())
    assert middle["bad_rate"] == pytest.approx(y[inside].mean())
    low, high = proportion_confint(y[inside].sum(), inside.sum(), method="wilson")
    assert (middle["bad_rate_low"], middle["bad_rate_high"]) == pytest.approx((low, high), abs=1e-6)


def test_a_weight_counts_copies() -> None:
    values, risk, y = many()
    copies = np.random.default_rng(3).integers(1, 4, 3000)
    weighted = dependence_table(DAYS, values, risk, weight=copies.astype(float), outcome=y)
    rows = np.repeat(np.arange(3000), copies)
    plain = dependence_table(DAYS, values[rows], risk[rows], outcome=y[rows])
    same = ["label", "share", "contribution", "contribution_p10", "contribution_p90", "bad_rate"]
    for name in same:
        left, right = weighted[name], plain[name]
        assert left.to_list() == (
            right.to_list() if name == "label" else pytest.approx(right.to_list())
        )


def test_few_values_and_levels_are_shown_one_by_one() -> None:
    counts = pl.Series([0.0, 1.0, 1.0, 2.0, None])
    table = dependence_table(DAYS, counts, np.array([-1.0, 0.0, 1.0, 2.0, 0.5]))
    assert table.select("kind", "label", "contribution").rows() == [
        ("value", "0 days", -1.0), ("value", "1 day", 0.5), ("value", "2 days", 2.0),
        ("missing", "", 0.5),
    ]  # fmt: skip
    assert table["bad_rate"].null_count() == 4
    levels = pl.Series(["b", "a", "b", "c", None, "d"])
    table = dependence_table(LEVEL, levels, np.array([2.0, -1.0, 4.0, 0.0, 1.0, 6.0]), most=2)
    assert table.select("kind", "label", "contribution").rows() == [
        ("level", "a", -1.0), ("level", "b", 3.0), ("others", "", 3.0), ("missing", "", 1.0),
    ]  # fmt: skip


def test_the_figure_draws_the_table() -> None:
    values, risk, y = many()
    table = dependence_table(DAYS, values, risk, outcome=y)
    figure = dependence_figure(table, DAYS, language="en")
    (line,) = [each for each in figure.axes[0].lines if len(each.get_xdata()) > 2]
    ranges = table.filter(pl.col("kind") == "range")
    assert list(line.get_ydata()) == ranges["contribution"].to_list()
    assert [t.get_text() for t in figure.axes[-1].get_xticklabels()] == ["-9", "missing"]
    assert len(figure.axes) == 6
    assert len(dependence_figure(table.with_columns(bad_rate=None), DAYS).axes) == 4
    levels = dependence_table(LEVEL, pl.Series(["b", "a", None]), np.array([1.0, -1.0, 0.0]))
    axes = dependence_figure(levels, LEVEL, language="zh").axes
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["甲", "b", "缺失"]
    assert [patch.get_width() for patch in axes[0].patches] == [-1.0, 1.0, 0.0]


def test_lengths_must_fit() -> None:
    with pytest.raises(InputError, match="one length"):
        dependence_table(DAYS, pl.Series([1.0]), np.zeros(2))
    with pytest.raises(InputError, match="no rows"):
        dependence_figure(dependence_table(DAYS, pl.Series([1.0]), np.zeros(1)).clear(), DAYS)
