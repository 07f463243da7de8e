"""Inner folds: rows of a training sample held out to say what beats its plain card."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.columns import ColumnError
from scorecard.binning.row_keys import row_keys
from scorecard.models.observations import Observations
from scorecard.models.plain_card import PlainCard
from scorecard.models.rounding_search import auc_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5


@dataclass(frozen=True)
class InnerFold:
    """A plain card of the ``train`` rows of a sample, to be judged on its ``test`` rows."""

    seen: Observations
    train: Ints
    test: Ints
    card: PlainCard

    @property
    def inside(self) -> Observations:
        """What is learnt from."""
        return self.seen.rows(self.train)

    @property
    def outside(self) -> Observations:
        """What is judged on."""
        return self.seen.rows(self.test)

    def auc(self, margin: Floats) -> float:
        """Return the AUC of the test rows' log-odds."""
        weight = self.seen.weight[self.test]
        weight = weight / weight.max()  # sums are multiplied, and must not overflow
        bads = self.seen.bad[self.test] * weight
        return float(auc_of(-margin, bads, weight - bads))


def inner_folds(plain: Callable[[Observations], PlainCard], seen: Observations) -> list[InnerFold]:
    """Return the folds with the cards that ``plain`` fits; none where there are too few rows.

    What a row holds says which fold it is in: the order of rows is no matter, and copies of a row
    are never on both sides.
    """
    keys = row_keys(seen.columns, len(seen), 0)
    fold = np.full(len(seen), -1)
    for outcome in (seen.bad, ~seen.bad):
        rows = np.flatnonzero(outcome & (seen.weight > 0))
        distinct, which = np.unique(keys[rows], return_inverse=True)
        if len(distinct) < 2 * FOLDS:
            return []
        fold[rows] = which % FOLDS
    found = []
    for k in range(FOLDS):
        train, test = np.flatnonzero((fold >= 0) & (fold != k)), np.flatnonzero(fold == k)
        try:
            card = plain(seen.rows(train))
        except ColumnError:  # no feature is left of so few rows
            return []
        found.append(InnerFold(seen, train, test, card))
    return found


def corrected_error(gains: Sequence[float]) -> float:
    """Return the standard error of mean gains over folds that share rows.

    Source: C. Nadeau, Y. Bengio, "Inference for the generalization error", *Machine Learning* 52,
    2003.
    """
    return float(np.std(gains, ddof=1)) * math.sqrt(1 / FOLDS + 1 / (FOLDS - 1))
