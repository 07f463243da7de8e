"""Pure weighted statistics of a model's answers; bad is 1 and a higher risk means riskier."""

from scorecard.metrics.accuracy import bad_rate, brier, log_loss, mean_pd
from scorecard.metrics.bands import BandTable, bands
from scorecard.metrics.bootstrap import bootstrap
from scorecard.metrics.calibration import (
    CalibrationLine,
    calibration_intercept,
    calibration_line,
    calibration_slope,
)
from scorecard.metrics.concentration import concentration, herfindahl
from scorecard.metrics.delong import auc_change_test, delong, delong_test
from scorecard.metrics.discrimination import auc, gini, ks
from scorecard.metrics.expected import cbpe
from scorecard.metrics.gains import capture_rate, gains, lift
from scorecard.metrics.grade_tests import binomial, hosmer_lemeshow
from scorecard.metrics.h_measure import h_measure
from scorecard.metrics.jeffreys import effective_rows, jeffreys, jeffreys_interval
from scorecard.metrics.measure import Measure
from scorecard.metrics.migration import (
    MigrationBandwidth,
    MigrationStability,
    migration_bandwidth,
    migration_stability,
)
from scorecard.metrics.reliability import ece, spiegelhalter
from scorecard.metrics.stability import psi
from scorecard.metrics.stability_bins import StabilityBins
from scorecard.metrics.vintage import vintage

__all__ = [
    "BandTable",
    "CalibrationLine",
    "Measure",
    "MigrationBandwidth",
    "MigrationStability",
    "StabilityBins",
    "auc",
    "auc_change_test",
    "bad_rate",
    "bands",
    "binomial",
    "bootstrap",
    "brier",
    "calibration_intercept",
    "calibration_line",
    "calibration_slope",
    "capture_rate",
    "cbpe",
    "concentration",
    "delong",
    "delong_test",
    "ece",
    "effective_rows",
    "gains",
    "gini",
    "h_measure",
    "herfindahl",
    "hosmer_lemeshow",
    "jeffreys",
    "jeffreys_interval",
    "ks",
    "lift",
    "log_loss",
    "mean_pd",
    "migration_bandwidth",
    "migration_stability",
    "psi",
    "spiegelhalter",
    "vintage",
]
