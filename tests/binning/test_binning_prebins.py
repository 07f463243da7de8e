import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorecard.binning import OptimalBinner, solve
from scorecard.binning.number_prebins import Sample, short_between
from scorecard.binning.prebins import text_prebins


def prebins(values, max_prebins=10, weight=None):
    values = np.asarray(values, dtype=float)
    weight = np.ones(len(values)) if weight is None else np.asarray(weight, dtype=float)
    return prebins_of(values, weight * (values > 0), weight, max_prebins)


def prebins_of(values, bad, weight, max_prebins=100):
    sample = Sample.of(values, bad, weight)
    return None if sample is None else sample.evenly(max_prebins)


@given(
    st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0]), min_size=1, max_size=200),
    st.integers(2, 30),
)
@settings(max_examples=100, deadline=None)
def test_pieces_are_ordered_complete_and_few(values, most):
    found = prebins(values, most)
    assert len(found.lows) <= most
    assert (found.lows <= found.highs).all()
    assert (found.highs[:-1] < found.lows[1:]).all()
    assert found.counts.rows.sum() == len(values)
    cuts = [found.cut(k) for k in range(1, len(found.lows))]
    assert (np.searchsorted(cuts, found.lows, side="right") == np.arange(len(found.lows))).all()
    assert (np.searchsorted(cuts, found.highs, side="right") == np.arange(len(found.lows))).all()


def test_pieces_of_distinct_values_weigh_the_same():
    found = prebins(np.random.default_rng(0).permutation(1000), 20)
    assert (found.counts.rows == 50).all()


def test_the_unit_of_the_weights_does_not_move_boundaries():
    values = np.repeat(np.arange(500.0), 2)  # every second middle of a tie falls on a boundary
    whole = prebins(values, 40)
    for unit in (0.1, 1 / 3, 3.7):
        assert (prebins(values, 40, np.full(1000, unit)).lows == whole.lows).all()


def test_a_heavy_value_stands_alone_and_leaves_room_for_the_rest():
    values = np.concatenate((np.zeros(9000), np.arange(1, 501), -np.arange(1, 501)))
    found = prebins(values, 20)
    alone = np.flatnonzero((found.lows == 0) & (found.highs == 0))
    assert len(alone) == 1
    assert len(found.lows) >= 18


def test_rows_without_weight_change_nothing():
    values = np.arange(100.0)
    more = prebins(np.append(values, [5.5, 1e9]), 7, np.append(np.ones(100), [0, 0]))
    assert (more.lows == prebins(values, 7).lows).all()
    assert prebins([1.0, 2.0], 7, [0, 0]) is None


ANY = st.floats(allow_nan=False, allow_infinity=False)


@given(ANY, ANY)
@example(-1.7e308, 1.7e308)
def test_cut_separates(a, b):
    left, right = sorted((a, b))
    if left < right:
        assert left < short_between(left, right) <= right


@pytest.mark.parametrize(
    ("left", "right", "cut"),
    [(0, 1, 1), (3, 5, 4), (0.15317, 0.15392, 0.1535), (-1, 0, 0), (3328, 3329, 3329)],
)
def test_cut_is_short(left, right, cut):
    assert short_between(float(left), float(right)) == cut


@pytest.mark.parametrize("weighted", [False, True])
def test_the_search_finds_a_step_that_no_even_piece_begins_at(weighted):
    draw = np.random.default_rng(5)
    values = draw.permutation(60_000.0 * np.linspace(0.01, 1, 60_000) ** 2)
    bad = draw.random(60_000) < np.where(values < 31_777, 0.1, 0.4)
    weight = np.where(bad, 1.0, 2.0) if weighted else np.ones(60_000)
    even = prebins_of(values, bad * weight, weight)
    first = solve(even.counts.bads, even.counts.goods, trend="ascending", max_bins=2)
    binner = OptimalBinner(max_bins=2, trend="ascending")
    binner.fit(values.reshape(-1, 1), bad, weight)
    assert binner.objective_["x0"] > first.objective
    (cut,) = binner.splits_["x0"]
    assert abs((values < cut).sum() - (values < 31_777).sum()) < 60  # even pieces hold 600
    assert abs(even.cut(first.cuts[0]) - 31_777) > abs(cut - 31_777)


def test_what_is_returned_is_the_optimum_of_the_pieces_that_edits_are_made_of():
    draw = np.random.default_rng(6)
    values = draw.normal(size=50_000)
    bad = draw.random(50_000) < 1 / (1 + np.exp(2 - np.sin(2 * values)))
    binner = OptimalBinner(trend="auto").fit(values.reshape(-1, 1), bad)
    counts = binner.edit("x0").fit.pieces.counts
    found = binner.edit("x0").fit.solution
    again = solve(counts.bads, counts.goods, trend=found.trend, max_bins=binner.max_bins,
                  min_bin_share=binner.min_bin_share)  # fmt: skip
    assert (found.cuts, found.objective) == (again.cuts, again.objective)
    free = solve(counts.bads, counts.goods, max_bins=binner.max_bins,
                 min_bin_share=binner.min_bin_share)  # fmt: skip
    assert found.loss == pytest.approx(free.objective - found.objective, abs=1e-12)
    assert len(counts.rows) > 100


def test_levels_in_order_of_bad_rate_rare_ones_pooled():
    levels = ["c"] * 50 + ["a"] * 40 + ["b"] * 8 + ["x"] + ["y"]
    bad = np.array([1.0] * 25 + [0.0] * 25 + [1.0] * 4 + [0.0] * 36 + [1.0] * 8 + [0.0] * 2)
    found = text_prebins(pl.Series(levels), bad, np.ones(100), 0.05)
    assert found.groups == (("x", "y"), ("a",), ("c",), ("b",))
    assert found.counts.bads.tolist() == [0, 4, 25, 8]
    assert found.counts.rows.tolist() == [2, 40, 50, 8]
