"""How rows crowd into few grades: coefficient of variation and Herfindahl index."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike
from scipy.special import ndtr

from scorecard.errors import InputError
from scorecard.metrics.inputs import counts
from scorecard.metrics.measure import Measure


class Herfindahl(Measure):
    """A Herfindahl index with the coefficient of variation it is made of."""

    cv: float = math.nan


class Concentration(Measure):
    """Today's Herfindahl index, the initial one, and both coefficients of variation."""

    hi_initial: float = math.nan
    cv_initial: float = math.nan
    cv_current: float = math.nan

    @property
    def hi_current(self) -> float:
        """Today's Herfindahl index, the value."""
        return self.value


def herfindahl(count: ArrayLike) -> Herfindahl:
    """Return the Herfindahl index of K grades, 0 (all alike) to 1 (all rows in one).

    HI = 1 + ln((CV² + 1)/K)/ln K with ``cv`` CV = √(K·Σ(R − 1/K)²), R a grade's share. ``count``
    (K,) counts or exposures, K at least 2.

    Source: European Central Bank, *Instructions for reporting the validation results of internal
    models*, 2019, §2.5.5.3.

    >>> herfindahl([100, 200, 400, 200, 100])
    Herfindahl index 0.1630161; cv 0.547723
    """
    found = counts(count, "count")
    grades = len(found)
    if grades < 2:
        raise InputError("count must hold two grades at least; got one.")
    cv = math.sqrt(grades * float(((found / found.sum() - 1 / grades) ** 2).sum()))
    hi = 1 + math.log((cv**2 + 1) / grades) / math.log(grades)
    return Herfindahl(max(0.0, hi), name="Herfindahl index", cv=cv)


def concentration(initial: ArrayLike, current: ArrayLike) -> Concentration:
    """Test whether grades have become more concentrated; ``value`` is today's Herfindahl index.

    ``statistic`` √(K − 1)(CV − CV_initial)/√(CV²(½ + CV²)), ``p_value`` 1 − Φ of it: a low one says
    that they have. ``initial``, ``current`` (K,) counts or exposures of the same grades; other
    attributes ``hi_initial``, ``hi_current``, ``cv_initial``, ``cv_current``. Source and errors as
    `herfindahl`.

    >>> concentration([100, 200, 400, 200, 100], [50, 150, 500, 200, 100])
    Herfindahl index 0.301663; statistic 0.579224; p_value 0.281219; hi_initial 0.163016; \
cv_initial 0.547723; cv_current 0.790569
    """
    before, now = herfindahl(initial), herfindahl(current)
    grades = len(counts(current, "current"))
    if len(counts(initial, "initial")) != grades:
        raise InputError("initial and current must be counts of the same grades; lengths differ.")
    gap = now.cv - before.cv
    spread = math.sqrt(now.cv**2 * (0.5 + now.cv**2))
    if spread > 0:
        statistic = math.sqrt(grades - 1) * gap / spread
    else:  # all grades alike today: not more concentrated, whatever they were
        statistic = -math.inf if gap < 0 else 0.0
    return Concentration(
        now.value,
        name="Herfindahl index",
        statistic=statistic,
        p_value=float(ndtr(-statistic)),
        hi_initial=before.value,
        cv_initial=before.cv,
        cv_current=now.cv,
    )
