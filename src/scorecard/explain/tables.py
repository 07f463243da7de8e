"""Exact interventional Shapley values from tables made once, when the model is loaded.

With a model and a background sample both fixed, everything a leaf can say about a row depends only
on which of the leaf's conditions the row satisfies. So the answer is tabulated: once for each leaf
and pattern, then added up for each *block*, i.e. a small subtree and the path to it. Rating a row
is three steps: decide every node, form each block's state (the bits of its decisions), look up.
"""

from __future__ import annotations

import numpy as np

from scorecard.explain.blocks import Blocks
from scorecard.explain.decisions import Bytes, Floats
from scorecard.explain.forest import Forest
from scorecard.explain.interventional import Interventional
from scorecard.explain.leaves import DeepTreeError

MAX_DEPTH = 6

#: From this many rows on, a column is added at a time instead of a row; the sums are the same.
_MANY = 200


class InterventionalTables(Interventional):
    """Exact interventional Shapley values, looked up; see `Interventional`.

    The price of a row does not depend on the size of the background. Raises `DeepTreeError` where
    a tree is deeper than `MAX_DEPTH`, and what `Interventional` does.
    """

    how = "tables"
    _chunk = 2048

    def _prepare(self, forest: Forest, background: Floats) -> None:
        if forest.depth > MAX_DEPTH:
            raise DeepTreeError(
                f"Tables serve trees of at most {MAX_DEPTH} decisions on a path; got "
                f"{forest.depth}. Fit with max_depth at most {MAX_DEPTH}, or use interventional()."
            )
        self._decisions = forest.decisions
        self._blocks = blocks = Blocks.of(forest)
        table = blocks.table(forest.decisions.left(background))
        leaf = blocks.leaf_values()
        states, slots = table.shape[1:]
        # The same numbers twice: a block's row of slots for a few rows, its columns for many.
        self._rows = table.reshape(-1, slots)
        self._leaves = leaf.ravel()
        self._starts = np.arange(len(table), dtype=np.intp) * states
        self._slots = np.where(blocks.features < 0, self._width, blocks.features).ravel()
        columns = np.ascontiguousarray(table.transpose(0, 2, 1))
        self._columns = [
            (leaf[b], [(f, columns[b, k]) for k, f in enumerate(features) if f >= 0])
            for b, features in enumerate(blocks.features.tolist())
        ]

    def _explain(self, matrix: Floats, margin: Floats, out: Floats) -> None:
        state = self._blocks.state(self._decisions.left(matrix))
        if len(matrix) < _MANY:
            self._by_rows(state, margin, out)
        else:
            self._by_columns(state, margin, out)

    def _by_rows(self, state: Bytes, margin: Floats, out: Floats) -> None:
        cells = state.T + self._starts
        if cells.shape[1]:
            # A running sum adds in order; of the blocks of a tree all but one add zero.
            margin[:] = self._bias + np.cumsum(self._leaves.take(cells), axis=1)[:, -1]
        else:
            margin[:] = self._bias
        values = self._rows.take(cells, axis=0)
        for i, weights in enumerate(values.reshape(len(out), -1)):
            # bincount adds one term after another: the order never depends on the batch.
            out[i] = np.bincount(self._slots, weights, self._width + 1)[: self._width]

    def _by_columns(self, state: Bytes, margin: Floats, out: Floats) -> None:
        """Add block by block, the order of `_by_rows`: the same terms, the same bits."""
        total = np.full(len(out), -0.0)  # what nothing is changed by, not even a zero's sign
        sums = np.zeros(out.shape[::-1])
        term = np.empty(len(out))
        for states, (leaf, slots) in zip(state, self._columns, strict=True):
            cells = states.astype(np.intp)
            # "clip" spares a copy; a state is never outside its table.
            total += leaf.take(cells, out=term, mode="clip")
            for feature, column in slots:
                sums[feature] += column.take(cells, out=term, mode="clip")
        margin[:] = self._bias + total
        out[:] = sums.T
