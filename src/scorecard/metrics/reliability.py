"""Whether PDs hold at their own level: calibration error by bins, and Spiegelhalter's test."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from scorecard.errors import InputError
from scorecard.metrics.inputs import forecast
from scorecard.metrics.measure import Measure


def ece(y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None, *, bins: int = 5) -> Measure:
    """Return the expected calibration error: Σ share of bin·|mean PD − bad rate| of the bin.

    ``bins`` of equal width on [0, 1], each [a, b), the last closed. It depends on the bins, and in
    a portfolio of low PDs most rows share the first one: `calibration_line` and `spiegelhalter`
    need no bins. ``y`` (n,) in {0, 1}, ``pd`` (n,) in [0, 1], ``weight`` (n,) not negative.

    Source: M. Naeini, G. Cooper, M. Hauskrecht, "Obtaining well calibrated probabilities using
    Bayesian binning", *AAAI* 2015.

    >>> y, pd = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]
    >>> ece(y, pd)
    expected calibration error 0.175
    """
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise InputError(f"bins must be a whole number of at least 1; got {bins!r}.")
    bad, p, w = forecast(y, pd, weight)
    # k/bins, not multiples of 1/bins: so a PD written 0.6 is the edge 3/5, and above it.
    at = np.searchsorted(np.arange(1, bins) / bins, p, side="right")
    gap = np.abs(np.bincount(at, w * (p - bad), int(bins)))
    return Measure(gap.sum() / w.sum(), name="expected calibration error")


def spiegelhalter(y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None) -> Measure:
    """Test whether PDs are right, each for its own row; ``value`` is Z.

    Z = Σw(y − p)(1 − 2p)/√Σw²(1 − 2p)²p(1 − p), standard normal where they are; ``p_value``
    two-sided. Weights are sampling weights: their unit does not matter. Shapes as `ece`. Raises
    `InputError` where every PD is 0, ½ or 1, so that Z has no variance.

    Source: D. Spiegelhalter, "Probabilistic prediction in patient management and clinical trials",
    *Statistics in Medicine* 5, 1986.

    >>> y, pd = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]
    >>> spiegelhalter(y, pd)
    Spiegelhalter Z -0.7465823; statistic -0.746582; p_value 0.455316
    """
    bad, p, w = forecast(y, pd, weight)
    lean = w * (1.0 - 2.0 * p)
    variance = float((lean**2 * p * (1.0 - p)).sum())
    if not variance > 0:
        raise InputError("pd must hold a PD other than 0, 1/2 and 1; Z has no variance without.")
    z = float((lean * (bad - p)).sum()) / math.sqrt(variance)
    p_value = 2.0 * float(ndtr(-abs(z)))
    return Measure(z, name="Spiegelhalter Z", statistic=z, p_value=p_value)
