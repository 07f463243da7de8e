"""DeLong's variance of the AUC, and the tests that rest on it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import ranked
from scorecard.metrics.interval import normal, on_log_odds
from scorecard.metrics.measure import Measure
from scorecard.metrics.ranking import Ranking


class DeLong(Measure):
    """An AUC with the variance of DeLong, DeLong and Clarke-Pearson."""

    variance: float | None = None


class AUCDifference(Measure):
    """The difference of two AUCs on the same rows, and each of them."""

    auc_a: float = math.nan
    auc_b: float = math.nan


def delong(
    y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None, *, confidence: float = 0.95
) -> DeLong:
    """Return the AUC with its ``variance`` and an interval on the scale of log-odds.

    s² = var(V10)/b + var(V01)/g, where V10 of a bad is the share of goods below it, V01 of a good
    the share of bads above it (ties half), variances with b − 1 and g − 1. The ECB asks for the
    same variance, on grades. One sort: n·log n in the rows.

    Weights are sampling weights: a row stands for ``weight`` rows of the population yet remains
    one observation. Shares are weighted, and a class of n rows adds n/(n − 1)·Σw²(V − AUC)²/(Σw)².
    So the unit of the weights does not matter, equal weights give the classic variance, and a
    weight of 2 on all rows is not each row twice (whose variance would be half).

    ``y`` (n,) in {0, 1}, ``risk`` (n,) finite, ``weight`` (n,) not negative. Raises `InputError`
    where a class has fewer than two rows. The interval is None where the AUC is 0 or 1.

    Source: E. DeLong, D. DeLong, D. Clarke-Pearson, *Biometrics* 44, 1988; X. Sun, W. Xu, *IEEE
    Signal Processing Letters* 21, 2014 (midranks); European Central Bank, *Instructions for
    reporting the validation results of internal models*, 2019, §2.5.4.1.

    >>> goods, bads = [0, .01, .02, .03, .2, .6, .66, .7], [.3, .35, .36, .42, .5, .8, .82, .99]
    >>> found = delong([0] * 8 + [1] * 8, goods + bads)
    >>> found
    AUC 0.765625 [95%: 0.432182 to 0.933423]; standard_error 0.133369; variance 0.0177874
    """
    found = discrimination(*ranked(y, risk, weight), confidence)
    if found.variance is None:
        raise InputError("DeLong's variance needs two goods and two bads at least; got fewer.")
    return found


def delong_test(
    y: ArrayLike,
    risk_a: ArrayLike,
    risk_b: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> AUCDifference:
    """Test whether two risks of the same rows have the same AUC; ``value`` is AUC_a − AUC_b.

    ``statistic`` z = (AUC_a − AUC_b)/√(s²_a + s²_b − 2s_ab) is standard normal where they have,
    ``p_value`` two-sided, ``interval`` normal. Weights, shapes, errors and source as `delong`.
    Raises `InputError` where the AUCs differ but their difference has no variance.

    >>> y, first = [0, 0, 0, 1, 1, 1], [.1, .2, .4, .3, .5, .6]
    >>> delong_test(y, first, [.1, .5, .3, .2, .4, .6])
    AUC difference 0.2222222 [95%: -0.264735 to 0.709179]; statistic 0.894427; p_value 0.371093; \
standard_error 0.248452; auc_a 0.888889; auc_b 0.666667
    """
    bad, a, w = ranked(y, risk_a, weight, "risk_a")
    _, b, _ = ranked(y, risk_b, weight, "risk_b")
    area_a, parts_a = _influence(bad, a, w)
    area_b, parts_b = _influence(bad, b, w)
    if parts_a is None or parts_b is None:
        raise InputError("DeLong's test needs two goods and two bads at least; got fewer.")
    difference = area_a - area_b
    error = math.sqrt(float(((parts_a - parts_b) ** 2).sum()))
    if error <= 1e-15 and abs(difference) > 1e-15:
        raise InputError(
            "The two AUCs differ by a constant on every row, so that DeLong's test has no answer. "
            "Give more rows."
        )
    z = difference / error if error > 1e-15 else 0.0
    return AUCDifference(
        difference,
        name="AUC difference",
        statistic=z,
        p_value=2.0 * float(ndtr(-abs(z))),
        standard_error=error,
        interval=normal(difference, error, confidence),
        confidence=confidence,
        auc_a=area_a,
        auc_b=area_b,
    )


def auc_change_test(
    initial: float, y: ArrayLike | DeLong, risk: ArrayLike | None = None,
    weight: ArrayLike | None = None,
) -> Measure:  # fmt: skip
    """Test whether the AUC has fallen since the initial validation; ``value`` is S.

    S = (AUC_initial − AUC)/s with DeLong's s today; ``p_value`` 1 − Φ(S): a low one says that the
    AUC has fallen. ``initial`` in [0, 1]; then outcomes, risks (the grades, for a report to the
    ECB) and weights as in `delong`, or what `delong` returned. Raises `InputError` where the AUC
    has no variance.

    Source: European Central Bank, *Instructions for reporting the validation results of internal
    models*, 2019, §2.5.4.1.

    >>> goods, bads = [0, .01, .02, .03, .2, .6, .66, .7], [.3, .35, .36, .42, .5, .8, .82, .99]
    >>> auc_change_test(.85, [0] * 8 + [1] * 8, goods + bads)
    S 0.6326415; statistic 0.632642; p_value 0.263484
    """
    if not 0 <= initial <= 1:
        raise InputError(f"initial must be an AUC from 0 to 1; got {initial!r}.")
    if isinstance(y, DeLong):
        now = y
    elif risk is None:
        raise InputError("risk is required beside outcomes; only what delong returned goes alone.")
    else:
        now = delong(y, risk, weight)
    if not now.standard_error:
        raise InputError("The AUC has no variance on these rows, so its change has no test.")
    s = (float(initial) - now.value) / now.standard_error
    return Measure(s, name="S", statistic=s, p_value=float(ndtr(-s)))


def discrimination(bad: Floats, risk: Floats, weight: Floats, confidence: float) -> DeLong:
    """Return the AUC of checked rows, with DeLong's variance where classes are large enough."""
    area, parts = _influence(bad, risk, weight)
    if parts is None:
        return DeLong(area, name="AUC")
    variance = float((parts**2).sum())
    error = math.sqrt(variance)
    return DeLong(
        area,
        name="AUC",
        standard_error=error,
        interval=on_log_odds(area, error, confidence),
        confidence=confidence,
        variance=variance,
    )


def _influence(bad: Floats, risk: Floats, weight: Floats) -> tuple[float, Floats | None]:
    """Return the AUC and each row's part in its error (n,); their squares sum to the variance."""
    ranking = Ranking.of(risk, weight * bad, weight * (1 - bad))
    area = ranking.area()
    total_bad, total_good = float(ranking.bads.sum()), float(ranking.goods.sum())
    rows_bad = float(bad.sum())
    rows_good = len(bad) - rows_bad
    if min(rows_bad, rows_good) < 2:
        return area, None
    of_bads = ranking.above_goods() / total_good - area
    of_goods = ranking.below_bads() / total_bad - area
    parts = np.where(
        bad == 1,
        of_bads[ranking.at] * (math.sqrt(rows_bad / (rows_bad - 1)) / total_bad),
        of_goods[ranking.at] * (math.sqrt(rows_good / (rows_good - 1)) / total_good),
    )
    parts *= weight
    return area, parts
