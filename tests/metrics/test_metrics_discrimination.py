"""AUC, Gini, KS, H and DeLong against published numbers, other packages and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import beta as beta_function
from scipy.stats import ks_2samp, norm
from sklearn.metrics import roc_auc_score, roc_curve

from scorecard import metrics
from scorecard.errors import InputError

P = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.05]
Y = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0]
GOODS = [0, 0.01, 0.02, 0.03, 0.2, 0.6, 0.66, 0.7]
BADS = [0.3, 0.35, 0.36, 0.42, 0.5, 0.8, 0.82, 0.99]
EIGHT, RISKS = [0] * 8 + [1] * 8, GOODS + BADS
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Risks in grades, so that many tie, and weights that differ."""
    rng = np.random.default_rng(3)
    y = (rng.random(240) < 0.3).astype(float)
    return y, np.round(rng.normal(y, 1.5)), rng.uniform(0.5, 9.0, 240)


def placements(y: np.ndarray, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Compare each bad with each good."""
    bads, goods = risk[y == 1], risk[y == 0]
    won = (bads[:, None] > goods) + 0.5 * (bads[:, None] == goods)
    return won.mean(axis=1), won.mean(axis=0), won.mean()


def test_published_areas() -> None:
    found = metrics.delong(EIGHT, RISKS)
    assert found.value == metrics.auc(EIGHT, RISKS).value == 0.765625
    assert found.variance == pytest.approx(0.0177873884, abs=1e-10)
    assert found.interval == pytest.approx((0.432182, 0.933422), abs=1e-6)
    change = metrics.auc_change_test(0.85, EIGHT, RISKS)
    assert (change.value, change.p_value) == pytest.approx((0.632642, 0.263484), abs=1e-6)
    assert metrics.auc_change_test(0.85, found) == change
    on_grades = metrics.delong([0, 0, 0, 1, 0, 1, 0, 1, 0, 1], [1, 1, 2, 2, 3, 3, 3, 4, 4, 5])
    assert on_grades.value == 0.75
    assert on_grades.variance == pytest.approx(0.0277778, abs=1e-7)
    assert metrics.auc(Y, P) == pytest.approx(0.9583333, abs=1e-7)
    assert metrics.ks(Y, P) == pytest.approx(0.8333333, abs=1e-7)


def test_delong_is_brute_force(rows: Rows) -> None:
    y, a, _ = rows
    b = a + np.random.default_rng(4).normal(size=len(a)).round()
    (a_bad, a_good, area_a), (b_bad, b_good, area_b) = placements(y, a), placements(y, b)
    alone = np.var(a_bad, ddof=1) / len(a_bad) + np.var(a_good, ddof=1) / len(a_good)
    found = metrics.delong(y, a)
    assert (found.value, found.variance) == pytest.approx((area_a, alone), rel=1e-12)
    (aa, ab), (_, bb) = np.cov(a_bad, b_bad) / len(a_bad) + np.cov(a_good, b_good) / len(a_good)
    z = (area_a - area_b) / np.sqrt(aa + bb - 2 * ab)
    test = metrics.delong_test(y, a, b)
    assert test.value == pytest.approx(area_a - area_b, rel=1e-12)
    assert test.statistic == pytest.approx(z, rel=1e-10)
    assert test.p_value == pytest.approx(2 * norm.sf(abs(z)), rel=1e-10)
    assert (test.auc_a, test.auc_b) == pytest.approx((area_a, area_b), rel=1e-12)


def test_weights_of_delong_are_those_of_a_sample(rows: Rows) -> None:
    """Their unit is none, equal ones change nothing, and unequal ones give the spread that
    samples with such weights have.
    """
    y, risk, w = rows
    plain, tens = metrics.delong(y, risk), metrics.delong(y, risk, np.full(len(y), 10.0))
    assert (tens.value, tens.variance) == pytest.approx((plain.value, plain.variance), rel=1e-12)
    a, b = metrics.delong(y, risk, w), metrics.delong(y, risk, 1e-3 * w)
    assert (a.value, a.variance) == pytest.approx((b.value, b.variance), rel=1e-12)
    rng = np.random.default_rng(0)
    areas, told = [], []
    outcome = np.repeat([0.0, 1.0], 150)
    for _ in range(600):
        weight = rng.exponential(size=300)
        found = metrics.delong(outcome, rng.normal(outcome + 0.3 * weight), weight)
        areas.append(found.value)
        told.append(found.variance)
    assert np.mean(told) == pytest.approx(np.var(areas), rel=0.15)


def test_areas_are_those_of_sklearn(rows: Rows) -> None:
    y, risk, w = rows
    for weight in (None, w):
        area = roc_auc_score(y, risk, sample_weight=weight)
        assert metrics.auc(y, risk, weight) == pytest.approx(area, rel=1e-12)
        assert metrics.gini(y, risk, weight) == pytest.approx(2 * area - 1, rel=1e-12)
        false, true, _ = roc_curve(y, risk, sample_weight=weight)
        assert metrics.ks(y, risk, weight) == pytest.approx(np.abs(true - false).max(), rel=1e-12)


def test_gini_carries_the_interval_of_the_area(rows: Rows) -> None:
    area, gini = metrics.auc(*rows), metrics.gini(*rows)
    assert gini.low == pytest.approx(2 * area.low - 1)
    assert gini.high == pytest.approx(2 * area.high - 1)
    assert gini.standard_error == pytest.approx(2 * area.standard_error)


def test_ks_has_the_p_value_of_scipy(rows: Rows) -> None:
    y, risk, _ = rows
    peer = ks_2samp(risk[y == 1], risk[y == 0], method="asymp")
    found = metrics.ks(y, risk)
    assert (found.value, found.p_value) == pytest.approx((peer.statistic, peer.pvalue), rel=1e-9)


def test_h_is_the_published_one() -> None:
    assert metrics.h_measure(EIGHT, RISKS) == pytest.approx(0.537109375, abs=1e-12)
    assert metrics.h_measure(Y, P) == pytest.approx(0.78999, abs=5e-6)


@pytest.mark.parametrize("severity", [(2.0, 2.0), (1.3, 1.7)])
def test_h_is_the_least_loss_over_all_cuts(rows: Rows, severity: tuple[float, float]) -> None:
    """No hull here: at each cost the best of all cuts, and the costs in fine steps."""
    y, risk, w = rows
    a, b = severity
    false, true, _ = roc_curve(y, risk, sample_weight=w, drop_intermediate=False)
    share = np.average(y, weights=w)
    steps = (np.arange(20_000) + 0.5) / 20_000
    c = steps**2 * (3 - 2 * steps)  # finer near 0 and 1
    density = c ** (a - 1) * (1 - c) ** (b - 1) / beta_function(a, b) * 6 * steps * (1 - steps)
    loss = np.full(len(c), np.inf)
    for f, t in zip(false, true, strict=True):
        loss = np.minimum(loss, c * (1 - share) * f + (1 - c) * share * (1 - t))
    blind = np.minimum(c * (1 - share), (1 - c) * share)
    expected = 1 - (loss * density).sum() / (blind * density).sum()
    assert metrics.h_measure(y, risk, w, severity=severity) == pytest.approx(expected, abs=1e-6)


def test_what_has_no_variance_says_so() -> None:
    assert metrics.auc([0, 1], [0.1, 0.2]).interval is None
    perfect = metrics.delong([0, 0, 1, 1], [1, 2, 3, 4])
    assert (perfect.value, perfect.variance, perfect.interval) == (1.0, 0.0, None)
    with pytest.raises(InputError, match="two goods and two bads"):
        metrics.delong([0, 0, 1], [1, 2, 3])
    with pytest.raises(InputError, match="no variance"):
        metrics.auc_change_test(0.9, [0, 0, 1, 1], [1, 2, 3, 4])
    with pytest.raises(InputError, match="has no answer"):
        metrics.delong_test([0, 0, 1, 1], [1, 2, 3, 4], [1, 1, 1, 1])
    same = metrics.delong_test([0, 0, 1, 1], [1, 3, 2, 4], [1, 3, 2, 4])
    assert (same.value, same.p_value) == (0.0, 1.0)
