"""Exact contributions, and the reasons written from them.

`shapley` knows estimators, which need scikit-learn, so it is imported when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scorecard.explain.additivity import check_additivity
from scorecard.explain.direct import DirectInterventional
from scorecard.explain.explainer import interventional
from scorecard.explain.interventional import Interventional
from scorecard.explain.reasons import ReasonWriter
from scorecard.explain.reference import Reference
from scorecard.explain.tables import InterventionalTables

if TYPE_CHECKING:
    from scorecard.explain.contributions import shapley

__all__ = [
    "DirectInterventional",
    "Interventional",
    "InterventionalTables",
    "ReasonWriter",
    "Reference",
    "check_additivity",
    "interventional",
    "shapley",
]


def __getattr__(name: str) -> Any:
    if name != "shapley":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("scorecard.explain.contributions").shapley
