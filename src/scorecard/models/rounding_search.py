"""Which of its two neighbouring units every point becomes: coordinate descent on the AUC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LEVELS = 1 << 17  # different scores; beyond it a unit is far too fine to cost any ranking
_GAIN = 1e-12  # of the AUC: less is rounding noise, and would let the order of rows decide
_LEVEL = 1.0  # units by which the mean score may be off


@dataclass(frozen=True, slots=True)
class Steps:
    """One feature's points as steps of rising WOE, in units.

    ``exact`` are the points before rounding, never falling, ``low`` and ``high`` the least and the
    greatest unit each may become (equal where there is no choice), all of shape (steps,); ``rows``
    is the step of every training row, (n,).
    """

    exact: Floats
    low: Ints
    high: Ints
    rows: NDArray[np.intp]

    @property
    def nearest(self) -> Ints:
        """The unit nearest to each exact point that it may become."""
        return np.clip(np.rint(self.exact).astype(np.int64), self.low, self.high)


def auc_of(score: NDArray[Any], bad: Floats, good: Floats) -> float:
    """Return P(a good's score > a bad's), ties half, for rows that weigh ``bad`` and ``good``."""
    _, place = np.unique(score, return_inverse=True)
    size = int(place.max()) + 1
    return _auc(_count(place, bad, size), _count(place, good, size))


def search(
    features: Sequence[Steps], bad: Floats, good: Floats, *, level: float
) -> tuple[list[Ints], bool]:
    """Return each feature's units (steps,) and whether they were searched.

    ``level`` is by how many units the base alone puts every score too high. A move takes one step
    to its other unit, and with it those above or below that would otherwise be overtaken; of a
    feature's moves the one that gains most AUC is made until none gains, feature by feature, until
    no feature has one. Moves that take the mean score more than a unit from the exact one, and
    further than it is, are left out.
    """
    units = [feature.nearest for feature in features]
    least = sum(int(feature.low[0]) for feature in features)
    levels = sum(int(feature.high[-1]) for feature in features) - least + 1
    if levels > MOST_LEVELS:
        return units, False
    weight = bad + good
    shares = [np.bincount(f.rows, weight, f.exact.size) / weight.sum() for f in features]
    level += sum(
        float(share @ (u - f.exact)) for share, u, f in zip(shares, units, features, strict=True)
    )
    score: Ints = np.full(len(bad), -least)
    for feature, own in zip(features, units, strict=True):
        score += own[feature.rows]
    best = _auc(_count(score, bad, levels), _count(score, good, levels))
    moved = True
    while moved:
        moved = False
        for feature, own, share in zip(features, units, shares, strict=True):
            while True:
                bads = _by_step(feature, score, bad, levels)
                goods = _by_step(feature, score, good, levels)
                all_bads, all_goods = bads.sum(axis=0), goods.sum(axis=0)
                chosen = None
                for part, by in _moves(feature, own):
                    there = level + by * float(share[part].sum())
                    if abs(there) > max(_LEVEL, abs(level)):
                        continue
                    these, those = bads[part].sum(axis=0), goods[part].sum(axis=0)
                    auc = _auc(
                        all_bads - these + np.roll(these, by),
                        all_goods - those + np.roll(those, by),
                    )
                    if auc > best + _GAIN:
                        best, chosen = auc, (part, by, there)
                if chosen is None:
                    break
                part, by, level = chosen
                own[part] += by
                score += by * ((feature.rows >= part.start) & (feature.rows < part.stop))
                moved = True
    return units, True


def _moves(feature: Steps, units: Ints) -> Iterator[tuple[slice, int]]:
    """Yield the slices of steps that may go one unit up or down together, and which way."""
    for k, (unit, low, high) in enumerate(zip(units, feature.low, feature.high, strict=True)):
        if unit < high:  # the steps above that are no higher go along
            yield slice(k, int(np.searchsorted(units, unit, side="right"))), 1
        if unit > low:
            yield slice(int(np.searchsorted(units, unit, side="left")), k + 1), -1


def _by_step(feature: Steps, score: Ints, weight: Floats, levels: int) -> Floats:
    """Return the weight at every score of every step, shape (steps, levels)."""
    steps = feature.exact.size
    return _count(feature.rows * levels + score, weight, steps * levels).reshape(steps, levels)


def _count(places: NDArray[np.integer[Any]], weight: Floats, size: int) -> Floats:
    """Return the weight at each of ``size`` places, shape (size,)."""
    weights: Floats = np.bincount(places, weight, size).astype(np.float64, copy=False)
    return weights


def _auc(bads: Floats, goods: Floats) -> float:
    """Return the AUC from the weight of bads and of goods at every score, lowest first."""
    return float(goods @ (np.cumsum(bads) - bads / 2) / (bads.sum() * goods.sum()))
