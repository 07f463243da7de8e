"""The constraints of a binning, and the trends its bad rates may follow."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import NDArray

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
# Or a curve, a rule on triples of neighbours: +1 where steps of the bad rate may not grow, −1 where
# they may not shrink.
CURVES: dict[str, int] = {"concave": 1, "convex": -1}
TRENDS = (*STEPS, *CURVES, "auto")
LARGEST = 1e300  # sums and powers beyond could overflow
TIE = 1e-12  # rates and objectives closer than this are rounding, not difference


@dataclass(frozen=True, slots=True)
class Rules:
    """The constraints as given; None means not asked for.

    ``stable`` asks that neighbours keep their order of bad rates in every period.
    """

    trend: str
    min_bins: int | None
    max_bins: int | None
    min_bin_share: float | None
    max_bin_share: float | None
    min_bin_bads: float | None
    min_bin_goods: float | None
    min_rate_gap: float | None
    max_p_value: float | None
    fixed_cuts: tuple[int, ...] | None = None
    stable: bool = False

    def __post_init__(self) -> None:
        if self.trend not in TRENDS:
            raise InputError(f"trend must be one of {', '.join(TRENDS)}; got {self.trend!r}.")
        for name in ("min_bins", "max_bins"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and value >= 1 and value % 1 == 0):
                raise InputError(f"{name} must be a whole number of at least 1; got {value!r}.")
        for name in ("min_bin_share", "max_bin_share", "min_rate_gap", "max_p_value"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and 0 <= value <= 1):
                raise InputError(f"{name} must lie between 0 and 1; got {value!r}.")
        for name in ("min_bin_bads", "min_bin_goods"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and 0 <= value < np.inf):
                raise InputError(f"{name} must be a weight of at least 0; got {value!r}.")

    def layers(self, prebins: int) -> Layers | None:
        """Return how bins are counted among ``prebins`` pieces; None where no count is allowed."""
        least = int(self.min_bins or 1)
        most = prebins if self.max_bins is None else min(prebins, int(self.max_bins))
        if least > most:
            return None
        if most == prebins:
            return Layers(least, last_stays=True, first_enough=least - 1)
        return Layers(most, last_stays=False, first_enough=least - 1)


@dataclass(frozen=True, slots=True)
class Layers:
    """One layer of the programme's table for each number of bins that must be told apart.

    Layer k holds k + 1 bins; with ``last_stays`` the last layer holds that many or more. A binning
    has enough bins from layer ``first_enough`` on.
    """

    count: int
    last_stays: bool
    first_enough: int

    def moves(self) -> tuple[tuple[slice, slice], ...]:
        """Return the (from, to) slices of layers that one more bin leads along."""
        moves = []
        if self.count > 1:
            moves.append((slice(0, self.count - 1), slice(1, self.count)))
        if self.last_stays:
            moves.append((slice(self.count - 1, self.count), slice(self.count - 1, self.count)))
        return tuple(moves)

    def before(self, layer: int) -> tuple[int, ...]:
        """Return the layers from which one more bin leads to ``layer``."""
        own = (layer,) if self.last_stays and layer == self.count - 1 else ()
        return (*own, layer - 1) if layer > 0 else own


def direction(rates: NDArray[np.float64]) -> str:
    """Return whether bad rates of consecutive bins are ascending or descending, or ``none``."""
    steps = np.diff(rates)
    if not steps.size:
        return "none"
    if (steps >= 0).all():
        return "ascending"
    return "descending" if (steps <= 0).all() else "none"


def is_number(value: object) -> bool:
    """Whether a parameter is a number; a truth value is none."""
    return isinstance(value, Real) and not isinstance(value, bool)
