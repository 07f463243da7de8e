"""Which features a scorecard should read, and why: every decision logged with its reason.

The names load on first use, since scikit-learn and scipy take their time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scorecard.selection.report import SelectionReport
    from scorecard.selection.selector import FeatureSelector

__all__ = ["FeatureSelector", "SelectionReport"]

_HOME = {"FeatureSelector": "selector", "SelectionReport": "report"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
