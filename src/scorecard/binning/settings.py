"""How one feature is to be binned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scorecard.binning.number_prebins import FREE, ByHand

MISSING_POLICIES = ("bin", "neutral", "worst")
UNSEEN_POLICIES = ("neutral", "worst")


@dataclass(frozen=True, slots=True)
class Settings:
    """How one feature is to be binned; ``constraints`` go to the solver as they are.

    ``groups`` are groups of text levels given by hand, the only candidates (None: not asked);
    ``exact`` says that the cuts or groups given are the bins, ``part`` that the rows are a part of
    the sample, where such a bin may be empty and is left out. ``distinct`` is the sample's number
    of distinct rows, by which ``auto`` judges a turn.
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
    exact: bool = False
    part: bool = False
    stable: bool = False
    distinct: int = 0
