"""The dynamic programme for concave and convex bad rates: a rule on triples of bins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.rules import CURVES, TIE, Layers, Rules
from scorecard.binning.segments import Segments

Floats = NDArray[np.float64]


def best_by_triples(table: Segments, rules: Rules, layers: Layers) -> tuple[int, ...] | None:
    """Return the cuts of the best binning, None if there is none; O(layers·n³·log n).

    ``best[layer, h, i, end]`` is the greatest sum of values of binnings whose last bin is i..end
    and whose last but one begins at h. The rule of a concave curve, ``r₃ − r₂ ≤ r₂ − r₁``, is a
    bound on r₁: with the states of one i sorted by r₁, running maxima answer every (end, next end).
    """
    n, sign = table.n, CURVES[rules.trend]
    value = np.where(table.valid(rules), table.value - TIE, -np.inf)
    rate = sign * table.rate  # a convex curve is a concave one upside down
    best = np.full((layers.count, n, n, n), -np.inf)
    moves = layers.moves()
    for i in range(1, n):  # two bins: 0..i−1 and i..end
        first = value[0, i - 1] + value[i, i:]
        free = table.allowed(i, slice(i, n), 0, rules)
        if free is not None:
            first = np.where(free[0], first, -np.inf)
        for source, to in moves:
            if source.start == 0:
                best[to.start, 0, i, i:] = first
    for i in range(1, n - 1):
        order = np.argsort(rate[:i, i - 1], kind="stable")
        upto = np.maximum.accumulate(best[:, order, i, i : n - 1], axis=1)
        if upto.max() == -np.inf:
            continue
        bound = 2 * rate[i, i : n - 1, None] - rate[i + 1 :, i + 1 :] + TIE
        count = np.searchsorted(rate[order, i - 1], bound, side="right")
        middle = np.arange(n - 1 - i)[:, None]
        reach = np.where(count > 0, upto[:, np.maximum(count - 1, 0), middle], -np.inf)
        reach = reach + value[i + 1 :, i + 1 :]
        pairs = table.may_follow(
            (slice(i, i + 1), slice(i, n - 1)), (slice(i + 1, n), slice(i + 1, n)), 0, rules
        )
        if pairs is not None:
            reach = np.where(pairs, reach, -np.inf)
        for source, to in moves:
            # Bin m starts at i + 1 + m; ends before its start hold no value.
            target = best[to, i, i + 1 :, i + 1 :]
            np.maximum(target, reach[source], out=target)
    return _walk(layers, best, value, rate)


def _walk(layers: Layers, best: Floats, value: Floats, rate: Floats) -> tuple[int, ...] | None:
    """Follow the table back from the best last two bins, or from the one bin that beats them."""
    n = len(value)
    ends = best[layers.first_enough :, :, :, n - 1]
    top = float(ends.max())
    whole = float(value[0, n - 1]) if layers.first_enough == 0 else -np.inf
    if max(top, whole) == -np.inf:
        return None
    if whole >= top:
        return ()
    layer, h, i = (int(k) for k in np.unravel_index(int(ends.argmax()), ends.shape))
    layer += layers.first_enough
    cuts, end = [i], n - 1
    while h > 0:
        bound = 2 * rate[h, i - 1] - rate[i, end] + TIE
        options = []
        for source in layers.before(layer):
            left = np.where(rate[:h, h - 1] <= bound, best[source, :h, h, i - 1], -np.inf)
            g = int(np.argmax(left))
            options.append((float(left[g]), source, g))
        _, layer, previous = max(options, key=lambda option: option[0])
        cuts.append(h)
        end, i, h = i - 1, h, previous
    return tuple(reversed(cuts))
