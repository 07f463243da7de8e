"""Intervals from a standard error."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from scorecard.logodds import expit, logit
from scorecard.metrics.inputs import level


def normal(value: float, standard_error: float, confidence: float) -> tuple[float, float]:
    """Return value ± z·standard error."""
    reach = _z(confidence) * standard_error
    return value - reach, value + reach


def on_log_odds(
    share: float, standard_error: float, confidence: float
) -> tuple[float, float] | None:
    """Return expit(logit(share) ± z·standard error/(share(1 − share))), which stays within 0 and 1.

    None where the share is 0 or 1 or has no spread: the standard error says nothing there.
    """
    reach = _z(confidence)
    if not (0 < share < 1 and standard_error > 0):
        return None
    reach *= standard_error / (share * (1 - share))
    low, high = expit(logit(share) + np.array([-reach, reach]))
    return float(low), float(high)


def _z(confidence: float) -> float:
    z = float(ndtri(0.5 + level(confidence) / 2))
    return z if math.isfinite(z) else math.inf
