"""One number with what is known of it: the frozen result of a statistic."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any, Self


class Measure(float):
    """A number that also carries its test and its uncertainty.

    It is a float: it adds, compares, sorts, hashes, pickles and goes into arrays and frames as
    ``value`` does, and arithmetic gives plain floats. What does not apply is None.

    Attributes
    ----------
    name
        What the number is.
    value
        The number as a plain float.
    statistic
        Test statistic, where the number itself is another one.
    p_value
        Of the test that the function's docstring names.
    standard_error
        In the number's own unit.
    interval
        Its two ends at level ``confidence``.

    >>> found = Measure(0.75, name="AUC", interval=(0.5, 0.9), confidence=0.95)
    >>> found
    AUC 0.75 [95%: 0.5 to 0.9]
    >>> found + 1, found.value, found.interval, found.p_value
    (1.75, 0.75, (0.5, 0.9), None)
    """

    name: str = ""
    statistic: float | None = None
    p_value: float | None = None
    standard_error: float | None = None
    interval: tuple[float, float] | None = None
    confidence: float | None = None

    def __new__(cls, value: float, **told: Any) -> Self:
        """Make one; ``told`` are attributes by name."""
        made = super().__new__(cls, value)
        unknown = [each for each in told if not hasattr(cls, each)]
        if unknown:
            raise TypeError(f"{cls.__name__} has no attribute {unknown[0]!r}.")
        made.__dict__.update(told)
        return made

    @property
    def value(self) -> float:
        """The number as a plain float."""
        return float(self)

    @property
    def low(self) -> float:
        """Lower end of the interval; NaN without one."""
        return self.interval[0] if self.interval else float("nan")

    @property
    def high(self) -> float:
        """Upper end of the interval; NaN without one."""
        return self.interval[1] if self.interval else float("nan")

    def holds(self, number: float) -> bool:
        """Whether the interval holds ``number``."""
        return self.low <= number <= self.high

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    __str__ = float.__repr__

    def __repr__(self) -> str:
        text = f"{self.name} {float(self):.7g}".strip()
        if self.interval is not None:
            level = "" if self.confidence is None else f"{100 * self.confidence:g}%: "
            text += f" [{level}{self.low:.6g} to {self.high:.6g}]"
        known = ("name", "interval", "confidence")
        rest = {key: told for key, told in self.__dict__.items() if key not in known}
        return "; ".join(
            [text, *(f"{key} {_shown(told)}" for key, told in rest.items() if told is not None)]
        )


def _shown(told: object) -> str:
    return f"{told:.6g}" if isinstance(told, (int, float)) else str(told)
