"""The report as one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scorecard.validation.words import Language

if TYPE_CHECKING:
    from scorecard.validation.report import ValidationReport


def page(report: ValidationReport, *, language: Language = "en") -> str:
    """Return the page."""
    raise NotImplementedError
