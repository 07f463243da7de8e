"""Exact interventional Shapley values of a boosted model, from tables made once.

With a model and a background sample both fixed, everything a leaf can say about a row depends only
on which of the leaf's conditions the row satisfies. So the answer is tabulated: once for each leaf
and pattern, then added up for each *block*, i.e. a small subtree and the path to it. Rating a row
is three steps: decide every node, form each block's state (the bits of its decisions), look up.

Formula: Lundberg et al. (2020), "From local explanations to global understanding with explainable
AI for trees", algorithm 3 (interventional), for one leaf and one pair (row, background row).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.errors import ExplanationError, InputError
from scorecard.models.boosted import BoostedModel

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MAX_DEPTH = 6
TOLERANCE = 1e-5
_CHUNK = 128


class DeepTreeError(ExplanationError):
    """A tree is deeper than tables can serve."""


class InterventionalTables:
    """Exact interventional Shapley values in log-odds of bad, per original feature.

    ``background`` is encoded by the model, shape (m, features). The value of a coalition is the
    mean margin over the background with the coalition's features taken from the row, so ``base``
    plus a row's contributions is its margin. Every sum is taken in a fixed order without BLAS: a
    row's bits do not depend on its neighbours or on threads.

    The margin of `explain` adds the leaves tree by tree in float64. Contributions reshuffle when a
    value changes, so their sum can move in its last digit where no leaf did; the sum of the leaves
    cannot, and keeps the declared trends to the bit.

    Attributes
    ----------
    base : float
        Mean margin of the background.

    Raises `DeepTreeError` where a tree is deeper than `MAX_DEPTH`, and `ExplanationError` for an
    empty background or a booster whose trees cannot be read to the margin it gives itself.
    """

    def __init__(self, model: BoostedModel, background: Floats) -> None:
        background = model.check_matrix(background)
        if len(background) == 0:
            raise ExplanationError("The background must have at least one row; got none.")
        self._model = model
        self._width = len(model.features)
        trees = _read_trees(model.booster)
        self._nodes = _Nodes.of(trees)
        blocks = _Blocks.of(trees)
        self._block_nodes = blocks.nodes
        self._block_base = np.arange(len(blocks.features), dtype=np.intp) * blocks.states
        self._slots = np.where(blocks.features < 0, self._width, blocks.features).ravel()
        self._table = blocks.table(self._nodes.left(background))
        self._leaf_values = blocks.leaf_values()
        self._bias = 0.0
        own = model.margin(background)
        leaves, _ = self.explain(background)
        self._bias = math.fsum((own - leaves).tolist()) / len(own)
        margin, contributions = self.explain(background)
        self.base = math.fsum(margin.tolist()) / len(margin)
        # The trees were read from xgboost's own format: a change of its meaning must not pass.
        check_additivity(self.base, contributions, own)
        check_additivity(0.0, margin[:, np.newaxis], own)

    def contributions(self, matrix: Floats) -> Floats:
        """Return each feature's contribution to each margin, shape (rows, features).

        ``matrix`` is encoded by the model, shape (rows, features). Positive is riskier.
        """
        return self.explain(matrix)[1]

    def explain(self, matrix: Floats) -> tuple[Floats, Floats]:
        """Return each row's margin, shape (rows,), and contributions, shape (rows, features)."""
        matrix = self._model.check_matrix(matrix)
        margin = np.empty(len(matrix), dtype=np.float64)
        result = np.empty(matrix.shape, dtype=np.float64)
        for start in range(0, len(matrix), _CHUNK):
            rows = slice(start, start + _CHUNK)
            self._explain(matrix[rows], margin[rows], result[rows])
        return margin, result

    def contributions_one(self, row: Floats) -> Floats:
        """Return one encoded row's contributions, shape (features,); same bits as in a batch."""
        if np.ndim(row) != 1:
            raise InputError(f"A row must have shape (features,); got {np.shape(row)}.")
        return np.asarray(self.explain(row)[1][0])

    def _explain(self, matrix: Floats, margin: Floats, out: Floats) -> None:
        left = self._nodes.left(matrix)
        state = left.take(self._block_nodes[0], axis=1)
        for bit, nodes in enumerate(self._block_nodes[1:], start=1):
            state += left.take(nodes, axis=1) << bit
        state = state + self._block_base
        if state.shape[1]:
            # A running sum adds in order; of the blocks of a tree all but one add zero.
            margin[:] = self._bias + np.cumsum(self._leaf_values.take(state), axis=1)[:, -1]
        else:
            margin[:] = self._bias
        values = self._table.take(state, axis=0)
        for i, weights in enumerate(values.reshape(len(matrix), -1)):
            # bincount adds one term after another: the order never depends on the batch.
            out[i] = np.bincount(self._slots, weights, self._width + 1)[: self._width]


def check_additivity(base: float, contributions: Floats, margin: Floats) -> None:
    """Hold the gate: base plus contributions is the booster's margin.

    ``contributions`` has shape (rows, features), ``margin`` (rows,). Raises `ExplanationError`
    where a row's gap exceeds 1e-5·max(1, |margin|), or is not a number.
    """
    contributions = np.atleast_2d(contributions)
    margin = np.atleast_1d(np.asarray(margin, dtype=np.float64))
    if contributions.shape[:1] != margin.shape:
        raise ExplanationError(
            "contributions must have one row for each margin; "
            f"got {len(contributions)} rows and {len(margin)} margins."
        )
    total = np.full(len(margin), base, dtype=np.float64)
    for column in contributions.T:
        total += column
    gap = np.abs(total - margin)
    bad = ~(gap <= TOLERANCE * np.maximum(1.0, np.abs(margin)))
    if bad.any():
        raise ExplanationError(
            f"Contributions must add up to the margin within {TOLERANCE}·max(1, |margin|); "
            f"{int(bad.sum())} of {len(margin)} rows do not, worst gap {gap[bad].max():.3g}. "
            "The explanation is not of this model: rebuild the tables from the bundle."
        )


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A leaf's value and the decisions that lead to it: (node, goes left, feature)."""

    value: float
    path: tuple[tuple[int, bool, int], ...]


@dataclass(frozen=True, slots=True)
class _Tree:
    """One tree in xgboost's arrays; ``offset`` numbers its nodes among those of all trees."""

    offset: int
    left: list[int]
    right: list[int]
    feature: list[int]
    condition: list[float]
    default_left: list[int]
    categories: dict[int, list[int]]

    def blocks(self, bits: int) -> Iterator[list[_Leaf]]:
        """Yield the leaves of the largest subtrees whose path and nodes fit into ``bits``."""
        inner = [0] * len(self.left)
        order = [0]
        for node in order:
            if self.left[node] >= 0:
                order += (self.left[node], self.right[node])
        for node in reversed(order):
            if self.left[node] >= 0:
                inner[node] = 1 + inner[self.left[node]] + inner[self.right[node]]
        todo: list[tuple[int, tuple[tuple[int, bool, int], ...]]] = [(0, ())]
        while todo:
            node, path = todo.pop()
            if len(path) + inner[node] <= bits:
                yield list(self._leaves(node, path))
            else:
                todo += self._children(node, path)

    def _leaves(self, node: int, path: tuple[tuple[int, bool, int], ...]) -> Iterator[_Leaf]:
        if self.left[node] < 0:
            yield _Leaf(float(np.float32(self.condition[node])), path)
            return
        for child, longer in self._children(node, path):
            yield from self._leaves(child, longer)

    def _children(
        self, node: int, path: tuple[tuple[int, bool, int], ...]
    ) -> tuple[tuple[int, tuple[tuple[int, bool, int], ...]], ...]:
        step, feature = self.offset + node, self.feature[node]
        return (
            (self.left[node], (*path, (step, True, feature))),
            (self.right[node], (*path, (step, False, feature))),
        )

    def depth(self) -> int:
        """Return the number of decisions on the longest path."""
        level, depth = [0], 0
        while level := [
            child
            for node in level
            if self.left[node] >= 0
            for child in (self.left[node], self.right[node])
        ]:
            depth += 1
        return depth


def _read_trees(booster: Any) -> list[_Tree]:
    model = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]
    if model.get("name") != "gbtree":
        raise ExplanationError(f"Tables explain boosters of kind gbtree; got {model.get('name')}.")
    trees, offset = [], 0
    for tree in model["model"]["trees"]:
        categories = {
            node: tree["categories"][start : start + size]
            for node, start, size in zip(
                tree["categories_nodes"],
                tree["categories_segments"],
                tree["categories_sizes"],
                strict=True,
            )
        }
        trees.append(
            _Tree(
                offset,
                tree["left_children"],
                tree["right_children"],
                tree["split_indices"],
                tree["split_conditions"],
                tree["default_left"],
                categories,
            )
        )
        offset += len(tree["left_children"])
    deepest = max((tree.depth() for tree in trees), default=0)
    if deepest > MAX_DEPTH:
        raise DeepTreeError(
            f"Tables serve trees of at most {MAX_DEPTH} decisions on a path; got {deepest}. "
            f"Fit with max_depth at most {MAX_DEPTH}."
        )
    return trees


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The decisions of every node of every tree, leaves included (their decision means nothing)."""

    feature: Ints
    threshold: NDArray[np.float32]
    default_left: NDArray[np.bool_]
    category_nodes: Ints
    category_left: NDArray[np.bool_]

    @classmethod
    def of(cls, trees: Sequence[_Tree]) -> _Nodes:
        feature = np.array([f for t in trees for f in t.feature], dtype=np.intp)
        threshold = np.array([c for t in trees for c in t.condition], dtype=np.float32)
        default_left = np.array([d for t in trees for d in t.default_left], dtype=bool)
        sets = {t.offset + node: codes for t in trees for node, codes in t.categories.items()}
        beyond = 1 + max((max(codes) for codes in sets.values()), default=-1)
        nodes = np.array(list(sets), dtype=np.intp)
        # Columns: one a code, then any code beyond those in sets, then missing.
        left = np.ones((len(nodes), beyond + 2), dtype=bool)
        for i, codes in enumerate(sets.values()):
            left[i, codes] = False
        left[:, -1] = default_left[nodes]
        return cls(feature, threshold, default_left, nodes, left)

    def left(self, matrix: Floats) -> NDArray[np.uint8]:
        """Return 1 where the row goes left, shape (rows, nodes + 1); the last column is 0."""
        with np.errstate(over="ignore"):
            # xgboost compares float32 numbers, and a float64 beyond them is infinite to it too.
            x = matrix.astype(np.float32)
        missing = np.isnan(x)
        left = np.zeros((len(x), len(self.feature) + 1), dtype=bool)
        decided = left[:, :-1]
        np.less(x.take(self.feature, axis=1), self.threshold, out=decided)
        if missing.any():
            decided |= missing.take(self.feature, axis=1) & self.default_left
        if len(self.category_nodes):
            beyond = self.category_left.shape[1] - 2
            codes = np.where((x >= 0) & (x < beyond), x, beyond)
            codes[missing] = beyond + 1
            codes = codes.astype(np.intp).take(self.feature[self.category_nodes], axis=1)
            rows = np.arange(len(self.category_nodes)) * self.category_left.shape[1]
            decided[:, self.category_nodes] = self.category_left.take(codes + rows)
        return left.view(np.uint8)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Every block's decisions and features, and every leaf as arrays.

    ``nodes`` has shape (bits, blocks), the decision behind each bit of a block's state;
    ``features`` (blocks, slots) the features it contributes to, −1 for an empty slot. Leaf arrays
    have shape (leaves, conditions): the decision, whether the leaf lies left of it, its bit in the
    block's state, and which of the leaf's features it is about.
    """

    nodes: Ints
    features: Ints
    value: Floats
    block: Ints
    rank: Ints
    decision: Ints
    want: NDArray[np.uint8]
    bit: NDArray[np.uint8]
    about: NDArray[np.uint8]
    slot: Ints

    @property
    def states(self) -> int:
        """Number of states of a block."""
        return 1 << len(self.nodes)

    @classmethod
    def of(cls, trees: Sequence[_Tree]) -> _Blocks:
        depth = max((tree.depth() for tree in trees), default=0)
        # One bit more than the deepest path lets the lowest two levels of a tree share a block.
        bits = depth + 1
        blank = sum(len(tree.left) for tree in trees)
        blocks = [b for tree in trees for b in tree.blocks(bits) if b[0].path]
        block_nodes = [sorted({step for leaf in b for step, _, _ in leaf.path}) for b in blocks]
        block_features = [sorted({f for leaf in b for _, _, f in leaf.path}) for b in blocks]
        slots = max((len(f) for f in block_features), default=1)
        nodes = np.full((bits, len(blocks)), blank, dtype=np.intp)
        features = np.full((len(blocks), slots), -1, dtype=np.intp)
        leaves: list[tuple[Any, ...]] = []
        for b, block in enumerate(blocks):
            nodes[: len(block_nodes[b]), b] = block_nodes[b]
            features[b, : len(block_features[b])] = block_features[b]
            bit_of = {step: i for i, step in enumerate(block_nodes[b])}
            slot_of = {f: i for i, f in enumerate(block_features[b])}
            for rank, leaf in enumerate(block):
                own = list(dict.fromkeys(f for _, _, f in leaf.path))
                # The last condition is repeated to fill the row: it changes no pattern.
                path = leaf.path + (leaf.path[-1],) * (depth - len(leaf.path))
                leaves.append(
                    (
                        leaf.value, b, rank,
                        [step for step, _, _ in path],
                        [want for _, want, _ in path],
                        [bit_of[step] for step, _, _ in path],
                        [own.index(f) for _, _, f in path],
                        [slot_of[f] for f in own] + [-1] * (depth - len(own)),
                    )
                )  # fmt: skip
        columns = list(zip(*leaves, strict=True)) if leaves else [()] * 8
        shape = (len(leaves), depth)
        return cls(
            nodes,
            features,
            np.array(columns[0], dtype=np.float64),
            np.array(columns[1], dtype=np.intp),
            np.array(columns[2], dtype=np.intp),
            np.array(columns[3], dtype=np.intp).reshape(shape),
            np.array(columns[4], dtype=np.uint8).reshape(shape),
            np.array(columns[5], dtype=np.uint8).reshape(shape),
            np.array(columns[6], dtype=np.uint8).reshape(shape),
            np.array(columns[7], dtype=np.intp).reshape(shape),
        )

    def table(self, background: NDArray[np.uint8]) -> Floats:
        """Return what each block in each state contributes, shape (blocks · states, slots).

        ``background`` holds the background's decisions, shape (m, nodes + 1).
        """
        table = np.zeros((*self.features.shape[:1], self.states, self.features.shape[1]))
        if len(self.value) == 0:
            return table.reshape(-1, table.shape[2])
        own = (self.slot >= 0).sum(axis=1)
        patterns = 1 << self.slot.shape[1]
        seen = np.zeros((len(background), len(self.value)), dtype=np.uint8)
        met = self._broken()
        for j in range(self.slot.shape[1]):
            seen |= (background[:, self.decision[:, j]] ^ self.want[:, j]) << self.about[:, j]
        # Both hold violated features until here; a pattern has a bit for each satisfied one.
        full = ((1 << own) - 1).astype(np.uint8)
        seen ^= full
        met ^= full[:, None]
        cells = np.arange(len(self.value)) * patterns + seen
        counts = np.bincount(cells.ravel(), minlength=len(self.value) * patterns)
        counts = counts.reshape(-1, patterns)
        for d in np.unique(own):
            chosen = np.flatnonzero(own == d)
            weights = _pair_weights(int(d))
            leaf_table = np.zeros((len(chosen), 1 << d, d))
            for z in range(1 << d):
                leaf_table += counts[chosen, z, None, None] * weights[:, z]
            leaf_table *= (self.value[chosen] / len(background))[:, None, None]
            # Leaves of one rank lie in different blocks, so no cell is written twice at once.
            for rank in np.unique(self.rank[chosen]):
                some = np.flatnonzero(self.rank[chosen] == rank)
                leaf = chosen[some]
                given = leaf_table[some[:, None], met[leaf]]
                for k in range(d):
                    table[self.block[leaf], :, self.slot[leaf, k]] += given[:, :, k]
        return table.reshape(-1, table.shape[2])

    def leaf_values(self) -> Floats:
        """Return the value of the leaf that each block's state reaches (0: none of its leaves).

        Shape (blocks · states,).
        """
        values = np.zeros((len(self.features), self.states))
        reached = self._broken() == 0
        for rank in np.unique(self.rank):
            some = np.flatnonzero(self.rank == rank)
            values[self.block[some]] += np.where(reached[some], self.value[some, None], 0.0)
        return values.ravel()

    def _broken(self) -> NDArray[np.uint8]:
        """Return which of its features' conditions each leaf sees violated in each state (bits)."""
        state = np.arange(self.states, dtype=np.uint16)
        broken = np.zeros((len(self.value), self.states), dtype=np.uint8)
        for j in range(self.slot.shape[1]):
            want, about, bit = self.want[:, j], self.about[:, j], self.bit[:, j]
            wrong = ((state >> bit[:, None]) & 1) ^ want[:, None]
            broken |= wrong.astype(np.uint8) << about[:, None]
        return broken


def _pair_weights(d: int) -> Floats:
    """Return each feature's share of a leaf's value for every pair of patterns.

    Shape (2^d, 2^d, d): pattern of the row, pattern of the background row, feature. With A the
    features only the row satisfies and B those only the background row does, A's get
    (|A|−1)!|B|!/(|A|+|B|)! and B's get −|A|!(|B|−1)!/(|A|+|B|)!; nobody gets anything where
    neither row satisfies some feature.
    """
    weights = np.zeros((1 << d, 1 << d, d))
    full = (1 << d) - 1
    for x in range(1 << d):
        for z in range(1 << d):
            if x | z != full:
                continue
            a, b = (x & ~z).bit_count(), (z & ~x).bit_count()
            for k in range(d):
                if (x & ~z) >> k & 1:
                    share = math.factorial(a - 1) * math.factorial(b)
                elif (z & ~x) >> k & 1:
                    share = -math.factorial(a) * math.factorial(b - 1)
                else:
                    continue
                weights[x, z, k] = share / math.factorial(a + b)
    return weights
