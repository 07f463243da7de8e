"""The dynamic programme for rules on neighbouring bins: trends, gaps and p-values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.rules import STEPS, TIE, Layers, Rules
from scorecard.binning.segments import Segments, Stairs

Floats = NDArray[np.float64]


def best_by_pairs(table: Segments, rules: Rules, layers: Layers) -> tuple[int, ...] | None:
    """Return the cuts of the best binning, None if there is none; O(layers·n³).

    ``best[phase, layer, start, end]`` is the greatest sum of values of binnings of the prebins up
    to ``end`` whose last bin is start..end: with the last bin in the state, a rule on neighbours is
    exact. Every bin costs `TIE`, so that fewer bins win among equals.
    """
    n, steps = table.n, STEPS[rules.trend]
    # Phases from which the same step leads to the same phase are as good as the better of them.
    ways: dict[tuple[int, int], list[int]] = {}
    for before, after, step in steps:
        ways.setdefault((after, step), []).append(before)
    value = np.where(table.valid(rules), table.value - TIE, -np.inf)
    best = np.full((1 + max(after for _, after, _ in steps), layers.count, n, n), -np.inf)
    best[0, 0, 0] = value[0]
    moves = layers.moves()
    alone = rules.max_p_value is None and not rules.stable  # whether rates alone decide
    stairs = {step: table.stairs(step, rules) for _, step in ways if step != 0 and alone}
    for i in range(1, n):
        for (after, step), befores in ways.items():
            left = best[befores[0], :, :i, i - 1]
            for before in befores[1:]:
                left = np.maximum(left, best[before, :, :i, i - 1])
            if step in stairs:
                reach = _best_up_to(left, stairs[step], i) + value[i, i:]
            elif left.max() > -np.inf:
                reach = _best_allowed(table, rules, left, i, step) + value[i, i:]
            else:
                continue
            for source, to in moves:
                target = best[after, to, i, i:]
                np.maximum(target, reach[source], out=target)
    ends = best[:, layers.first_enough :, :, n - 1]
    if ends.max() == -np.inf:
        return None
    phase, layer, start = (int(k) for k in np.unravel_index(int(ends.argmax()), ends.shape))
    return _walk(table, rules, layers, best, (phase, layer + layers.first_enough, start))


def _best_up_to(left: Floats, stairs: Stairs, i: int) -> Floats:
    """Return the best of ``left`` (layers, i) whose rate may stand before each bin (i, end ≥ i).

    In the order of rates the best up to each answers for every end at once.
    """
    best = np.empty((left.shape[0], i + 1))
    best[:, 0] = -np.inf
    np.maximum.accumulate(left[:, stairs.order[i - 1, :i]], axis=1, out=best[:, 1:])
    return best[:, stairs.rising[i - 1, :i].searchsorted(stairs.limit[i, i:], side="right")]


def _best_allowed(table: Segments, rules: Rules, left: Floats, i: int, step: int) -> Floats:
    """Return the best of ``left`` (layers, i) that may stand before each bin (i, end ≥ i)."""
    mask = table.allowed(i, slice(i, None), step, rules)
    reach = left[:, :, None] if mask is None else left[:, :, None] + np.where(mask, 0.0, -np.inf)
    top: Floats = reach.max(axis=1)
    return top


def _walk(
    table: Segments, rules: Rules, layers: Layers, best: Floats, last: tuple[int, int, int]
) -> tuple[int, ...]:
    """Follow the table back from the last bin's state; the steps are found again, not stored."""
    phase, layer, start = last
    cuts: list[int] = []
    end = table.n - 1
    while start > 0:
        cuts.append(start)
        options: list[tuple[float, int, int, int]] = []
        for before, after, step in STEPS[rules.trend]:
            if after != phase:
                continue
            mask = table.allowed(start, slice(end, end + 1), step, rules)
            for source in layers.before(layer):
                left = best[before, source, :start, start - 1]
                reach = left if mask is None else np.where(mask[:, 0], left, -np.inf)
                h = int(np.argmax(reach))
                options.append((float(reach[h]), before, source, h))
        _, phase, layer, previous = max(options, key=lambda option: option[0])
        end, start = start - 1, previous
    return tuple(reversed(cuts))
