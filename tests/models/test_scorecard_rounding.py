"""Rounded points: laws over wide inputs, and brute force where that is possible."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from scorecard.binning import FeatureBins
from scorecard.errors import InputError
from scorecard.models.rounding import round_card
from scorecard.models.scorecard import Scorecard

ODDS = {"base_score": 600.0, "base_odds": 30.0}


def feature(name, woe, index, bad, weight):
    """A number cut into bins of these WOE; the last two are missing and unseen."""
    bads = np.bincount(index, bad * weight, len(woe))
    goods = np.bincount(index, (1 - bad) * weight, len(woe))
    return FeatureBins(
        name=name, kind="number", trend="none", objective=0.0,
        splits=tuple(range(1, len(woe) - 2)), groups=(), special_values=(), woe=tuple(woe),
        rows=tuple(np.bincount(index, minlength=len(woe)).tolist()),
        bads=tuple(bads.tolist()), goods=tuple(goods.tolist()),
    )  # fmt: skip


def sample(seed, features=4, n=400, **scale):
    """Return a card, the bins of its rows, and their weight as bads and as goods."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 6, features)
    index = [rng.integers(0, size, n) for size in sizes]
    woes = [np.append(rng.normal(0, 0.8, size).round(1), [0.0, 0.0]) for size in sizes]
    betas = -rng.uniform(0.2, 1.5, features)
    margin = -1.5 + sum(b * woe[i] for b, woe, i in zip(betas, woes, index, strict=True))
    bad = (rng.random(n) < expit(margin)).astype(float)
    bad[:2] = 0, 1
    weight = rng.uniform(0.5, 3, n)
    bins = [
        feature(f"f{j}", woe.tolist(), i, bad, weight)
        for j, (woe, i) in enumerate(zip(woes, index, strict=True))
    ]
    scale = {"pdo": 4.0, **ODDS} | scale
    return Scorecard.build(bins, betas.tolist(), -1.5, **scale), index, bad, weight


def rounded(card, index, bad, weight, *, digits=0, ends=None):
    return round_card(card, index, bad * weight, (1 - bad) * weight, digits=digits, ends=ends)


def score(tables, index, base=0.0):
    return base + sum(np.array(t)[i] for t, i in zip(tables, index, strict=True))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6), features=st.integers(1, 6), digits=st.sampled_from([-1, 0, 1, 2]),
    pdo=st.floats(1, 60), neutral=st.booleans(),
)  # fmt: skip
def test_laws_of_rounding(seed, features, digits, pdo, neutral):
    card, index, bad, weight = sample(seed, features, pdo=pdo, neutral_at_zero=neutral)
    made, report = rounded(card, index, bad, weight, digits=digits)
    unit = 10.0**-digits
    for bins, exact, points in zip(card.bins, card.bin_points, made.bin_points, strict=True):
        units = np.array(points) / unit
        np.testing.assert_allclose(units, np.rint(units), atol=1e-6)
        assert (np.abs(np.array(points) - exact) < unit).all()
        same = {}
        for woe, point in sorted(zip(bins.woe, points, strict=True)):
            assert same.setdefault(woe, point) == point
        assert list(same.values()) == sorted(same.values())
        assert not neutral or same[0.0] == 0
    exact, near = (
        score(card.bin_points, index, card.base),
        made.score(made.points_of(columns(index))),
    )
    nearest = score([np.rint(np.array(t) / unit) for t in card.bin_points], index)
    rank = {"y_true": 1 - bad, "sample_weight": weight}
    assert report.auc == pytest.approx(roc_auc_score(y_score=near.round(4), **rank), abs=1e-12)
    assert report.auc_nearest == pytest.approx(roc_auc_score(y_score=nearest, **rank), abs=1e-12)
    assert report.auc >= report.auc_nearest - 1e-12
    assert report.auc_loss == report.auc_exact - report.auc
    error = np.abs(near - exact)
    assert report.largest_error == pytest.approx(error.max(), abs=1e-9)
    assert error.max() <= report.bound + 1e-9 <= (features + neutral) * unit + 1e-8
    level = np.average(near - exact, weights=weight)
    at_first = np.average(nearest * unit + made.base - exact, weights=weight)
    assert abs(level) <= max(unit, abs(at_first)) + 1e-9
    assert made.mean_points == pytest.approx(
        [np.average(np.array(t)[i], weights=weight)
         for t, i in zip(made.bin_points, index, strict=True)]
    )  # fmt: skip


def columns(index):
    """Return values that fall into the bins."""
    return [i.astype(float) for i in index]


@pytest.mark.parametrize("seed", range(6))
def test_no_other_choice_of_a_single_step_ranks_better(seed):
    card, index, bad, weight = sample(seed, 3)
    made, report = rounded(card, index, bad, weight)
    rank = {"y_true": 1 - bad, "sample_weight": weight}
    exact = score(card.bin_points, index)
    level = max(1.0, abs(np.average(score(made.bin_points, index) - exact, weights=weight)))
    for j, k in itertools.product(range(3), range(6)):
        if k >= len(card.bins[j].woe):
            continue
        truth, table = card.bin_points[j][k], list(made.bin_points[j])
        other = np.floor(truth) if table[k] > truth else np.ceil(truth)
        table = [other if w == card.bins[j].woe[k] else p
                 for w, p in zip(card.bins[j].woe, table, strict=True)]  # fmt: skip
        tables = [table if i == j else t for i, t in enumerate(made.bin_points)]
        try:
            replace(made, bin_points=tuple(map(tuple, tables)))
        except InputError:  # a safer bin would have fewer points
            continue
        there = score(tables, index)
        if abs(np.average(there - exact, weights=weight)) <= level:
            assert roc_auc_score(y_score=there, **rank) <= report.auc + 1e-9


def test_what_the_search_wins_back():
    """Coarse points: rounding to the nearest costs rank order, the search costs less or nothing."""
    gains, losses = [], []
    for seed in range(10):
        _, report = rounded(*sample(seed, 6, 2000, pdo=2.0))
        gains.append(report.auc - report.auc_nearest)
        losses.append(report.auc_exact - report.auc_nearest)
    assert min(gains) > 0
    assert np.mean(losses) > 0
    assert np.mean(gains) > np.mean(losses)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6), digits=st.sampled_from([-1, 0, 1]), neutral=st.booleans(),
    low=st.integers(-20, 40), spread=st.integers(8, 60),
)  # fmt: skip
def test_the_ends_are_kept_exactly(seed, digits, neutral, low, spread):
    unit = 10.0**-digits
    ends = (low * unit, (low + spread) * unit)
    odds = dict.fromkeys(("pdo", "base_score", "base_odds"))
    card, index, bad, weight = sample(
        seed, 4, **odds, min_score=ends[0], max_score=ends[1], neutral_at_zero=neutral
    )
    made, _ = rounded(card, index, bad, weight, digits=digits, ends=ends)
    assert (made.min_score, made.max_score) == pytest.approx(ends, rel=1e-12, abs=1e-12)
    for exact, points in zip(card.bin_points, made.bin_points, strict=True):
        assert (np.abs(np.array(points) - exact) < unit).all()


def test_a_card_of_very_many_units_takes_the_nearest_and_says_so():
    card, index, bad, weight = sample(0, pdo=2000.0)
    made, report = rounded(card, index, bad, weight, digits=3)
    assert not report.searched
    assert report.auc == report.auc_nearest
    np.testing.assert_allclose(made.bin_points[0], np.round(card.bin_points[0], 3), rtol=1e-12)


@pytest.mark.parametrize(
    ("digits", "ends", "message"),
    [
        (4, None, "from -3 to 3; got 4"),
        (True, None, "got True"),
        (0.0, None, "got 0.0"),
        (0, (0.5, 100.0), "multiples of 1 "),
        (-2, (100.0, 250.0), "multiples of 100 .*got 250"),
    ],
)
def test_refusals(digits, ends, message):
    with pytest.raises(InputError, match=message):
        rounded(*sample(0), digits=digits, ends=ends)


def test_points_too_large_for_their_digits_are_refused():
    with pytest.raises(InputError, match="too large for 3 decimals"):
        rounded(*sample(0, pdo=1e14), digits=3)


def test_ends_that_whole_points_cannot_reach_are_refused():
    _, index, bad, weight = sample(0, 5)
    index = [i % 2 for i in index]
    ends = [(0.6, 2 / 3)] * 3 + [(0.6, 1.0)] * 2  # 3 to 4, but three of them would need two units
    made = Scorecard(
        bins=tuple(feature(f"f{j}", [-1, 1, 0, 0], i, bad, weight) for j, i in enumerate(index)),
        bin_points=tuple((low, high, low, low) for low, high in ends),
        factor=1.0, offset=0.0, mean_points=(0.0,) * 5, betas=(-1.0,) * 5, alpha=0.0,
    )  # fmt: skip
    assert (made.min_score, made.max_score) == pytest.approx((3, 4))
    with pytest.raises(InputError, match="too near to each other"):
        rounded(made, index, bad, weight, ends=(3.0, 4.0))
