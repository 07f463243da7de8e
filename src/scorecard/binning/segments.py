"""Every run of neighbouring prebins, seen as one bin."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.divergence import DIVERGENCES, shares
from scorecard.binning.rules import TIE, Rules

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SMALLEST = 5e-324  # the least tail there is: below it a p-value is 0


class Stairs(NamedTuple):
    """Rates of all bins, signed so that up is the way of the trend; each of shape (n, n).

    ``order[end]`` lists the starts of the bins that end there by rising rate, as many as there are,
    ``rising[end]`` these rates. ``limit[start, end]`` is the highest rate that may stand before.
    """

    order: NDArray[np.intp]
    rising: Floats
    limit: Floats


class Segments:
    """What every run of prebins start..end would be as one bin: arrays of shape (n, n)."""

    def __init__(
        self,
        bads: Floats,
        goods: Floats,
        whole: tuple[float, float],
        divergence: str,
        periods: Sequence[tuple[Floats, Floats]] = (),
    ) -> None:
        self.n = len(bads)
        self.bads, self.goods = _runs(bads), _runs(goods)
        self.weight = self.bads + self.goods
        self.periods = [_rates(_runs(b), _runs(g)) for b, g in periods]
        self.share = self.weight / (whole[0] + whole[1])
        self.rate = self.bads / np.where(self.weight > 0, self.weight, 1.0)
        self.value = DIVERGENCES[divergence](*shares(self.bads, self.goods, *whole))

    def valid(self, rules: Rules) -> Bools:
        """Which runs may be bins on their own account."""
        allowed = self.share > TIE
        slack = 1e-9  # a share that is met exactly must not fail by rounding
        for have, least in (
            (self.share, rules.min_bin_share),
            (self.bads, rules.min_bin_bads),
            (self.goods, rules.min_bin_goods),
        ):
            if least is not None:
                allowed &= have >= least * (1 - slack)
        if rules.max_bin_share is not None:
            allowed &= self.share <= rules.max_bin_share * (1 + slack)
        for cut in rules.fixed_cuts or ():
            allowed[:cut, cut:] = False
        return allowed

    def allowed(self, i: int, ends: slice, step: int, rules: Rules) -> Bools | None:
        """Which bins (h, i−1) may stand before bins (i, end); shape (i, ends); None means all."""
        left, right = (slice(0, i), slice(i - 1, i)), (slice(i, i + 1), ends)
        return self.may_follow(left, right, step, rules)

    def stairs(self, step: int, rules: Rules) -> Stairs:
        """Return the rates in the order in which they may stand before others; see `Stairs`.

        ``step`` is +1 or −1.
        """
        rate = step * self.rate
        ending = np.where(np.tri(self.n, dtype=np.bool_), rate.T, np.inf)  # start > end: no bin
        order = ending.argsort(axis=1)
        return Stairs(
            order, np.take_along_axis(ending, order, axis=1), _lowered(rate, rules.min_rate_gap)
        )

    def may_follow(
        self, left: tuple[slice, slice], right: tuple[slice, slice], step: int, rules: Rules
    ) -> Bools | None:
        """Which bins of ``left`` may stand before those of ``right``; None means all.

        Each is a pair of slices of starts and ends. One side of ``left`` is a single start or end,
        and the other runs along the rows of the answer; ``right`` is a row or a matrix.
        """
        gap, level = rules.min_rate_gap, rules.max_p_value
        if step == 0 and gap is None and level is None and not rules.stable:
            return None
        before, after = self.rate[left].reshape(-1, 1), self.rate[right]
        rise = after - before
        mask: Bools = (
            np.abs(rise) >= (gap or 0.0) - TIE
            if step == 0
            else step * before <= _lowered(step * after, gap)
        )
        if level is not None and level < 1:
            z = -NormalDist().inv_cdf(max(level / 2, SMALLEST))
            n1, n2 = self.weight[left].reshape(-1, 1), self.weight[right]
            n1, n2 = np.where(n1 > 0, n1, 1.0), np.where(n2 > 0, n2, 1.0)
            pooled = (before * n1 + after * n2) / (n1 + n2)
            variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
            mask &= (variance > 0) & (np.abs(rise) >= z * np.sqrt(np.maximum(variance, 0.0)))
        if rules.stable:
            for rate in self.periods:  # NaN, a period without rows of the bin, contradicts nobody
                then = rate[right] - rate[left].reshape(-1, 1)
                mask &= ~(then * np.sign(rise) < -TIE)
        return mask


def _lowered(rate: Floats, gap: float | None) -> Floats:
    """Return the highest rate that may stand before ``rate`` on the way up."""
    return rate - ((gap or 0.0) - TIE)


def _runs(counts: Floats) -> Floats:
    upto = np.concatenate(([0.0], np.cumsum(counts)))
    sums: Floats = np.maximum(np.triu(upto[None, 1:] - upto[:-1, None]), 0.0)
    return sums


def _rates(bads: Floats, goods: Floats) -> Floats:
    weight = bads + goods
    return np.where(weight > 0, bads / np.where(weight > 0, weight, 1.0), np.nan)
