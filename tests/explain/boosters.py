"""Small boosted models with missing values and categories, and Shapley's own sum."""

from __future__ import annotations

import itertools
import math

import numpy as np
import xgboost as xgb

from scorecard.models.boosted import BoostedModel, EncodedFeature

LEVELS = ("a", "b", "c", "d", "e", "f")
NAMES = ("leverage", "sector", "sales", "region", "age")


def rows(n: int, seed: int, missing: float = 0.15) -> np.ndarray:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, 5)).round(2)
    matrix[:, 1] = rng.integers(0, len(LEVELS) + 1, n)
    matrix[:, 3] = rng.integers(0, 3, n)
    matrix[rng.random(matrix.shape) < missing] = np.nan
    return matrix


def fitted(
    depth: int = 4, rounds: int = 30, categories: bool = True, blank: bool = False, **more
) -> BoostedModel:
    """A model whose first feature ascends; its second and fourth are categories, if wanted; the
    last tells nothing, if `blank`."""
    matrix = rows(3000, seed=1)
    x = np.nan_to_num(matrix)
    log_odds = x[:, 0] + (x[:, 1] % 3 == 1) * (1 + x[:, 2]) - 0.5 * x[:, 2] * (x[:, 3] == 2)
    y = np.random.default_rng(2).random(len(x)) < 1 / (1 + np.exp(1 - log_odds - x[:, 4] ** 2 / 2))
    features = tuple(
        EncodedFeature(
            name, "none", LEVELS[: 6 if name == "sector" else 2], 6 if name == "sector" else 2
        )
        if categories and name in ("sector", "region")
        else EncodedFeature(name, "ascending" if name == "leverage" else "none")
        for name in NAMES
    )
    if blank:
        matrix[:, 4] = 0
    data = xgb.DMatrix(
        matrix, y.astype(float), feature_names=list(NAMES), enable_categorical=True, nthread=1,
        feature_types=["float" if f.levels is None else "c" for f in features],
    )  # fmt: skip
    parameters = {
        "objective": "binary:logistic", "max_depth": depth, "nthread": 1,
        "monotone_constraints": "(1,0,0,0,0)", **more,
    }  # fmt: skip
    return BoostedModel.from_booster(xgb.train(parameters, data, rounds), features)


def brute_force(model: BoostedModel, background: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Shapley's own sum over every coalition; a coalition is worth the mean mixed margin."""
    n = len(row)
    worth = {}
    for size in range(n + 1):
        for coalition in itertools.combinations(range(n), size):
            mixed = background.copy()
            mixed[:, list(coalition)] = row[list(coalition)]
            worth[frozenset(coalition)] = model.margin(mixed).mean()
    phi = np.zeros(n)
    for i in range(n):
        for coalition, value in worth.items():
            if i not in coalition:
                s = len(coalition)
                share = math.factorial(s) * math.factorial(n - s - 1) / math.factorial(n)
                phi[i] += share * (worth[coalition | {i}] - value)
    return phi
