"""Slope, intercept and their errors against statsmodels; rows that weights are worth."""

import numpy as np
import pytest
import statsmodels.api as sm

from scorecard import metrics
from scorecard.errors import InputError
from scorecard.logodds import expit, logit


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    pd = expit(rng.normal(-2.5, 1.0, 3_000))
    y = (rng.random(3_000) < expit(0.3 + 0.8 * logit(pd))).astype(float)
    return y, pd, rng.uniform(0.5, 30.0, 3_000)


@pytest.mark.parametrize("weighted", [False, True])
def test_slope_and_intercept_are_statsmodels(
    rows: tuple[np.ndarray, np.ndarray, np.ndarray], weighted: bool
) -> None:
    y, pd, w = rows
    how = {"var_weights": w / w.mean()} if weighted else {}
    errors = {"cov_type": "HC0"} if weighted else {}
    given = w if weighted else None
    family, z = sm.families.Binomial(), logit(pd)
    free = sm.GLM(y, sm.add_constant(z), family=family, **how).fit(tol=1e-12, **errors)
    held = sm.GLM(y, np.ones(len(y)), family=family, offset=z, **how).fit(tol=1e-12, **errors)
    for found, fit, at in (
        (metrics.calibration_slope(y, pd, given), free, 1),
        (metrics.calibration_intercept(y, pd, given), held, 0),
    ):
        assert found.value == pytest.approx(fit.params[at], abs=1e-9)
        assert found.standard_error == pytest.approx(fit.bse[at], rel=1e-6)
        assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[at]), abs=1e-6)


def test_the_unit_of_the_weights_is_none(
    rows: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    y, pd, w = rows
    a, b = (metrics.calibration_intercept(y, pd, weight) for weight in (w, 1e4 * w))
    assert (a.value, a.standard_error) == pytest.approx((b.value, b.standard_error), rel=1e-9)


def test_without_an_error_there_is_no_slope() -> None:
    with pytest.raises(InputError, match="no finite solution"):
        metrics.calibration_slope([0, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.5])


@pytest.mark.parametrize("weighted", [False, True])
def test_the_line_and_its_test_are_statsmodels(
    rows: tuple[np.ndarray, np.ndarray, np.ndarray], weighted: bool
) -> None:
    y, pd, w = rows
    how = {"var_weights": w / w.mean()} if weighted else {}
    errors = {"cov_type": "HC0"} if weighted else {}
    peer = sm.GLM(y, sm.add_constant(logit(pd)), family=sm.families.Binomial(), **how)
    fit = peer.fit(tol=1e-12, **errors)
    line = metrics.calibration_line(y, pd, w if weighted else None)
    assert line.value == pytest.approx(tuple(fit.params), abs=1e-9)
    for at, found in enumerate((line.intercept, line.slope)):
        assert found.standard_error == pytest.approx(fit.bse[at], rel=1e-6)
        assert line.interval[at] == pytest.approx(tuple(fit.conf_int()[at]), abs=1e-6)
    joint = fit.wald_test((np.eye(2), np.array([0.0, 1.0])), use_f=False, scalar=True)
    assert line.statistic == pytest.approx(joint.statistic, rel=1e-6)
    assert line.p_value == pytest.approx(joint.pvalue, rel=1e-5)
    assert line.slope == metrics.calibration_slope(y, pd, w if weighted else None)


def test_rows_worth_of_a_sample_drawn_by_outcome() -> None:
    """400 bads at weight 1 and 400 goods at weight 19: as sure as 8000·5%·95%/variance rows."""
    y, w = np.repeat([1.0, 0.0], 400), np.repeat([1.0, 19.0], 400)
    rng = np.random.default_rng(0)
    # The spread of the weighted rate over samples that draw bads and goods together at random.
    bads = rng.binomial(800, 0.5, 20_000)
    rates = bads / (bads + 19.0 * (800 - bads))
    expected = 0.05 * 0.95 / rates.var()
    assert metrics.effective_rows(y, w) == pytest.approx(expected, rel=0.05)
    assert metrics.effective_rows(y) == 800
