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
    migration,
    stability,
)

SECTIONS: tuple[Callable[[Evidence], Section], ...] = (
    data.section,
    discrimination.section,
    calibration.section,
    stability.section,
    concentration.section,
    migration.section,
    challenger.section,
)

__all__ = ["SECTIONS"]
