"""Boosted trees over the bins of features: what each bin, and each pair of bins, adds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.editing import BinEditor
from scorecard.binning.feature_bins import FeatureBins
from scorecard.models.boosted import xgboost
from scorecard.models.observations import Observations

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DIRECTIONS = {"ascending": 1, "descending": -1}
LEAST_INFORMATION = 5.0  # of a leaf
SETTINGS = {
    "objective": "binary:logistic", "max_depth": 1, "learning_rate": 0.1,
    "min_child_weight": LEAST_INFORMATION, "tree_method": "hist", "base_score": 0.5, "seed": 0,
}  # fmt: skip


@dataclass(frozen=True)
class BinTrees:
    """A booster whose columns are bins, and whose feature (by place) each column is of."""

    booster: Any
    owners: tuple[int, ...]

    @classmethod
    def fit(
        cls,
        editors: Sequence[BinEditor],
        index: Sequence[Ints],
        margin: Floats,
        seen: Observations,
        *,
        rounds: int,
        meeting: Sequence[tuple[int, int]] | None = None,
        **settings: Any,
    ) -> Self:
        """Boost ``rounds`` trees over a ``margin`` (n,); declared directions hold in each.

        ``index`` is the bin of every row, (n,) by feature; ``meeting`` the only pairs of features
        that may share a tree, None for any. Weights sum to the number of distinct rows.
        """
        matrix, owners = _design([e.bins for e in editors], index)
        directions = [
            0 if extra else DIRECTIONS.get(editors[j].fit.settings.trend, 0) for j, extra in owners
        ]
        settings = {
            **SETTINGS, **settings, "monotone_constraints": f"({','.join(map(str, directions))})",
        }  # fmt: skip
        if meeting is not None:
            settings["interaction_constraints"] = json.dumps(
                [[c for c, (owner, _) in enumerate(owners) if owner in pair] for pair in meeting]
            )
        weighed = seen.weight > 0
        data = xgboost().DMatrix(
            matrix[weighed], seen.bad[weighed],
            weight=(seen.weight * (seen.distinct / seen.weight.sum()))[weighed],
            base_margin=margin[weighed],
        )  # fmt: skip
        booster = xgboost().train(settings, data, num_boost_round=rounds)
        return cls(booster, tuple(j for j, _ in owners))

    def sums(self, bins: Sequence[FeatureBins], index: Sequence[Ints], rounds: int) -> Floats:
        """Return what the first ``rounds`` trees add to rows of bins, in float64, shape (n,)."""
        matrix = _design(bins, index)[0]
        data = xgboost().DMatrix(matrix)
        leaves = self.booster.predict(data, pred_leaf=True, iteration_range=(0, rounds))
        total = np.zeros(len(matrix))
        for tree, at in zip(self.trees, leaves.reshape(len(matrix), -1).T, strict=False):
            total += np.array(tree["split_conditions"], dtype=np.float64)[at.astype(np.int64)]
        return total

    @cached_property
    def trees(self) -> list[dict[str, Any]]:
        """The trees as xgboost writes them."""
        learner = json.loads(bytes(self.booster.save_raw("json")))["learner"]
        found: list[dict[str, Any]] = learner["gradient_booster"]["model"]["trees"]
        return found


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
