"""Three calibrations, each against a known truth or other code, and the choice among them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

import scorecard as sc
from scorecard.errors import InputError
from scorecard.logodds import expit, logit
from scorecard.models import Calibration
from scorecard.models.calibration_curve import BetaCurve, IsotonicCurve
from scorecard.models.calibration_fit import LEAST, METHODS, fit_beta, fit_isotonic

N = 20_000
TRUTHS = {
    "logistic": lambda x: 0.3 + 0.8 * x,
    "beta": lambda x: -0.5 + 1.6 * (x - np.logaddexp(0, x)) + 0.3 * np.logaddexp(0, x),
    "isotonic": lambda x: -1 + 1.5 * (x + 0.48 * np.sin(2 * x)),
}


def drawn(truth: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.normal(-0.8, 1.6, N)
    y = (rng.random(N) < expit(TRUTHS[truth](x))).astype(float)
    return x, y, rng.uniform(1, 3, N)


@pytest.fixture(scope="module", params=list(METHODS))
def calibration(request: pytest.FixtureRequest) -> Calibration:
    return sc.PDCalibrator(0.05, method=request.param).fit(*drawn("isotonic")).calibration_


@pytest.mark.parametrize("truth", list(TRUTHS))
def test_the_data_choose_the_kind_they_came_from(truth: str) -> None:
    x, y, w = drawn(truth)
    fitted = sc.PDCalibrator(0.05).fit(x, y, w)
    table = fitted.comparison_
    assert fitted.calibration_.method == truth == table.filter("chosen")["method"].item()
    assert table["method"].to_list() == list(METHODS)
    assert table["worse_by"].min() == 0
    within = table.filter(table["worse_by"] <= table["standard_error"])
    assert within["method"][0] == truth
    assert np.average(fitted.predict(x), weights=w) == pytest.approx(0.05, abs=1e-9)
    z, true = fitted.calibration_.log_odds(x), TRUTHS[truth](x)
    middle = np.abs(x + 0.8) < 2.5
    assert np.std((z - true)[middle]) < 0.2


def test_beta_is_the_maximum_of_its_likelihood() -> None:
    x, y, w = drawn("beta")
    p = expit(x)

    def loss(theta: np.ndarray) -> float:
        z = theta[0] + theta[1] * np.log(p) - theta[2] * np.log1p(-p)
        return float((w * (np.logaddexp(0, z) - y * z)).sum() / w.sum())

    found = fit_beta(x, y, w)
    assert isinstance(found.curve, BetaCurve)
    lean = found.curve.lean
    mine = np.array([found.intercept, found.slope * (1 + lean), found.slope * (1 - lean)])
    best = minimize(loss, [0.0, 1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-7})
    assert loss(mine) <= best.fun + 1e-12
    np.testing.assert_allclose(mine, best.x, atol=1e-3)


def test_a_coefficient_of_beta_that_would_be_negative_is_held() -> None:
    x = np.random.default_rng(3).normal(0, 2, N)
    y = (np.random.default_rng(4).random(N) < expit(x - 0.3 * np.logaddexp(0, -x) * 4)).astype(
        float
    )
    curve = fit_beta(x, y, np.ones(N)).curve
    assert isinstance(curve, BetaCurve)
    assert abs(curve.lean) < 1
    rising = curve(np.linspace(-8, 8, 10_001))
    assert (np.diff(rising) > 0).all()


def test_isotonic_knots_lie_on_scikit_learns_steps() -> None:
    x, y, w = drawn("isotonic")
    curve = fit_isotonic(x, y, w).curve
    assert isinstance(curve, IsotonicCurve)
    steps = IsotonicRegression().fit(x, y, w).predict(x)
    # Each knot is the mean margin of a run of steps, its value the log-odds of their mean.
    edges = np.unique(np.searchsorted(np.array(curve.knots), x))
    assert len(edges) == len(curve.knots) + 1
    order = np.argsort(x, kind="stable")
    xs, ys, ws, fit = x[order], y[order], w[order], steps[order]
    start = 0
    for knot, value in zip(curve.knots, curve.values, strict=True):
        ends = np.flatnonzero(np.diff(fit[start:], append=np.inf) > 0) + start + 1
        means = np.cumsum(ws[start:] * xs[start:]) / np.cumsum(ws[start:])
        end = ends[np.argmin(np.abs(means[ends - 1 - start] - knot))]
        rows = slice(start, end)
        assert np.average(xs[rows], weights=ws[rows]) == pytest.approx(knot, abs=1e-9)
        assert logit(np.average(ys[rows], weights=ws[rows])) == pytest.approx(value, abs=1e-9)
        assert min(ys[rows].sum(), (1 - ys[rows]).sum()) >= LEAST
        start = end
    assert start == N


@settings(max_examples=50, deadline=None)
@given(
    margins=st.lists(st.floats(-60, 60, allow_subnormal=False), min_size=2, max_size=20),
)
def test_order_and_ties_are_kept(calibration: Calibration, margins: list[float]) -> None:
    x = np.array(margins)
    z = calibration.log_odds(x)
    assert np.isfinite(z).all()
    order = np.argsort(x, kind="stable")
    far = np.diff(x[order]) > 1e-9
    assert (np.diff(z[order])[~far] >= -1e-9).all()
    near = np.abs(x[order]) < 20
    assert (np.diff(z[order])[far & near[1:] & near[:-1]] > 0).all()
    assert [calibration.log_odds(x[i : i + 1])[0] for i in range(len(x))] == z.tolist()


def test_json_both_ways(calibration: Calibration) -> None:
    data = json.loads(json.dumps(calibration.to_dict()))
    again = Calibration.from_dict(data)
    assert again == calibration
    x = np.linspace(-8, 8, 4_001)
    assert again.log_odds(x).tolist() == calibration.log_odds(x).tolist()


def test_a_step_from_piece_to_piece_never_falls() -> None:
    curve = sc.PDCalibrator(0.05, method="isotonic").fit(*drawn("isotonic")).calibration_.curve
    assert isinstance(curve, IsotonicCurve)
    for knot, value in zip(curve.knots, curve.values, strict=True):
        around = np.array([np.nextafter(knot, -np.inf), knot, np.nextafter(knot, np.inf)])
        below, at, above = curve(around)
        assert below <= at == value <= above


def test_the_correction_does_not_bend_what_the_sample_says() -> None:
    """Bads drawn ten times too often move the level only, and beta's curve is the population's."""
    x, y, _ = drawn("beta")
    more = np.log(10.0)
    whole = sc.PDCalibrator(0.05, method="beta").fit(x, y).calibration_
    kept = (y == 1) | (np.random.default_rng(0).random(N) < 0.1)
    rates = float(y[kept].mean()), float(y.mean())
    part = sc.PDCalibrator(
        0.05, method="beta", sample_bad_rate=rates[0], population_bad_rate=rates[1]
    ).fit(x[kept] + more, y[kept])
    assert part.calibration_.correction == pytest.approx(more, abs=0.03)
    there = part.calibration_.log_odds(x + part.calibration_.correction)
    spread = there - whole.log_odds(x)
    assert np.std(spread[np.abs(x) < 3]) < 0.15


def test_a_margin_without_an_error_gets_a_finite_line() -> None:
    x = np.linspace(-6, 2, 1_000)
    fitted = sc.PDCalibrator(0.05).fit(x, x > 1)
    assert fitted.calibration_.method == "logistic"
    assert 1 < fitted.calibration_.slope < 1e3
    assert fitted.predict(x).mean() == pytest.approx(0.05, abs=1e-9)


def test_too_few_bads_are_not_compared() -> None:
    x, y, w = (each[:400] for each in drawn("logistic"))
    x, y, w = np.concatenate([x, x]), np.concatenate([y * 0, y]), np.concatenate([w, w])
    keep = np.flatnonzero((y == 0) | (np.cumsum(y) <= 90))
    fitted = sc.PDCalibrator(0.05).fit(x[keep], y[keep], w[keep])
    assert fitted.comparison_.rows() == [("logistic", 2, None, None, None, True)]


@pytest.mark.parametrize(
    ("asked", "data", "said"),
    [
        ({"method": "platt"}, ([0.0, 1.0, 0.5], [0, 1, 0]), "method must be one of auto, logistic"),
        ({"method": "isotonic"}, ([0.0, 1.0, 0.5, 2.0], [0, 0, 1, 1]), "needs two steps"),
        ({}, ([0.0, 1.0], [0, 1, 1]), "arrays of one length"),
        ({}, ([0.0, np.nan], [0, 1]), "Margins must be finite"),
        ({}, ([0.0, 1.0], [1, 1]), "both must occur"),
    ],
)
def test_what_cannot_be_fitted_is_refused(asked: dict, data: tuple, said: str) -> None:
    with pytest.raises(InputError, match=said):
        sc.PDCalibrator(0.04, **asked).fit(*data)


@pytest.mark.parametrize(
    "curve",
    [
        {"kind": "beta", "lean": 1.0},
        {"kind": "isotonic", "knots": [0.0, 0.0], "values": [0.0, 1.0], "tail": 1.0},
        {"kind": "isotonic", "knots": [0.0], "values": [0.0], "tail": 1.0},
        {"kind": "isotonic", "knots": [0.0, 1.0], "values": [0.0, 1.0], "tail": 0.0},
        {"kind": "spline"},
    ],
)
def test_a_curve_that_does_not_rise_is_refused(curve: dict) -> None:
    line = Calibration(0.0, 1.0, 0.0, 0.05).to_dict()
    with pytest.raises(InputError):
        Calibration.from_dict({**line, "curve": curve})
