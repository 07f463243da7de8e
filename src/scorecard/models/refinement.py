"""Points estimated anew, attribute by attribute, where that ranks better than β·WOE."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from scorecard.binning.columns import Column, ColumnError
from scorecard.binning.editing import BinEditor
from scorecard.binning.evidence import distinct_rows
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.fitting import Partition
from scorecard.binning.number_prebins import FREE, NumberPrebins
from scorecard.models.boosted import xgboost
from scorecard.models.rounding_search import auc_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = (25, 50, 100, 200, 400, 800)
FOLDS = 5
FINE = 32  # even parts of a number's sample, beside the cuts of its bins
DEVIANCE = 1.0  # that merging the pieces of a feature may cost
_DIRECTIONS = {"ascending": 1, "descending": -1}
_STUMPS = {
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
        design, owners = _design(bins, index)
        directions = [
            0 if extra else _DIRECTIONS.get(fine[j].fit.settings.trend, 0) for j, extra in owners
        ]
        weighed = weight > 0
        data = xgboost().DMatrix(
            design[weighed], bad[weighed], weight=(weight / weight[weighed].mean())[weighed],
            base_margin=card.margin(columns)[weighed],
        )  # fmt: skip
        parameters = {**_STUMPS, "monotone_constraints": f"({','.join(map(str, directions))})"}
        rate = float(weight[bad].sum() / weight.sum())
        information = distinct_rows(columns, bad, weight) * rate * (1 - rate)
        booster = xgboost().train(parameters, data, num_boost_round=rounds)
        return cls(card, fine, information, booster)

    def attributes(self, rounds: int) -> tuple[list[Attributes], float]:
        """Return what every bin of every feature adds, and α; pieces alike are one bin."""
        found, alpha = [], self.card.alpha
        sizes = [len(e.bins.woe) for e in self.fine]
        starts = np.cumsum([1, *sizes])  # row 0 is all features' first bin
        index = [np.zeros(starts[-1], np.int64) for _ in sizes]
        for own, start, size in zip(index, starts, sizes, strict=False):
            own[start : start + size] = np.arange(size)
        added = self._added(_design([e.bins for e in self.fine], index)[0], rounds)
        alpha += float(added[0])
        for j, (editor, beta) in enumerate(zip(self.card.editors, self.card.betas, strict=True)):
            bins = self.fine[j].bins
            own = added[starts[j] : starts[j + 1]] - added[0]
            spoken = np.array([bins.flag(k) is None for k in range(len(own))])
            spoken &= np.array(bins.weights) > 0
            weights = np.where(spoken, bins.weights, 0.0)
            if not spoken.any():
                found.append(Attributes(editor, (0.0,) * len(editor.bins.woe)))
                continue
            level = float(np.average(own, weights=weights))
            own = np.where(spoken, own - level, 0.0)  # what was never seen stays where it was
            alpha += level
            woe = np.array(editor.bins.woe)
            ordinary = woe[_coarse(editor, self.fine[j].partition)]
            before = np.concatenate((ordinary, woe[editor.bins.ordinary :]))
            found.append(
                _merged(self.fine[j], beta * before + own, self.information, held=self.card.held)
            )
        return found, alpha

    def margin(self, columns: Sequence[Column], rounds: int) -> Floats:
        """Return the log-odds of bad by the card of the first ``rounds`` stumps, shape (n,)."""
        attributes, alpha = self.attributes(rounds)
        total = np.full(len(columns[0]), alpha)
        for place, each in zip(self.card.places, attributes, strict=True):
            total += np.array(each.margins)[each.editor.bins.index_read(columns[place])]
        return total

    def _added(self, design: Floats, rounds: int) -> Floats:
        data = xgboost().DMatrix(design, base_margin=np.zeros(len(design)))
        margin = self.booster.predict(data, output_margin=True, iteration_range=(0, rounds))
        return np.asarray(margin, dtype=np.float64)


def search(
    plain: Callable[[list[Column], Any, Floats], PlainCard],
    columns: Sequence[Column],
    bad: NDArray[np.bool_],
    weight: Floats,
) -> Refinement | None:
    """Play `ROUNDS` against the plain card on inner folds; None where there are too few rows.

    ``plain`` fits a plain card on columns, outcomes and weights.
    """
    rows = np.flatnonzero(weight > 0)
    if min(bad[rows].sum(), (~bad[rows]).sum()) < 2 * FOLDS:
        return None
    gains: dict[int, list[float]] = {rounds: [] for rounds in ROUNDS}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(rows, bad[rows]):
        inside, outside = ([_rows(c, rows[part]) for c in columns] for part in (train, test))
        told, weighed = bad[rows[train]], weight[rows[train]]
        try:
            card = plain(inside, told, weighed)
        except ColumnError:  # no feature is left of so few rows
            return None
        stumps = Stumps.fit(card, inside, told, weighed, ROUNDS[-1])
        bads = bad[rows[test]] * weight[rows[test]]
        goods = weight[rows[test]] - bads
        before = auc_of(-card.margin(outside), bads, goods)
        for rounds, held in gains.items():
            held.append(auc_of(-stumps.margin(outside, rounds), bads, goods) - before)
    means = {rounds: float(np.mean(held)) for rounds, held in gains.items()}
    best = max(ROUNDS, key=lambda rounds: means[rounds])
    error = float(np.std(gains[best], ddof=1)) * (1 / FOLDS + 1 / (FOLDS - 1)) ** 0.5
    return Refinement(means, best, error)


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
    if pieces is None or _by_hand(editor, held=held) or trend not in ("auto", "none", *_DIRECTIONS):
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


def _design(
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


def _merged(fine: BinEditor, margins: Floats, information: float, *, held: bool) -> Attributes:
    """Join neighbouring pieces of one feature where that costs less than `DEVIANCE`."""
    bins, ordinary = fine.bins, fine.bins.ordinary
    if fine.fit.pieces is None or _by_hand(fine, held=held):
        return Attributes(fine, tuple(margins.tolist()))
    weights = np.array(bins.weights) / sum(bins.weights)
    order = np.arange(ordinary)
    if bins.kind == "text":
        order = np.argsort(margins[:ordinary], kind="stable")
    settings = fine.fit.settings
    runs = _runs(
        margins[order], weights[order], settings.constraints["max_bins"] or ordinary,
        settings.min_bin_share or 0.0, DEVIANCE / information,
    )  # fmt: skip
    groups = [order[a:b] for a, b in runs]
    if bins.kind == "text":
        woe = np.array(bins.woe)
        groups.sort(key=lambda g: -float(np.average(woe[g], weights=weights[g])))
    partition = tuple(tuple(p for k in sorted(g) for p in fine.partition[k]) for g in groups)
    means = [float(np.average(margins[g], weights=weights[g])) for g in groups]
    return Attributes(BinEditor(fine.fit, partition), (*means, *margins[ordinary:].tolist()))


def _runs(
    values: Floats, weights: Floats, most: int, share: float, bearable: float
) -> list[tuple[int, int]]:
    """Return the fewest runs whose squared error is ``bearable``, else the best of ``most``.

    Every run has at least the ``share``; where that cannot be, there is one run. O(most·n²).
    """
    n = len(values)
    w, s, q = (
        np.concatenate(([0.0], np.cumsum(weights * values**power))) for power in (0, 1, 2)
    )  # fmt: skip
    weight = w[None, :] - w[:, None]  # of the run from a to b
    safe = np.where(weight > 0, weight, 1.0)
    cost = (q[None, :] - q[:, None]) - (s[None, :] - s[:, None]) ** 2 / safe
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
