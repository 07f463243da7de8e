"""How one feature is to be binned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecard.binning.number_prebins import FREE, ByHand
from scorecard.errors import InputError

MISSING_POLICIES = ("bin", "neutral", "worst")
UNSEEN_POLICIES = ("neutral", "worst")


@dataclass(frozen=True, slots=True)
class Settings:
    """How one feature is to be binned; ``constraints`` go to the solver as they are.

    ``groups`` are groups of text levels given by hand, the only candidates (None: not asked);
    ``distinct`` is the sample's number of distinct rows, by which ``auto`` judges a turn.
    """

    trend: str
    special_values: tuple[float, ...]
    max_prebins: int
    rare_share: float
    missing: str
    special: str
    unseen: str
    min_bin_share: float | None
    constraints: dict[str, Any]
    by_hand: ByHand = FREE
    groups: tuple[tuple[str, ...], ...] | None = None
    stable: bool = False
    distinct: int = 0

    def __post_init__(self) -> None:
        if len(set(self.special_values)) < len(self.special_values) or not all(
            np.isfinite(self.special_values)
        ):
            raise InputError(
                f"special_values must be different finite numbers; got {self.special_values}. "
                "Missing values have a bin of their own."
            )
