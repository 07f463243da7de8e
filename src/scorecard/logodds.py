"""Probabilities and log-odds; one implementation, so that one row and many give the same bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def expit(log_odds: ArrayLike) -> Floats:
    """Return the probability 1/(1 + exp(−x)) of log-odds x, elementwise, without overflow."""
    x = np.asarray(log_odds, dtype=np.float64)
    small = np.exp(-np.abs(x))
    out: Floats = np.where(x >= 0, 1.0, small) / (1.0 + small)
    return out


def logit(probability: ArrayLike) -> Floats:
    """Return the log-odds ln(p/(1 − p)) of probabilities in (0, 1), elementwise."""
    p = np.asarray(probability, dtype=np.float64)
    out: Floats = np.log(p) - np.log1p(-p)
    return out
