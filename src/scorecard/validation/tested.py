"""What a statistic's test says."""

from __future__ import annotations

from scipy.special import ndtr

from scorecard.metrics import Measure


def p_of(found: Measure) -> float:
    """Return the p-value of a statistic that has a test."""
    assert found.p_value is not None, f"{found.name} has no test"
    return found.p_value


def error_of(found: Measure) -> float:
    """Return the standard error of a statistic, 0 where it has none."""
    return found.standard_error or 0.0


def p_above(rise: float, error: float) -> float:
    """Return the chance of a rise as large where there is none; without an error it is certain."""
    if error <= 0:
        return 0.0 if rise > 0 else 1.0
    return float(ndtr(-rise / error))
