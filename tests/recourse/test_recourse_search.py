"""The search against every candidate there is, on functions small enough to list them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scorecard.recourse import find


def steps(rng: np.random.Generator, counts: np.ndarray) -> list[np.ndarray]:
    """Falling stairs, one per ladder: what bins and trees make of a lever."""
    return [
        np.concatenate([[0.0], -np.cumsum(rng.exponential(0.2, n) * (rng.random(n) < 0.3))])
        for n in counts
    ]


@pytest.mark.parametrize("seed", range(12))
def test_it_finds_the_cheapest_of_all_candidates(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.array([9, 14, 6, 11])
    price = rng.uniform(0.05, 0.6, 4)
    stairs = steps(rng, counts)

    def value(rungs: np.ndarray) -> np.ndarray:
        total = sum(stair[rungs[:, j]] for j, stair in enumerate(stairs))
        # What two ladders share, as two debts share one ratio; and a rule that refuses the corner.
        total = total - 0.3 * ((rungs[:, 0] + rungs[:, 1]) >= 12)
        return np.where(rungs[:, 2] + rungs[:, 3] > 15, np.inf, total)

    def cost(rungs: np.ndarray) -> np.ndarray:
        return rungs @ price

    every = np.array(list(itertools.product(*(range(n + 1) for n in counts))))
    values = value(every)
    for share in (0.1, 0.4, 0.8):
        goal = share * values.min()
        best = cost(every[values <= goal]).min()
        found = find(value, cost, counts, goal, most_rows=10**6)
        assert value(np.array(found[:1]))[0] <= goal
        assert cost(np.array(found[:1]))[0] == pytest.approx(best, abs=1e-9)
    assert find(value, cost, counts, values.min() - 1e-6, most_rows=10**6) == []


def test_it_stops_at_the_candidates_it_may_evaluate() -> None:
    seen = []

    def value(rungs: np.ndarray) -> np.ndarray:
        seen.append(len(rungs))
        return -1e-3 * rungs.sum(axis=1).astype(float)

    counts = np.full(12, 10**6)
    find(value, lambda rungs: rungs.sum(axis=1) * 1.0, counts, -1e9, most_rows=2000)
    assert sum(seen) <= 2000 + 32 * 12 * 12


def test_a_single_ladder_is_climbed_to_the_very_rung() -> None:
    counts = np.array([10**7])
    (best, *_) = find(
        lambda rungs: np.where(rungs[:, 0] >= 1_234_567, -1.0, 0.0),
        lambda rungs: rungs[:, 0] * 1.0,
        counts,
        -0.5,
        most_rows=10**5,
    )
    assert best == (1_234_567,)
