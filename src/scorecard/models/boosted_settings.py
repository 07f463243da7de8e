"""The settings of a boosted classifier: their rules, and what xgboost calls them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from scorecard.binning.columns import ColumnError
from scorecard.features.feature import TRENDS
from scorecard.models.boosted import OBJECTIVE, EncodedFeature
from scorecard.models.interactions import check_interactions, constraint, depth_limit

SIGNS = {"ascending": 1, "descending": -1, "none": 0}
METRICS = {"log_loss": "logloss", "auc": "auc"}
LEAST = {"n_estimators": 1, "max_depth": 1, "num_parallel_tree": 1, "max_bin": 2,
         "max_cat_to_onehot": 1}  # fmt: skip
SHARES = ("subsample", "colsample", "colsample_bylevel", "colsample_bynode", "learning_rate")
PENALTIES = ("min_child_weight", "reg_lambda", "reg_alpha", "gamma")


def check_settings(given: Mapping[str, Any]) -> None:
    """Raise `InputError` for the first parameter of `BoostedClassifier` that breaks its rule."""
    for name, low in LEAST.items():
        value = given[name]
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
            raise ColumnError(f"{name} must be an integer of at least {low}; got {value!r}.")
    for name in SHARES:
        if not 0 < given[name] <= 1:
            raise ColumnError(f"{name} must lie in (0, 1]; got {given[name]!r}.")
    for name in PENALTIES:
        if not 0 <= given[name] < np.inf:
            raise ColumnError(f"{name} must be a finite number of at least 0; got {given[name]!r}.")
    if not 0 <= given["min_level_share"] < 1:
        raise ColumnError(f"min_level_share must lie in [0, 1); got {given['min_level_share']!r}.")
    if given["eval_metric"] not in METRICS:
        raise ColumnError(
            f"eval_metric must be one of {', '.join(METRICS)}; got {given['eval_metric']!r}."
        )
    check_interactions(given["interactions"])
    rounds = given["early_stopping_rounds"]
    if rounds is not None and rounds < 1:
        raise ColumnError(f"early_stopping_rounds must be at least 1; got {rounds!r}.")
    for name, trend in (given["trend"] or {}).items():
        if trend not in TRENDS:
            raise ColumnError(
                f"Feature {name}: trend must be one of {', '.join(TRENDS)}; got {trend!r}."
            )


def booster_parameters(
    given: Mapping[str, Any], features: Sequence[EncodedFeature]
) -> dict[str, Any]:
    """Return xgboost's own parameters; a ``random_state`` that is a generator moves on."""
    seed = check_random_state(given["random_state"]).randint(np.iinfo(np.int32).max)
    signs = ",".join(str(SIGNS[f.trend]) for f in features)
    same = ("subsample", "learning_rate", "colsample_bylevel", "colsample_bynode", *PENALTIES)
    parameters = {
        **{name: given[name] for name in same},
        **{name: int(given[name]) for name in LEAST if name != "n_estimators"},
        "objective": OBJECTIVE,
        "eval_metric": METRICS[given["eval_metric"]],
        "tree_method": "hist",
        "max_depth": depth_limit(given["interactions"], int(given["max_depth"])),
        "colsample_bytree": given["colsample"],
        "monotone_constraints": f"({signs})",
        "seed": int(seed),
        "nthread": threads(given["n_jobs"]),
        "verbosity": 0,
    }
    groups = constraint(given["interactions"], [f.name for f in features])
    if groups is not None:
        parameters["interaction_constraints"] = groups
    return parameters


def threads(n_jobs: int | None) -> int:
    """Return how many threads a fit takes: every core for None and below 0."""
    cores = os.cpu_count() or 1
    if n_jobs is None or n_jobs < 0:
        return cores
    return min(n_jobs, cores) or cores
