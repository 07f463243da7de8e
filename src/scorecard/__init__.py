"""Credit scoring for small and micro enterprise lending, from declared product to explained rating.

Names are imported when first asked for, so that the command line and a serving worker pay only for
what they use.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scorecard import binning, errors, export, metrics, reject, selection, values
    from scorecard.binning import OptimalBinner
    from scorecard.contract import Product, Rule, column, load_product
    from scorecard.draft import Profile, profile
    from scorecard.explain import shapley
    from scorecard.features import Feature, FeatureSet, ReasonText
    from scorecard.models import (
        BoostedClassifier,
        CycleModel,
        MasterScale,
        PDCalibrator,
        ScorecardClassifier,
    )
    from scorecard.promotion import Promotion, promote, rollback
    from scorecard.rating import Bundle, Rater
    from scorecard.reject import (
        AugmentedSample,
        Extrapolation,
        FuzzyAugmentation,
        Parcelling,
        RejectInference,
        Reweighting,
    )
    from scorecard.selection import FeatureSelector, SelectionReport
    from scorecard.simulation import simulate
    from scorecard.training import TrainingResult, train
    from scorecard.tuning import BoostedSearch, TimeFolds
    from scorecard.validation import ModelCard, ValidationReport, validate
    from scorecard.values import Explanation, Problem, Rating, Reason

_HOMES = {
    "AugmentedSample": "reject",
    "BoostedClassifier": "models",
    "BoostedSearch": "tuning",
    "Bundle": "rating",
    "CycleModel": "models",
    "Explanation": "values",
    "Extrapolation": "reject",
    "Feature": "features",
    "FeatureSelector": "selection",
    "FeatureSet": "features",
    "FuzzyAugmentation": "reject",
    "MasterScale": "models",
    "ModelCard": "validation",
    "OptimalBinner": "binning",
    "PDCalibrator": "models",
    "Parcelling": "reject",
    "Problem": "values",
    "Product": "contract",
    "Profile": "draft",
    "Promotion": "promotion",
    "Rater": "rating",
    "Rating": "values",
    "Reason": "values",
    "ReasonText": "features",
    "RejectInference": "reject",
    "Reweighting": "reject",
    "Rule": "contract",
    "ScorecardClassifier": "models",
    "SelectionReport": "selection",
    "TimeFolds": "tuning",
    "TrainingResult": "training",
    "column": "contract",
    "load_product": "contract",
    "profile": "draft",
    "promote": "promotion",
    "rollback": "promotion",
    "shapley": "explain",
    "simulate": "simulation",
    "train": "training",
    "validate": "validation",
    "ValidationReport": "validation",
}
_ROOMS = ("binning", "errors", "export", "metrics", "reject", "selection", "values")

__all__ = [
    "AugmentedSample",
    "BoostedClassifier",
    "BoostedSearch",
    "Bundle",
    "CycleModel",
    "Explanation",
    "Extrapolation",
    "Feature",
    "FeatureSelector",
    "FeatureSet",
    "FuzzyAugmentation",
    "MasterScale",
    "ModelCard",
    "OptimalBinner",
    "PDCalibrator",
    "Parcelling",
    "Problem",
    "Product",
    "Profile",
    "Promotion",
    "Rater",
    "Rating",
    "Reason",
    "ReasonText",
    "RejectInference",
    "Reweighting",
    "Rule",
    "ScorecardClassifier",
    "SelectionReport",
    "TimeFolds",
    "TrainingResult",
    "ValidationReport",
    "binning",
    "column",
    "errors",
    "export",
    "load_product",
    "metrics",
    "profile",
    "promote",
    "reject",
    "rollback",
    "selection",
    "shapley",
    "simulate",
    "train",
    "validate",
    "values",
]

try:
    __version__ = version("sme-scorecard")
except PackageNotFoundError:  # read from a source tree that was never installed
    __version__ = "0"


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"scorecard.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'scorecard' has no attribute {name!r}")
    found = getattr(import_module(f"scorecard.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
