"""Weighted statistics of a model's answers; bad is 1 and a higher ``risk`` means riskier."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import brier_score_loss, roc_auc_score, roc_curve


def auc(y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the area under the ROC curve: P(risk of a bad > risk of a good), ties count half.

    ``y`` (n,) in {0, 1}, ``risk`` (n,), ``weight`` (n,) positive floats. Raises ValueError when
    only one class is present.

    >>> auc([0, 0, 1, 0, 1], [.1, .2, .3, .4, .5])
    0.8333333333333334
    """
    return float(roc_auc_score(y, risk, sample_weight=weight))


def gini(y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the Gini coefficient (accuracy ratio), 2·AUC − 1.

    >>> gini([0, 1], [.1, .2])
    1.0
    """
    return 2.0 * auc(y, risk, weight) - 1.0


def ks(y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the Kolmogorov-Smirnov distance between the risks of bads and of goods.

    >>> round(ks([0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]), 7)
    0.8333333
    """
    false_rate, true_rate, _ = roc_curve(y, risk, sample_weight=weight, drop_intermediate=False)
    return float(np.max(np.abs(true_rate - false_rate)))


def brier(y: ArrayLike, pd: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the Brier score, the weighted mean of (PD − y)².

    >>> round(brier([0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]), 5)
    0.12525
    """
    return float(brier_score_loss(y, pd, sample_weight=weight))


def bad_rate(y: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the weighted share of bads."""
    return float(np.average(np.asarray(y, dtype=np.float64), weights=_array(weight)))


def mean_pd(pd: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return the weighted mean PD."""
    return float(np.average(np.asarray(pd, dtype=np.float64), weights=_array(weight)))


def _array(weight: ArrayLike | None) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
    return None if weight is None else np.asarray(weight, dtype=np.float64)
