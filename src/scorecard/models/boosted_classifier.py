"""Monotone gradient boosting on raw feature columns, with scikit-learn's conventions."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
)

from scorecard.binning.columns import ColumnError
from scorecard.binning.reading import read_table
from scorecard.features.feature import TRENDS
from scorecard.models.boosted import BoostedModel, EncodedFeature, xgboost
from scorecard.models.interactions import (
    Interactions,
    check_interactions,
    constraint,
    depth_limit,
)
from scorecard.models.unseen_branch import to_heavier_side

OnRound = Callable[[int, int], None]
_SIGNS = {"ascending": 1, "descending": -1, "none": 0}
_METRICS = {"log_loss": "logloss", "auc": "auc"}
_COUNTS = {"n_estimators": 1, "max_depth": 1, "num_parallel_tree": 1, "max_bin": 2,
           "max_cat_to_onehot": 1}  # fmt: skip
_SHARES = ("subsample", "colsample", "colsample_bylevel", "colsample_bynode", "learning_rate")


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
        self._check_parameters()
        if (eval_set is None) != (self.early_stopping_rounds is None):
            given, absent = "eval_set", "early_stopping_rounds"
            if eval_set is None:
                given, absent = absent, given
            raise ColumnError(f"{given} is only used with {absent}; got none. Give both or none.")
        columns = self._columns(X, reset=True)
        rows = len(columns[0])
        target, self.classes_ = binary_target(y, rows)
        weight = mean_one(sample_weight, rows)
        kept = weight > 0
        if len(np.unique(target[kept])) < 2:
            raise ColumnError(
                "y must hold two classes with weight; got only one class with weight."
            )
        features = self._encoding(columns, weight)
        matrix = _matrix(columns, features)
        train = _dmatrix(
            xgb, matrix[kept], target[kept], weight[kept], features, threads=self._threads()
        )
        evals = []
        if eval_set is not None:
            evals = [(self._evaluation(xgb, eval_set, features), "eval")]
        curves: dict[str, dict[str, list[float]]] = {}
        booster = xgb.train(
            self._xgboost_parameters(features),
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
        return _matrix(self._columns(X, reset=False), self.model_.features)

    def _check_parameters(self) -> None:
        for name, low in _COUNTS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
                raise ColumnError(f"{name} must be an integer of at least {low}; got {value!r}.")
        for name in _SHARES:
            value = getattr(self, name)
            if not 0 < value <= 1:
                raise ColumnError(f"{name} must lie in (0, 1]; got {value!r}.")
        for name in ("min_child_weight", "reg_lambda", "reg_alpha", "gamma"):
            value = getattr(self, name)
            if not 0 <= value < np.inf:
                raise ColumnError(f"{name} must be a finite number of at least 0; got {value!r}.")
        if not 0 <= self.min_level_share < 1:
            raise ColumnError(f"min_level_share must lie in [0, 1); got {self.min_level_share!r}.")
        if self.eval_metric not in _METRICS:
            raise ColumnError(
                f"eval_metric must be one of {', '.join(_METRICS)}; got {self.eval_metric!r}."
            )
        check_interactions(self.interactions)
        rounds = self.early_stopping_rounds
        if rounds is not None and rounds < 1:
            raise ColumnError(f"early_stopping_rounds must be at least 1; got {rounds!r}.")
        for name, trend in (self.trend or {}).items():
            if trend not in TRENDS:
                raise ColumnError(
                    f"Feature {name}: trend must be one of {', '.join(TRENDS)}; got {trend!r}."
                )

    def _columns(self, X: Any, *, reset: bool) -> list[NDArray[Any]]:
        """Return the columns as float64 arrays (numbers) or object arrays of str and None."""
        _, columns = read_table(self, X, reset=reset)
        return [c if isinstance(c, np.ndarray) else c.to_numpy() for c in columns]

    def _names(self) -> list[str]:
        named = getattr(self, "feature_names_in_", None)
        return [f"x{j}" for j in range(self.n_features_in_)] if named is None else list(named)

    def _encoding(
        self, columns: Sequence[NDArray[Any]], weight: NDArray[np.float64]
    ) -> tuple[EncodedFeature, ...]:
        names = self._names()
        trends = dict(self.trend or {})
        unknown = sorted(set(trends) - set(names))
        if unknown:
            raise ColumnError(f"trend must name columns of X; got {', '.join(unknown)}.")
        features = []
        for name, column in zip(names, columns, strict=True):
            trend = trends.get(name, "none")
            trend = "none" if trend == "auto" else trend
            if column.dtype != object:
                neutral = _median(column, weight, self.min_level_share)
                features.append(EncodedFeature(name, trend, missing=neutral))
                continue
            if trend != "none":
                raise ColumnError(
                    f"Feature {name}: a text has no order, so trend must be none or auto; "
                    f"got {trend!r}."
                )
            features.append(_category(name, column, weight, self.min_level_share))
        return tuple(features)

    def _evaluation(
        self, xgb: Any, eval_set: tuple[Any, ...], features: Sequence[EncodedFeature]
    ) -> Any:
        if len(eval_set) not in (2, 3):
            raise ColumnError(
                f"eval_set must be (X, y) or (X, y, weight); got {len(eval_set)} parts."
            )
        X, y, weight = (*eval_set, None)[:3]
        columns = self._columns(X, reset=False)
        values = column_or_1d(y)
        if len(values) != len(columns[0]) or not np.isin(values, self.classes_).all():
            raise ColumnError("eval_set's y must hold one of the fitted classes for each row.")
        target = (values == self.classes_[1]).astype(np.float64)
        weights = mean_one(weight, len(values))
        return _dmatrix(
            xgb, _matrix(columns, features), target, weights, features, threads=self._threads()
        )

    def _threads(self) -> int:
        cores = os.cpu_count() or 1
        if self.n_jobs is None or self.n_jobs < 0:
            return cores
        return min(self.n_jobs, cores) or cores

    def _xgboost_parameters(self, features: Sequence[EncodedFeature]) -> dict[str, Any]:
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        signs = ",".join(str(_SIGNS[f.trend]) for f in features)
        parameters = {
            "objective": "binary:logistic",
            "eval_metric": _METRICS[self.eval_metric],
            "tree_method": "hist",
            "max_depth": depth_limit(self.interactions, int(self.max_depth)),
            "learning_rate": self.learning_rate,
            "min_child_weight": self.min_child_weight,
            "subsample": self.subsample,
            "colsample_bytree": self.colsample,
            "colsample_bylevel": self.colsample_bylevel,
            "colsample_bynode": self.colsample_bynode,
            "reg_lambda": self.reg_lambda,
            "reg_alpha": self.reg_alpha,
            "gamma": self.gamma,
            "num_parallel_tree": int(self.num_parallel_tree),
            "max_bin": int(self.max_bin),
            "max_cat_to_onehot": int(self.max_cat_to_onehot),
            "monotone_constraints": f"({signs})",
            "seed": int(seed),
            "nthread": self._threads(),
            "verbosity": 0,
        }
        groups = constraint(self.interactions, [f.name for f in features])
        if groups is not None:
            parameters["interaction_constraints"] = groups
        return parameters


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1.0 / (1.0 + small), small / (1.0 + small)))


def binary_target(y: Any, rows: int) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return 1 for the second class and 0 for the first, shape (rows,), and the two classes.

    Raises `InputError` unless ``y`` has one finite value a row and exactly two classes.
    """
    if y is None:
        raise ColumnError("requires y to be passed, but the target y is None")
    values = column_or_1d(y, warn=True)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ColumnError("y must be finite; got NaN or inf.")
    check_classification_targets(values)
    if len(values) != rows:
        raise ColumnError(f"y must have one value for each of {rows} rows; got {len(values)}.")
    classes, codes = np.unique(values, return_inverse=True)
    if len(classes) > 2:
        raise ColumnError(
            "Only binary classification is supported. The type of the target is "
            f"multiclass; got {len(classes)} classes."
        )
    if len(classes) < 2:
        raise ColumnError("y must hold two classes; got only one class.")
    return codes.astype(np.float64), classes


def mean_one(sample_weight: Any, rows: int) -> NDArray[np.float64]:
    """Return weights scaled to mean 1 over the rows with weight, shape (rows,); 1 for None.

    Raises ValueError for another shape, negative or infinite weights, `InputError` for no weight.
    """
    if sample_weight is None:
        return np.ones(rows)
    reference = np.empty((rows, 1))
    weight = np.asarray(
        _check_sample_weight(sample_weight, reference, dtype=np.float64, ensure_non_negative=True)
    )
    if not weight.any():
        raise ColumnError("sample_weight must have at least one positive value; got none.")
    return np.asarray(weight * (np.count_nonzero(weight) / weight.sum()))


def _median(
    column: NDArray[np.float64], weight: NDArray[np.float64], min_share: float
) -> float | None:
    """Return the weighted median of a number if its missing values are too few, else None."""
    blank = np.isnan(column)
    if _enough(weight[blank].sum(), weight.sum(), min_share):
        return None
    values, at = np.unique(column[~blank], return_inverse=True)
    upto = np.cumsum(np.bincount(at, weight[~blank]))
    return float(values[np.searchsorted(upto, upto[-1] / 2)])


def _category(
    name: str, column: NDArray[Any], weight: NDArray[np.float64], min_share: float
) -> EncodedFeature:
    """Return a text's encoding: levels with enough weight in text order, the others pooled."""
    totals: dict[str, float] = {}
    blank = 0.0
    for level, w in zip(column.tolist(), weight.tolist(), strict=True):
        if level is None:
            blank += w
        elif w > 0:
            totals[level] = totals.get(level, 0.0) + w
    whole = sum(totals.values())
    levels = tuple(sorted(v for v, total in totals.items() if _enough(total, whole, min_share)))
    pooled = tuple(sorted(set(totals) - set(levels)))
    neutral = None
    if not _enough(blank, blank + whole, min_share):
        # Where no level has its share, the pool's code is the only one.
        neutral = float(max(range(len(levels)), key=lambda i: totals[levels[i]], default=0))
    return EncodedFeature(name, "none", levels, len(levels), pooled, neutral)


def _enough(weight: float, whole: float, min_share: float) -> bool:
    """Whether a part has weight, and at least its share of the whole but for rounding."""
    return weight > 0 and weight >= min_share * whole * (1 - 1e-9)


def _matrix(
    columns: Sequence[NDArray[Any]], features: Sequence[EncodedFeature]
) -> NDArray[np.float64]:
    matrix = np.empty((len(columns[0]), len(features)), dtype=np.float64)
    for j, (column, feature) in enumerate(zip(columns, features, strict=True)):
        texts = column.dtype == object
        # A column that is missing throughout has no kind: it fits both.
        if texts != (feature.levels is not None) and (texts or not np.isnan(column).all()):
            wanted, got = ("numbers", "texts") if texts else ("texts", "numbers")
            raise ColumnError(f"Feature {feature.name} was fitted on {wanted}; got {got}.")
        matrix[:, j] = feature.encode(column.tolist()) if texts else feature.fill(column)
    return matrix


def _dmatrix(
    xgb: Any,
    matrix: NDArray[np.float64],
    target: NDArray[np.float64],
    weight: NDArray[np.float64],
    features: Sequence[EncodedFeature],
    *,
    threads: int,
) -> Any:
    return xgb.DMatrix(
        matrix,
        target,
        weight=weight,
        feature_names=[f.name for f in features],
        feature_types=["float" if f.levels is None else "c" for f in features],
        enable_categorical=True,
        nthread=threads,
    )


def _progress(xgb: Any, on_round: OnRound, rounds: int) -> Any:
    class Progress(xgb.callback.TrainingCallback):  # type: ignore[misc]
        """Report each finished round."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            on_round(epoch + 1, rounds)
            return False

    return Progress()
