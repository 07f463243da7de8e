"""Whether PDs mean what they say: the slope, the intercept and the line of calibration."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scorecard.logodds import Floats, logit
from scorecard.metrics.inputs import both_classes, forecast
from scorecard.metrics.interval import normal
from scorecard.metrics.measure import Measure
from scorecard.metrics.regression import LogOddsFit, fit_log_odds

#: PDs are taken no closer to 0 and to 1 than this; their log-odds would be infinite.
_EDGE = 1e-15


@dataclass(frozen=True, slots=True)
class CalibrationLine:
    """Intercept and slope fitted together, and the test that they are 0 and 1."""

    intercept: Measure
    slope: Measure
    statistic: float
    p_value: float

    @property
    def value(self) -> tuple[float, float]:
        """Intercept and slope as plain floats."""
        return self.intercept.value, self.slope.value

    @property
    def interval(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Their two intervals."""
        return (
            (self.intercept.low, self.intercept.high),
            (self.slope.low, self.slope.high),
        )


def calibration_line(
    y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None, *, confidence: float = 0.95
) -> CalibrationLine:
    """Fit log-odds of bad = intercept + slope·log-odds of PD, and test intercept 0 and slope 1.

    ``statistic`` is Wald's, χ² on 2 where PDs are right; a low ``p_value`` says that they are not.
    The intercept belongs to this slope; for the level alone see `calibration_intercept`. Shapes,
    weights, errors and source as `calibration_slope`.

    >>> y, pd = [0, 0, 1, 0, 1, 1, 0, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]
    >>> line = calibration_line(y, pd)
    >>> [round(each, 4) for each in (*line.value, line.statistic, line.p_value)]
    [0.3013, 1.169, 0.1618, 0.9223]
    """
    bad, z, w = _rows(y, pd, weight)
    fit = fit_log_odds([np.ones(len(bad)), z], bad, w)
    off = fit.coefficients - np.array([0.0, 1.0])
    (a, b), (_, c) = fit.covariance
    wald = float((c * off[0] ** 2 - 2 * b * off[0] * off[1] + a * off[1] ** 2) / (a * c - b * b))
    return CalibrationLine(
        _estimate(fit, 0, "calibration intercept", confidence),
        _estimate(fit, 1, "calibration slope", confidence),
        wald,
        math.exp(-wald / 2),
    )


def calibration_slope(
    y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None, *, confidence: float = 0.95
) -> Measure:
    """Return the slope of the logistic regression of ``y`` on the log-odds of ``pd``.

    1 where PDs spread as risk does; below 1 the low PDs are too low and the high too high.
    ``y`` (n,) in {0, 1}, ``pd`` (n,) probabilities, ``weight`` (n,) positive. Where weights differ
    the standard error is the sandwich HC0.

    Raises `InputError` for what is not so, and where there is no finite slope.

    Source: D. Cox, "Two further applications of a model for binary regression", *Biometrika* 45,
    1958.
    """
    bad, z, w = _rows(y, pd, weight)
    fit = fit_log_odds([np.ones(len(bad)), z], bad, w)
    return _estimate(fit, 1, "calibration slope", confidence)


def calibration_intercept(
    y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None, *, confidence: float = 0.95
) -> Measure:
    """Return by how much the log-odds of all PDs would have to rise, the slope held at 1.

    0 where the level is right; above 0 PDs are too low. Shapes, errors and source as
    `calibration_slope`.
    """
    bad, z, w = _rows(y, pd, weight)
    return _estimate(
        fit_log_odds([np.ones(len(bad))], bad, w, z), 0, "calibration intercept", confidence
    )


def _estimate(fit: LogOddsFit, at: int, name: str, confidence: float) -> Measure:
    value, error = float(fit.coefficients[at]), float(np.sqrt(fit.covariance[at, at]))
    return Measure(
        value,
        name=name,
        standard_error=error,
        interval=normal(value, error, confidence),
        confidence=confidence,
    )


def _rows(y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    bad, p, w = forecast(y, pd, weight)
    both_classes(bad)
    return bad, logit(np.clip(p, _EDGE, 1 - _EDGE)), w
