"""Hand's H: discrimination weighed by what errors cost, the same for every model."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression
from scipy.special import betainc

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import ranked
from scorecard.metrics.measure import Measure
from scorecard.metrics.ranking import Ranking


def h_measure(
    y: ArrayLike,
    risk: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    severity: tuple[float, float] = (2.0, 2.0),
) -> Measure:
    """Return H = 1 − L/L_max: how far the risk lowers the expected cost of errors, 0 to 1.

    The cost of refusing a good is c and of accepting a bad 1 − c, c ~ Beta(``severity``). At each
    c the best cut on the ROC curve's convex hull is taken; L is the expected loss, L_max that of
    a risk that says nothing. On a segment of the hull where the share of bads is p, goods lose
    ∫₀ᵖ c·u(c)dc each and bads ∫ₚ¹(1 − c)u(c)dc. The hull is the isotonic regression of the outcome
    on the risk. Shapes, weights and errors as `auc`.

    Beta(2, 2) favours neither error. Where bads are rare, Hand and Anagnostopoulos propose
    Beta(1 + share of bads, 1 + share of goods).

    Source: D. Hand, "Measuring classifier performance", *Machine Learning* 77, 2009; D. Hand,
    C. Anagnostopoulos, *Pattern Recognition Letters* 40, 2014.

    >>> goods, bads = [0, .01, .02, .03, .2, .6, .66, .7], [.3, .35, .36, .42, .5, .8, .82, .99]
    >>> h_measure([0] * 8 + [1] * 8, goods + bads)
    H 0.5371094
    """
    a, b = severity
    if not (0 < a < np.inf and 0 < b < np.inf):
        raise InputError("severity must be two positive parameters of a beta distribution.")
    bad, x, w = ranked(y, risk, weight)
    ranking = Ranking.of(x, w * bad, w * (1 - bad))
    there = ranking.bads + ranking.goods
    hull = isotonic_regression(ranking.bads / there, weights=there / there.mean()).x
    least = _loss(ranking.bads, ranking.goods, np.clip(hull, 0.0, 1.0), a, b)
    most = _loss(
        ranking.bads, ranking.goods, np.full(len(there), ranking.bads.sum() / there.sum()), a, b
    )
    return Measure(min(1.0, max(0.0, 1.0 - least / most)), name="H")


def _loss(bads: Floats, goods: Floats, share: Floats, a: float, b: float) -> float:
    refused = a / (a + b) * betainc(a + 1, b, share)
    accepted = b / (a + b) * (1.0 - betainc(a, b + 1, share))
    return float((goods * refused + bads * accepted).sum())
