"""Population, split, fit, comparison and log: from a table to a registered bundle."""

from scorecard.training.pipeline import train
from scorecard.training.result import TrainingResult

__all__ = ["TrainingResult", "train"]
