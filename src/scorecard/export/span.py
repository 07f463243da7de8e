"""How large and how small a number can be: what tells a careful engine's guards from ballast."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scorecard.models.sql_dialect import LARGEST

SMALLEST = 5e-324  # the least positive double
WHOLE = 2.0**53  # below it every whole number is a double

#: Magnitudes between which no operation needs a guard; the margin covers every rounding.
_LOW, _HIGH = 1e-305, 1e305


@dataclass(frozen=True, slots=True)
class Span:
    """The magnitudes a number can have: zero, or from ``low`` to ``high``; ``whole`` if integral.

    A bound that overflows or underflows is clipped to the doubles.
    """

    low: float
    high: float
    whole: bool = False

    @classmethod
    def of(cls, value: float) -> Span:
        """Return the span of one number."""
        size = abs(value)
        return cls(size or math.inf, size, float(value).is_integer())

    @classmethod
    def hull(cls, spans: Iterable[Span]) -> Span:
        """Return the span of whichever of several numbers."""
        found = list(spans)
        return cls(
            min(s.low for s in found), max(s.high for s in found), all(s.whole for s in found)
        )

    @property
    def may_overflow(self) -> bool:
        """Whether an operation with these bounds can leave the doubles upwards."""
        return not self.high <= _HIGH

    @property
    def may_underflow(self) -> bool:
        """Whether an operation with these bounds can come to zero without being it."""
        return not self.low >= _LOW

    def clipped(self) -> Span:
        """Return the span within the doubles."""
        high = min(self.high, LARGEST)
        return Span(max(self.low, SMALLEST), high, self.whole and high < WHOLE)

    def plus(self, other: Span) -> Span:
        """Return the span of a sum or a difference; it never underflows."""
        whole = self.whole and other.whole
        return Span(1.0 if whole else SMALLEST, self.high + other.high, whole)

    def times(self, other: Span) -> Span:
        """Return the span of a product."""
        return Span(self.low * other.low, self.high * other.high, self.whole and other.whole)

    def over(self, other: Span) -> Span:
        """Return the span of a quotient by a number that is not zero."""
        low = self.low / other.high if other.high else math.inf
        return Span(low, self.high / other.low)


#: Any finite double.
FINITE = Span(SMALLEST, LARGEST)
