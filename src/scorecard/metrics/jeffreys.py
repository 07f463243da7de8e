"""How sure a bad rate is: Jeffreys' interval and test, with weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv

from scorecard.errors import InputError


def jeffreys_interval(bads: float, rows: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a PD that ``bads`` of ``rows`` are compatible with.

    The quantiles of Beta(bads + ½, rows − bads + ½); the lower end is 0 without bads, the upper 1
    without goods. Counts need not be whole, see `effective_rows`. Raises `InputError` unless
    0 ≤ bads ≤ rows, rows above 0.

    Source: L. Brown, T. Cai, A. DasGupta, "Interval estimation for a binomial proportion",
    *Statistical Science* 16, 2001.
    """
    _check(bads, rows)
    tail = (1 - confidence) / 2
    a, b = bads + 0.5, rows - bads + 0.5
    low = 0.0 if bads == 0 else float(betaincinv(a, b, tail))
    high = 1.0 if bads == rows else float(betaincinv(a, b, 1 - tail))
    return low, high


def jeffreys_p_value(bads: float, rows: float, pd: float) -> float:
    """Return the probability that the true PD is at most ``pd``; a low one says it is too low.

    Source: European Central Bank, *Instructions for reporting the validation results of internal
    models*, 2019, §2.5.3.1.

    >>> round(jeffreys_p_value(12, 500, 0.02), 7)
    0.2515743
    """
    _check(bads, rows)
    return float(betainc(bads + 0.5, rows - bads + 0.5, pd))


def effective_rows(y: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return how many equally weighted rows would tell the bad rate as surely as these.

    p(1 − p) over the linearised variance of the weighted bad rate p; the number of rows where
    weights are equal. Where only one class is there, (Σw)²/Σw². A sample drawn by outcome may be
    worth more than its rows. ``y`` (n,) in {0, 1}, ``weight`` (n,) positive.

    Source: E. Korn, B. Graubard, "Confidence intervals for proportions with small expected number
    of positive counts estimated from survey data", *Survey Methodology* 24, 1998.
    """
    bad = np.asarray(y, dtype=np.float64)
    w = np.ones(len(bad)) if weight is None else np.asarray(weight, dtype=np.float64)
    if not len(bad) or bad.shape != w.shape or not (w > 0).all():
        raise InputError("Effective rows need outcomes and as many positive weights.")
    if w.min() == w.max():
        return float(len(bad))
    p = float((w * bad).sum() / w.sum())
    if not 0 < p < 1:
        return float(w.sum() ** 2 / (w**2).sum())
    return float(p * (1 - p) * w.sum() ** 2 / ((w * (bad - p)) ** 2).sum())


def _check(bads: float, rows: float) -> None:
    if not 0 <= bads <= rows or not rows > 0:
        raise InputError(f"Bads must lie between 0 and the rows; got {bads} of {rows}.")
