"""Prebins, the exact optimal binning solver, and the WOE transformer.

The names load on first use, so that serving, which needs only `FeatureBins`, never imports
scikit-learn.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scorecard.binning.analysis import BinAnalysis
    from scorecard.binning.binner import OptimalBinner
    from scorecard.binning.certificate import Certificate, certify
    from scorecard.binning.comparison import BinComparison
    from scorecard.binning.feature_bins import FeatureBins
    from scorecard.binning.solver import InfeasibleBinning, Solution, solve
    from scorecard.binning.summary import BinningSummary
    from scorecard.binning.table import BinningTable

__all__ = [
    "BinAnalysis",
    "BinComparison",
    "BinningSummary",
    "BinningTable",
    "Certificate",
    "FeatureBins",
    "InfeasibleBinning",
    "OptimalBinner",
    "Solution",
    "certify",
    "solve",
]

_HOME = {
    "BinAnalysis": "analysis",
    "BinComparison": "comparison",
    "BinningSummary": "summary",
    "BinningTable": "table",
    "Certificate": "certificate",
    "FeatureBins": "feature_bins",
    "InfeasibleBinning": "solver",
    "OptimalBinner": "binner",
    "Solution": "solver",
    "certify": "certificate",
    "solve": "solver",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
