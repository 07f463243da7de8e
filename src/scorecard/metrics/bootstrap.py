"""Intervals of any measure by drawing borrowers again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import level, ranked
from scorecard.metrics.measure import Measure

_BLOCKS = 200  # of borrowers, in each stratum's jackknife
Indices = NDArray[np.intp]


def bootstrap(
    measure: Callable[[Floats, Floats, Floats], float],
    y: ArrayLike,
    risk: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    borrower: ArrayLike | None = None,
    resamples: int = 1_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Measure:
    """Return a measure with its BCa interval and standard error from resampled borrowers.

    ``measure(y, risk, weight)`` is any function of this room, or one of your own. A borrower's
    rows are drawn together, for they are not independent; borrowers who went bad in any row and
    those who never did are drawn apart, each to their own number. The interval is bias-corrected
    and accelerated; the acceleration comes from leaving out one block of borrowers at a time, at
    most 200 blocks a stratum, so that the work is ``resamples`` + 400 calls at most. ``interval``
    is None where all resamples give the same number.

    ``y`` (n,) in {0, 1}, ``risk`` (n,) finite, ``weight`` (n,) not negative, ``borrower`` (n,)
    identifiers, each row its own where None. The same ``seed`` gives the same interval. Raises
    `InputError` where a stratum has fewer than two borrowers, or the measure lies beyond all
    resamples.

    Source: B. Efron, "Better bootstrap confidence intervals", *Journal of the American Statistical
    Association* 82, 1987; A. Davison, D. Hinkley, *Bootstrap Methods and their Application*, 1997,
    §3.2 (several samples).

    >>> from scorecard.metrics import auc
    >>> goods, bads = [0, .01, .02, .03, .2, .6, .66, .7], [.3, .35, .36, .42, .5, .8, .82, .99]
    >>> found = bootstrap(auc, [0] * 8 + [1] * 8, goods + bads, seed=1)
    >>> found.value, found.low < 0.6 < 0.9 < found.high
    (0.765625, True)
    """
    confidence = level(confidence)
    if resamples < 100:
        raise InputError(f"resamples must be at least 100 for an interval; got {resamples!r}.")
    w = np.ones(np.shape(y)) if weight is None else weight
    bad, x, w = ranked(y, risk, w)
    whose = np.arange(len(bad)) if borrower is None else _codes(borrower, weight, len(bad))
    strata = _strata(bad, whose)
    value = float(measure(bad, x, w))
    draw = np.random.default_rng(seed)

    def again(rows: Indices) -> float:
        return float(measure(bad[rows], x[rows], w[rows]))

    found = np.array(
        [again(np.concatenate([each.drawn(draw) for each in strata])) for _ in range(resamples)]
    )
    interval = None
    if found.min() < found.max():
        bias = _bias(found, value)
        skew = _acceleration(again, strata, draw)
        z = ndtri(np.array([0.5 - confidence / 2, 0.5 + confidence / 2])) + bias
        low, high = np.quantile(found, ndtr(bias + z / (1 - skew * z)))
        interval = (float(low), float(high))
    return Measure(
        value,
        name=getattr(measure, "__name__", "measure").replace("_", " "),
        standard_error=float(found.std(ddof=1)),
        interval=interval,
        confidence=confidence,
    )


@dataclass(frozen=True)
class _Stratum:
    """Rows in the order of their borrowers: borrower b has ``rows[starts[b]:][:sizes[b]]``."""

    rows: Indices
    starts: Indices
    sizes: Indices

    def of(self, borrowers: Indices) -> Indices:
        sizes = self.sizes[borrowers]
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found: Indices = self.rows[np.repeat(self.starts[borrowers], sizes) + within]
        return found

    def drawn(self, draw: np.random.Generator) -> Indices:
        return self.of(draw.integers(0, len(self.starts), len(self.starts)))


def _codes(borrower: ArrayLike, weight: ArrayLike | None, rows: int) -> Indices:
    who = np.asarray(borrower)
    there = np.ones(who.shape, bool) if weight is None else np.asarray(weight, np.float64) > 0
    if who.ndim != 1 or who.shape != there.shape or int(there.sum()) != rows:
        raise InputError(f"borrower must have one entry a row; got shape {who.shape}.")
    codes: Indices = np.unique(who[there].astype(str), return_inverse=True)[1]
    return codes


def _strata(bad: Floats, whose: Indices) -> list[_Stratum]:
    ever = np.bincount(whose, bad) > 0
    found = []
    for stratum in (False, True):
        rows = np.flatnonzero(ever[whose] == stratum)
        rows = rows[np.argsort(whose[rows], kind="stable")]
        _, starts, sizes = np.unique(whose[rows], return_index=True, return_counts=True)
        if len(starts) < 2:
            raise InputError("A bootstrap needs two good and two bad borrowers; got fewer.")
        found.append(_Stratum(rows, starts, sizes))
    return found


def _bias(found: Floats, value: float) -> float:
    below = ((found < value).mean() + (found <= value).mean()) / 2
    if not 0 < below < 1:
        raise InputError("The measure lies beyond all of its resamples: give more rows.")
    return float(ndtri(below))


def _acceleration(
    again: Callable[[Indices], float], strata: list[_Stratum], draw: np.random.Generator
) -> float:
    cubes = squares = 0.0
    for at, stratum in enumerate(strata):
        size = len(stratum.starts)
        blocks = min(size, _BLOCKS)
        block = draw.permutation(size) % blocks
        others = [each.rows for other, each in enumerate(strata) if other != at]
        left = np.array(
            [
                again(np.concatenate([stratum.of(np.flatnonzero(block != each)), *others]))
                for each in range(blocks)
            ]
        )
        influence = (blocks - 1) * (left.mean() - left)
        cubes += float((influence**3).sum()) / blocks**3
        squares += float((influence**2).sum()) / blocks**2
    return cubes / (6 * squares**1.5) if squares > 0 else 0.0
