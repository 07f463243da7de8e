"""Pure weighted statistics of a model's answers; bad is 1 and a higher risk means riskier."""

from scorecard.metrics.accuracy import auc, bad_rate, brier, gini, ks, mean_pd
from scorecard.metrics.calibration import Estimate, calibration_intercept, calibration_slope
from scorecard.metrics.jeffreys import effective_rows, jeffreys_interval, jeffreys_p_value

__all__ = [
    "Estimate",
    "auc",
    "bad_rate",
    "brier",
    "calibration_intercept",
    "calibration_slope",
    "effective_rows",
    "gini",
    "jeffreys_interval",
    "jeffreys_p_value",
    "ks",
    "mean_pd",
]
