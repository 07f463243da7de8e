"""The master scale: grades with frozen edges, compared in log-odds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scorecard.errors import InputError
from scorecard.logodds import Floats, logit


@dataclass(frozen=True)
class MasterScale:
    """Grades R1 (safest) to R``count`` by PD, and D for those in default.

    Edge k is ``first_edge · ratio^(k/count)``; a grade holds its lower edge. Anything below the
    first edge is R1 and anything at or above the last edge, not in default, is the last grade.
    ``edges`` are PDs, one per grade plus the upper end; ``pd_floor`` is the smallest PD answered.

    Raises `InputError` for edges that do not rise within (0, 1).
    """

    edges: tuple[float, ...]
    pd_floor: float

    @classmethod
    def geometric(
        cls, *, first_edge: float, ratio: float, count: int, pd_floor: float
    ) -> MasterScale:
        """Build the scale whose edges grow by a constant factor."""
        return cls(tuple(first_edge * ratio ** (k / count) for k in range(count + 1)), pd_floor)

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.edges, self.edges[1:], strict=False))
        if len(self.edges) < 2 or not rising or not 0 < self.edges[0] < self.edges[-1] < 1:
            raise InputError(
                "A master scale needs two or more edges rising within (0, 1); "
                f"got {len(self.edges)} edges."
            )
        if not 0 <= self.pd_floor < 1:
            raise InputError(f"The PD floor must lie in [0, 1); got {self.pd_floor}.")

    @property
    def labels(self) -> tuple[str, ...]:
        """R1 … R``count``."""
        return tuple(f"R{k + 1}" for k in range(len(self.edges) - 1))

    @cached_property
    def log_odds_edges(self) -> Floats:
        """The edges between grades (count − 1,), in log-odds."""
        return logit(np.array(self.edges[1:-1]))

    @cached_property
    def _names(self) -> np.ndarray[Any, np.dtype[np.str_]]:
        return np.array(self.labels)

    def grade_pds(self) -> tuple[float, ...]:
        """Return each grade's own PD: the geometric mean of its edges."""
        return tuple((a * b) ** 0.5 for a, b in zip(self.edges, self.edges[1:], strict=False))

    def index(self, log_odds: Floats) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Return the position (0 = safest) of calibrated log-odds (n,)."""
        return np.searchsorted(self.log_odds_edges, log_odds, side="right")

    def grades(self, log_odds: Floats) -> np.ndarray[Any, np.dtype[np.str_]]:
        """Return the labels of calibrated log-odds (n,)."""
        names: np.ndarray[Any, np.dtype[np.str_]] = self._names[self.index(log_odds)]
        return names

    def to_dict(self) -> dict[str, Any]:
        """Return the scale as JSON values."""
        return {"edges": list(self.edges), "pd_floor": self.pd_floor}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> MasterScale:
        """Rebuild a scale from `to_dict`'s output."""
        return cls(tuple(data["edges"]), data["pd_floor"])
