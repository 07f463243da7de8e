"""The ends of a card: the bins at which tables and grids add up to the least or the most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.feature_bins import FeatureBins
from scorecard.errors import InputError
from scorecard.models.cross import Cross, Place, places

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_CELLS = 300_000_000  # of grids, that the whole search may sweep
SWEEPS = 200  # of one part
SLOW = 0.01  # of what is left, that a sweep gains at least
ROUNDING = 1e-12


def bins_met(bins: FeatureBins) -> int:
    """Return how many bins a value can fall into: a number is never an unseen level."""
    return len(bins.woe) - (bins.kind == "number")


def least(
    bins: Sequence[FeatureBins], tables: Sequence[Floats], grids: Mapping[Place, Floats]
) -> list[int]:
    """Return the bins, of those a value can fall into, at which tables and grids add to least."""
    seen = [bins_met(b) for b in bins]
    cut = {(a, b): grid[: seen[a], : seen[b]] for (a, b), grid in grids.items()}
    return lowest([t[:n] for t, n in zip(tables, seen, strict=True)], cut)


def margin_end(
    bins: Sequence[FeatureBins],
    parts: Sequence[Sequence[float]],
    crosses: Sequence[Cross],
    alpha: float,
    sign: float,
) -> float:
    """Return the lowest log-odds of bad there can be, or with ``sign`` −1 the highest."""
    grids = {at: np.array(c.points) for at, c in zip(places(crosses, bins), crosses, strict=True)}
    signed = {at: sign * grid for at, grid in grids.items()}
    found = least(bins, [sign * np.array(part) for part in parts], signed)
    total = alpha + sum(part[k] for part, k in zip(parts, found, strict=True))
    return float(total + sum(grid[found[a], found[b]] for (a, b), grid in grids.items()))


def lowest(tables: Sequence[Floats], grids: Mapping[Place, Floats]) -> list[int]:
    """Return the bin of every feature at which tables and grids add up to the least.

    Exact, to the rounding of sums: the bins of a feature are halved, and each half is searched, as
    long as `Network.bound` leaves room below the best sum that is known.

    Raises `InputError` where that means to sweep more than `MOST_CELLS`.
    """
    whole = Network.of(tables, grids)
    rounding = ROUNDING * sum(np.abs(each).max() for each in (*tables, *grids.values()))
    best, found = np.inf, [0] * len(tables)
    parts, swept = [whole], 0
    while parts:
        if swept > MOST_CELLS:
            raise InputError(
                "So many crosses meet in the same features that the lowest and the highest score "
                "cannot be found exactly; ask for fewer crosses."
            )
        part = parts.pop()
        at = whole.descended(part)
        if (value := whole.total(at)) < best:
            best, found = value, at
        room = best - rounding
        for _ in range(SWEEPS):
            before = part.bound
            part, swept = part.diffused(), swept + part.cells
            if part.bound >= room or part.bound - before < SLOW * (best - part.bound):
                break
        if part.bound < room:
            parts += part.halves(room)
    return found


@dataclass(frozen=True)
class Network:
    """Tables over the bins ``kept`` of features and grids over pairs of them, which add up.

    ``near`` are the features that each one meets; every grid is held from both of its sides.
    """

    kept: Sequence[Ints]
    tables: Sequence[Floats]
    grids: Mapping[Place, Floats]
    near: Sequence[Sequence[int]]

    @classmethod
    def of(cls, tables: Sequence[Floats], grids: Mapping[Place, Floats]) -> Self:
        """Return the network of all bins."""
        both = {**grids, **{(b, a): grid.T for (a, b), grid in grids.items()}}
        near = [[b for a, b in both if a == j] for j in range(len(tables))]
        return cls([np.arange(len(table)) for table in tables], tables, both, near)

    @property
    def bound(self) -> float:
        """What no sum is below: the least of each table and each grid by itself."""
        least = sum(float(table.min()) for table in self.tables)
        return least + sum(float(grid.min()) for (a, b), grid in self.grids.items() if a < b)

    @property
    def cells(self) -> int:
        """How many cells the grids have."""
        return sum(grid.size for grid in self.grids.values())

    def total(self, at: Sequence[int]) -> float:
        """Return what tables and grids add up to at one bin of every feature."""
        own = sum(float(table[k]) for table, k in zip(self.tables, at, strict=True))
        return own + sum(float(g[at[a], at[b]]) for (a, b), g in self.grids.items() if a < b)

    def diffused(self) -> Self:
        """Return a network of the same sums whose bound is no lower.

        Feature by feature, what a bin costs at least in each grid is taken out of the grids, and
        put back into them in equal parts with what its table holds: max-sum diffusion, T. Werner,
        "A linear programming approach to max-sum problem: a review", *IEEE Transactions on Pattern
        Analysis and Machine Intelligence* 29, 2007.
        """
        tables, grids = list(self.tables), dict(self.grids)
        for j, near in enumerate(self.near):
            if not near:
                continue
            least = [grids[j, k].min(axis=1) for k in near]
            share = (tables[j] + sum(least)) / len(near)
            tables[j] = np.zeros(len(share))
            for k, own in zip(near, least, strict=True):
                grids[j, k] = grids[j, k] + (share - own)[:, None]
                grids[k, j] = grids[j, k].T
        return replace(self, tables=tables, grids=grids)

    def descended(self, part: Network) -> list[int]:
        """Return bins of a ``part`` such that no change of one feature betters the sum."""
        at = [int(k[own.argmin()]) for k, own in zip(part.kept, part.at_least(), strict=True)]
        value = np.inf
        while (now := self.total(at)) < value:
            value = now
            for j, k in enumerate(part.kept):
                own = self.tables[j] + sum(self.grids[j, i][:, at[i]] for i in self.near[j])
                at[j] = int(k[own[k].argmin()])
        return at

    def at_least(self) -> list[Floats]:
        """Return what the bins of each feature cost at least, in its table and its grids."""
        return [
            table + sum(self.grids[j, k].min(axis=1) for k in self.near[j])
            for j, table in enumerate(self.tables)
        ]

    def halves(self, room: float) -> list[Self]:
        """Return two networks, the better last, of the bins that leave ``room`` below them.

        One where a single sum leaves room, none where a single sum was left before.
        """
        if all(len(own) == 1 for own in self.kept):
            return []
        cost = self.at_least()
        spare = room - self.bound
        good = [
            np.flatnonzero(own - own.min() < spare) if near else np.array([own.argmin()])
            for own, near in zip(cost, self.near, strict=True)
        ]
        widest = max(range(len(good)), key=lambda j: len(good[j]))
        order = good[widest][np.argsort(cost[widest][good[widest]], kind="stable")]
        parts = [part for part in np.array_split(order, 2)[::-1] if len(part)]
        return [self.of_bins([*good[:widest], part, *good[widest + 1 :]]) for part in parts]

    def of_bins(self, at: Sequence[Ints]) -> Self:
        """Return the network of some bins of every feature."""
        return replace(
            self,
            kept=[own[k] for own, k in zip(self.kept, at, strict=True)],
            tables=[own[k] for own, k in zip(self.tables, at, strict=True)],
            grids={(a, b): grid[np.ix_(at[a], at[b])] for (a, b), grid in self.grids.items()},
        )
