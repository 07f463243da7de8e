"""Boosted models tuned by one budget: the same folds, sampler, pruner, early stopping and seed.

The peers' search is written here as their users write it; ours is `BoostedSearch` with its own
space and the directions that `trends.py` declares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from contestants import Contestant, Risk
from sklearn.model_selection import StratifiedKFold

OURS = "boosted"
Curve = Callable[[dict[str, Any], Any, Any], Any]


@dataclass(frozen=True)
class Budget:
    """What everybody may spend: trials, inner folds, rounds and patience."""

    trials: int = 12
    folds: int = 3
    rounds: int = 400
    patience: int = 30
    seed: int = 20


def ours(trends: Mapping[str, str], budget: Budget, trees: int) -> Contestant:
    """Return `BoostedSearch`, its final fit with ``trees`` parallel trees."""

    def fit(train: pd.DataFrame, y: Any, test: pd.DataFrame) -> Risk:
        from scorecard.models import BoostedClassifier
        from scorecard.tuning import BoostedSearch

        search = BoostedSearch(
            BoostedClassifier(trends, n_jobs=1), trials=budget.trials, cv=_inner(budget),
            max_rounds=budget.rounds, patience=budget.patience, random_state=budget.seed,
            num_parallel_tree=trees,
        )  # fmt: skip
        return search.fit(train, y).decision_function(test)

    return fit


def xgboost(budget: Budget) -> Contestant:
    """Return xgboost searched over its usual space, without constraints."""

    def fit(train: pd.DataFrame, y: Any, test: pd.DataFrame) -> Risk:
        import xgboost as xgb

        train, test = _categorical(train, test)

        def matrix(rows: Any) -> Any:
            return xgb.DMatrix(train.iloc[rows], y[rows], enable_categorical=True, nthread=1)

        folds = [(matrix(a), matrix(b)) for a, b in _inner(budget).split(train, y)]
        fixed = {"objective": "binary:logistic", "eval_metric": "logloss", "tree_method": "hist",
                 "nthread": 1, "seed": budget.seed, "verbosity": 0}  # fmt: skip

        def space(trial: Any) -> dict[str, Any]:
            return {
                "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.3, log=True),
                "max_depth": trial.suggest_int("max_depth", 2, 10),
                "min_child_weight": trial.suggest_float("min_child_weight", 0.1, 100, log=True),
                "subsample": trial.suggest_float("subsample", 0.5, 1.0),
                "colsample_bytree": trial.suggest_float("colsample_bytree", 0.5, 1.0),
                "reg_lambda": trial.suggest_float("reg_lambda", 1e-3, 10, log=True),
                "reg_alpha": trial.suggest_float("reg_alpha", 1e-3, 10, log=True),
                "gamma": trial.suggest_float("gamma", 1e-3, 5, log=True),
            }

        def curve(params: dict[str, Any], fold: Any) -> Any:
            told: dict[str, Any] = {}
            xgb.train(
                {**fixed, **params}, fold[0], budget.rounds, evals=[(fold[1], "eval")],
                early_stopping_rounds=budget.patience, evals_result=told, verbose_eval=False,
            )  # fmt: skip
            return told["eval"]["logloss"]

        params, rounds = _search(space, curve, folds, budget)
        whole = matrix(np.arange(len(y)))
        final = xgb.train({**fixed, **params}, whole, rounds)
        return final.predict(xgb.DMatrix(test, enable_categorical=True, nthread=1))

    return fit


def lightgbm(budget: Budget) -> Contestant:
    """Return LightGBM searched over its usual space, without constraints."""

    def fit(train: pd.DataFrame, y: Any, test: pd.DataFrame) -> Risk:
        import lightgbm as lgb

        train, test = _categorical(train, test)
        train.columns = test.columns = [f"x{j}" for j in range(train.shape[1])]
        fixed = {"objective": "binary", "metric": "binary_logloss", "num_threads": 1,
                 "seed": budget.seed, "verbosity": -1, "bagging_freq": 1,
                 "feature_pre_filter": False}  # fmt: skip
        folds = list(_inner(budget).split(train, y))

        def space(trial: Any) -> dict[str, Any]:
            return {
                "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.3, log=True),
                "num_leaves": trial.suggest_int("num_leaves", 4, 128, log=True),
                "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 100, log=True),
                "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
                "feature_fraction": trial.suggest_float("feature_fraction", 0.5, 1.0),
                "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 10, log=True),
                "lambda_l1": trial.suggest_float("lambda_l1", 1e-3, 10, log=True),
            }

        def data(rows: Any, of: Any = None) -> Any:
            return lgb.Dataset(train.iloc[rows], y[rows], reference=of, free_raw_data=False)

        def curve(params: dict[str, Any], fold: Any) -> Any:
            told: dict[str, Any] = {}
            fitted = data(fold[0])
            lgb.train(
                {**fixed, **params}, fitted, budget.rounds, valid_sets=[data(fold[1], fitted)],
                valid_names=["eval"],
                callbacks=[
                    lgb.early_stopping(budget.patience, verbose=False), lgb.record_evaluation(told)
                ],
            )  # fmt: skip
            return told["eval"]["binary_logloss"]

        params, rounds = _search(space, curve, folds, budget)
        final = lgb.train({**fixed, **params}, data(np.arange(len(y))), rounds)
        return np.asarray(final.predict(test))

    return fit


def _inner(budget: Budget) -> StratifiedKFold:
    return StratifiedKFold(budget.folds, shuffle=True, random_state=budget.seed)


def _search(
    space: Callable[[Any], dict[str, Any]],
    curve: Callable[[dict[str, Any], Any], Any],
    folds: Sequence[Any],
    budget: Budget,
) -> tuple[dict[str, Any], int]:
    """Return the best settings and their common number of rounds."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial: Any) -> float:
        params = space(trial)
        curves: list[Any] = []
        value = np.inf
        for step, fold in enumerate(folds):
            curves.append(np.asarray(curve(params, fold)))
            length = min(map(len, curves))
            mean = np.mean([each[:length] for each in curves], axis=0)
            value = float(mean.min())
            trial.set_user_attr("rounds", int(mean.argmin()) + 1)
            trial.report(value, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return value

    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=budget.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
    )
    study.optimize(objective, n_trials=budget.trials)
    return study.best_params, study.best_trial.user_attrs["rounds"]


def _categorical(train: pd.DataFrame, test: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both frames with texts as categories of the first."""
    texts = [name for name in train if train[name].dtype == object]
    levels = {name: sorted(set(train[name].dropna())) for name in texts}
    return tuple(
        frame.assign(**{name: pd.Categorical(frame[name], levels[name]) for name in texts})
        for frame in (train, test)
    )  # type: ignore[return-value]
