"""Importance is a weighted mean with an interval of the size that theory gives."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scorecard.errors import InputError
from scorecard.explain.importance import importance_figure, importance_table

RNG = np.random.default_rng(4)
RISK = pl.DataFrame({"a": RNG.normal(0, 1, 2000), "b": RNG.normal(0, 2, 2000)}).with_columns(
    c=-pl.col("a") + 0.01
)


def test_it_is_the_mean_absolute_contribution_largest_first() -> None:
    table = importance_table(RISK)
    assert table["name"].to_list()[0] == "b"
    found = dict(table.select("name", "importance").rows())
    for name in RISK.columns:
        assert found[name] == pytest.approx(np.abs(RISK[name].to_numpy()).mean())
    weight = np.zeros(2000)
    weight[7] = 3.0
    (one,) = importance_table(RISK.select("a"), weight=weight).rows()
    assert one[1:] == pytest.approx((abs(RISK["a"][7]),) * 3)


def test_groups_are_added_before_the_absolute_value() -> None:
    table = importance_table(RISK, groups={"A + C": ["a", "c"], "B": ["b", "unread"], "D": ["d"]})
    found = dict(table.select("name", "importance").rows())
    assert found.keys() == {"A + C", "B"}
    assert found["A + C"] == pytest.approx(0.01)


def test_the_interval_is_as_wide_as_theory_says_and_seeded() -> None:
    table = importance_table(RISK, draws=1000, level=0.9)
    for name, _, low, high in table.rows():
        size = np.abs(RISK[name].to_numpy())
        assert high - low == pytest.approx(2 * 1.6449 * size.std() / np.sqrt(2000), rel=0.1)
    assert importance_table(RISK, seed=3).equals(importance_table(RISK, seed=3))
    assert not importance_table(RISK, seed=3).equals(importance_table(RISK, seed=4))


def test_the_figure_draws_the_table() -> None:
    table = importance_table(RISK)
    (axes,) = importance_figure(table, labels={"a": "Age"}, most=2).axes
    assert [patch.get_width() for patch in axes.patches] == table["importance"].to_list()[:2]
    names = [tick.get_text() for tick in axes.get_yticklabels()]
    assert names == [{"a": "Age"}.get(name, name) for name in table["name"].to_list()[:2]]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="weight"):
        importance_table(RISK, weight=np.ones(3))
    with pytest.raises(InputError, match="level"):
        importance_table(RISK, level=1.0)
