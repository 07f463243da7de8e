"""Whether the PDs of grades fit their defaults: the binomial test and Hosmer and Lemeshow's."""

from __future__ import annotations

from typing import overload

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import binom, chi2

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import grades
from scorecard.metrics.jeffreys import Grades, GradeTest
from scorecard.metrics.measure import Measure

#: The systematic factor from −9 to 9 standard deviations; beyond is less than 1e-18.
_FACTOR = np.linspace(-9.0, 9.0, 8_001)
_DENSITY = np.exp(-(_FACTOR**2) / 2)
_DENSITY /= _DENSITY.sum()


class HosmerLemeshow(Measure):
    """A χ² statistic with its degrees of freedom."""

    degrees: int = 0


@overload
def binomial(
    defaults: float, count: float, pd: float, *, asset_correlation: float = ...
) -> GradeTest: ...
@overload
def binomial(
    defaults: Grades, count: Grades, pd: Grades, *, asset_correlation: float = ...
) -> tuple[GradeTest, ...]: ...
def binomial(
    defaults: float | Grades,
    count: float | Grades,
    pd: float | Grades,
    *,
    asset_correlation: float = 0.0,
) -> GradeTest | tuple[GradeTest, ...]:
    """Test a grade's PD against its defaults; ``value`` is the p-value, low: the PD is too low.

    p = P(D ≥ defaults), D binomial with ``count`` and ``pd``. Defaults of one year hang together,
    and independence rejects good PDs in bad years: with an ``asset_correlation`` ρ in [0, 1) D is
    binomial given a systematic factor f ~ N(0, 1), with PD Φ((Φ⁻¹(pd) + √ρ·f)/√(1 − ρ)), and p is
    the mean over f. Numbers give one result, arrays (k,) of grades a tuple of k. Raises
    `InputError` unless counts are whole, 0 ≤ defaults ≤ count and PDs in [0, 1].

    Source: Basel Committee, *Studies on the validation of internal rating systems*, Working Paper
    14, 2005; O. Vasicek, "The distribution of loan portfolio value", *Risk* 15, 2002.

    >>> binomial(12, 500, .02)
    binomial p 0.3020653; p_value 0.302065; bad_rate 0.024
    >>> binomial(25, 500, .02).p_value < .001 < binomial(25, 500, .02, asset_correlation=.1).p_value
    True
    """
    if not 0 <= asset_correlation < 1:
        raise InputError(
            f"asset_correlation must be at least 0 and below 1; got {asset_correlation!r}."
        )
    d, n, p = grades(defaults, count, pd)
    if not ((d == np.floor(d)) & (n == np.floor(n))).all():
        raise InputError(
            "defaults and count must be whole numbers; got fractions. For weighted counts take "
            "jeffreys with effective_rows."
        )
    found = tuple(
        GradeTest(tail, name="binomial p", p_value=tail, bad_rate=rate)
        for tail, rate in zip(_tails(d, n, p, asset_correlation), (d / n).tolist(), strict=True)
    )
    return found if np.ndim(defaults) else found[0]


def _tails(d: Floats, n: Floats, p: Floats, correlation: float) -> list[float]:
    if not correlation:
        return [float(each) for each in binom.sf(d - 1, n, p)]
    # A smooth integrand that vanishes at both ends: equal steps converge faster than any power.
    given = ndtr((ndtri(p)[:, None] + np.sqrt(correlation) * _FACTOR) / np.sqrt(1 - correlation))
    tails = binom.sf(d[:, None] - 1, n[:, None], given)
    return [min(1.0, float((row * _DENSITY).sum())) for row in tails]


def hosmer_lemeshow(
    defaults: Grades, count: Grades, pd: Grades, *, fitted: int = 0
) -> HosmerLemeshow:
    """Test the PDs of all grades at once; ``value`` is T, a low ``p_value`` says they do not fit.

    T = Σ(n·p − d)²/(n·p(1 − p)), χ² on ``degrees`` = number of grades: of PDs stated before the
    outcomes. ``fitted`` is subtracted where PDs were fitted to these outcomes (2 for deciles of
    a logistic regression). Arrays (k,); raises `InputError` unless 0 ≤ defaults ≤ count, PDs are
    within (0, 1), and a degree is left.

    Source: D. Hosmer, S. Lemeshow, *Communications in Statistics A* 9, 1980; Basel Committee,
    Working Paper 14, 2005.

    >>> hosmer_lemeshow([2, 6, 14, 27], [100, 200, 300, 200], [.01, .02, .05, .10])
    Hosmer-Lemeshow T 4.822907; statistic 4.82291; p_value 0.305956; degrees 4
    """
    d, n, p = grades(defaults, count, pd)
    if not ((p > 0) & (p < 1)).all():
        raise InputError("pd must lie within (0, 1) in every grade; got 0 or 1.")
    degrees = len(d) - fitted
    if fitted < 0 or degrees < 1:
        raise InputError(f"fitted must be 0 to {len(d) - 1} with {len(d)} grades; got {fitted!r}.")
    t = float(((n * p - d) ** 2 / (n * p * (1 - p))).sum())
    return HosmerLemeshow(
        t,
        name="Hosmer-Lemeshow T",
        statistic=t,
        p_value=float(chi2.sf(t, degrees)),
        degrees=degrees,
    )
