"""Exact contributions, and the reasons written from them."""

from scorecard.explain.reasons import ReasonWriter
from scorecard.explain.reference import Reference
from scorecard.explain.shapley import InterventionalTables, check_additivity

__all__ = ["InterventionalTables", "ReasonWriter", "Reference", "check_additivity"]
