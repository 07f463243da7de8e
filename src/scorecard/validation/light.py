"""Traffic lights: what a number means under a rule."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum

from scorecard.policy.validation import Above, AtLeast, AtMost

_EVEN = 1e-12
"""Rounding allowance at a limit: 0.72 / 0.9 meets 0.8, whichever way the last bit falls."""


class Light(StrEnum):
    """Green: holds. Amber: look at it. Red: the rule is broken. Grey: nothing to judge."""

    GREY = "grey"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"

    @classmethod
    def worst(cls, lights: Iterable[Light]) -> Light:
        """Return the worst of ``lights``; grey where there is none."""
        order = list(cls)
        return max(lights, key=order.index, default=cls.GREY)


def at_most(number: float, limits: Above) -> Light:
    """Return the light of a number that should be small; a number that is none is red."""
    red = isinstance(limits, AtMost) and _above(number, limits.red)
    if math.isnan(number) or red:
        return Light.RED
    return Light.AMBER if _above(number, limits.amber) else Light.GREEN


def at_least(number: float, limits: AtLeast) -> Light:
    """Return the light of a number that should be large; a number that is none is red."""
    if math.isnan(number) or _above(limits.red, number):
        return Light.RED
    return Light.AMBER if _above(limits.amber, number) else Light.GREEN


def _above(number: float, limit: float) -> bool:
    return number > limit + _EVEN * max(1.0, abs(limit))


def proven(light: Light, p_value: float, alpha: float, *, doubt: float = 0.05) -> Light:
    """Return ``light`` as far as a test bears it out.

    Red needs ``p_value`` ≤ ``alpha`` (already corrected for the tests beside it), amber ≤ ``doubt``
    or a red number that is not proven.
    """
    if light is Light.RED and p_value > alpha:
        light = Light.AMBER
    if light is Light.AMBER and p_value > doubt:
        return Light.GREEN
    return light
