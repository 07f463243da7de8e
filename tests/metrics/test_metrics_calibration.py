"""Slope, intercept and their errors against statsmodels; Jeffreys against published numbers."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import beta

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


@pytest.mark.parametrize(
    ("bads", "rows", "pd", "p"),
    [
        (12, 500, 0.02, 0.2515743),
        (3, 100, 0.05, 0.8186411),
        (0, 50, 0.01, 0.6851152),
        (25, 400, 0.04, 0.0152437),
    ],
)
def test_jeffreys_is_the_published_one(bads: int, rows: int, pd: float, p: float) -> None:
    assert metrics.jeffreys_p_value(bads, rows, pd) == pytest.approx(p, abs=1e-7)
    low, high = metrics.jeffreys_interval(bads, rows)
    whole = beta(bads + 0.5, rows - bads + 0.5).ppf([0.025, 0.975])
    assert high == pytest.approx(whole[1])
    assert low == pytest.approx(whole[0] if bads else 0.0)


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
