"""Tests of grades, migration and concentration against published numbers and other packages."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom, binomtest, chisquare, norm

from scorecard import metrics
from scorecard.errors import InputError

MOVES = [
    [10, 8, 15, 9, 10],
    [11, 9, 13, 9, 8],
    [0, 10, 10, 11, 10],
    [0, 0, 9, 11, 11],
    [0, 0, 0, 11, 10],
]


@pytest.mark.parametrize(
    ("defaults", "count", "pd", "p"),
    [
        (12, 500, 0.02, 0.2515743),
        (3, 100, 0.05, 0.8186411),
        (0, 50, 0.01, 0.6851152),
        (25, 400, 0.04, 0.0152437),
    ],
)
def test_jeffreys_is_the_published_one(defaults: int, count: int, pd: float, p: float) -> None:
    found = metrics.jeffreys(defaults, count, pd)
    assert found.value == found.p_value == pytest.approx(p, abs=1e-7)
    low, high = metrics.jeffreys_interval(defaults, count)
    assert found.interval == (low, high)
    whole = beta(defaults + 0.5, count - defaults + 0.5).ppf([0.025, 0.975])
    assert high == pytest.approx(whole[1])
    assert low == pytest.approx(whole[0] if defaults else 0.0)


def test_grades_at_once_are_grades_one_by_one() -> None:
    given = [(2, 100, 0.01), (6, 200, 0.02), (0, 300, 0.05)]
    for test in (metrics.jeffreys, metrics.binomial):
        assert test(*map(list, zip(*given, strict=True))) == tuple(test(*each) for each in given)


def test_binomial_is_scipy() -> None:
    for given in ((12, 500, 0.02), (0, 50, 0.01), (50, 50, 0.9)):
        peer = binomtest(given[0], given[1], given[2], alternative="greater").pvalue
        assert metrics.binomial(*given) == pytest.approx(peer, rel=1e-12)


@pytest.mark.parametrize("given", [(25, 500, 0.02), (3, 40, 0.05), (900, 20_000, 0.03)])
@pytest.mark.parametrize("correlation", [0.02, 0.12, 0.6])
def test_binomial_with_correlation_is_the_integral(
    given: tuple[int, int, float], correlation: float
) -> None:
    defaults, count, pd = given

    def tail(factor: float) -> float:
        shifted = norm.ppf(pd) + np.sqrt(correlation) * factor
        given_pd = norm.cdf(shifted / np.sqrt(1 - correlation))
        return float(binom.sf(defaults - 1, count, given_pd) * norm.pdf(factor))

    expected = quad(tail, -9, 9, limit=500, points=np.linspace(-4, 4, 33))[0]
    found = metrics.binomial(*given, asset_correlation=correlation)
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_large_grade_with_correlation_is_vasiceks() -> None:
    rate = norm.cdf((norm.ppf(0.02) + np.sqrt(0.1) * norm.ppf(0.99)) / np.sqrt(0.9))
    found = metrics.binomial(round(1e6 * rate), 1_000_000, 0.02, asset_correlation=0.1)
    assert found == pytest.approx(0.01, rel=0.01)


def test_hosmer_lemeshow_is_the_published_one() -> None:
    defaults, count, pd = [2, 6, 14, 27], [100, 200, 300, 200], [0.01, 0.02, 0.05, 0.10]
    found = metrics.hosmer_lemeshow(defaults, count, pd)
    assert (found.value, found.p_value) == pytest.approx((4.822907, 0.305956), abs=1e-6)
    assert (found.statistic, found.degrees) == (found.value, 4)
    d, n, p = map(np.array, (defaults, count, pd))
    peer = chisquare(np.r_[d, n - d], np.r_[n * p, n * (1 - p)], ddof=4 + 1, sum_check=False)
    assert found.value == pytest.approx(peer.statistic)
    fitted = metrics.hosmer_lemeshow(defaults, count, pd, fitted=2)
    assert (fitted.degrees, fitted.p_value) == (2, pytest.approx(np.exp(-found.value / 2)))


def test_bandwidth_is_the_published_one() -> None:
    found = metrics.migration_bandwidth(MOVES)
    assert found.value == pytest.approx((0.606607, 0.330645), abs=1e-6)
    assert metrics.migration_bandwidth(np.hstack((MOVES, [[5]] * 5))) == found
    assert metrics.migration_bandwidth(np.eye(3)).value == (None, None)


def test_bandwidth_turns_around_with_the_scale() -> None:
    found = metrics.migration_bandwidth(MOVES)
    turned = metrics.migration_bandwidth(np.array(MOVES)[::-1, ::-1])
    assert (turned.upper, turned.lower) == pytest.approx((found.lower, found.upper))


def test_stability_of_a_published_matrix() -> None:
    """The first five rows of a 14-grade example of Mathworks' Modelscape (column 15 is default),
    which rejects (1, 2) and (1, 3) at 95% and has no answer where both cells are empty.
    """
    rows = np.zeros((14, 15))
    rows[0] = np.arange(15) * 10 + 1
    rows[1, :4] = 89, 120, 81, 14
    rows[2, :5] = 24, 81, 114, 81, 15
    rows[3, :8] = 2, 19, 75, 132, 69, 21, 4, 1
    rows[4, 2:8] = 19, 89, 100, 66, 32, 1
    p = metrics.migration_stability(rows).p_value
    low = np.where(np.isnan(p), np.nan, p < 0.05)
    nan = np.nan
    assert np.array_equal(low[0], [nan, 1, 1, *[0] * 11], equal_nan=True)
    assert np.array_equal(low[1], [0, nan, 0, 0, 0, *[nan] * 9], equal_nan=True)
    assert np.array_equal(low[2], [0, 0, nan, 0, 0, 0, *[nan] * 8], equal_nan=True)
    assert np.array_equal(low[3], [0, 0, 0, nan, *[0] * 5, *[nan] * 5], equal_nan=True)
    assert np.array_equal(low[4, :5], [nan, 0, 0, 0, nan], equal_nan=True)


def test_stability_has_the_level_it_says() -> None:
    """Two neighbours reached alike: Φ(z) is uniform, so that 5% lie below 5%."""
    rng = np.random.default_rng(0)
    matrices = rng.multinomial(2_000, [0.6, 0.2, 0.2], size=2_000)
    low = [
        metrics.migration_stability([row, [1, 1, 1], [1, 1, 1]]).p_value[0, 2] < 0.05
        for row in matrices
    ]
    assert np.mean(low) == pytest.approx(0.05, abs=0.02)


def test_concentration_is_the_published_one() -> None:
    initial, current = [100, 200, 400, 200, 100], [50, 150, 500, 200, 100]
    found = metrics.concentration(initial, current)
    assert (found.cv_initial, found.cv_current) == pytest.approx((0.5477226, 0.7905694), abs=1e-7)
    assert (found.hi_initial, found.hi_current) == pytest.approx((0.1630161, 0.3016630), abs=1e-7)
    assert found.value == found.hi_current == metrics.herfindahl(current)
    assert found.p_value == pytest.approx(0.2812192, abs=1e-7)
    assert metrics.psi(initial, current) == pytest.approx(0.0713558, abs=1e-7)


def test_ends_of_concentration() -> None:
    assert metrics.herfindahl([7, 7, 7]) == pytest.approx(0.0, abs=1e-12)
    assert metrics.herfindahl([0, 9, 0]) == pytest.approx(1.0)
    assert metrics.concentration([1, 2, 3], [5, 5, 5]).p_value == 1.0
    assert metrics.concentration([5, 5, 5], [2, 2, 2]).p_value == pytest.approx(0.5)


def test_what_is_no_grade_is_refused() -> None:
    for test in (metrics.jeffreys, metrics.binomial):
        with pytest.raises(InputError, match="defaults must lie between 0 and count"):
            test(6, 5, 0.1)
        with pytest.raises(InputError, match="count must be positive"):
            test(0, 0, 0.1)
        with pytest.raises(InputError, match="pd must be probabilities"):
            test(1, 5, 1.1)
        with pytest.raises(InputError, match="count must have one entry"):
            test([1, 2], [5, 5, 5], [0.1, 0.1])
    with pytest.raises(InputError, match="whole numbers"):
        metrics.binomial(1.5, 5, 0.1)
    with pytest.raises(InputError, match="asset_correlation must be"):
        metrics.binomial(1, 5, 0.1, asset_correlation=1.0)
    with pytest.raises(InputError, match=r"within \(0, 1\)"):
        metrics.hosmer_lemeshow([1, 2], [5, 5], [0.1, 1.0])
    with pytest.raises(InputError, match="fitted must be"):
        metrics.hosmer_lemeshow([1, 2], [5, 5], [0.1, 0.2], fitted=2)
    for matrix in ([[1, 2]], [[1, 2], [3, 4], [5, 6]], [1, 2, 3]):
        with pytest.raises(InputError, match="matrix must have a row"):
            metrics.migration_bandwidth(matrix)
    with pytest.raises(InputError, match="matrix must be counts"):
        metrics.migration_stability([[1, -2], [3, 4]])
    with pytest.raises(InputError, match="two grades"):
        metrics.herfindahl([3])
    with pytest.raises(InputError, match="same grades"):
        metrics.concentration([1, 2, 3], [1, 2])
