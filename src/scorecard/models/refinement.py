"""Whether points estimated anew rank better than β·WOE: what inner folds say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scorecard.models.inner_fold import InnerFold, corrected_error
from scorecard.models.stumps import Stumps

ROUNDS = (25, 50, 100, 200, 400, 800)


@dataclass(frozen=True)
class Refinement:
    """What inner folds said of points estimated anew.

    ``gains`` is the mean gain in AUC over the plain card by number of rounds, ``rounds`` the best
    of them, ``error`` its standard error, corrected since folds share rows (Nadeau and Bengio
    2003). The points were taken (``taken``) where the gain is larger than that.
    """

    gains: Mapping[int, float]
    rounds: int
    error: float

    @property
    def gain(self) -> float:
        """The mean gain in AUC over the plain card."""
        return self.gains[self.rounds]

    @property
    def taken(self) -> bool:
        """Whether the gain is larger than its standard error."""
        return self.gain > self.error


def search_rounds(folds: Sequence[InnerFold]) -> tuple[Refinement, list[Stumps]]:
    """Play `ROUNDS` against the plain card; return what came out, and the stumps of every fold."""
    gains: dict[int, list[float]] = {rounds: [] for rounds in ROUNDS}
    grown = []
    for fold in folds:
        stumps = Stumps.fit(fold.card, fold.inside, ROUNDS[-1])
        outside = fold.outside.columns
        before = fold.auc(fold.card.margin(outside))
        for rounds, held in gains.items():
            held.append(fold.auc(stumps.margin(outside, rounds)) - before)
        grown.append(stumps)
    means = {rounds: float(np.mean(held)) for rounds, held in gains.items()}
    best = max(ROUNDS, key=lambda rounds: round(means[rounds], 12))
    return Refinement(means, best, corrected_error(gains[best])), grown
