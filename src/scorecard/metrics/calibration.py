"""Whether PDs mean what they say: the slope and the intercept of calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from scorecard.errors import InputError
from scorecard.logodds import Floats, logit
from scorecard.metrics.regression import LogOddsFit, fit_log_odds

#: PDs are taken no closer to 0 and to 1 than this; their log-odds would be infinite.
_EDGE = 1e-15


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its standard error and the interval ``low`` to ``high`` (normal quantiles)."""

    value: float
    standard_error: float
    low: float
    high: float

    def __float__(self) -> float:
        return self.value

    def holds(self, number: float) -> bool:
        """Whether the interval holds ``number``."""
        return self.low <= number <= self.high


def calibration_slope(
    y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None, *, confidence: float = 0.95
) -> Estimate:
    """Return the slope of the logistic regression of ``y`` on the log-odds of ``pd``.

    1 where PDs spread as risk does; below 1 the low PDs are too low and the high too high.
    ``y`` (n,) in {0, 1}, ``pd`` (n,) probabilities, ``weight`` (n,) positive. Where weights differ
    the standard error is the sandwich HC0.

    Raises `InputError` for what is not so, and where there is no finite slope.

    Source: D. Cox, "Two further applications of a model for binary regression", *Biometrika* 45,
    1958.
    """
    bad, z, w = _rows(y, pd, weight)
    return _estimate(fit_log_odds([np.ones(len(bad)), z], bad, w), 1, confidence)


def calibration_intercept(
    y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None, *, confidence: float = 0.95
) -> Estimate:
    """Return by how much the log-odds of all PDs would have to rise, the slope held at 1.

    0 where the level is right; above 0 PDs are too low. Shapes, errors and source as
    `calibration_slope`.
    """
    bad, z, w = _rows(y, pd, weight)
    return _estimate(fit_log_odds([np.ones(len(bad))], bad, w, z), 0, confidence)


def _estimate(fit: LogOddsFit, at: int, confidence: float) -> Estimate:
    if not 0 < confidence < 1:
        raise InputError(f"confidence must lie between 0 and 1; got {confidence!r}.")
    value, error = float(fit.coefficients[at]), float(np.sqrt(fit.covariance[at, at]))
    reach = float(ndtri(0.5 + confidence / 2)) * error
    return Estimate(value, error, value - reach, value + reach)


def _rows(y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    bad, p = np.asarray(y, dtype=np.float64), np.asarray(pd, dtype=np.float64)
    w = np.ones(bad.shape) if weight is None else np.asarray(weight, dtype=np.float64)
    if bad.ndim != 1 or not bad.shape == p.shape == w.shape:
        raise InputError(
            "Outcomes, PDs and weights must be arrays of one length; got shapes "
            f"{bad.shape}, {p.shape}, {w.shape}."
        )
    if not (np.isin(bad, (0.0, 1.0)).all() and 0 < bad.sum() < len(bad)):
        raise InputError("Outcomes must be 0 (good) and 1 (bad), and both must occur.")
    if not (((p >= 0) & (p <= 1)).all() and (w > 0).all() and np.isfinite(w).all()):
        raise InputError("PDs must lie in [0, 1] and weights be positive and finite.")
    return bad, logit(np.clip(p, _EDGE, 1 - _EDGE)), w
