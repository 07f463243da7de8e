"""Searches a boosted model's settings, on folds that keep the order of time."""

from scorecard.tuning.boosted_search import BoostedSearch
from scorecard.tuning.space import SPACE, Between
from scorecard.tuning.time_folds import TimeFolds
from scorecard.tuning.trial import Trial

__all__ = ["SPACE", "Between", "BoostedSearch", "TimeFolds", "Trial"]
