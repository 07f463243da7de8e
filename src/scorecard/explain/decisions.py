"""The distinct decisions of a booster's trees: which rows go left at each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

#: From this many rows on, walking the features one by one beats gathering for all decisions.
_MANY = 64


@dataclass(frozen=True, slots=True)
class Decisions:
    """Every distinct decision once, numeric ones first and sorted by feature.

    Nodes of different trees that ask the same (feature, threshold or categories, way of missing
    values) share a decision. Numeric ones go left where the value is below ``threshold``, as
    float32. Of ``category_left`` a row is one decision on a category and a column one code, then
    any code beyond those, then missing; ``category_place`` finds its feature among the distinct
    ``category_features``.
    """

    feature: Ints
    threshold: NDArray[np.float32]
    default_left: Bools
    category_features: Ints
    category_place: Ints
    category_left: Bools

    def __len__(self) -> int:
        return len(self.threshold) + len(self.category_place)

    @property
    def blank(self) -> int:
        """The number of a decision that nobody takes left: what fills a row of decisions."""
        return len(self)

    @classmethod
    def of(cls, trees: list[dict[str, Any]]) -> tuple[Decisions, list[list[int]]]:
        """Return the decisions of xgboost's trees, and each tree's node → decision (leaves: −1)."""
        sizes = [len(tree["left_children"]) for tree in trees]
        inner = np.array([c for t in trees for c in t["left_children"]], dtype=np.intp) >= 0
        feature = np.array([f for t in trees for f in t["split_indices"]], dtype=np.intp)
        default = np.array([d for t in trees for d in t["default_left"]], dtype=bool)
        threshold = np.array([c for t in trees for c in t["split_conditions"]], dtype=np.float32)
        starts = np.cumsum([0, *sizes[:-1]]) if sizes else np.empty(0, dtype=np.intp)
        sets: dict[int, tuple[int, ...]] = {}
        for start, tree in zip(starts.tolist(), trees, strict=True):
            for node, at, size in zip(
                tree["categories_nodes"],
                tree["categories_segments"],
                tree["categories_sizes"],
                strict=True,
            ):
                sets[start + node] = tuple(tree["categories"][at : at + size])
        numeric = inner.copy()
        numeric[list(sets)] = False
        nodes = np.flatnonzero(numeric)
        nodes = nodes[np.lexsort((default[nodes], threshold[nodes], feature[nodes]))]
        new = np.ones(len(nodes), dtype=bool)
        new[1:] = (
            (feature[nodes][1:] != feature[nodes][:-1])
            | (threshold[nodes][1:] != threshold[nodes][:-1])
            | (default[nodes][1:] != default[nodes][:-1])
        )
        number = np.full(len(inner), -1, dtype=np.intp)
        number[nodes] = np.cumsum(new) - 1
        kept = nodes[new]
        keys = {at: (int(feature[at]), codes, bool(default[at])) for at, codes in sets.items()}
        distinct = {key: len(kept) + i for i, key in enumerate(dict.fromkeys(keys.values()))}
        for at, key in keys.items():
            number[at] = distinct[key]
        beyond = 1 + max((max(codes) for _, codes, _ in distinct), default=-1)
        left = np.ones((len(distinct), beyond + 2), dtype=bool)
        for i, (_, codes, missing_left) in enumerate(distinct):
            left[i, list(codes)] = False
            left[i, -1] = missing_left
        features, place = np.unique(
            np.array([key[0] for key in distinct], dtype=np.intp), return_inverse=True
        )
        decisions = cls(feature[kept], threshold[kept], default[kept], features, place, left)
        return decisions, [part.tolist() for part in np.split(number, starts[1:])]

    def left(self, matrix: Floats) -> Bytes:
        """Return 1 where the row goes left, shape (decisions + 1, rows); the last is all 0.

        ``matrix`` is encoded by the model, shape (rows, features).
        """
        with np.errstate(over="ignore"):
            # xgboost compares float32 numbers, and a float64 beyond them is infinite to it too.
            x = np.ascontiguousarray(matrix.T, dtype=np.float32)
        missing = np.isnan(x)
        left = np.zeros((len(self) + 1, len(matrix)), dtype=bool)
        if len(matrix) < _MANY:
            numeric = left[: len(self.threshold)]
            np.less(x.take(self.feature, axis=0), self.threshold[:, None], out=numeric)
            if missing.any():
                numeric |= missing.take(self.feature, axis=0) & self.default_left[:, None]
        else:
            ends = np.searchsorted(self.feature, np.arange(len(x) + 1)).tolist()
            for values, blank, start, end in zip(x, missing, ends[:-1], ends[1:], strict=True):
                np.less(values, self.threshold[start:end, None], out=left[start:end])
                if blank.any():
                    left[start:end] |= blank & self.default_left[start:end, None]
        if len(self.category_place):
            self._left_of_categories(x, missing, left[len(self.threshold) : -1])
        return left.view(np.uint8)

    def _left_of_categories(self, x: NDArray[np.float32], missing: Bools, out: Bools) -> None:
        beyond = self.category_left.shape[1] - 2
        x, missing = x[self.category_features], missing[self.category_features]
        codes = np.where((x >= 0) & (x < beyond), x, beyond)
        codes[missing] = beyond + 1
        cells = codes.astype(np.intp).take(self.category_place, axis=0)
        cells += (np.arange(len(cells), dtype=np.intp) * (beyond + 2))[:, None]
        # "clip" spares a copy; a cell is never outside the table.
        self.category_left.take(cells, out=out, mode="clip")
