"""Crossed characteristics as they are found: boosted trees of two splits, and their tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.models.bin_trees import DIRECTIONS, LEAST_INFORMATION, BinTrees, Pair
from scorecard.models.observations import Observations
from scorecard.models.pieces import Attributes, Pieces, centered, spoken_weights

Floats = NDArray[np.float64]

NOTHING = 1e-9  # log-odds: a grid that says no more says nothing
LEAF_SHARE = 0.001  # of the sample's information that a leaf holds at least: fewer rows are pooled
RANKING_RATE, RANKING_ROUNDS = 0.05, 200


@dataclass(frozen=True)
class CrossedCard:
    """What bins and pairs of bins add to the log-odds of bad; a pair is two of ``attributes``."""

    places: Sequence[int]
    attributes: Sequence[Attributes]
    grids: Mapping[Pair, Floats]
    alpha: float

    def margin(self, columns: Sequence[Column]) -> Floats:
        """Return the log-odds of bad, shape (n,)."""
        total = np.full(len(columns[0]), self.alpha)
        index = []
        for place, each in zip(self.places, self.attributes, strict=True):
            index.append(each.editor.bins.index_read(columns[place]))
            total += np.array(each.margins)[index[-1]]
        for (a, b), grid in self.grids.items():
            total += grid[index[a], index[b]]
        return total


def grow_cards(
    pieces: Pieces, seen: Observations, pairs: Sequence[Pair], stages: Sequence[int]
) -> Iterator[CrossedCard]:
    """Boost trees over the margin of ``pieces`` and yield the card of the first so many.

    Each tree has two splits and stays within one of ``pairs`` on either side of the first, so that
    their sum is a sum of tables over features and over pairs; declared directions hold in each.
    """
    members = sorted({j for pair in pairs for j in pair})
    meeting = [(members.index(a), members.index(b)) for a, b in pairs]
    for trees in _boost(pieces, seen, members, stages=stages, meeting=meeting):
        yield _card(pieces, members, trees)


def _card(pieces: Pieces, members: Sequence[int], trees: BinTrees) -> CrossedCard:
    """Return the tables of trees over ``members``.

    Each grid's means over either feature, weighted by the other's shares alone, are moved into the
    features' own tables. So a direction that holds in every row of a grid holds in the table too,
    and whoever meets a value that training never saw gets the mean.
    """
    bins = {j: pieces.editors[j].bins for j in members}
    shares = {j: spoken_weights(bins[j]) for j in members}
    common, own, both = trees.tables(len(trees.trees))
    moved = {j: own.get(k, np.zeros(len(bins[j].woe))) for k, j in enumerate(members)}
    alpha, grids = pieces.alpha + common, {}
    for (k, m), added in sorted(both.items()):
        a, b = members[k], members[m]
        over_b, over_a = added @ shares[b], shares[a] @ added
        mean = float(shares[a] @ over_b)
        grid = added - over_b[:, None] - over_a + mean
        grid[shares[a] == 0], grid[:, shares[b] == 0] = 0.0, 0.0
        if np.abs(grid).max() > NOTHING:
            grids[a, b] = grid
        moved[a], moved[b] = moved[a] + over_b - mean, moved[b] + over_a - mean
        alpha += mean
    margins = list(pieces.margins)
    for j in members:
        change, level = centered(moved[j], shares[j])
        margins[j] = margins[j] + change
        alpha += level
    beyond = Pieces(pieces.card, pieces.editors, margins, alpha, pieces.information)
    return _joined(beyond, grids, shares)


def _joined(pieces: Pieces, grids: dict[Pair, Floats], shares: dict[int, Floats]) -> CrossedCard:
    """Join the pieces of every feature into bins, by its own table and by its grids."""
    attributes, means = [], {}
    for j, editor in enumerate(pieces.editors):
        ordinary = editor.bins.ordinary
        beside = [g[:ordinary] * np.sqrt(shares[b]) for (a, b), g in grids.items() if a == j]
        beside += [g.T[:ordinary] * np.sqrt(shares[a]) for (a, b), g in grids.items() if b == j]
        each, means[j] = pieces.joined(j, np.column_stack(beside) if beside else None)
        attributes.append(each)
    joined = {(a, b): means[a] @ grid @ means[b].T for (a, b), grid in grids.items()}
    return CrossedCard(pieces.card.places, attributes, joined, pieces.alpha)


def rank_pairs(pieces: Pieces, seen: Observations, most: int) -> list[Pair]:
    """Return the pairs of most gain, best first: what second splits add to free trees of two.

    A feature with a declared shape that is no direction keeps it only uncrossed, and stays out.
    """
    able = [
        j for j, e in enumerate(pieces.editors)
        if e.fit.settings.trend in ("auto", "none", *DIRECTIONS) and len(e.bins.woe) > 3
    ]  # fmt: skip
    if len(able) < 2:
        return []
    found = next(_boost(pieces, seen, able, stages=(RANKING_ROUNDS,), learning_rate=RANKING_RATE))
    owners = [able[column.owner] for column in found.columns]
    gain: dict[Pair, float] = {}
    for tree in found.trees:
        root = owners[tree["split_indices"][0]]
        for node in (tree["left_children"][0], tree["right_children"][0]):
            if node < 0 or tree["left_children"][node] < 0:
                continue
            other = owners[tree["split_indices"][node]]
            if other != root:
                pair = (min(root, other), max(root, other))
                gain[pair] = gain.get(pair, 0.0) + tree["loss_changes"][node]
    return sorted(gain, key=lambda pair: (-gain[pair], pair))[:most]


def crossed(pieces: Pieces, seen: Observations, taken: tuple[int, int] | None) -> CrossedCard:
    """Return the card of ``pieces``, with so many pairs and rounds if they were ``taken``."""
    pairs = rank_pairs(pieces, seen, taken[0]) if taken else []
    if not taken or not pairs:
        return _joined(pieces, {}, {})
    return next(grow_cards(pieces, seen, pairs, (taken[1],)))


def _boost(
    pieces: Pieces, seen: Observations, members: Sequence[int], **settings: Any
) -> Iterator[BinTrees]:
    """Boost trees of two splits on the pieces of ``members``, over the margin of all."""
    index = pieces.index(seen.columns)
    margin = np.full(len(seen), pieces.alpha)
    for own, at in zip(pieces.margins, index, strict=True):
        margin += own[at]
    rate = float(seen.weight[seen.bad].sum() / seen.weight.sum())
    least = max(LEAST_INFORMATION, LEAF_SHARE * seen.distinct * rate * (1 - rate))
    return BinTrees.grow(
        [pieces.editors[j] for j in members], [index[j] for j in members], margin, seen,
        max_depth=2, min_child_weight=least, **settings,
    )  # fmt: skip
