"""How well features tell what a person is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.logodds import Floats
from scorecard.validation.cells import Area, Codes, cells, foretold

#: Rounds, leaves and step of the classifier, and its folds: enough to find a copy, quick to fit.
_ROUNDS, _LEAVES, _STEP, _FOLDS = 40, 8, 0.1, 5


@dataclass(frozen=True)
class Proxy:
    """How well features tell each group from the others, by rows that the classifier has not seen.

    ``areas`` by group; ``chance`` the same once groups are dealt out anew at random.
    """

    areas: dict[int, Area]
    chance: dict[int, Area]

    @classmethod
    def of(cls, features: pl.DataFrame, codes: Codes, *, seed: int) -> Proxy:
        """Predict ``codes`` (n,) from ``features`` (n rows)."""
        X = np.column_stack([cells(features[name]) for name in features.columns])
        dealt = np.random.default_rng(seed).permutation(codes)
        return cls(_areas(X, codes, seed), _areas(X, dealt, seed))


def carriers(
    features: pl.DataFrame, is_group: NDArray[np.bool_], weight: Floats, *, seed: int
) -> pl.DataFrame:
    """Return how well each feature alone tells a group: ``feature``, ``auc``, the best first."""
    y = is_group.astype(np.float64)
    rows = [
        (name, Area.of(y, foretold(features[name], y, weight, seed=seed), weight).auc)
        for name in features.columns
    ]
    return pl.DataFrame(rows, schema=["feature", "auc"], orient="row").sort(
        "auc", "feature", descending=[True, False]
    )


def _areas(X: Codes, codes: Codes, seed: int) -> dict[int, Area]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    model = HistGradientBoostingClassifier(
        max_iter=_ROUNDS, max_leaf_nodes=_LEAVES, learning_rate=_STEP, early_stopping=False,
        random_state=seed,
    )  # fmt: skip
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    found = cross_val_predict(model, X, codes, cv=folds, method="predict_proba")
    return {
        int(group): Area.of((codes == group).astype(np.float64), found[:, k])
        for k, group in enumerate(np.unique(codes))
    }
