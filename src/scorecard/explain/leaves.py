"""The leaves of a booster as arrays: which of a leaf's features a row fails to satisfy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.errors import ExplanationError
from scorecard.explain.decisions import Bytes, Floats, Ints
from scorecard.explain.tree import Leaf

#: Most features one path can ask for: a mask has a bit for each.
WIDEST = 64


class DeepTreeError(ExplanationError):
    """A tree is deeper than an explanation can serve."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves with at least one condition, in order.

    ``value`` has shape (leaves,). ``decision``, ``want`` (1: must go left) and ``about`` (the
    place of the condition's feature among the leaf's own) have shape (leaves, conditions); a
    shorter path repeats its last condition, which changes nothing. ``features`` has shape (leaves,
    places): the leaf's own features in the order of its path, −1 for an empty place.
    """

    value: Floats
    decision: Ints
    want: Bytes
    about: Bytes
    features: Ints

    @classmethod
    def of(cls, leaves: Sequence[Leaf]) -> Leaves:
        """Lay out leaves; raises `DeepTreeError` for a path about more than 64 features."""
        own = [list(dict.fromkeys(step.feature for step in leaf.path)) for leaf in leaves]
        depth = max((len(leaf.path) for leaf in leaves), default=0)
        places = max(map(len, own), default=0)
        if places > WIDEST:
            raise DeepTreeError(
                f"An explanation serves paths about at most {WIDEST} features; got {places}. "
                f"Fit with max_depth at most {WIDEST}."
            )
        decision = np.zeros((len(leaves), depth), dtype=np.intp)
        want = np.zeros((len(leaves), depth), dtype=np.uint8)
        about = np.zeros((len(leaves), depth), dtype=np.uint8)
        features = np.full((len(leaves), places), -1, dtype=np.intp)
        for i, (leaf, mine) in enumerate(zip(leaves, own, strict=True)):
            path = leaf.path + (leaf.path[-1],) * (depth - len(leaf.path))
            decision[i] = [step.decision for step in path]
            want[i] = [step.left for step in path]
            about[i] = [mine.index(step.feature) for step in path]
            features[i, : len(mine)] = mine
        value = np.array([leaf.value for leaf in leaves], dtype=np.float64)
        return cls(value, decision, want, about, features)

    def __len__(self) -> int:
        return len(self.value)

    @property
    def own(self) -> Ints:
        """How many features each leaf asks about, shape (leaves,)."""
        return np.asarray((self.features >= 0).sum(axis=1))

    @property
    def mask(self) -> Any:
        """The smallest unsigned type with a bit for each place."""
        return np.min_scalar_type((1 << self.features.shape[1]) - 1).type

    def failed(self, left: Bytes, which: slice = slice(None)) -> NDArray[Any]:
        """Return the places whose conditions rows fail, as bits, shape (leaves, rows).

        ``left`` has shape (decisions + 1, rows); ``which`` picks some of the leaves.
        """
        kind = self.mask
        decision, want, about = self.decision[which], self.want[which], self.about[which]
        failed = np.zeros((len(decision), left.shape[1]), dtype=kind)
        for j in range(decision.shape[1]):
            wrong = left.take(decision[:, j], axis=0)
            wrong ^= want[:, j, None]
            failed |= wrong.astype(kind, copy=False) << about[:, j, None].astype(kind)
        return failed
