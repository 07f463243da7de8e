"""What is fitted, and the frozen value each fit becomes.

Estimators need scikit-learn and are imported when first asked for; values do not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scorecard.models.boosted import BoostedModel
from scorecard.models.calibration import Calibration
from scorecard.models.card_report import CardReport
from scorecard.models.compiled import CompiledScorecard
from scorecard.models.cross import Cross
from scorecard.models.cycle import CycleModel
from scorecard.models.master_scale import MasterScale
from scorecard.models.pd_calibrator import PDCalibrator
from scorecard.models.rounding import Rounding
from scorecard.models.scorecard import Scorecard

if TYPE_CHECKING:
    from scorecard.models.boosted_classifier import BoostedClassifier
    from scorecard.models.card_comparison import CardComparison
    from scorecard.models.crossing import Crossing
    from scorecard.models.interactions import meetings
    from scorecard.models.refinement import Refinement
    from scorecard.models.scorecard_classifier import ScorecardClassifier

__all__ = [
    "BoostedClassifier",
    "BoostedModel",
    "Calibration",
    "CardComparison",
    "CardReport",
    "CompiledScorecard",
    "Cross",
    "Crossing",
    "CycleModel",
    "MasterScale",
    "PDCalibrator",
    "Refinement",
    "Rounding",
    "Scorecard",
    "ScorecardClassifier",
    "meetings",
]

_HOMES = {
    "BoostedClassifier": "boosted_classifier",
    "CardComparison": "card_comparison",
    "Crossing": "crossing",
    "Refinement": "refinement",
    "ScorecardClassifier": "scorecard_classifier",
    "meetings": "interactions",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
