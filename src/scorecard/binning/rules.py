"""The constraints of a binning, and the trends its bad rates may follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scorecard.errors import InputError

# A trend is a small automaton: (phase before, phase after, direction of the step), where the
# direction is +1 (bad rate may not fall), −1 (may not rise) or 0 (free).
STEPS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "none": ((0, 0, 0),),
    "ascending": ((0, 0, 1),),
    "descending": ((0, 0, -1),),
    "peak": ((0, 0, 1), (0, 1, -1), (1, 1, -1)),
    "valley": ((0, 0, -1), (0, 1, 1), (1, 1, 1)),
}
TRENDS = (*STEPS, "auto")
TIE = 1e-12  # rates and objectives closer than this are rounding, not difference


@dataclass(frozen=True, slots=True)
class Rules:
    """The constraints as given; None means not asked for."""

    trend: str
    min_bins: int | None
    max_bins: int | None
    min_bin_share: float | None
    max_bin_share: float | None
    min_bin_bads: float | None
    min_bin_goods: float | None
    min_rate_gap: float | None
    max_p_value: float | None

    def __post_init__(self) -> None:
        if self.trend not in TRENDS:
            raise InputError(f"trend must be one of {', '.join(TRENDS)}; got {self.trend!r}.")
        for name in ("min_bins", "max_bins"):
            value = getattr(self, name)
            if value is not None and (value != int(value) or value < 1):
                raise InputError(f"{name} must be a whole number of at least 1; got {value!r}.")
        for name in ("min_bin_share", "max_bin_share", "min_rate_gap", "max_p_value"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise InputError(f"{name} must lie between 0 and 1; got {value!r}.")
        for name in ("min_bin_bads", "min_bin_goods"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < np.inf:
                raise InputError(f"{name} must be a weight of at least 0; got {value!r}.")
