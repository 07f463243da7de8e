"""Scoring rules and reliability against published numbers and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as peer_log_loss

from scorecard import metrics
from scorecard.errors import InputError

P = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.05]
Y = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0]


def test_published_numbers() -> None:
    assert metrics.brier(Y, P) == pytest.approx(0.12525, abs=1e-12)
    assert metrics.ece(Y, P) == pytest.approx(0.175, abs=1e-12)
    z = metrics.spiegelhalter(Y, P)
    assert (z.value, z.p_value) == pytest.approx((-0.7465823, 0.4553157), abs=1e-7)
    assert metrics.cbpe(P) == pytest.approx(0.8236213, abs=1e-7)
    assert metrics.cbpe(P).name == "AUC expected under no drift"
    assert metrics.capture_rate(Y, P, top=0.3) == pytest.approx(0.5, abs=1e-12)
    assert metrics.lift(Y, P, top=0.3) == pytest.approx(1.6666667, abs=1e-7)


def test_scoring_rules_are_those_of_sklearn() -> None:
    rng = np.random.default_rng(1)
    p, w = rng.random(200), rng.uniform(0.5, 4.0, 200)
    y = (rng.random(200) < p).astype(int)
    for weight in (None, w):
        peer = brier_score_loss(y, p, sample_weight=weight)
        assert metrics.brier(y, p, weight) == pytest.approx(peer, rel=1e-12)
        peer = peer_log_loss(y, p, sample_weight=weight)
        assert metrics.log_loss(y, p, weight) == pytest.approx(peer, rel=1e-12)


def test_certainty_that_was_wrong_costs_without_limit() -> None:
    assert metrics.log_loss([1, 0], [0.0, 0.5]) == np.inf
    assert metrics.log_loss([0, 1], [0.0, 1.0]) == 0.0


def test_bins_of_the_calibration_error_are_closed_below() -> None:
    """In bins of fifths 0.6 lies with 0.7, and 1 with 0.9."""
    assert metrics.ece([1, 0], [0.6, 0.7]) == pytest.approx(abs(0.65 - 0.5))
    assert metrics.ece([1, 0], [1.0, 0.9]) == pytest.approx(abs(0.95 - 0.5))
    assert metrics.ece([1, 0], [0.59, 0.6]) == pytest.approx((0.41 + 0.6) / 2)


def test_spiegelhalter_is_normal_where_pds_are_right() -> None:
    rng = np.random.default_rng(2)
    p, w = rng.uniform(0.01, 0.4, 500), rng.exponential(size=500) + 0.1
    p_values = np.sort(
        [metrics.spiegelhalter(rng.random(500) < p, p, w).p_value for _ in range(400)]
    )
    assert np.abs(p_values - (np.arange(400) + 0.5) / 400).max() < norm.isf(1e-4) / 40


def test_expected_area_is_every_pair() -> None:
    rng = np.random.default_rng(5)
    p, w = rng.random(40).round(1) * 0.9 + 0.05, rng.uniform(0.5, 2.0, 40)
    won = (p[:, None] > p) + 0.5 * (p[:, None] == p)
    bad, good = w * p, w * (1 - p)
    expected = (bad[:, None] * good * won).sum() / (bad.sum() * good.sum())
    assert metrics.cbpe(p, w) == pytest.approx(expected, rel=1e-12)


def test_means_are_weighted() -> None:
    assert metrics.bad_rate([1, 0], [3.0, 1.0]) == 0.75
    assert metrics.mean_pd([0.1, 0.3], [1.0, 3.0]) == pytest.approx(0.25)


def test_nothing_to_test_is_said() -> None:
    with pytest.raises(InputError, match="no variance"):
        metrics.spiegelhalter([0, 1], [0.5, 0.5])
    with pytest.raises(InputError, match="all 0 or all 1"):
        metrics.cbpe([1.0, 1.0])
    with pytest.raises(InputError, match="bins must be a whole number"):
        metrics.ece(Y, P, bins=0)
