"""Crossed characteristics: what two features say together, where inner folds say that it counts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.binning.evidence import distinct_rows
from scorecard.models.boosted import xgboost
from scorecard.models.refinement import (
    DIRECTIONS,
    ROUNDS,
    STUMPS,
    Attributes,
    InnerFold,
    Pieces,
    Stumps,
    centered,
    corrected_error,
    design,
    leaf_sums,
    spoken_weights,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pair = tuple[int, int]
Sample = tuple[list[Column], NDArray[np.bool_], Floats]  # columns, outcomes, weights

NOTHING = 1e-9  # log-odds: a grid that says no more says nothing
LEAF_SHARE = 0.001  # of the sample's information that a leaf holds at least: fewer rows are pooled
_PAIRS = {**STUMPS, "max_depth": 2}
_RANKING = {**_PAIRS, "learning_rate": 0.05}
_RANKING_ROUNDS = 200


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


@dataclass(frozen=True)
class Trees:
    """Boosted trees of two splits, each within one of ``pairs``, over the margin of ``pieces``.

    A sum of such trees is a sum of tables over features and over pairs of them.
    """

    pieces: Pieces
    pairs: tuple[Pair, ...]
    booster: Any

    @classmethod
    def fit(
        cls,
        pieces: Pieces,
        sample: Sample,
        pairs: Sequence[Pair],
        rounds: int,
    ) -> Trees:
        """Boost ``rounds`` trees; declared directions hold in each."""
        members = sorted({j for pair in pairs for j in pair})
        booster = _boost(pieces, sample, members, parameters=_PAIRS, rounds=rounds, pairs=pairs)[0]
        return cls(pieces, tuple(pairs), booster)

    def card(self, rounds: int) -> CrossedCard:
        """Return the tables after ``rounds`` trees.

        Each grid's means over either feature, weighted by the other's shares alone, are moved into
        the features' own tables. So a direction that holds in every row of a grid holds in the
        table too, and whoever meets a value that training never saw gets the mean.
        """
        pieces, members = self.pieces, sorted({j for pair in self.pairs for j in pair})
        bins = {j: pieces.editors[j].bins for j in members}
        shares = {j: spoken_weights(bins[j]) for j in members}
        sizes = [len(bins[j].woe) for j in members]
        blocks: list[tuple[int, dict[int, Ints]]] = [(1, {})]
        blocks += [(n, {j: np.arange(n)}) for j, n in zip(members, sizes, strict=True)]
        for a, b in self.pairs:
            here = np.indices((len(shares[a]), len(shares[b])))
            blocks.append((here[0].size, {a: here[0].ravel(), b: here[1].ravel()}))
        index = [
            np.concatenate([own.get(j, np.zeros(n, np.int64)) for n, own in blocks])
            for j in members
        ]
        added = leaf_sums(self.booster, design(list(bins.values()), index)[0], rounds)
        ends = np.cumsum([n for n, _ in blocks])
        none, *parts = (added[a:b] for a, b in pairwise([0, *ends]))
        alpha = pieces.alpha + float(none[0])
        own = {j: part - none[0] for j, part in zip(members, parts, strict=False)}
        grids, moved = {}, dict(own)
        for (a, b), part in zip(self.pairs, parts[len(members) :], strict=True):
            both = part.reshape(len(own[a]), len(own[b])) - own[a][:, None] - own[b] - none[0]
            over_b, over_a = both @ shares[b], shares[a] @ both
            mean = float(shares[a] @ over_b)
            grid = both - over_b[:, None] - over_a + mean
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


def rank_pairs(pieces: Pieces, sample: Sample, most: int) -> list[Pair]:
    """Return the pairs of most gain, best first: what second splits add to free trees of two.

    A feature with a declared shape that is no direction keeps it only uncrossed, and stays out.
    """
    able = [
        j for j, e in enumerate(pieces.editors)
        if e.fit.settings.trend in ("auto", "none", *DIRECTIONS) and len(e.bins.woe) > 3
    ]  # fmt: skip
    if len(able) < 2:
        return []
    booster, owners = _boost(pieces, sample, able, parameters=_RANKING, rounds=_RANKING_ROUNDS)
    model = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]["model"]
    gain: dict[Pair, float] = {}
    for tree in model["trees"]:
        root = owners[tree["split_indices"][0]]
        for node in (tree["left_children"][0], tree["right_children"][0]):
            if node < 0 or tree["left_children"][node] < 0:
                continue
            other = owners[tree["split_indices"][node]]
            if other != root:
                pair = (min(root, other), max(root, other))
                gain[pair] = gain.get(pair, 0.0) + tree["loss_changes"][node]
    return sorted(gain, key=lambda pair: (-gain[pair], pair))[:most]


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
        inside, outside = fold.inside, fold.outside
        before = fold.auc(pieces.margin(outside))
        pairs = rank_pairs(pieces, inside, most)
        for count in counts(most):
            trees = None
            if pairs:
                trees = Trees.fit(pieces, inside, pairs[:count], ROUNDS[-1])
            for n in ROUNDS:
                gain = 0.0 if trees is None else fold.auc(trees.card(n).margin(outside)) - before
                gains.setdefault((count, n), []).append(gain)
    means = {key: float(np.mean(held)) for key, held in gains.items()}
    if not any(means.values()):
        return None
    best = max(means, key=lambda key: round(means[key], 12))
    return Crossing(means, best, corrected_error(gains[best]))


def crossed(
    pieces: Pieces,
    sample: Sample,
    taken: tuple[int, int] | None,
) -> CrossedCard:
    """Return the card of ``pieces``, with so many pairs and rounds if they were ``taken``."""
    pairs = rank_pairs(pieces, sample, taken[0]) if taken else []
    if not taken or not pairs:
        return _joined(pieces, {}, {})
    return Trees.fit(pieces, sample, pairs, taken[1]).card(taken[1])


def _boost(
    pieces: Pieces,
    sample: Sample,
    members: Sequence[int],
    *,
    parameters: Mapping[str, Any],
    rounds: int,
    pairs: Sequence[Pair] | None = None,
) -> tuple[Any, list[int]]:
    """Boost trees on the pieces of ``members``; return them and whose each column is."""
    columns, bad, weight = sample
    index = pieces.index(columns)
    base = np.full(len(bad), pieces.alpha)
    for own, at in zip(pieces.margins, index, strict=True):
        base += own[at]
    matrix, found = design([pieces.editors[j].bins for j in members], [index[j] for j in members])
    owners = [members[k] for k, _ in found]
    directions = [
        0 if extra else DIRECTIONS.get(pieces.editors[members[k]].fit.settings.trend, 0)
        for k, extra in found
    ]
    weighed = weight > 0
    distinct = distinct_rows(columns, bad, weight)
    held = (weight * (distinct / weight.sum()))[weighed]
    rate = float(held @ bad[weighed] / held.sum())
    settings = {
        **parameters,
        "monotone_constraints": f"({','.join(map(str, directions))})",
        "min_child_weight": max(
            parameters["min_child_weight"], LEAF_SHARE * distinct * rate * (1 - rate)
        ),
    }
    if pairs is not None:
        settings["interaction_constraints"] = json.dumps(
            [[c for c, owner in enumerate(owners) if owner in pair] for pair in pairs]
        )
    data = xgboost().DMatrix(matrix[weighed], bad[weighed], weight=held, base_margin=base[weighed])
    return xgboost().train(settings, data, num_boost_round=rounds), owners
