"""A crossed characteristic: what two features of a card say only together, as a grid of points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.feature_bins import FeatureBins
from scorecard.errors import InputError

Floats = NDArray[np.float64]
Place = tuple[int, int]  # of a cross: where its two features stand in the card


@dataclass(frozen=True, slots=True)
class Cross:
    """Points of every pair of bins of features ``a`` and ``b``, beside their own.

    ``points`` has a row for every bin of ``a`` and a column for every bin of ``b``, in the order of
    `FeatureBins`; what training never saw brings none. Each of the two features answers for half of
    them. ``mean`` is their weighted mean in the training sample.

    Raises `InputError` for a feature crossed with itself, rows of different lengths, and numbers
    that are not finite.
    """

    a: str
    b: str
    points: tuple[tuple[float, ...], ...]
    mean: float

    def __post_init__(self) -> None:
        if self.a == self.b:
            raise InputError(f"A feature is not crossed with itself; got {self.a!r} twice.")
        if len({len(row) for row in self.points}) != 1:
            raise InputError(f"{self.name}: every row of the grid must have as many points.")
        if not all(math.isfinite(p) for row in (*self.points, (self.mean,)) for p in row):
            raise InputError(f"{self.name}: every point and the mean must be finite.")

    @property
    def name(self) -> str:
        """What the cross is called."""
        return f"{self.a} × {self.b}"

    @property
    def halves(self) -> Floats:
        """Half of the points, shape (bins of a, bins of b)."""
        return 0.5 * np.array(self.points)

    def to_dict(self) -> dict[str, Any]:
        """Return the cross as JSON values; floats survive exactly."""
        points = [list(row) for row in self.points]
        return {"a": self.a, "b": self.b, "mean": self.mean, "points": points}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Cross:
        """Rebuild the cross from `to_dict`'s output."""
        return cls(data["a"], data["b"], tuple(map(tuple, data["points"])), data["mean"])


def places(crosses: Sequence[Cross], bins: Sequence[FeatureBins]) -> list[Place]:
    """Return where the features of every cross stand among ``bins``.

    Raises `InputError` for a feature that is not there, a pair given twice, a grid of another size
    than its features' bins,
    """
    at = {b.name: j for j, b in enumerate(bins)}
    found = []
    for cross in crosses:
        if absent := [name for name in (cross.a, cross.b) if name not in at]:
            raise InputError(f"{cross.name}: the card has no feature {', '.join(absent)}.")
        i, j = at[cross.a], at[cross.b]
        size = (len(bins[i].woe), len(bins[j].woe))
        if (len(cross.points), len(cross.points[0])) != size:
            raise InputError(f"{cross.name}: the grid must be {size[0]} by {size[1]}, bin by bin.")
        found.append((i, j))
    if len({frozenset(pair) for pair in found}) < len(found):
        raise InputError("Two features are crossed once; a pair is given twice.")
    return found
