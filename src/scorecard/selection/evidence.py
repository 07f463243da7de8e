"""What the steps of a selection look at: WOE, information values, correlations, weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.feature_bins import FeatureBins

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BLOCK = 1 << 16  # rows at a time, so that no second copy of the table is needed
_DIGITS = 12  # beyond these an information value is rounding, and ties go by name
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd: multiplication by it loses nothing modulo 2**64


@dataclass(frozen=True, slots=True)
class Evidence:
    """The binned training sample, features in order of name, rows of weight zero left out.

    ``woe`` (n, p) holds 0 throughout for features in ``single`` (p,), whose weight all lies in one
    bin that may speak for itself. ``iv`` (p,) is the sum of `FeatureBins.iv`. ``weight``
    (n,) sums to 1; ``bad`` (n,) is 1.0 or 0.0. ``correlation`` (p, p) is the weighted one of WOE,
    0 where a feature is in ``single``. ``row_key`` (n,) is the same for rows of the same bins.
    """

    names: tuple[str, ...]
    iv: Floats
    woe: Floats
    single: NDArray[np.bool_]
    bad: Floats
    weight: Floats
    correlation: Floats
    row_key: NDArray[np.uint64]

    @property
    def rows(self) -> int:
        """Number of rows with weight."""
        return len(self.bad)

    def by_power(self, features: Iterable[int]) -> list[int]:
        """Return features by falling information value, ties by name."""
        return sorted(features, key=lambda j: (-round(float(self.iv[j]), _DIGITS), self.names[j]))

    def nearest(self, feature: int, among: Sequence[int]) -> int | None:
        """Return which of ``among`` correlates most with ``feature``; None if there is none."""
        others = [j for j in self.by_power(among) if j != feature]
        if not others:
            return None
        strength = np.round(np.abs(self.correlation[feature, others]), _DIGITS)
        return others[int(np.argmax(strength))]


def gather(
    bins: Sequence[FeatureBins],
    index: Sequence[Ints],
    bad: NDArray[np.bool_],
    weight: Floats,
) -> Evidence:
    """Return the evidence of fitted bins; ``index`` holds each feature's bin of every row."""
    order = sorted(range(len(bins)), key=lambda j: bins[j].name)
    weighed = np.flatnonzero(weight > 0)
    weight = weight[weighed] / weight[weighed].sum()
    single = np.array([_in_one_bin(bins[j]) for j in order])
    woe = np.zeros((len(weighed), len(order)), order="F")
    key = np.zeros(len(weighed), dtype=np.uint64)
    for place, j in enumerate(order):
        at = index[j][weighed]
        key = (key ^ at.astype(np.uint64)) * _MIX
        key ^= key >> np.uint64(29)
        if not single[place]:
            woe[:, place] = np.array(bins[j].woe)[at]
    return Evidence(
        names=tuple(bins[j].name for j in order),
        iv=np.array([sum(bins[j].iv) for j in order]),
        woe=woe,
        single=single,
        bad=bad[weighed].astype(np.float64),
        weight=weight,
        correlation=weighted_correlation(woe, weight),
        row_key=key,
    )


def _in_one_bin(bins: FeatureBins) -> bool:
    weights = bins.weights
    return sum(weights[k] > 0 for k in range(len(weights)) if k not in bins.silent) < 2


def weighted_correlation(values: Floats, weight: Floats) -> Floats:
    """Return the weighted Pearson correlations of the columns of ``values`` (n, p), shape (p, p).

    r = Σ w·(a − ā)(b − b̄) / √(Σ w·(a − ā)² · Σ w·(b − b̄)²); ``weight`` (n,) sums to 1. A column
    that does not vary correlates 0 with every other and 1 with itself.
    """
    mean = weight @ values
    size = values.shape[1]
    covariance = np.zeros((size, size))
    for start in range(0, len(weight), _BLOCK):
        part = values[start : start + _BLOCK] - mean
        covariance += part.T @ (part * weight[start : start + _BLOCK, None])
    spread = np.sqrt(np.diag(covariance))
    varies = spread > 0
    scale = np.where(varies, spread, 1.0)
    found: Floats = np.clip(covariance / np.outer(scale, scale), -1.0, 1.0)
    found[~varies, :] = 0.0
    found[:, ~varies] = 0.0
    np.fill_diagonal(found, 1.0)
    return found
