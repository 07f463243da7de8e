"""The three ways to fit how log-odds of bad follow a margin: a line, a beta curve, steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.optimize import isotonic_regression

from scorecard.errors import InputError
from scorecard.logodds import Floats, logit
from scorecard.metrics.regression import fit_log_odds
from scorecard.models.calibration import Calibration
from scorecard.models.calibration_curve import BetaCurve, IsotonicCurve

#: Bads and goods that every step of an isotonic curve stands on; fewer would be noise.
LEAST = 20

#: Neither coefficient of a beta curve falls below this part of the other: none goes flat.
_FLAT = 1e-3


def fit_line(x: Floats, y: Floats, weight: Floats) -> Calibration:
    """Fit log-odds = c + b·x by maximum likelihood.

    Where ``x`` tells goods from bads without error no finite b is best; the outcomes are then taken
    as (bads + 1)/(bads + 2) and 1/(goods + 2), for 1 and 0 (J. Platt, "Probabilistic Outputs for
    Support Vector Machines", 1999). Raises `InputError` where b is not positive.
    """
    columns = [np.ones(len(x)), x]
    try:
        fitted = fit_log_odds(columns, y, weight)
    except InputError:
        bads = float(y.sum())
        smooth = np.where(y > 0, (bads + 1) / (bads + 2), 1 / (len(y) - bads + 2))
        fitted = fit_log_odds(columns, smooth, weight)
    c, b = fitted.coefficients.tolist()
    if b <= 0:
        raise InputError(
            f"The calibration slope must be positive; it is {b:.3f}: the margin does not "
            "rank risk on the rows it is calibrated on."
        )
    return Calibration(c, b, 0.0, _rate(y, weight))


def fit_beta(x: Floats, y: Floats, weight: Floats) -> Calibration:
    """Fit log-odds = c + a·ln p − b·ln(1 − p), p = 1/(1 + e^−x), with a, b ≥ 0 (Kull et al. 2017).

    Raises `InputError` where neither is positive.
    """
    ones, softplus = np.ones(len(x)), np.logaddexp(0.0, x)
    c, a, b = fit_log_odds([ones, x - softplus, softplus], y, weight).coefficients.tolist()
    if min(a, b) < 0:
        one = softplus if a < 0 else x - softplus
        c, other = fit_log_odds([ones, one], y, weight).coefficients.tolist()
        a, b = (0.0, other) if a < 0 else (other, 0.0)
    if max(a, b) <= 0:
        raise InputError(
            "A beta calibration needs a margin that ranks risk on the rows it is calibrated on; "
            "this one does not."
        )
    a, b = max(a, _FLAT * b), max(b, _FLAT * a)
    return Calibration(c, (a + b) / 2, 0.0, _rate(y, weight), BetaCurve((a - b) / (a + b)))


def fit_isotonic(x: Floats, y: Floats, weight: Floats) -> Calibration:
    """Fit steps that never fall, and draw a strictly rising curve through their centres.

    Pools adjacent violators, joins steps until each stands on `LEAST` bads and goods, puts a knot
    at the weighted mean margin of each with the log-odds of its bad rate, and goes straight from
    knot to knot; beyond them with the slope of `fit_line` (Oron & Flournoy 2017 for the centres).

    Raises `InputError` where fewer than two steps remain.
    """
    tail = fit_line(x, y, weight).slope
    places, where = np.unique(x, return_inverse=True)
    mass = np.bincount(where, weight)
    rate = np.bincount(where, weight * y) / mass
    steps = isotonic_regression(rate, weights=mass)
    # Neighbours of one rate are one step, up to the rounding of their means.
    level = steps.x[steps.blocks[:-1]]
    starts = steps.blocks[:-1][np.diff(level, prepend=-1.0) > 1e-9]
    bads = np.add.reduceat(np.bincount(where, y), starts)
    goods = np.add.reduceat(np.bincount(where, 1.0 - y), starts)
    starts = starts[_joined(bads, goods)]
    if len(starts) < 2:
        raise InputError(
            f"An isotonic calibration needs two steps of {LEAST} bads and {LEAST} goods each; "
            f"{int(y.sum())} bads in {len(y)} rows give {len(starts)}. Use method='logistic'."
        )
    total = np.add.reduceat(mass, starts)
    knots = np.add.reduceat(mass * places, starts) / total
    values = logit(np.add.reduceat(mass * rate, starts) / total)
    curve = IsotonicCurve(tuple(knots.tolist()), tuple(values.tolist()), tail)
    return Calibration(0.0, 1.0, 0.0, _rate(y, weight), curve)


Fit = Callable[[Floats, Floats, Floats], Calibration]

#: Every method, the simplest first.
METHODS: Mapping[str, Fit] = {"logistic": fit_line, "beta": fit_beta, "isotonic": fit_isotonic}


def parameters(calibration: Calibration) -> int:
    """Return how many numbers a fit of this kind takes from the data."""
    curve = calibration.curve
    if isinstance(curve, IsotonicCurve):
        return len(curve.knots)
    return 2 if curve is None else 3


def _joined(bads: Floats, goods: Floats) -> list[int]:
    """Return the first blocks of steps that hold `LEAST` of both; a thin end joins the last."""
    first, held = [0], np.zeros(2)
    for k, pair in enumerate(zip(bads, goods, strict=True)):
        if held.min() >= LEAST:
            first.append(k)
            held[:] = 0.0
        held += pair
    if held.min() < LEAST and len(first) > 1:
        first.pop()
    return first


def _rate(y: Floats, weight: Floats) -> float:
    return float(np.average(y, weights=weight))
