"""The curves that a calibration may bend a margin with; both rise strictly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from scorecard.errors import InputError
from scorecard.logodds import Floats


@dataclass(frozen=True, slots=True)
class BetaCurve:
    """The curve of beta calibration: a·ln p − b·ln(1 − p), with p = 1/(1 + e^−x) and a + b = 2.

    With ``lean`` = (a − b)/2 this is x − lean·(|x| + 2·ln(1 + e^−|x|)), the form that is computed.
    A positive lean steepens the curve where PDs are low and flattens it where they are high.

    Raises `InputError` unless ``lean`` lies in (−1, 1), that is a and b above 0.

    Source: M. Kull, T. Silva Filho, P. Flach, "Beta calibration", AISTATS 2017.
    """

    lean: float

    def __post_init__(self) -> None:
        if not -1 < self.lean < 1:
            raise InputError(f"The lean of a beta curve must lie in (-1, 1); got {self.lean}.")

    def __call__(self, x: Floats) -> Floats:
        """Return the curve (n,) at ``x`` (n,), in log-odds."""
        size = np.abs(x)
        out: Floats = x - self.lean * (size + 2.0 * np.log(1.0 + np.exp(-size)))
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as JSON values."""
        return {"kind": "beta", "lean": self.lean}


@dataclass(frozen=True)
class IsotonicCurve:
    """Straight pieces between knots, going on with the slope ``tail`` on either side of them.

    ``knots`` are places in log-odds, ``values`` the log-odds there. No piece ends above the value
    that the next begins with, so the order of margins is kept whatever is rounded.

    Raises `InputError` unless there are two or more knots, knots and values rise, all is finite and
    ``tail`` is positive.
    """

    knots: tuple[float, ...]
    values: tuple[float, ...]
    tail: float

    def __post_init__(self) -> None:
        n = len(self.knots)
        rising = all(a < b for each in (self.knots, self.values) for a, b in pairwise(each))
        finite = all(map(math.isfinite, (*self.knots, *self.values, self.tail)))
        if n < 2 or n != len(self.values) or not rising or not finite or self.tail <= 0:
            raise InputError(
                "An isotonic curve needs two or more finite knots, as many values, both rising, "
                f"and a positive tail; got {n} knots, {len(self.values)} values, {self.tail}."
            )

    @cached_property
    def pieces(self) -> tuple[tuple[float, float, float, float], ...]:
        """One piece per knot and one more: where it is anchored, value there, slope, ceiling."""
        pairs = list(zip(self.knots, self.values, strict=True))
        inner = [(x, y, (up - y) / (right - x), up) for (x, y), (right, up) in pairwise(pairs)]
        first, last = pairs[0], pairs[-1]
        return (
            (*first, self.tail, math.inf),
            *inner,
            (*last, self.tail, math.inf),
        )

    @cached_property
    def _arrays(self) -> tuple[Floats, Floats]:
        return np.array(self.knots), np.array(self.pieces).T.copy()

    def __call__(self, x: Floats) -> Floats:
        """Return the curve (n,) at ``x`` (n,), in log-odds."""
        knots, pieces = self._arrays
        anchor, value, slope, ceiling = pieces[:, np.searchsorted(knots, x, side="right")]
        out: Floats = np.minimum(value + slope * (x - anchor), ceiling)
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as JSON values."""
        return {
            "kind": "isotonic",
            "knots": list(self.knots),
            "values": list(self.values),
            "tail": self.tail,
        }


Curve = BetaCurve | IsotonicCurve


def curve_from_dict(data: dict[str, Any]) -> Curve:
    """Rebuild a curve from its `to_dict`; raises `InputError` for another kind."""
    kind, rest = data["kind"], {k: v for k, v in data.items() if k != "kind"}
    if kind == "beta":
        return BetaCurve(**rest)
    if kind == "isotonic":
        return IsotonicCurve(tuple(rest.pop("knots")), tuple(rest.pop("values")), **rest)
    raise InputError(f"A calibration's curve must be of kind beta or isotonic; got {kind!r}.")
