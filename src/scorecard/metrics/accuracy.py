"""How near PDs come to outcomes: means and scoring rules, weighted."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlog1py, xlogy

from scorecard.metrics.inputs import forecast, outcomes, probabilities, weights
from scorecard.metrics.measure import Measure


def brier(y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None) -> Measure:
    """Return the Brier score, the weighted mean of (PD − y)²; 0 is best.

    ``y`` (n,) in {0, 1}, ``pd`` (n,) in [0, 1], ``weight`` (n,) not negative. Raises `InputError`
    for anything else.

    Source: G. Brier, "Verification of forecasts expressed in terms of probability", *Monthly
    Weather Review* 78, 1950.

    >>> y, pd = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]
    >>> brier(y, pd)
    Brier score 0.12525
    """
    bad, p, w = forecast(y, pd, weight)
    return Measure(np.average((p - bad) ** 2, weights=w), name="Brier score")


def log_loss(y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None) -> Measure:
    """Return the weighted mean of −y·ln PD − (1 − y)·ln(1 − PD); 0 is best.

    Infinite where a PD of 0 met a bad or a PD of 1 a good: nothing is clipped. Shapes and errors
    as `brier`.

    Source: I. Good, "Rational decisions", *Journal of the Royal Statistical Society B* 14, 1952.

    >>> log_loss([0, 1], [.25, .75])
    log loss 0.2876821
    """
    bad, p, w = forecast(y, pd, weight)
    loss = -(xlogy(bad, p) + xlog1py(1.0 - bad, -p))
    return Measure(np.average(loss, weights=w), name="log loss")


def bad_rate(y: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the weighted share of bads.

    >>> bad_rate([1, 0], [3, 1])
    0.75
    """
    bad = outcomes(y)
    return float(np.average(bad, weights=weights(weight, len(bad))))


def mean_pd(pd: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the weighted mean PD.

    >>> mean_pd([.1, .3], [3, 1])
    0.15000000000000002
    """
    p = probabilities(pd)
    return float(np.average(p, weights=weights(weight, len(p))))
