"""Points estimated anew, attribute by attribute, where that ranks better than β·WOE."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column, ColumnError
from scorecard.binning.editing import BinEditor
from scorecard.binning.evidence import distinct_rows
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.fitting import Partition
from scorecard.binning.number_prebins import FREE, NumberPrebins
from scorecard.binning.row_keys import row_keys
from scorecard.models.boosted import xgboost
from scorecard.models.rounding_search import auc_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = (25, 50, 100, 200, 400, 800)
FOLDS = 5
FINE = 32  # even parts of a number's sample, beside the cuts of its bins
DEVIANCE = 1.0  # that merging the pieces of a feature may cost
DIRECTIONS = {"ascending": 1, "descending": -1}
STUMPS = {
    "objective": "binary:logistic", "max_depth": 1, "learning_rate": 0.1, "min_child_weight": 5.0,
    "tree_method": "hist", "base_score": 0.5, "seed": 0,
}  # fmt: skip


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


@dataclass(frozen=True)
class PlainCard:
    """A regression on WOE: the bins of every feature, its β (0 where not in the card), and α.

    ``places`` says which column each feature is, ``held`` that the bins stand as they are.
    """

    places: Sequence[int]
    editors: Sequence[BinEditor]
    betas: Sequence[float]
    alpha: float
    held: bool = False

    def margin(self, columns: Sequence[Column]) -> Floats:
        """Return the log-odds of bad, shape (n,)."""
        total = np.full(len(columns[0]), self.alpha)
        for place, editor, beta in zip(self.places, self.editors, self.betas, strict=True):
            if beta:
                total += beta * np.array(editor.bins.woe)[editor.bins.index_read(columns[place])]
        return total


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
class Stumps:
    """Boosted stumps on the fine bins of every feature, over the margin of a plain card.

    ``information`` is the number of distinct rows times the variance of their outcome: so much
    deviance costs a mean squared error of the margin.
    """

    card: PlainCard
    fine: tuple[BinEditor, ...]
    information: float
    booster: Any

    @classmethod
    def fit(
        cls, card: PlainCard, columns: Sequence[Column], bad: Any, weight: Floats, rounds: int
    ) -> Stumps:
        """Boost ``rounds`` stumps: each moves one cut of one feature."""
        fine = tuple(BinEditor(e.fit, _fine(e, held=card.held)) for e in card.editors)
        bins = [e.bins for e in fine]
        index = [b.index_read(columns[place]) for b, place in zip(bins, card.places, strict=True)]
        matrix, owners = design(bins, index)
        directions = [
            0 if extra else DIRECTIONS.get(fine[j].fit.settings.trend, 0) for j, extra in owners
        ]
        weighed, distinct = weight > 0, distinct_rows(columns, bad, weight)
        data = xgboost().DMatrix(
            matrix[weighed], bad[weighed], weight=(weight * (distinct / weight.sum()))[weighed],
            base_margin=card.margin(columns)[weighed],
        )  # fmt: skip
        parameters = {**STUMPS, "monotone_constraints": f"({','.join(map(str, directions))})"}
        rate = float(weight[bad].sum() / weight.sum())
        information = distinct * rate * (1 - rate)
        booster = xgboost().train(parameters, data, num_boost_round=rounds)
        return cls(card, fine, information, booster)

    def pieces(self, rounds: int) -> Pieces:
        """Return what every piece of every feature adds after the first ``rounds`` stumps."""
        found, alpha = [], self.card.alpha
        sizes = [len(e.bins.woe) for e in self.fine]
        starts = np.cumsum([1, *sizes])  # row 0 is all features' first bin
        index = [np.zeros(starts[-1], np.int64) for _ in sizes]
        for own, start, size in zip(index, starts, sizes, strict=False):
            own[start : start + size] = np.arange(size)
        added = leaf_sums(self.booster, design([e.bins for e in self.fine], index)[0], rounds)
        alpha += float(added[0])
        for j, (editor, beta) in enumerate(zip(self.card.editors, self.card.betas, strict=True)):
            own = added[starts[j] : starts[j + 1]] - added[0]
            woe = np.array(editor.bins.woe)
            ordinary = woe[_coarse(editor, self.fine[j].partition)]
            before = np.concatenate((ordinary, woe[editor.bins.ordinary :]))
            moved, level = centered(own, spoken_weights(self.fine[j].bins))
            alpha += level
            found.append(beta * before + moved)
        return Pieces(self.card, self.fine, found, alpha, self.information)

    def margin(self, columns: Sequence[Column], rounds: int) -> Floats:
        """Return the log-odds of bad by the card of the first ``rounds`` stumps, shape (n,)."""
        return self.pieces(rounds).margin(columns)


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
        free = self.information is not None and not _by_hand(editor, held=self.card.held)
        if self.information is None or not free or editor.fit.pieces is None:
            return Attributes(editor, tuple(margins.tolist())), np.eye(len(margins))
        return _merged(editor, margins, self.information, beside)

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


@dataclass(frozen=True)
class InnerFold:
    """A plain card of the ``train`` rows of a sample, to be judged on its ``test`` rows."""

    columns: Sequence[Column]
    bad: NDArray[np.bool_]
    weight: Floats
    train: Ints
    test: Ints
    card: PlainCard

    @property
    def inside(self) -> tuple[list[Column], NDArray[np.bool_], Floats]:
        """Columns, outcomes and weights to learn from."""
        return (
            [_rows(c, self.train) for c in self.columns], self.bad[self.train],
            self.weight[self.train],
        )  # fmt: skip

    @property
    def outside(self) -> list[Column]:
        """Columns to judge on."""
        return [_rows(c, self.test) for c in self.columns]

    def auc(self, margin: Floats) -> float:
        """Return the AUC of the test rows' log-odds."""
        bads = self.bad[self.test] * self.weight[self.test]
        return float(auc_of(-margin, bads, self.weight[self.test] - bads))


def inner_folds(
    plain: Callable[[list[Column], Any, Floats], PlainCard],
    columns: Sequence[Column],
    bad: NDArray[np.bool_],
    weight: Floats,
) -> list[InnerFold]:
    """Return the folds with their plain cards; none where there are too few rows.

    ``plain`` fits a plain card on columns, outcomes and weights. What a row holds says which fold
    it is in: the order of rows is no matter, and copies of a row are never on both sides.
    """
    keys = row_keys(columns, len(bad), 0)
    fold = np.full(len(bad), -1)
    for outcome in (bad, ~bad):
        rows = np.flatnonzero(outcome & (weight > 0))
        distinct, which = np.unique(keys[rows], return_inverse=True)
        if len(distinct) < 2 * FOLDS:
            return []
        fold[rows] = which % FOLDS
    found = []
    for k in range(FOLDS):
        train, test = np.flatnonzero((fold >= 0) & (fold != k)), np.flatnonzero(fold == k)
        try:
            card = plain([_rows(c, train) for c in columns], bad[train], weight[train])
        except ColumnError:  # no feature is left of so few rows
            return []
        found.append(InnerFold(columns, bad, weight, train, test, card))
    return found


def search(folds: Sequence[InnerFold]) -> tuple[Refinement, list[Stumps]]:
    """Play `ROUNDS` against the plain card; return what came out, and the stumps of every fold."""
    gains: dict[int, list[float]] = {rounds: [] for rounds in ROUNDS}
    grown = []
    for fold in folds:
        stumps = Stumps.fit(fold.card, *fold.inside, ROUNDS[-1])
        outside = fold.outside
        before = fold.auc(fold.card.margin(outside))
        for rounds, held in gains.items():
            held.append(fold.auc(stumps.margin(outside, rounds)) - before)
        grown.append(stumps)
    means = {rounds: float(np.mean(held)) for rounds, held in gains.items()}
    best = max(ROUNDS, key=lambda rounds: round(means[rounds], 12))
    return Refinement(means, best, corrected_error(gains[best])), grown


def corrected_error(gains: Sequence[float]) -> float:
    """Return the standard error of mean gains over folds that share rows."""
    return float(np.std(gains, ddof=1)) * math.sqrt(1 / FOLDS + 1 / (FOLDS - 1))


def leaf_sums(booster: Any, columns: Floats, rounds: int) -> Floats:
    """Return what the first ``rounds`` trees add to each row, summed in float64, shape (n,)."""
    data = xgboost().DMatrix(columns)
    leaves = booster.predict(data, pred_leaf=True, iteration_range=(0, rounds))
    model = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]["model"]
    total = np.zeros(len(columns))
    for tree, at in zip(model["trees"], leaves.reshape(len(columns), -1).T, strict=False):
        total += np.array(tree["split_conditions"], dtype=np.float64)[at.astype(np.int64)]
    return total


def spoken_weights(bins: FeatureBins) -> Floats:
    """Return the shares of a feature's bins, 0 for what training never or hardly saw."""
    weights = np.array(bins.weights)
    weights[[bins.flag(k) is not None for k in range(len(weights))]] = 0.0
    return weights / (weights.sum() or 1.0)


def centered(added: Floats, weights: Floats) -> tuple[Floats, float]:
    """Return what bins add beyond their mean, and the mean; weightless bins stay where they are."""
    level = float(weights @ added)
    return np.where(weights > 0, added - level, 0.0), level


def _rows(column: Column, rows: Ints) -> Column:
    return column.gather(rows) if isinstance(column, pl.Series) else column[rows]


def _by_hand(editor: BinEditor, *, held: bool) -> bool:
    """Return whether a person has said where the bins are."""
    settings = editor.fit.settings
    return held or settings.by_hand != FREE or settings.groups is not None


def _fine(editor: BinEditor, *, held: bool) -> Partition:
    """Return the pieces that stumps may tell apart: the bins, and even parts of them."""
    pieces = editor.fit.pieces
    trend = editor.fit.settings.trend
    if pieces is None or _by_hand(editor, held=held) or trend not in ("auto", "none", *DIRECTIONS):
        return editor.partition
    if not isinstance(pieces, NumberPrebins):
        return tuple((piece,) for bin_ in editor.partition for piece in bin_)
    upto = np.cumsum(pieces.counts.bads + pieces.counts.goods)
    even = np.searchsorted(upto, upto[-1] * np.arange(1, FINE) / FINE) + 1
    starts = sorted({bin_[0] for bin_ in editor.partition} | set(even.tolist()) - {len(upto)})
    ends = (*starts[1:], len(upto))
    return tuple(tuple(range(a, b)) for a, b in zip(starts, ends, strict=True))


def _coarse(editor: BinEditor, fine: Partition) -> list[int]:
    """Return the bin of ``editor`` that each fine bin lies in."""
    place = {piece: k for k, bin_ in enumerate(editor.partition) for piece in bin_}
    return [place[bin_[0]] for bin_ in fine] or [0] * editor.bins.ordinary


def design(
    bins: Sequence[FeatureBins], index: Sequence[Ints]
) -> tuple[Floats, list[tuple[int, bool]]]:
    """Return the booster's columns and whose they are: the order of a bin, and what has none."""
    columns, owners = [], []
    for j, (each, own) in enumerate(zip(bins, index, strict=True)):
        columns.append(np.where(own < each.ordinary, own, np.nan))
        owners.append((j, False))
        extra = [k for k in range(each.ordinary, each.unseen_index) if each.flag(k) is None]
        columns += [(own == k).astype(np.float64) for k in extra]
        owners += [(j, True)] * len(extra)
    return np.column_stack(columns), owners


def _merged(
    fine: BinEditor, margins: Floats, information: float, beside: Floats | None
) -> tuple[Attributes, Floats]:
    """Join neighbouring pieces of one feature where that costs less than `DEVIANCE`."""
    bins, ordinary = fine.bins, fine.bins.ordinary
    weights = np.array(bins.weights) / sum(bins.weights)
    order = np.arange(ordinary)
    if bins.kind == "text":
        order = np.argsort(margins[:ordinary], kind="stable")
    settings = fine.fit.settings
    values = margins[:ordinary, None]
    if beside is not None:
        values = np.column_stack((values, beside))
    runs = _runs(
        values[order], weights[order], settings.constraints["max_bins"] or ordinary,
        settings.min_bin_share or 0.0, DEVIANCE / information,
    )  # fmt: skip
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


def _runs(
    values: Floats, weights: Floats, most: int, share: float, bearable: float
) -> list[tuple[int, int]]:
    """Return the fewest runs whose squared error is ``bearable``, else the best of ``most``.

    ``values`` are (n,), or (n, d) whose errors add up. Every run has at least the ``share``; where
    that cannot be, there is one run. O((most + d)·n²).
    """
    n = len(values)
    values = values.reshape(n, -1)
    w = np.concatenate(([0.0], np.cumsum(weights)))
    weight = w[None, :] - w[:, None]  # of the run from a to b
    safe = np.where(weight > 0, weight, 1.0)
    s, q = (
        np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(weights[:, None] * power, 0)))
        for power in (values, values**2)
    )
    between = ((s[None, :] - s[:, None]) ** 2).sum(axis=2)
    squares = q.sum(axis=1)
    cost = squares[None, :] - squares[:, None] - between / safe
    cost = np.where((weight >= share - 1e-12) & (weight > 0), cost.clip(0), np.inf)
    best = np.full((min(most, n) + 1, n + 1), np.inf)
    best[0, 0] = 0.0
    back = np.zeros(best.shape, np.int64)
    for k in range(1, len(best)):
        reach = best[k - 1][:, None] + np.where(np.tri(n + 1, k=-1, dtype=bool).T, cost, np.inf)
        back[k], best[k] = reach.argmin(axis=0), reach.min(axis=0)
    ends = best[:, n]
    if np.isinf(ends).all():
        return [(0, n)]
    enough = np.flatnonzero(ends <= bearable)
    k, b, runs = int(enough[0] if enough.size else ends.argmin()), n, []
    while k > 0:
        a = int(back[k, b])
        runs.append((a, b))
        b, k = a, k - 1
    return runs[::-1]
