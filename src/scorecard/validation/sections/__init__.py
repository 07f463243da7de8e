"""The sections of a report, one file each, in the order of reading."""

from collections.abc import Callable

from scorecard.validation.evidence import Evidence
from scorecard.validation.section import Section

SECTIONS: tuple[Callable[[Evidence], Section], ...] = ()

__all__ = ["SECTIONS"]
