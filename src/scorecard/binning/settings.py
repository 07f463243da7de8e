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

    ``special_names`` are what special values mean, one for each or none; values of one name share a
    bin. ``groups`` are groups of text levels given by hand, the only candidates (None: not asked);
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
    special_names: tuple[str, ...] = ()
    distinct: int = 0

    @property
    def special_bins(self) -> list[tuple[float, int]]:
        """Each special value, and which of the special bins it is in: one a name, else its own."""
        names = self.special_names or self.special_values
        places = {name: k for k, name in enumerate(dict.fromkeys(names))}
        return [(v, places[name]) for v, name in zip(self.special_values, names, strict=True)]
