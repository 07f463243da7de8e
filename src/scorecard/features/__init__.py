"""What a model is told: SQL scalar expressions with a meaning, the same in every engine."""

from scorecard.features.expression import Expression
from scorecard.features.feature import TRENDS, Feature, ReasonText, Trend
from scorecard.features.feature_set import FeatureSet

__all__ = ["TRENDS", "Expression", "Feature", "FeatureSet", "ReasonText", "Trend"]
