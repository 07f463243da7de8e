"""The regression on WOE that a card begins with: which features are in it, and their β."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.binner import OptimalBinner
from scorecard.binning.columns import ColumnError
from scorecard.binning.feature_bins import FeatureBins
from scorecard.models.logistic import fit_logistic
from scorecard.models.observations import Observations
from scorecard.models.terms import Terms

PULL = 10.0
STRONGEST_PULL = 0.01


def usual_l2(seen: Observations) -> float:
    """Return `PULL` over the number of distinct rows, at most `STRONGEST_PULL`."""
    return min(PULL / seen.distinct, STRONGEST_PULL)


def regress(
    binner: OptimalBinner,
    index: Sequence[NDArray[np.int64]],
    seen: Observations,
    *,
    l2: float,
    min_iv: float,
) -> Terms:
    """Fit the regression on WOE and leave out what the sign rule holds at 0.

    ``index`` is the bin of every row, (n,) by feature of the binner. Raises `ColumnError` where no
    feature is left.
    """
    editors = list(binner.editors_.values())
    bins = [editor.bins for editor in editors]
    dropped = {
        b.name: f"information value {worth(b):.4g} is below min_iv={min_iv}"
        for b in bins
        if worth(b) < min_iv
    }
    kept = [j for j, b in enumerate(bins) if b.name not in dropped]
    woe = np.column_stack([np.ones(len(seen))] + [np.array(bins[j].woe)[index[j]] for j in kept])
    theta = fit_logistic(woe, seen.bad, seen.weight, l2)
    held: list[str] = []
    while not theta[1:].all():  # what is held at 0 must not pull on the others
        inside = theta[1:] < 0
        held += [bins[j].name for j, stays in zip(kept, inside, strict=True) if not stays]
        kept = [j for j, stays in zip(kept, inside, strict=True) if stays]
        woe = woe[:, [True, *inside]]
        theta = fit_logistic(woe, seen.bad, seen.weight, l2)
    for name in held:
        dropped[name] = "its coefficient would be positive beside the others"
    if not kept:
        raise ColumnError(f"No feature is left for the scorecard: {dropped}.")
    return Terms(
        [editors[j] for j in kept], [float(b) for b in theta[1:]], float(theta[0]), dropped, held
    )


def worth(bins: FeatureBins) -> float:
    """Return the information value of the bins that speak; of a single one it is none."""
    speaking = sum(rows > 0 and k not in bins.silent for k, rows in enumerate(bins.rows))
    return float(sum(bins.iv)) if speaking > 1 else 0.0
