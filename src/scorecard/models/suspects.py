"""Features that rank too well alone: suspected leaks, told where a card is fitted."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.analysis import power
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.target import is_told
from scorecard.errors import SuspiciousFeatureWarning
from scorecard.metrics.suspicion import FEWEST, SUSPICIOUS_AUC


def own_auc(bins: FeatureBins) -> float:
    """Return the AUC of a feature alone, its bins ranked by WOE; weighted, in sample."""
    gini, _ = power(bins)
    return (1 + gini) / 2


def tell_suspects(bins: Iterable[FeatureBins], bad: NDArray[np.bool_]) -> None:
    """Warn `SuspiciousFeatureWarning` of features that alone have an AUC above .85.

    With fewer than 20 bads or goods in ``bad`` (n,) chance alone looks like power: nothing is said.
    """
    bads = int(bad.sum())
    if is_told() or min(bads, len(bad) - bads) < FEWEST:
        return
    found = [(each.name, area) for each in bins if (area := own_auc(each)) > SUSPICIOUS_AUC]
    if found:
        named = ", ".join(f"{name} (AUC {area:.3f})" for name, area in found)
        warnings.warn(
            f"suspicious: {named} alone ranks better than {SUSPICIOUS_AUC}. Check that it is known "
            "at application, and leave it out if it is not.",
            SuspiciousFeatureWarning,
            stacklevel=3,
        )
