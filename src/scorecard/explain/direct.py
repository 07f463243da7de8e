"""Exact interventional Shapley values without tables, for trees too deep to tabulate.

A leaf's background is reduced to the distinct sets of its features that background rows fail. Of a
row and such a set, the leaf's value is shared out only where the two fail no feature in common: to
what the background fails as a gain, to what the row fails as a loss.
"""

from __future__ import annotations

import numpy as np

from scorecard.explain.decisions import Floats
from scorecard.explain.forest import Forest
from scorecard.explain.interventional import Interventional
from scorecard.explain.leaves import Leaves
from scorecard.explain.shares import shares

#: Cells (leaves × rows) worked on at once; with 8 bytes each, 32 MB.
_CELLS = 1 << 22


class DirectInterventional(Interventional):
    """Exact interventional Shapley values, computed row by row; see `Interventional`.

    Serves trees of any depth whose paths ask for at most 64 features, some twenty times slower than
    `InterventionalTables`. Memory: at most one entry (a mask, a count and a leaf, 13 bytes at
    depth 64) for each leaf and background row, besides chunks of `_CELLS` cells.
    """

    how = "direct"

    def _prepare(self, forest: Forest, background: Floats) -> None:
        self._decisions = forest.decisions
        # Trees of a single leaf have no condition: they are in the bias, as with tables.
        leaves = [leaf for tree in forest.trees for leaf in tree.leaves() if leaf.path]
        self._leaves = Leaves.of(leaves)
        self._gain, self._loss = shares(self._leaves.features.shape[1])
        self._rows = len(background)
        self._chunk = max(1, min(_CELLS // max(1, len(leaves)), 256))
        left = forest.decisions.left(background)
        step = max(1, _CELLS // len(background))
        masks, counts, sizes = [], [], []
        for start in range(0, len(leaves), step):
            failed = np.sort(self._leaves.failed(left, slice(start, start + step)), axis=1)
            first = np.ones(failed.shape, dtype=bool)
            np.not_equal(failed[:, 1:], failed[:, :-1], out=first[:, 1:])
            at = np.flatnonzero(first)
            masks.append(failed.ravel()[at])
            counts.append(
                np.diff(at, append=failed.size).astype(np.min_scalar_type(len(background)))
            )
            sizes.append(first.sum(axis=1))
        self._mask = np.concatenate(masks) if masks else np.empty(0, dtype=np.uint8)
        self._count = np.concatenate(counts) if counts else np.empty(0, dtype=np.uint8)
        size = np.concatenate(sizes) if sizes else np.empty(0, dtype=np.intp)
        self._leaf = np.repeat(np.arange(len(leaves), dtype=np.int32), size)

    def _explain(self, matrix: Floats, margin: Floats, out: Floats) -> None:
        failed = np.ascontiguousarray(self._leaves.failed(self._decisions.left(matrix)).T)
        for i, mine in enumerate(failed):
            # The leaves a row reaches, one a tree, in the order of the trees.
            reached = self._leaves.value[mine == 0]
            margin[i] = self._bias + np.cumsum(reached)[-1] if len(reached) else self._bias
            out[i] = self._row(mine)

    def _row(self, failed: np.ndarray) -> Floats:
        met = np.flatnonzero((failed.take(self._leaf) & self._mask) == 0)
        leaf, theirs = self._leaf[met], self._mask[met]
        mine = failed[leaf]
        a, b = np.bitwise_count(theirs), np.bitwise_count(mine)
        worth = self._leaves.value[leaf] * self._count[met] / self._rows
        gain, loss = worth * self._gain[a, b], worth * self._loss[a, b]
        total = np.zeros(self._width + 1)
        for k in range(self._leaves.features.shape[1]):
            bit = theirs.dtype.type(1 << k)
            part = np.where(theirs & bit, gain, np.where(mine & bit, loss, 0.0))
            # bincount adds one term after another, and an empty place (−1) falls outside.
            slot = self._leaves.features[leaf, k]
            slot[slot < 0] = self._width
            total += np.bincount(slot, part, self._width + 1)
        return total[:-1]
