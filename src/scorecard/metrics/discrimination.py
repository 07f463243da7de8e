"""How well a risk tells bads from goods: AUC, Gini, Kolmogorov-Smirnov."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import kstwo

from scorecard.metrics.delong import discrimination
from scorecard.metrics.inputs import ranked
from scorecard.metrics.measure import Measure
from scorecard.metrics.ranking import Ranking


def auc(
    y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None, *, confidence: float = 0.95
) -> Measure:
    """Return the area under the ROC curve: P(risk of a bad > risk of a good), ties count half.

    ``y`` (n,) in {0, 1}, ``risk`` (n,) finite, ``weight`` (n,) not negative. Standard error and
    interval are DeLong's (see `delong`); they are None where a class has a single row, and the
    interval is None where the AUC is 0 or 1. Raises `InputError` where only one class is there.

    Source: D. Bamber, "The area above the ordinal dominance graph and the area below the receiver
    operating characteristic graph", *Journal of Mathematical Psychology* 12, 1975.

    >>> auc([0, 0, 1, 0, 1], [.1, .2, .3, .4, .5]).value
    0.8333333333333334
    """
    return discrimination(*ranked(y, risk, weight), confidence)


def gini(
    y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None, *, confidence: float = 0.95
) -> Measure:
    """Return the Gini coefficient (accuracy ratio), 2·AUC − 1; shapes and errors as `auc`.

    Source: B. Engelmann, E. Hayden, D. Tasche, "Testing rating accuracy", *Risk* 16, 2003.

    >>> gini([0, 0, 1, 0, 1], [.1, .2, .3, .4, .5]).value
    0.6666666666666667
    """
    area = auc(y, risk, weight, confidence=confidence)
    return Measure(
        2.0 * area - 1.0,
        name="Gini",
        standard_error=None if area.standard_error is None else 2.0 * area.standard_error,
        interval=area.interval and (2.0 * area.low - 1.0, 2.0 * area.high - 1.0),
        confidence=area.confidence,
    )


def ks(y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None) -> Measure:
    """Return the Kolmogorov-Smirnov distance max|F_bad − F_good| of the risks.

    Shapes and errors as `auc`. ``p_value`` is of the two-sided test that bads and goods have the
    same risks, from the limiting distribution at b·g/(b + g) rows, b and g being each class's
    (Σw)²/Σw²: its number of rows where weights are equal. Ties make it conservative.

    Source: J. Hodges, "The significance probability of the Smirnov two-sample test", *Arkiv för
    Matematik* 3, 1958.

    >>> y, risk = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]
    >>> ks(y, risk)
    KS 0.8333333; p_value 0.0555556
    """
    bad, x, w = ranked(y, risk, weight)
    ranking = Ranking.of(x, w * bad, w * (1 - bad))
    bads, goods = (np.cumsum(each) / each.sum() for each in (ranking.bads, ranking.goods))
    distance = float(np.abs(bads - goods).max())
    b, g = (float(each.sum() ** 2 / (each**2).sum()) for each in (w[bad == 1], w[bad == 0]))
    p_value = float(kstwo.sf(distance, max(1, np.round(b * g / (b + g)))))
    return Measure(distance, name="KS", p_value=p_value)
