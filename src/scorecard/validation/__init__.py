"""Evidence on a model: tables first, lights beside their rules, a page drawn from both."""

from scorecard.validation.card import ModelCard
from scorecard.validation.light import Light
from scorecard.validation.report import ValidationReport
from scorecard.validation.section import Finding, Section
from scorecard.validation.validator import validate

__all__ = ["Finding", "Light", "ModelCard", "Section", "ValidationReport", "validate"]
