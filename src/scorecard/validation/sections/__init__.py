"""The sections of a report, one file each, in the order of reading."""

from collections.abc import Callable

from scorecard.validation.evidence import Evidence
from scorecard.validation.section import Section
from scorecard.validation.sections import (
    calibration,
    challenger,
    concentration,
    data,
    discrimination,
    explanation,
    fairness,
    leakage,
    migration,
    monotonicity,
    sensitivity,
    stability,
)

SECTIONS: tuple[Callable[[Evidence], Section], ...] = (
    data.section,
    discrimination.section,
    calibration.section,
    stability.section,
    concentration.section,
    migration.section,
    monotonicity.section,
    explanation.section,
    leakage.section,
    sensitivity.section,
    fairness.section,
    challenger.section,
)

__all__ = ["SECTIONS"]
