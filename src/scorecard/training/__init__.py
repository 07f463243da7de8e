"""Population, split, fit, comparison and log: from a table to a registered bundle."""

from scorecard.training.pipeline import train
from scorecard.training.result import TrainingResult
from scorecard.training.search import SearchSettings

__all__ = ["SearchSettings", "TrainingResult", "train"]
