"""Whether crossed features rank better than a card without them: what inner folds say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scorecard.models.crossed_trees import CrossedTrees, rank_pairs
from scorecard.models.inner_fold import InnerFold, corrected_error
from scorecard.models.pieces import Pieces
from scorecard.models.refinement import ROUNDS
from scorecard.models.stumps import Stumps


@dataclass(frozen=True)
class Crossing:
    """What inner folds said of crossed features.

    ``gains`` is the mean gain in AUC over the card without them by number of pairs and of boosting
    rounds, ``best`` the best of these and ``error`` its standard error, corrected since folds share
    rows (Nadeau and Bengio 2003). Pairs were taken (``taken``) where the gain is larger than that.
    """

    gains: Mapping[tuple[int, int], float]
    best: tuple[int, int]
    error: float

    @property
    def gain(self) -> float:
        """The mean gain in AUC over the card without crosses."""
        return self.gains[self.best]

    @property
    def taken(self) -> bool:
        """Whether the gain is larger than its standard error."""
        return self.gain > self.error


def counts(pairs: int) -> tuple[int, ...]:
    """Return how many pairs are tried: half of them and all."""
    return tuple(sorted({(pairs + 1) // 2, pairs} - {0}))


def search_crosses(
    folds: Sequence[InnerFold], grown: Sequence[Stumps] | None, rounds: int, most: int
) -> Crossing | None:
    """Play pairs against the card without them; None where no two features meet.

    ``grown`` are the stumps of every fold, of which ``rounds`` are in the card, or None.
    """
    gains: dict[tuple[int, int], list[float]] = {}
    for k, fold in enumerate(folds):
        pieces = Pieces.of(fold.card) if grown is None else grown[k].pieces(rounds)
        inside, outside = fold.inside, fold.outside.columns
        before = fold.auc(pieces.margin(outside))
        pairs = rank_pairs(pieces, inside, most)
        for count in counts(most):
            trees = None
            if pairs:
                trees = CrossedTrees.fit(pieces, inside, pairs[:count], ROUNDS[-1])
            for n in ROUNDS:
                gain = 0.0 if trees is None else fold.auc(trees.card(n).margin(outside)) - before
                gains.setdefault((count, n), []).append(gain)
    means = {key: float(np.mean(held)) for key, held in gains.items()}
    if not any(means.values()):
        return None
    best = max(means, key=lambda key: round(means[key], 12))
    return Crossing(means, best, corrected_error(gains[best]))
