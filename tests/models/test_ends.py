"""The ends of a card with grids: found exactly, and refused where they cannot be."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.binning import FeatureBins
from scorecard.errors import InputError
from scorecard.models import ends
from scorecard.models.ends import least, lowest


def network(sizes, pairs, seed, own=1.0):
    rng = np.random.default_rng(seed)
    tables = [own * rng.normal(size=n) for n in sizes]
    return tables, {(a, b): rng.normal(size=(sizes[a], sizes[b])) for a, b in pairs}


def total(tables, grids, index):
    own = sum(t[k] for t, k in zip(tables, index, strict=True))
    return own + sum(g[index[a], index[b]] for (a, b), g in grids.items())


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.data(), st.integers(0, 2**32))
def test_the_lowest_sum_is_that_of_all_combinations(sizes, data, seed):
    every = list(itertools.combinations(range(len(sizes)), 2))
    pairs = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    turned = [pair[::-1] if data.draw(st.booleans()) else pair for pair in pairs]
    tables, grids = network(sizes, turned, seed, own=data.draw(st.sampled_from([0.0, 1.0])))
    least = min(total(tables, grids, k) for k in itertools.product(*map(range, sizes)))
    assert total(tables, grids, lowest(tables, grids)) == pytest.approx(least, abs=1e-12)


@pytest.mark.parametrize("seed", range(15))
def test_where_all_pairs_disagree_both_halves_are_searched(seed):
    tables, grids = network([3] * 8, itertools.combinations(range(8), 2), seed, own=0.0)
    every = np.zeros([3] * 8)
    for (a, b), grid in grids.items():
        every += grid.reshape([3 if j in (a, b) else 1 for j in range(8)])
    assert every[tuple(lowest(tables, grids))] == pytest.approx(every.min(), abs=1e-12)


def test_thirty_pairs_of_a_dozen_features_are_no_hindrance():
    pairs = list(itertools.combinations(range(12), 2))[::2]
    tables, grids = network([20] * 12, pairs, 5, own=5.0)
    best = lowest(tables, grids)
    reached = total(tables, grids, best)
    for j, i in pairs[::6]:  # no exchange of two that meet betters it
        for k, m in itertools.product(range(20), repeat=2):
            other = [*best]
            other[j], other[i] = k, m
            assert total(tables, grids, other) >= reached - 1e-9


@pytest.mark.parametrize(("kind", "met"), [("number", 2), ("text", 3)])
def test_a_number_never_meets_the_bin_of_unseen_levels(kind, met):
    bins = FeatureBins(
        name="x", kind=kind, trend="none", objective=1.0,
        splits=(0.0,) if kind == "number" else (),
        groups=() if kind == "number" else (("a",), ("b",)),
        special_values=(), woe=(0.0,) * 4, rows=(1,) * 4, bads=(1.0,) * 4, goods=(1.0,) * 4,
    )  # fmt: skip
    assert least([bins], [np.array([3.0, 2.0, 1.0, 0.0])], {}) == [met]


def test_grids_that_say_nothing_change_no_end():
    tables, grids = network([3, 4, 5], [(0, 1), (1, 2)], 2)
    empty = {pair: np.zeros_like(grid) for pair, grid in grids.items()}
    assert lowest(tables, empty) == [int(table.argmin()) for table in tables]


def test_what_takes_too_long_is_refused(monkeypatch):
    tables, grids = network([5] * 7, itertools.combinations(range(7), 2), 1, own=0.0)
    assert lowest(tables, grids)
    monkeypatch.setattr(ends, "MOST_CELLS", 3)
    with pytest.raises(InputError, match="fewer crosses"):
        lowest(tables, grids)
