"""The ends of a card: the bins at which tables and grids add up to the least or the most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.feature_bins import FeatureBins
from scorecard.errors import InputError
from scorecard.models.cross import Cross, Place, places

Floats = NDArray[np.float64]

MOST_CELLS = 10_000_000  # that the search may hold at a time


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

    Exact: features are eliminated one by one, the one that meets the fewest others first.
    """
    factors: list[tuple[tuple[int, ...], Floats]] = [((j,), t) for j, t in enumerate(tables)]
    factors += [((a, b), g) if a < b else ((b, a), g.T) for (a, b), g in grids.items()]
    sizes = [len(table) for table in tables]
    chosen: list[tuple[int, tuple[int, ...], NDArray[np.intp]]] = []
    for j, others in elimination(sizes, list(grids)):
        scope = (j, *others)
        total = np.zeros([sizes[k] for k in scope])
        for names, values in [f for f in factors if j in f[0]]:
            order = sorted(range(len(names)), key=lambda i: scope.index(names[i]))
            shape = [sizes[k] if k in names else 1 for k in scope]
            total = total + values.transpose(order).reshape(shape)
        factors = [f for f in factors if j not in f[0]]
        chosen.append((j, others, total.argmin(axis=0)))
        if others:
            factors.append((others, total.min(axis=0)))
    found = [0] * len(tables)
    for j, others, best in reversed(chosen):
        found[j] = int(best[tuple(found[k] for k in others)])
    return found


def elimination(sizes: Sequence[int], pairs: Sequence[Place]) -> list[tuple[int, tuple[int, ...]]]:
    """Return an order of all features, each with those it still meets when its turn comes.

    Raises `InputError` where the tables on the way would hold more than `MOST_CELLS`.
    """
    meets: dict[int, set[int]] = {j: set() for j in range(len(sizes))}
    for a, b in pairs:
        meets[a].add(b)
        meets[b].add(a)
    found = []
    while meets:
        j = min(meets, key=lambda k: (len(meets[k]), k))
        others = meets.pop(j)
        for k in others:
            meets[k] |= others - {k}
            meets[k].discard(j)
        if math.prod(sizes[k] for k in (j, *others)) > MOST_CELLS:
            raise InputError(
                "So many crosses meet in the same features that the lowest and the highest score "
                "cannot be found exactly; ask for fewer crosses."
            )
        found.append((j, tuple(sorted(others))))
    return found
