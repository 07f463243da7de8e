"""Points estimated anew, attribute by attribute: boosted stumps over a plain card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.binning.editing import BinEditor
from scorecard.binning.fitting import Partition
from scorecard.binning.number_prebins import NumberPrebins
from scorecard.models.bin_trees import DIRECTIONS, BinTrees
from scorecard.models.observations import Observations
from scorecard.models.pieces import Pieces, by_hand, centered, spoken_weights
from scorecard.models.plain_card import PlainCard

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stumps:
    """Boosted stumps on the fine bins of every feature, over the margin of a plain card.

    ``information`` is the number of distinct rows times the variance of their outcome: so much
    deviance costs a mean squared error of the margin.
    """

    card: PlainCard
    fine: tuple[BinEditor, ...]
    information: float
    trees: BinTrees

    @classmethod
    def fit(cls, card: PlainCard, seen: Observations, rounds: int) -> Stumps:
        """Boost ``rounds`` stumps: each moves one cut of one feature."""
        fine = tuple(BinEditor(e.fit, _fine(e, card.parts, held=card.held)) for e in card.editors)
        index = [
            e.bins.index_read(seen.columns[place])
            for e, place in zip(fine, card.places, strict=True)
        ]
        rate = float(seen.weight[seen.bad].sum() / seen.weight.sum())
        information = seen.distinct * rate * (1 - rate)
        margin = card.margin(seen.columns)
        trees = BinTrees.fit(fine, index, margin, seen, rounds=rounds)
        return cls(card, fine, information, trees)

    def pieces(self, rounds: int) -> Pieces:
        """Return what every piece of every feature adds after the first ``rounds`` stumps."""
        common, added, _ = self.trees.tables(rounds)
        found, alpha = [], self.card.alpha + common
        for j, (editor, beta) in enumerate(zip(self.card.editors, self.card.betas, strict=True)):
            bins, woe = self.fine[j].bins, np.array(editor.bins.woe)
            ordinary = woe[_coarse(editor, self.fine[j].partition)]
            before = np.concatenate((ordinary, woe[editor.bins.ordinary :]))
            own = added.get(j, np.zeros(len(bins.woe)))
            moved, level = centered(own, spoken_weights(bins))
            alpha += level
            found.append(beta * before + moved)
        return Pieces(self.card, self.fine, found, alpha, self.information)

    def margin(self, columns: Sequence[Column], rounds: int) -> Floats:
        """Return the log-odds of bad by the card of the first ``rounds`` stumps, shape (n,)."""
        return self.pieces(rounds).margin(columns)


def _fine(editor: BinEditor, parts: int, *, held: bool) -> Partition:
    """Return the pieces that stumps may tell apart: the bins, and even parts of them."""
    pieces = editor.fit.pieces
    trend = editor.fit.settings.trend
    if pieces is None or by_hand(editor, held=held) or trend not in ("auto", "none", *DIRECTIONS):
        return editor.partition
    if not isinstance(pieces, NumberPrebins):
        return tuple((piece,) for bin_ in editor.partition for piece in bin_)
    upto = np.cumsum(pieces.counts.bads + pieces.counts.goods)
    parts = min(parts, len(upto))
    # Rounded, since weights of another unit sum to other last bits, and ends are often met exactly.
    share = np.round(upto / upto[-1], 12)
    even = np.searchsorted(share, np.round(np.arange(1, parts) / parts, 12)) + 1
    starts = sorted({bin_[0] for bin_ in editor.partition} | set(even.tolist()) - {len(upto)})
    ends = (*starts[1:], len(upto))
    return tuple(tuple(range(a, b)) for a, b in zip(starts, ends, strict=True))


def _coarse(editor: BinEditor, fine: Partition) -> list[int]:
    """Return the bin of ``editor`` that each fine bin lies in."""
    place = {piece: k for k, bin_ in enumerate(editor.partition) for piece in bin_}
    return [place[bin_[0]] for bin_ in fine] or [0] * editor.bins.ordinary
