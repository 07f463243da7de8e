"""What a statistic's test says."""

from __future__ import annotations

from scorecard.metrics import Measure


def p_of(found: Measure) -> float:
    """Return the p-value of a statistic that has a test."""
    assert found.p_value is not None, f"{found.name} has no test"
    return found.p_value


def error_of(found: Measure) -> float:
    """Return the standard error of a statistic, 0 where it has none."""
    return found.standard_error or 0.0
