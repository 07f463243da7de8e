"""Monotone gradient boosting on raw feature columns, with scikit-learn's conventions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, column_or_1d

from scorecard.binning.columns import ColumnError
from scorecard.binning.reading import read_table
from scorecard.models.boosted import BoostedModel, EncodedFeature, xgboost
from scorecard.models.boosted_settings import booster_parameters, check_settings, threads
from scorecard.models.boosted_target import binary_target, mean_one
from scorecard.models.encoding import encoded, find_encoding
from scorecard.models.interactions import Interactions
from scorecard.models.unseen_branch import to_heavier_side

OnRound = Callable[[int, int], None]


class BoostedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Probability of the second class (bad) by boosted trees held to the declared directions.

    ``X`` may be a numpy array, a pandas or a polars frame; columns hold numbers or texts, both with
    missing values. Text columns become categories split natively by xgboost; levels with less than
    ``min_level_share`` of a feature's weight are pooled. A level unseen at fit is treated as that
    pool; where there is none it goes with the heavier side at every split, near the weighted mean
    of the levels. Missing values below ``min_level_share`` of the whole weight are treated as never
    seen: the weighted median of a number, the commonest level of a text, stands for them, at fit
    too. The encoding has one column for each feature, so contributions are per original feature;
    `EncodedFeature` states its rules and flags.

    Parameters
    ----------
    trend : mapping of feature name to trend, or None
        ``"ascending"`` means the probability of bad never falls as the value rises,
        ``"descending"`` the contrary; ``"auto"`` and ``"none"`` leave the feature free (trees
        follow the data in any shape). Columns without names are called ``x0``, ``x1``, ….
    n_estimators, max_depth, learning_rate, min_child_weight, subsample, colsample, reg_lambda
        xgboost's. The defaults suit 10,000 to 100,000 rows with 2 to 10 % bads; ``max_depth`` up
        to 6 keeps exact explanation tables possible; ``colsample`` is the share of features a tree
        sees.
    interactions : None, int or sequence of groups of feature names
        Which features may meet on a path from root to leaf, and so depend on each other. None
        leaves them free; an integer k lets at most k meet (trees of depth k at most, whatever
        ``max_depth``; 1: a sum of curves); groups let only the members of one group meet, groups
        may overlap, and a feature in no group stays alone. `scorecard.models.meetings` tells what
        met.
    num_parallel_tree : int
        Trees a round, each on its own draw of rows and features, averaged: bagging inside one
        booster. More trees are steadier, and slower to explain.
    gamma, reg_alpha, colsample_bylevel, colsample_bynode, max_bin, max_cat_to_onehot
        xgboost's; the defaults are its own.
    min_level_share : float in [0, 1)
        Least share of the weight of a feature's non-missing rows that gives a level its code, and
        of the whole weight that lets missing speak for itself (0: any weight does).
    eval_metric : "log_loss" or "auc"
        What is measured on ``eval_set`` after each round, weighted.
    early_stopping_rounds : int or None
        Stop when ``eval_metric`` on ``eval_set`` has not improved for so many rounds; keep the
        best.
    random_state : int, RandomState or None
    n_jobs : int or None
        Threads of the fit; None or -1 takes every core. The answer takes one thread always.

    Attributes
    ----------
    model_ : BoostedModel
        The frozen value that answers; see `scorecard.models.boosted`.
    validation_curve_ : array of shape (rounds,), or None
        ``eval_metric`` on ``eval_set`` after each round, those after the best too; None where
        there was none.
    classes_, n_features_in_, feature_names_in_
        scikit-learn's; the positive class is ``classes_[1]``.

    Examples
    --------
    >>> import polars as pl
    >>> X = pl.DataFrame({"leverage": [0.2, 0.9, None, 0.8] * 25, "sector": [*"abab"] * 25})
    >>> y = [0, 1, 0, 1] * 25
    >>> BoostedClassifier({"leverage": "ascending"}).fit(X, y).predict(X[:2]).tolist()
    [0, 1]
    """

    def __init__(
        self,
        trend: Mapping[str, str] | None = None,
        *,
        n_estimators: int = 300,
        max_depth: int = 4,
        learning_rate: float = 0.05,
        min_child_weight: float = 5.0,
        subsample: float = 0.8,
        colsample: float = 0.8,
        reg_lambda: float = 5.0,
        interactions: Interactions = None,
        num_parallel_tree: int = 1,
        gamma: float = 0.0,
        reg_alpha: float = 0.0,
        colsample_bylevel: float = 1.0,
        colsample_bynode: float = 1.0,
        max_bin: int = 256,
        max_cat_to_onehot: int = 4,
        min_level_share: float = 0.01,
        eval_metric: str = "log_loss",
        early_stopping_rounds: int | None = None,
        random_state: Any = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.trend = trend
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.min_child_weight = min_child_weight
        self.subsample = subsample
        self.colsample = colsample
        self.reg_lambda = reg_lambda
        self.interactions = interactions
        self.num_parallel_tree = num_parallel_tree
        self.gamma = gamma
        self.reg_alpha = reg_alpha
        self.colsample_bylevel = colsample_bylevel
        self.colsample_bynode = colsample_bynode
        self.max_bin = max_bin
        self.max_cat_to_onehot = max_cat_to_onehot
        self.min_level_share = min_level_share
        self.eval_metric = eval_metric
        self.early_stopping_rounds = early_stopping_rounds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.classifier_tags.multi_class = False
        return tags

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        eval_set: tuple[Any, ...] | None = None,
        on_round: OnRound | None = None,
    ) -> BoostedClassifier:
        """Fit the booster.

        ``y`` has two classes. ``sample_weight`` holds floats ≥ 0; they are scaled to mean 1 over
        the rows with weight, so that ``min_child_weight`` and ``reg_lambda`` do not depend on the
        unit of sampling weights, and rows without weight are left out. ``eval_set`` is ``(X, y)``
        or ``(X, y, weight)`` and goes with ``early_stopping_rounds``. ``on_round(i, n)`` is called
        after round ``i`` of at most ``n``.

        Raises `InputError` (a ValueError too) for parameters, columns or targets that break a
        rule.
        """
        xgb = xgboost()
        given = self.get_params(deep=False)
        check_settings(given)
        if (eval_set is None) != (self.early_stopping_rounds is None):
            given, absent = "eval_set", "early_stopping_rounds"
            if eval_set is None:
                given, absent = absent, given
            raise ColumnError(f"{given} is only used with {absent}; got none. Give both or none.")
        names, columns = self._columns(X, reset=True)
        rows = len(columns[0])
        target, self.classes_ = binary_target(y, rows)
        weight = mean_one(sample_weight, rows)
        kept = weight > 0
        if len(np.unique(target[kept])) < 2:
            raise ColumnError(
                "y must hold two classes with weight; got only one class with weight."
            )
        features = find_encoding(names, columns, weight, self.trend or {}, self.min_level_share)
        matrix = encoded(columns, features)
        train = self._data(matrix[kept], target[kept], weight[kept], features)
        evals = []
        if eval_set is not None:
            evals = [(self._evaluation(eval_set, features), "eval")]
        curves: dict[str, dict[str, list[float]]] = {}
        booster = xgb.train(
            booster_parameters(given, features),
            train,
            num_boost_round=self.n_estimators,
            evals=evals,
            evals_result=curves,
            early_stopping_rounds=self.early_stopping_rounds,
            callbacks=None if on_round is None else [_progress(xgb, on_round, self.n_estimators)],
            verbose_eval=False,
        )
        if self.early_stopping_rounds is not None:
            booster = booster[: booster.best_iteration + 1]
        measured = list(curves.get("eval", {}).values())
        self.validation_curve_ = np.array(measured[0]) if measured else None
        reserved = {
            j: len(f.levels)
            for j, f in enumerate(features)
            if f.levels is not None and not f.pooled
        }
        booster = to_heavier_side(booster, reserved)
        # A fresh booster: attributes of the fit (best score) are no part of the model.
        booster.set_attr(**dict.fromkeys(booster.attributes()))
        self.model_ = BoostedModel.from_booster(booster, features)
        return self

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return the log-odds of ``classes_[1]`` (bad), shape (rows,)."""
        check_is_fitted(self, "model_")
        return self.model_.margin(self.encode(X))

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probabilities of ``classes_``, shape (rows, 2); column 1 is bad."""
        margin = self.decision_function(X)
        return np.column_stack([_sigmoid(-margin), _sigmoid(margin)])

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likelier class of each row."""
        bad = self.decision_function(X) > 0
        return np.asarray(self.classes_[bad.astype(np.intp)])

    def encode(self, X: Any) -> NDArray[np.float64]:
        """Return the matrix that `model_` reads, shape (rows, features)."""
        check_is_fitted(self, "model_")
        return encoded(self._columns(X, reset=False)[1], self.model_.features)

    def _columns(self, X: Any, *, reset: bool) -> tuple[list[str], list[NDArray[Any]]]:
        """Return names, and columns as float64 (numbers) or objects (texts, missing None)."""
        names, columns = read_table(self, X, reset=reset)
        return names, [c if isinstance(c, np.ndarray) else c.to_numpy() for c in columns]

    def _evaluation(self, eval_set: tuple[Any, ...], features: Sequence[EncodedFeature]) -> Any:
        if len(eval_set) not in (2, 3):
            raise ColumnError(
                f"eval_set must be (X, y) or (X, y, weight); got {len(eval_set)} parts."
            )
        X, y, weight = (*eval_set, None)[:3]
        _, columns = self._columns(X, reset=False)
        values = column_or_1d(y)
        if len(values) != len(columns[0]) or not np.isin(values, self.classes_).all():
            raise ColumnError("eval_set's y must hold one of the fitted classes for each row.")
        target = (values == self.classes_[1]).astype(np.float64)
        weights = mean_one(weight, len(values))
        return self._data(encoded(columns, features), target, weights, features)

    def _data(
        self,
        matrix: NDArray[np.float64],
        target: NDArray[np.float64],
        weight: NDArray[np.float64],
        features: Sequence[EncodedFeature],
    ) -> Any:
        return xgboost().DMatrix(
            matrix,
            target,
            weight=weight,
            feature_names=[f.name for f in features],
            feature_types=["float" if f.levels is None else "c" for f in features],
            enable_categorical=True,
            nthread=threads(self.n_jobs),
        )


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1.0 / (1.0 + small), small / (1.0 + small)))


def _progress(xgb: Any, on_round: OnRound, rounds: int) -> Any:
    class Progress(xgb.callback.TrainingCallback):  # type: ignore[misc]
        """Report each finished round."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            on_round(epoch + 1, rounds)
            return False

    return Progress()
