"""What pieces of features add to the log-odds of bad, and the bins that they are joined into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.binning.editing import BinEditor
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.number_prebins import FREE
from scorecard.models.plain_card import PlainCard
from scorecard.models.runs import fewest_runs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DEVIANCE = 1.0  # that merging the pieces of a feature may cost


@dataclass(frozen=True)
class Attributes:
    """The bins of one feature and what each adds to the log-odds of bad."""

    editor: BinEditor
    margins: tuple[float, ...]

    @property
    def speaks(self) -> bool:
        """Whether the feature tells anything apart."""
        return max(self.margins) > min(self.margins)


@dataclass(frozen=True)
class Pieces:
    """What every piece of every feature adds to the log-odds of bad, before pieces are joined.

    ``information`` says what joining costs; None joins nothing, the pieces are the card's bins.
    """

    card: PlainCard
    editors: Sequence[BinEditor]
    margins: Sequence[Floats]
    alpha: float
    information: float | None

    @classmethod
    def of(cls, card: PlainCard) -> Pieces:
        """Return the bins of a plain card as they stand."""
        margins = [
            beta * np.array(e.bins.woe) for e, beta in zip(card.editors, card.betas, strict=True)
        ]
        return cls(card, card.editors, margins, card.alpha, None)

    def joined(self, j: int, beside: Floats | None = None) -> tuple[Attributes, Floats]:
        """Return the bins of feature ``j``, and the weights that make each of its pieces' means.

        ``beside`` (ordinary pieces, d) is what else the pieces of a bin should have in common.
        """
        editor, margins = self.editors[j], self.margins[j]
        free = self.information is not None and not by_hand(editor, held=self.card.held)
        if self.information is None or not free or editor.fit.pieces is None:
            return Attributes(editor, tuple(margins.tolist())), np.eye(len(margins))
        return _merged(editor, margins, self.information, beside, self.card.limits[j])

    def index(self, columns: Sequence[Column]) -> list[Ints]:
        """Return the piece of every row, (n,) by feature."""
        return [
            e.bins.index_read(columns[place])
            for e, place in zip(self.editors, self.card.places, strict=True)
        ]

    def margin(self, columns: Sequence[Column]) -> Floats:
        """Return the log-odds of bad by the card that the pieces make, shape (n,)."""
        total = np.full(len(columns[0]), self.alpha)
        for j, place in enumerate(self.card.places):
            each = self.joined(j)[0]
            total += np.array(each.margins)[each.editor.bins.index_read(columns[place])]
        return total


def by_hand(editor: BinEditor, *, held: bool) -> bool:
    """Return whether a person has said where the bins are."""
    settings = editor.fit.settings
    return held or settings.by_hand != FREE or settings.groups is not None


def spoken_weights(bins: FeatureBins) -> Floats:
    """Return the shares of a feature's bins, 0 for what training never or hardly saw."""
    weights = np.array(bins.weights)
    weights[[bins.flag(k) is not None for k in range(len(weights))]] = 0.0
    return weights / (weights.sum() or 1.0)


def centered(added: Floats, weights: Floats) -> tuple[Floats, float]:
    """Return what bins add beyond their mean, and the mean; weightless bins stay where they are."""
    level = float(weights @ added)
    return np.where(weights > 0, added - level, 0.0), level


def _merged(
    fine: BinEditor,
    margins: Floats,
    information: float,
    beside: Floats | None,
    limits: tuple[int | None, float],
) -> tuple[Attributes, Floats]:
    """Join neighbouring pieces of one feature where that costs less than `DEVIANCE`."""
    bins, ordinary = fine.bins, fine.bins.ordinary
    weights = np.array(bins.weights) / sum(bins.weights)
    order = np.arange(ordinary)
    if bins.kind == "text":
        order = np.argsort(margins[:ordinary], kind="stable")
    most, share = limits
    values = margins[:ordinary, None]
    if beside is not None:
        values = np.column_stack((values, beside))
    runs = fewest_runs(
        values[order], weights[order], most or ordinary, share, DEVIANCE / information
    )
    groups = [order[a:b] for a, b in runs]
    if bins.kind == "text":
        woe = np.array(bins.woe)
        groups.sort(key=lambda g: -float(np.average(woe[g], weights=weights[g])))
    partition = tuple(tuple(p for k in sorted(g) for p in fine.partition[k]) for g in groups)
    extra = len(margins) - ordinary
    means = np.zeros((len(groups) + extra, len(margins)))
    for k, group in enumerate(groups):
        means[k, group] = weights[group] / weights[group].sum()
    means[len(groups) :, ordinary:] = np.eye(extra)
    found = [float(np.average(margins[g], weights=weights[g])) for g in groups]
    return (
        Attributes(BinEditor(fine.fit, partition), (*found, *margins[ordinary:].tolist())),
        means,
    )
