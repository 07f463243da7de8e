"""What the rejected would have done: four ways to guess, and a trial against the truth.

Names are imported when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scorecard.reject.augmented import AugmentedSample
    from scorecard.reject.drawing import picture
    from scorecard.reject.extrapolation import Extrapolation
    from scorecard.reject.fuzzy import FuzzyAugmentation
    from scorecard.reject.inference import RejectInference
    from scorecard.reject.parcelling import Parcelling
    from scorecard.reject.reweighting import Reweighting
    from scorecard.reject.trials import CONTENDERS, summarise, trial
    from scorecard.reject.world import WORLDS, World

_HOMES = {
    "CONTENDERS": "trials",
    "WORLDS": "world",
    "AugmentedSample": "augmented",
    "Extrapolation": "extrapolation",
    "FuzzyAugmentation": "fuzzy",
    "Parcelling": "parcelling",
    "RejectInference": "inference",
    "Reweighting": "reweighting",
    "World": "world",
    "picture": "drawing",
    "summarise": "trials",
    "trial": "trials",
}

__all__ = [
    "CONTENDERS",
    "WORLDS",
    "AugmentedSample",
    "Extrapolation",
    "FuzzyAugmentation",
    "Parcelling",
    "RejectInference",
    "Reweighting",
    "World",
    "picture",
    "summarise",
    "trial",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
