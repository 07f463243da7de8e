"""The sections of a report, one file each, in the order of reading."""

from collections.abc import Callable

from scorecard.validation.evidence import Evidence
from scorecard.validation.section import Section
from scorecard.validation.sections import (
    explanation,
    fairness,
    leakage,
    monotonicity,
    sensitivity,
)

SECTIONS: tuple[Callable[[Evidence], Section], ...] = (
    monotonicity.section,
    explanation.section,
    leakage.section,
    sensitivity.section,
    fairness.section,
)

__all__ = ["SECTIONS"]
