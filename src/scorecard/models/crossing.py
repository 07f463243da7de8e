"""Whether crossed features rank better than a card without them: what inner folds say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from scorecard.models.bin_trees import Pair
from scorecard.models.crossed_trees import grow_cards, rank_pairs
from scorecard.models.inner_fold import InnerFold, corrected_error
from scorecard.models.pieces import Pieces
from scorecard.models.stumps import Stumps

STAGES = (50, 100, 200, 400, 800, 1600, 3200)  # rounds, until more gain nothing


@dataclass(frozen=True)
class Crossing:
    """What inner folds said of crossed features.

    ``gains`` is the mean gain in AUC over the card without them by number of pairs and of boosting
    rounds, ``best`` what was chosen of these: the fewest pairs that gain more than their standard
    error and are not behind the largest gain by more than that of the difference. ``error`` is the
    standard error of its gain, corrected since folds share rows (Nadeau and Bengio 2003). Pairs
    were taken (``taken``) where the gain is larger than that.
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


@dataclass(frozen=True)
class Trial:
    """A fold's card, the AUC that it reaches there, and the pairs that say most beside it."""

    fold: InnerFold
    pieces: Pieces
    pairs: Sequence[Pair]
    before: float

    @classmethod
    def of(cls, fold: InnerFold, pieces: Pieces, most: int, *, refined: bool) -> Self:
        """Rank the pairs of what a fold is learnt from; who must be beaten is the card so far."""
        before = fold.auc((pieces if refined else fold.card).margin(fold.outside.columns))
        return cls(fold, pieces, rank_pairs(pieces, fold.inside, most), before)

    def gains(self, count: int) -> Iterator[float]:
        """Yield the gain in AUC by so many pairs after each of `STAGES`."""
        if not self.pairs:
            yield from [0.0] * len(STAGES)
            return
        outside = self.fold.outside.columns
        grown = grow_cards(self.pieces, self.fold.inside, self.pairs[:count], STAGES)
        for card in grown:
            yield self.fold.auc(card.margin(outside)) - self.before


def counts(pairs: int) -> tuple[int, ...]:
    """Return how many pairs are tried: an eighth of them, a quarter, half and all."""
    return tuple(sorted({-(-pairs // part) for part in (8, 4, 2, 1)} - {0}))


def search_crosses(
    folds: Sequence[InnerFold], grown: Sequence[Stumps] | None, rounds: int, most: int
) -> Crossing | None:
    """Play pairs against the card without them; None where no two features meet.

    ``grown`` are the stumps of every fold, of which ``rounds`` are in the card (0: their pieces
    alone are crossed), or None where the bins stay as they are.
    """
    pieces = [
        Pieces.of(fold.card) if grown is None else grown[k].pieces(rounds)
        for k, fold in enumerate(folds)
    ]
    trials = [
        Trial.of(fold, own, most, refined=rounds > 0)
        for fold, own in zip(folds, pieces, strict=True)
    ]
    tried = counts(max((len(trial.pairs) for trial in trials), default=0))
    gains: dict[tuple[int, int], tuple[float, ...]] = {}
    for count in tried:
        mean = -np.inf
        played = zip(*(trial.gains(count) for trial in trials), strict=True)
        for stage, held in zip(STAGES, played, strict=False):
            gains[count, stage] = held
            before, mean = mean, float(np.mean(held))
            if mean <= before:
                break
    means = {key: float(np.mean(held)) for key, held in gains.items()}
    if not any(means.values()):
        return None
    best = _top(means)
    for count in tried:
        key = _top({k: mean for k, mean in means.items() if k[0] == count})
        behind = np.subtract(gains[best], gains[key]).tolist()
        found = Crossing(means, key, corrected_error(gains[key]))
        if key == best or (found.taken and np.mean(behind) <= corrected_error(behind)):
            break
    return found


def _top(means: Mapping[tuple[int, int], float]) -> tuple[int, int]:
    """Return the key of the largest mean; of those that are level, the first."""
    return max(means, key=lambda key: round(means[key], 12))
