"""How sure a bad rate is: Jeffreys' interval and test, with weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv

from scorecard.errors import InputError
from scorecard.metrics.inputs import grades, level, outcomes, weights
from scorecard.metrics.measure import Measure

#: One number for each grade.
Grades = Sequence[float] | NDArray[Any]


def jeffreys_interval(bads: float, rows: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a PD that ``bads`` of ``rows`` are compatible with.

    The quantiles of Beta(bads + ½, rows − bads + ½); the lower end is 0 without bads, the upper 1
    without goods. Counts need not be whole, see `effective_rows`. Raises `InputError` unless
    0 ≤ bads ≤ rows, rows above 0.

    Source: L. Brown, T. Cai, A. DasGupta, "Interval estimation for a binomial proportion",
    *Statistical Science* 16, 2001.
    """
    _check(bads, rows)
    tail = (1 - level(confidence)) / 2
    a, b = bads + 0.5, rows - bads + 0.5
    low = 0.0 if bads == 0 else float(betaincinv(a, b, tail))
    high = 1.0 if bads == rows else float(betaincinv(a, b, 1 - tail))
    return low, high


class GradeTest(Measure):
    """A p-value of one grade's PD, with the grade's bad rate."""

    bad_rate: float = float("nan")


@overload
def jeffreys(defaults: float, count: float, pd: float, *, confidence: float = ...) -> GradeTest: ...
@overload
def jeffreys(
    defaults: Grades, count: Grades, pd: Grades, *, confidence: float = ...
) -> tuple[GradeTest, ...]: ...
def jeffreys(
    defaults: float | Grades, count: float | Grades, pd: float | Grades, *, confidence: float = 0.95
) -> GradeTest | tuple[GradeTest, ...]:
    """Test a grade's PD against its defaults; ``value`` is the p-value, low: the PD is too low.

    p = P(true PD ≤ ``pd``) under Beta(defaults + ½, count − defaults + ½); ``interval`` is
    `jeffreys_interval`. Numbers give one result, arrays (k,) of grades a tuple of k. Counts need
    not be whole, see `effective_rows`. Raises `InputError` unless 0 ≤ defaults ≤ count, count
    above 0 and PDs in [0, 1].

    Source: European Central Bank, *Instructions for reporting the validation results of internal
    models*, 2019, §2.5.3.1.

    >>> jeffreys(12, 500, .02)
    Jeffreys p 0.2515743 [95%: 0.0131852 to 0.040288]; p_value 0.251574; bad_rate 0.024
    """
    found = tuple(
        GradeTest(
            p := float(betainc(d + 0.5, n - d + 0.5, each)),
            name="Jeffreys p",
            p_value=p,
            interval=jeffreys_interval(d, n, confidence=confidence),
            confidence=confidence,
            bad_rate=d / n,
        )
        for d, n, each in zip(*(a.tolist() for a in grades(defaults, count, pd)), strict=True)
    )
    return found if np.ndim(defaults) else found[0]


def effective_rows(y: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return how many equally weighted rows would tell the bad rate as surely as these.

    p(1 − p) over the linearised variance of the weighted bad rate p; the number of rows where
    weights are equal. Where only one class is there, (Σw)²/Σw². A sample drawn by outcome may be
    worth more than its rows. ``y`` (n,) in {0, 1}, ``weight`` (n,) not negative.

    Source: E. Korn, B. Graubard, "Confidence intervals for proportions with small expected number
    of positive counts estimated from survey data", *Survey Methodology* 24, 1998.
    """
    bad = outcomes(y)
    w = weights(weight, len(bad))
    bad, w = bad[w > 0], w[w > 0]
    if w.min() == w.max():
        return float(len(bad))
    p = float((w * bad).sum() / w.sum())
    if not 0 < p < 1:
        return float(w.sum() ** 2 / (w**2).sum())
    return float(p * (1 - p) * w.sum() ** 2 / ((w * (bad - p)) ** 2).sum())


def _check(bads: float, rows: float) -> None:
    if not 0 <= bads <= rows or not rows > 0:
        raise InputError(f"Bads must lie between 0 and the rows; got {bads} of {rows}.")
