"""Rows in the order of their risk: what all measures of discrimination are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorecard.logodds import Floats


@dataclass(frozen=True)
class Ranking:
    """Weights of bads and goods at each distinct risk, ascending, and where each row stands.

    ``bads`` (g,), ``goods`` (g,), ``at`` (n,) in 0…g − 1. One sort, so n·log n in the rows.
    """

    bads: Floats
    goods: Floats
    at: NDArray[np.intp]

    @classmethod
    def of(cls, risk: Floats, bads: Floats, goods: Floats) -> Ranking:
        """Rank rows (n,) that carry the weights ``bads`` and ``goods`` (n,)."""
        order = np.argsort(risk)
        ascending = risk[order]
        steps = np.empty(len(risk), dtype=np.intp)
        steps[0] = 0
        np.cumsum(ascending[1:] != ascending[:-1], out=steps[1:])
        at = np.empty_like(steps)
        at[order] = steps
        size = int(steps[-1]) + 1
        return cls(
            np.asarray(np.bincount(at, bads, size), dtype=np.float64),
            np.asarray(np.bincount(at, goods, size), dtype=np.float64),
            at,
        )

    def above_goods(self) -> Floats:
        """Return at each risk the weight of goods below it, ties as half."""
        below: Floats = np.cumsum(self.goods) - self.goods / 2
        return below

    def below_bads(self) -> Floats:
        """Return at each risk the weight of bads above it, ties as half."""
        above: Floats = self.bads.sum() - np.cumsum(self.bads) + self.bads / 2
        return above

    def area(self) -> float:
        """Return the area under the ROC curve."""
        won = float((self.bads * self.above_goods()).sum())
        return won / (float(self.bads.sum()) * float(self.goods.sum()))
