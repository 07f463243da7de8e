"""How precisely a sample tells a regression's coefficients: estimates and covariances, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

_FLAT = 1e-10  # of the largest eigenvalue: curvature below it tells two features apart no more
_ROUNDING = 1e-9  # of the weight: a slope below it that a step leaves no flatter is rounding
_STEPS = 100
_BLOCK = 1 << 14  # rows at a time: they stay in the processor's cache between two products


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """The coefficients of highest likelihood and their covariances, the intercept first.

    ``sampling`` (k, k) reads weights as sampling weights, ``counts`` as numbers of rows (None where
    they are not whole); see `ScorecardClassifier.coefficients`. ``note`` says why there are none.
    Nothing in it is a row's.
    """

    coef: Floats
    sampling: Floats | None
    counts: Floats | None
    whole: bool
    note: str | None

    @classmethod
    def of(cls, woe: Floats, bad: NDArray[np.bool_], weight: Floats, theta: Floats) -> Self:
        """Return what a sample tells; ``woe`` (n, k) begins with ones, ``theta`` (k,) is a guess.

        The covariance is the inverse of the curvature, and for sampling weights that differ, scaled
        to the number of rows with weight, the sandwich HC0.
        """
        kept = weight > 0
        if not kept.all():
            woe, bad, weight = woe[kept], bad[kept], weight[kept]
        whole = bool((weight == np.rint(weight)).all())
        scaled = weight * (len(weight) / weight.sum())
        _, curvature = _derivatives(woe, bad, scaled, theta)
        values = np.linalg.eigvalsh(curvature)
        if values[0] <= _FLAT * values[-1]:
            note = "the sample cannot tell the features apart (copies, or perfect separation)"
            return cls(theta, None, None, whole, note)
        coef, curvature = _climb(woe, bad, scaled, theta)
        bread = np.asarray(np.linalg.inv(curvature), dtype=np.float64)
        sampling = bread
        if weight.min() < weight.max():
            scores = woe * (scaled * (bad - expit(woe @ coef)))[:, None]
            sampling = bread @ (scores.T @ scores) @ bread
        counts = bread * (len(weight) / weight.sum()) if whole else None
        return cls(coef, sampling, counts, whole, None)


def _climb(
    woe: Floats, bad: NDArray[np.bool_], weight: Floats, theta: Floats
) -> tuple[Floats, Floats]:
    """Return the coefficients of highest likelihood and the curvature there, by Newton's method."""
    slope, curvature = _derivatives(woe, bad, weight, theta)
    for _ in range(_STEPS):
        following = theta - np.linalg.lstsq(curvature, slope, rcond=None)[0]
        there, bent = _derivatives(woe, bad, weight, following)
        flatter = np.abs(there).max() < np.abs(slope).max()
        if not flatter and np.abs(slope).max() < _ROUNDING * len(weight):
            break
        theta, slope, curvature = following, there, bent
    return theta, curvature


def _derivatives(
    woe: Floats, bad: NDArray[np.bool_], weight: Floats, theta: Floats
) -> tuple[Floats, Floats]:
    """Return slope (k,) and curvature (k, k) of the negative log-likelihood."""
    size = woe.shape[1]
    slope, curvature = np.zeros(size), np.zeros((size, size))
    for start in range(0, len(woe), _BLOCK):
        rows = slice(start, start + _BLOCK)
        part, w = woe[rows], weight[rows]
        p = expit(part @ theta)
        slope += (w * (p - bad[rows])) @ part
        curvature += part.T @ (part * (w * p * (1 - p))[:, None])
    return slope, curvature
