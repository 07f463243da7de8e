"""How a leaf's value is shared between the features of one row and one background row."""

from __future__ import annotations

import math

import numpy as np

from scorecard.explain.decisions import Floats


def shares(n: int) -> tuple[Floats, Floats]:
    """Return the share of one feature that only the row, and that only the other, satisfies.

    Both have shape (n + 1, n + 1), for a features that only the row satisfies and b that only the
    background row does: (a−1)!·b!/(a+b)! for one of the a, and −a!·(b−1)!/(a+b)! for one of the b;
    0 where there is no such feature. Source: Lundberg et al. (2020), "From local explanations to
    global understanding with explainable AI for trees", algorithm 3, of one leaf and one pair.
    """
    gain, loss = np.zeros((n + 1, n + 1)), np.zeros((n + 1, n + 1))
    for a in range(n + 1):
        for b in range(n + 1):
            ways = math.comb(a + b, a)
            if a:
                gain[a, b] = 1 / (a * ways)
            if b:
                loss[a, b] = -1 / (b * ways)
    return gain, loss


def pattern_shares(d: int) -> Floats:
    """Return each feature's share of a leaf's value for every pair of patterns of d features.

    Shape (2^d, 2^d, d): the features the row fails (bits), those the background row fails, the
    feature. Nobody gets anything where both fail the same feature: no mixture reaches the leaf.
    """
    gain, loss = shares(d)
    result = np.zeros((1 << d, 1 << d, d))
    for x in range(1 << d):
        for z in range(1 << d):
            if x & z:
                continue
            a, b = z.bit_count(), x.bit_count()
            for k in range(d):
                if z >> k & 1:
                    result[x, z, k] = gain[a, b]
                elif x >> k & 1:
                    result[x, z, k] = loss[a, b]
    return result
