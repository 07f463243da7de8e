"""Boosted trees over bins: the tables that they add up to are xgboost's own predictions."""

import numpy as np
import polars as pl
import pytest
import xgboost
from scipy.special import expit

from scorecard.binning import OptimalBinner
from scorecard.models import bin_trees
from scorecard.models.bin_trees import BinTrees, TreeColumn
from scorecard.models.observations import Observations


@pytest.fixture(scope="module")
def sample():
    """Numbers with gaps and a code, and a text, whose sense depends on each other."""
    rng = np.random.default_rng(1)
    a, b, c = rng.normal(0, 1, (3, 2000))
    trade = rng.choice(["food", "steel", "toys"], 2000)
    y = rng.random(2000) < expit(a * b + np.abs(c) * (trade == "toys") - 0.5)
    a = np.where(rng.random(2000) < 0.2, np.nan, a)
    c = np.where(rng.random(2000) < 0.2, -99.0, c)
    X = pl.DataFrame({"a": a, "b": b, "c": c, "trade": trade})
    binner = OptimalBinner(special_values={"c": [-99.0]}).fit(X, y)
    _, columns = binner.read(X, reset=False)
    index = [e.bins.index_read(x) for e, x in zip(binner.editors_.values(), columns, strict=True)]
    return list(binner.editors_.values()), index, Observations(columns, y, np.ones(2000))


def test_a_bin_without_order_has_a_column_of_its_own(sample):
    for editor in sample[0]:
        bins = editor.bins
        order, *extra = TreeColumn.of(7, bins)
        apart = [k for k in range(len(bins.woe)) if k >= bins.ordinary and bins.flag(k) is None]
        assert order.values[: bins.ordinary].tolist() == list(range(bins.ordinary))
        assert np.isnan(order.values[bins.ordinary :]).all()
        assert [np.flatnonzero(column.values).tolist() for column in extra] == [[k] for k in apart]
        assert {column.owner for column in (order, *extra)} == {7}
    assert [len(TreeColumn.of(0, e.bins)) for e in sample[0]] == [2, 1, 2, 1]  # gaps, none, a code


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("meeting", [None, [(0, 1), (1, 2), (2, 3)]])
def test_tables_and_grids_add_up_to_what_xgboost_predicts(sample, monkeypatch, depth, meeting):
    editors, index, seen = sample
    told = []

    class Listening(xgboost.Booster):
        def __init__(self, params, cache):
            super().__init__(params, cache)
            told.append((self, cache[0]))

    monkeypatch.setattr(bin_trees.xgboost(), "Booster", Listening)
    margin = np.linspace(-1, 1, len(seen))
    stages = BinTrees.grow(
        editors, index, margin, seen, stages=(7, 60), meeting=meeting, max_depth=depth
    )
    for trees, rounds in zip(stages, (7, 60), strict=True):
        booster, data = told[0]
        common, own, grids = trees.tables(rounds)
        total = margin + common
        for j, table in own.items():
            total += table[index[j]]
        for (j, k), grid in grids.items():
            total += grid[index[j], index[k]]
        assert booster.num_boosted_rounds() == len(trees.trees) == rounds
        np.testing.assert_allclose(booster.predict(data, output_margin=True), total, atol=2e-5)
        assert bool(grids) == (depth == 2)
        if meeting:
            assert set(grids) <= set(meeting)
    early = trees.tables(7)  # the first trees are the same ones
    again = BinTrees.fit(editors, index, margin, seen, rounds=7, meeting=meeting, max_depth=depth)
    assert again.tables(7)[0] == early[0]
    for a, b in zip(again.tables(7)[1:], early[1:], strict=True):
        assert a.keys() == b.keys()
        assert all((a[key] == b[key]).all() for key in a)
