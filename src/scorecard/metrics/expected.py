"""What to expect of a model before outcomes are known."""

from __future__ import annotations

from numpy.typing import ArrayLike

from scorecard.errors import InputError
from scorecard.metrics.inputs import probabilities, weights
from scorecard.metrics.measure import Measure
from scorecard.metrics.ranking import Ranking


def cbpe(pd: ArrayLike, weight: ArrayLike | None = None) -> Measure:
    """Return the AUC expected under no drift, from PDs alone.

    Each row is taken as bad with its PD and as good with the rest: the area under the curve of
    expected true and false positive rates, Σ_ij p_i(1 − p_j)([p_i > p_j] + ½[p_i = p_j]) over
    Σp·Σ(1 − p), a row against itself included. It assumes that PDs are right on these rows; it can
    tell that applicants have become harder to tell apart, never that the model has gone wrong.
    ``pd`` (n,) in [0, 1], ``weight`` (n,) not negative. Raises `InputError` where all PDs are 0 or
    all 1.

    Source: confidence-based performance estimation, as in NannyML's documentation.

    >>> cbpe([.1, .2, .3, .4, .5, .6, .7, .8, .9, .05])
    AUC expected under no drift 0.8236213
    """
    p = probabilities(pd)
    w = weights(weight, len(p))
    ranking = Ranking.of(p, w * p, w * (1 - p))
    if not (ranking.bads.sum() > 0 and ranking.goods.sum() > 0):
        raise InputError("pd must leave a chance of both goods and bads; got all 0 or all 1.")
    return Measure(ranking.area(), name="AUC expected under no drift")
