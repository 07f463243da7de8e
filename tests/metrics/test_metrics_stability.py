"""PSI and its frozen bins: published numbers, simulation, and shifts that must not be missed."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.stats import entropy

from scorecard import metrics
from scorecard.errors import InputError
from scorecard.metrics import StabilityBins


def test_psi_is_both_divergences() -> None:
    p, q = np.array([3, 5, 9, 1]), np.array([6, 5, 2, 8])
    both = entropy(p / p.sum(), q / q.sum()) + entropy(q / q.sum(), p / p.sum())
    found = metrics.psi(p, q)
    assert found == pytest.approx(both, rel=1e-12)
    assert (found.n_expected, found.n_actual, found.bins) == (18, 21, 4)
    assert metrics.psi(q, p) == pytest.approx(found.value, rel=1e-12)


def test_the_usual_limit_is_noise_in_small_samples() -> None:
    """At N = M = 200 and 10 bins: 37% of samples with no shift exceed 0.1, χ² says 35%."""
    rng = np.random.default_rng(0)
    tables = rng.multinomial(200, [0.1] * 10, size=(4_000, 2))
    found = [metrics.psi(*pair) for pair in tables]
    assert np.mean([each > 0.1 for each in found]) == pytest.approx(0.37, abs=0.02)
    at_limit = next(each for each in sorted(found) if each > 0.1)
    assert at_limit.p_value == pytest.approx(0.35, abs=0.005)


def test_an_empty_bin_counts_as_half_a_row() -> None:
    found = metrics.psi([100, 100, 0], [0, 100, 100])
    half = 0.5 / 200
    expected = 2 * (0.5 - half) * np.log(0.5 / half)
    assert found == pytest.approx(expected, rel=1e-12)
    assert metrics.psi([100, 100, 0], [0, 100, 100], empty=1e-3) > found
    assert metrics.psi([5, 5, 0], [3, 7, 0]) == metrics.psi([5, 5], [3, 7])


def test_weights_are_worth_their_rows() -> None:
    plain = metrics.psi([30, 70], [60, 40])
    shares = metrics.psi([0.3, 0.7], [0.6, 0.4], n_expected=100, n_actual=100)
    assert (shares.value, shares.statistic) == pytest.approx((plain.value, plain.statistic))
    with pytest.raises(InputError, match="n_expected"):
        metrics.psi([0.3, 0.7], [60, 40])
    with pytest.raises(InputError, match="actual must have a count for each"):
        metrics.psi([3, 7], [6, 4, 1])
    with pytest.raises(InputError, match="expected must be counts"):
        metrics.psi([3, -7], [6, 4])


def test_raw_values_are_no_counts() -> None:
    """Scores of two samples as long as each other would else have a PSI that reassures."""
    scores = np.random.default_rng(5).normal(600, 50, 1_001)
    step = r"StabilityBins\.fit\(expected\)\.psi\(actual\)"
    with pytest.raises(InputError, match=f"expected must be counts.* got 1,001 numbers. .*{step}"):
        metrics.psi(scores, scores + 100)
    with pytest.raises(InputError, match=f"expected must be counts.* got negative ones. .*{step}"):
        metrics.psi(scores[:9] - 600, scores[:9])
    with pytest.raises(InputError, match=f"1000 bins; got 999. .*{step}"):
        metrics.psi(scores[:1000], scores[:999])
    assert metrics.psi(scores[:1000], scores[:1000]).bins == 1000
    assert StabilityBins.fit(scores).psi(scores + 100) > 2.0


def test_frozen_bins_may_be_many() -> None:
    many = pl.Series([f"firm {n}" for n in range(1_500)])
    bins = StabilityBins.fit(many, bins=2_000)
    assert bins.psi(many).bins == 1_500
    with pytest.raises(InputError, match=r"actual must be counts.* got zeros only"):
        bins.psi(many.head(0))


@pytest.mark.parametrize("shift", [-3.0, 3.0])
def test_a_shift_of_three_deviations_is_seen(shift: float) -> None:
    values = np.random.default_rng(1).normal(size=2_000)
    bins = StabilityBins.fit(values)
    assert bins.psi(values).value == 0.0
    assert bins.psi(values + shift) > 2.0
    assert bins.psi(values + 1000 * shift).p_value < 1e-12


@pytest.mark.parametrize("moved", [-1.0, 1.0])
def test_a_constant_that_moves_is_seen(moved: float) -> None:
    bins = StabilityBins.fit(np.zeros(100))
    assert bins.psi(np.zeros(50)).value == 0.0
    assert bins.psi(np.full(50, moved)) > 5.0


def test_cells_of_numbers() -> None:
    rng = np.random.default_rng(2)
    values = pl.Series(np.where(rng.random(5_000) < 0.3, 0.0, rng.exponential(size=5_000)))
    bins = StabilityBins.fit(values.to_frame("x").select(
        pl.when(pl.int_range(pl.len()) % 10 != 0).then("x")
    ).to_series())  # fmt: skip
    edges = [-np.inf, *bins.edges, np.inf]
    assert bins.edges[0] < 0 == bins.edges[1]  # many zeros, the least value: nothing below yet
    new = rng.exponential(size=999) - 0.2
    counted = bins.count(pl.Series([*new, None, float("nan")]))
    assert counted[-1] == 2
    assert counted.sum() == 1_001
    assert counted[:-1].tolist() == [
        ((new > a) & (new <= b)).sum() for a, b in itertools.pairwise(edges)
    ]
    assert bins.expected[-1] == 500
    positive = np.array(bins.expected[2:-1])
    assert np.abs(positive / 4_500 - 0.1).max() < 0.02


def test_cells_of_numbers_by_weight() -> None:
    rng = np.random.default_rng(3)
    values, times = rng.normal(size=3_000).round(2), rng.integers(1, 4, 3_000)
    weighted = StabilityBins.fit(values, times.astype(float), bins=5)
    repeated = StabilityBins.fit(np.repeat(values, times), bins=5)
    assert weighted.edges == repeated.edges
    assert weighted.expected == repeated.expected
    assert weighted.rows == pytest.approx(times.sum() ** 2 / (times**2).sum())
    assert np.array_equal(
        weighted.count(values[:99], times[:99]), weighted.count(np.repeat(values[:99], times[:99]))
    )


def test_more_rows_than_cut_points_need() -> None:
    values = np.random.default_rng(4).normal(size=250_000)
    bins = StabilityBins.fit(values)
    assert sum(bins.expected) == 250_000
    assert np.abs(np.array(bins.expected[:-1]) / 250_000 - 0.1).max() < 0.005
    assert StabilityBins.fit(values) == bins


def test_cells_of_text() -> None:
    seen = pl.Series(["a"] * 50 + ["b"] * 30 + ["c"] * 5 + ["d"] * 4 + [None] * 11)
    bins = StabilityBins.fit(seen, bins=2)
    assert bins.cells == ("a", "b", "rare levels", "missing", "unseen level")
    assert bins.expected == (50, 30, 9, 11, 0)
    assert bins.count(pl.Series(["d", "e", None, "f", "a"])).tolist() == [1, 0, 1, 1, 2]
    assert bins.count(pl.Series(["e"]), [2.5]).tolist() == [0, 0, 0, 0, 2.5]
    assert bins.psi(seen).value == 0.0
    assert bins.psi(pl.Series(["e"] * 100)) > 5.0
    flags = StabilityBins.fit(pl.Series([True, False, True]))
    assert flags.cells == ("true", "false", "missing", "unseen level")


@pytest.mark.parametrize(
    "sample",
    [pl.Series([1, 2, 3, None]), pl.Series(["x", "y", None]), pl.Series([None], dtype=pl.Float64)],
)
def test_frozen_bins_survive_json(sample: pl.Series) -> None:
    bins = StabilityBins.fit(sample, bins=2)
    again = StabilityBins.from_dict(json.loads(json.dumps(bins.to_dict())))
    assert again == bins
    assert again.count(sample).tolist() == list(bins.expected)


@pytest.mark.parametrize("values", [[1, 2.5, None, 4], ["a", None, "b", "a"]])
def test_any_column_will_do(values: list[object]) -> None:
    """A list, a polars or pandas series, an array; a missing value is one in each."""
    bins = StabilityBins.fit(pl.Series(values, strict=False), bins=2)
    for same in (values, pd.Series(values), np.array(values, dtype=object)):
        assert StabilityBins.fit(same, bins=2) == bins
    with pytest.raises(InputError, match="must hold one type of value"):
        StabilityBins.fit([1, "a"])


def test_what_is_no_sample_is_refused() -> None:
    bins = StabilityBins.fit(pl.Series([1.0, 2.0]))
    assert bins.count(pl.Series([None, None])).tolist()[-1] == 2
    for wrong, told in (
        (pl.Series(["a"]), "values must be numbers; got String"),
        (pl.Series([float("inf")]), "must be finite"),
    ):
        with pytest.raises(InputError, match=told):
            bins.count(wrong)
    with pytest.raises(InputError, match="must not be empty"):
        StabilityBins.fit(pl.Series([], dtype=pl.Float64))
    with pytest.raises(InputError, match="numbers, text or booleans; got Date"):
        StabilityBins.fit(pl.Series(["2024-01-01"]).str.to_date())
    with pytest.raises(InputError, match="bins must be a whole number"):
        StabilityBins.fit(pl.Series([1.0]), bins=1)
    with pytest.raises(InputError, match="at most 10,000 levels"):
        StabilityBins.fit(pl.Series(range(10_001)).cast(pl.String))
    with pytest.raises(InputError, match="and nothing else"):
        StabilityBins.from_dict({**bins.to_dict(), "more": 1})
    with pytest.raises(InputError, match="a weight for each of"):
        StabilityBins.from_dict({**bins.to_dict(), "expected": [1.0]})
