"""One tree of a booster, and its leaves with the decisions that lead to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Step(NamedTuple):
    """One condition of a path: a decision, which way it has to go, and the feature it is about."""

    decision: int
    left: bool
    feature: int


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf's value (log-odds) and the conditions that lead to it, from the root."""

    value: float
    path: Path


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree in xgboost's arrays, a value a node; ``decision`` numbers those of `Decisions`.

    A node without children has −1 in ``left`` and its value in ``condition``.
    """

    left: list[int]
    right: list[int]
    feature: list[int]
    condition: list[float]
    decision: list[int]

    def leaves(self) -> list[Leaf]:
        """Return all leaves, the leftmost first."""
        return list(self._leaves(0, ()))

    def blocks(self, bits: int) -> Iterator[list[Leaf]]:
        """Yield the leaves of the largest subtrees whose path and nodes fit into ``bits``."""
        inner = [0] * len(self.left)
        order = [0]
        for node in order:
            if self.left[node] >= 0:
                order += (self.left[node], self.right[node])
        for node in reversed(order):
            if self.left[node] >= 0:
                inner[node] = 1 + inner[self.left[node]] + inner[self.right[node]]
        todo: list[tuple[int, Path]] = [(0, ())]
        while todo:
            node, path = todo.pop()
            if len(path) + inner[node] <= bits:
                yield list(self._leaves(node, path))
            else:
                todo += self._children(node, path)

    def depth(self) -> int:
        """Return the number of decisions on the longest path."""
        level, depth = [0], 0
        while level := [
            child
            for node in level
            if self.left[node] >= 0
            for child in (self.left[node], self.right[node])
        ]:
            depth += 1
        return depth

    def _leaves(self, node: int, path: Path) -> Iterator[Leaf]:
        # A stack of its own: paths may be longer than Python's recursion allows.
        todo = [(node, path)]
        while todo:
            node, path = todo.pop()
            if self.left[node] < 0:
                yield Leaf(float(np.float32(self.condition[node])), path)
            else:
                todo += reversed(self._children(node, path))

    def _children(self, node: int, path: Path) -> tuple[tuple[int, Path], tuple[int, Path]]:
        decision, feature = self.decision[node], self.feature[node]
        return (
            (self.left[node], (*path, Step(decision, True, feature))),
            (self.right[node], (*path, Step(decision, False, feature))),
        )
