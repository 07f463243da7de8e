"""The fewest runs of neighbouring values that are nearly the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDE = 64  # columns of values at a time


def fewest_runs(
    values: Floats, weights: Floats, most: int, share: float, bearable: float
) -> list[tuple[int, int]]:
    """Return the fewest runs whose squared error is ``bearable``, else the best of ``most``.

    ``values`` are (n,), or (n, d) whose errors add up. Every run has at least the ``share``; where
    that cannot be, there is one run. O((most + d)·n²).

    >>> fewest_runs(np.array([0.0, 0.1, 5.0]), np.full(3, 1 / 3), 3, 0.0, 0.01)
    [(0, 2), (2, 3)]
    """
    n = len(values)
    values = values.reshape(n, -1)
    w = np.concatenate(([0.0], np.cumsum(weights)))
    weight = w[None, :] - w[:, None]  # of the run from a to b
    safe = np.where(weight > 0, weight, 1.0)
    s, q = (
        np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(weights[:, None] * power, 0)))
        for power in (values, values**2)
    )
    between = np.zeros((n + 1, n + 1))
    for some in np.array_split(s, -(-values.shape[1] // WIDE), axis=1):  # else d·n² numbers at once
        between += ((some[None, :] - some[:, None]) ** 2).sum(axis=2)
    squares = q.sum(axis=1)
    cost = squares[None, :] - squares[:, None] - between / safe
    cost = np.where((weight >= share - 1e-12) & (weight > 0), cost.clip(0), np.inf)
    best = np.full((min(most, n) + 1, n + 1), np.inf)
    best[0, 0] = 0.0
    back = np.zeros(best.shape, np.int64)
    for k in range(1, len(best)):
        reach = best[k - 1][:, None] + np.where(np.tri(n + 1, k=-1, dtype=bool).T, cost, np.inf)
        back[k], best[k] = reach.argmin(axis=0), reach.min(axis=0)
    ends = best[:, n]
    if np.isinf(ends).all():
        return [(0, n)]
    enough = np.flatnonzero(ends <= bearable)
    k, b, runs = int(enough[0] if enough.size else ends.argmin()), n, []
    while k > 0:
        a = int(back[k, b])
        runs.append((a, b))
        b, k = a, k - 1
    return runs[::-1]
