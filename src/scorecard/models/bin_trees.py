"""Boosted trees over the bins of features: what each bin, and each pair of bins, adds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.editing import BinEditor
from scorecard.binning.feature_bins import FeatureBins
from scorecard.models.boosted import xgboost
from scorecard.models.observations import Observations

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pair = tuple[int, int]
Tree = Mapping[str, Any]

DIRECTIONS = {"ascending": 1, "descending": -1}
LEAST_INFORMATION = 5.0  # of a leaf
SETTINGS = {
    "objective": "binary:logistic", "max_depth": 1, "learning_rate": 0.1,
    "min_child_weight": LEAST_INFORMATION, "tree_method": "hist", "base_score": 0.5, "seed": 0,
}  # fmt: skip


@dataclass(frozen=True)
class TreeColumn:
    """One column that trees split: what it holds for every bin of the feature that owns it.

    The ordinary bins of a feature in their order (NaN for others), or for an ``extra`` bin, which
    has no order, whether it is the one.
    """

    owner: int
    values: Floats
    extra: bool

    @classmethod
    def of(cls, owner: int, bins: FeatureBins) -> list[Self]:
        """Return the columns of one feature."""
        at = np.arange(len(bins.woe))
        spoken = [k for k in range(bins.ordinary, bins.unseen_index) if bins.flag(k) is None]
        return [
            cls(owner, np.where(at < bins.ordinary, at, np.nan), extra=False),
            *(cls(owner, (at == k).astype(np.float64), extra=True) for k in spoken),
        ]


@dataclass(frozen=True)
class BinTrees:
    """Trees as xgboost writes them, and the columns that they split."""

    columns: Sequence[TreeColumn]
    trees: Sequence[Tree]

    @classmethod
    def fit(
        cls,
        editors: Sequence[BinEditor],
        index: Sequence[Ints],
        margin: Floats,
        seen: Observations,
        *,
        rounds: int,
        **settings: Any,
    ) -> Self:
        """Boost ``rounds`` trees; see `grow`."""
        return next(cls.grow(editors, index, margin, seen, stages=(rounds,), **settings))

    @classmethod
    def grow(
        cls,
        editors: Sequence[BinEditor],
        index: Sequence[Ints],
        margin: Floats,
        seen: Observations,
        *,
        stages: Sequence[int],
        meeting: Sequence[Pair] | None = None,
        **settings: Any,
    ) -> Iterator[Self]:
        """Boost trees over a ``margin`` (n,) and yield the first so many of each of ``stages``.

        Declared directions hold in each tree. ``index`` is the bin of every row, (n,) by feature;
        ``meeting`` the only pairs of features that may share a tree, None for any. Weights sum to
        the number of distinct rows.
        """
        columns = [c for j, e in enumerate(editors) for c in TreeColumn.of(j, e.bins)]
        directions = [
            0 if c.extra else DIRECTIONS.get(editors[c.owner].fit.settings.trend, 0)
            for c in columns
        ]
        settings = {
            **SETTINGS, **settings, "monotone_constraints": f"({','.join(map(str, directions))})",
        }  # fmt: skip
        if meeting is not None:
            settings["interaction_constraints"] = json.dumps(
                [[k for k, c in enumerate(columns) if c.owner in pair] for pair in meeting]
            )
        weighed = seen.weight > 0
        data = xgboost().DMatrix(
            np.column_stack([c.values[index[c.owner][weighed]] for c in columns]),
            seen.bad[weighed],
            weight=(seen.weight * (seen.distinct / seen.weight.sum()))[weighed],
            base_margin=margin[weighed],
        )
        booster = xgboost().Booster(settings, [data])
        trees: list[Tree] = []
        for stage in stages:
            before = len(trees)
            for k in range(before, stage):
                booster.update(data, k)
            if stage > before:
                trees += _written(booster[before:stage])
            yield cls(columns, tuple(trees))

    def tables(self, rounds: int) -> tuple[float, dict[int, Floats], dict[Pair, Floats]]:
        """Return what the first ``rounds`` trees add to all, by bins of features and of pairs.

        Below either side of its first split a tree splits one feature: that is part of the table of
        the first feature if it is the same, else of the two features' grid. In float64; features
        and pairs that no tree splits are absent.
        """
        common = 0.0
        own: dict[int, Floats] = {}
        grids: dict[Pair, Floats] = {}
        for tree in self.trees[:rounds]:
            left, right = tree["left_children"][0], tree["right_children"][0]
            if left < 0:
                common += tree["split_conditions"][0]
                continue
            first, below = self._split(tree, 0)
            for here, child in ((below, left), (~below, right)):
                if tree["left_children"][child] < 0:
                    added = here * tree["split_conditions"][child]
                    own[first] = own.get(first, 0.0) + added
                    continue
                second, under = self._split(tree, child)
                ends = (tree[side][child] for side in ("left_children", "right_children"))
                value = np.where(under, *(tree["split_conditions"][end] for end in ends))
                if second == first:
                    own[first] = own.get(first, 0.0) + here * value
                else:
                    pair = (min(first, second), max(first, second))
                    grid = here[:, None] * value
                    grids[pair] = grids.get(pair, 0.0) + (grid if first < second else grid.T)
        return common, own, grids

    def _split(self, tree: Tree, node: int) -> tuple[int, NDArray[np.bool_]]:
        """Return the feature that ``node`` splits, and which of its bins go left."""
        column = self.columns[tree["split_indices"][node]]
        below = column.values < tree["split_conditions"][node]
        return column.owner, below | (np.isnan(column.values) & bool(tree["default_left"][node]))


def _written(booster: Any) -> list[Tree]:
    """Return the trees of a booster as xgboost writes them."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    found: list[Tree] = learner["gradient_booster"]["model"]["trees"]
    return found
