"""Classifiers of other families that read the same features under the same declared trends."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier

from scorecard.errors import InputError
from scorecard.logodds import Floats, logit

_SIGNS = {"ascending": 1, "descending": -1}


class ExplainableBoosting(BaseEstimator):  # type: ignore[misc]
    """An explainable boosting machine: a sum of curves of one feature or two.

    ``trend`` maps features to trends; the library lets a monotone feature take part in no pair,
    where its direction could not be promised. Texts are nominal, missing values a bin of their own.
    Everything else is the library's default.

    Source: Nori et al., "InterpretML: A Unified Framework for Machine Learning Interpretability",
    2019.
    """

    def __init__(
        self, trend: Mapping[str, str], *, random_state: int = 0, outer_bags: int = 14
    ) -> None:
        self.trend = trend
        self.random_state = random_state
        self.outer_bags = outer_bags

    def require(self) -> None:
        """Raise `InputError` where the library is not installed."""
        try:
            import_module("interpret.glassbox")
        except ImportError:
            raise InputError(
                "The challenger ebm needs interpret-core, which is not installed; install it "
                "(pip install 'sme-scorecard[challenger]'), or train without it."
            ) from None

    def fit(self, X: pl.DataFrame, y: Any, sample_weight: Any = None) -> ExplainableBoosting:
        """Fit to a frame of features, outcomes and weights of any unit."""
        self.require()
        glassbox = import_module("interpret.glassbox")
        signs = [_SIGNS.get(self.trend.get(name, "none"), 0) for name in X.columns]
        self.model_ = glassbox.ExplainableBoostingClassifier(
            feature_names=X.columns,
            feature_types=["nominal" if d == pl.String else "continuous" for d in X.dtypes],
            monotone_constraints=signs if any(signs) else None,
            outer_bags=self.outer_bags,
            random_state=self.random_state,
            n_jobs=1,
        )
        with warnings.catch_warnings():
            # It warns that its pictures leave out missing values; none of them is drawn.
            warnings.simplefilter("ignore", UserWarning)
            self.model_.fit(
                _objects(X), np.asarray(y, dtype=np.intp), sample_weight=_mean_one(sample_weight)
            )
        return self

    def decision_function(self, X: pl.DataFrame) -> Floats:
        """Return log-odds of bad, shape (rows,)."""
        return np.asarray(self.model_.decision_function(_objects(X)), dtype=np.float64)


class MonotoneForest(BaseEstimator):  # type: ignore[misc]
    """A random forest held to the declared trends.

    Numbers keep their missing values; a text becomes the smoothed bad rate of its level among the
    training rows, and of all of them where it is missing or was never seen. The log-odds are of
    the mean share of bads in the leaves, kept half a row away from 0 and 1.

    Source: Breiman, "Random Forests", *Machine Learning* 45, 2001.
    """

    def __init__(
        self, trend: Mapping[str, str], *, random_state: int = 0, n_estimators: int = 200
    ) -> None:
        self.trend = trend
        self.random_state = random_state
        self.n_estimators = n_estimators

    def require(self) -> None:
        """Need nothing but scikit-learn."""

    def fit(self, X: pl.DataFrame, y: Any, sample_weight: Any = None) -> MonotoneForest:
        """Fit to a frame of features, outcomes and weights of any unit."""
        bad = np.asarray(y, dtype=np.float64)
        weight = np.ones(len(bad)) if sample_weight is None else _mean_one(sample_weight)
        rate = float(np.average(bad, weights=weight))
        self.rates_ = {
            name: _rates(X[name], bad, weight, rate)
            for name, dtype in X.schema.items()
            if dtype == pl.String
        }
        self.rate_ = rate
        self.rows_ = len(bad)
        self.model_ = RandomForestClassifier(
            n_estimators=self.n_estimators,
            min_samples_leaf=max(5, len(bad) // 2000),
            max_features="sqrt",
            monotonic_cst=[_SIGNS.get(self.trend.get(name, "none"), 0) for name in X.columns],
            random_state=self.random_state,
            n_jobs=-1,
        )
        self.model_.fit(self._matrix(X), bad.astype(np.intp), sample_weight=weight)
        return self

    def decision_function(self, X: pl.DataFrame) -> Floats:
        """Return log-odds of bad, shape (rows,)."""
        pd = self.model_.predict_proba(self._matrix(X))[:, 1]
        least = 0.5 / self.rows_
        return np.asarray(logit(np.clip(pd, least, 1.0 - least)), dtype=np.float64)

    def _matrix(self, X: pl.DataFrame) -> Floats:
        columns = [
            X[name].replace_strict(rates, default=self.rate_, return_dtype=pl.Float64)
            if (rates := self.rates_.get(name)) is not None
            else X[name].cast(pl.Float64)
            for name in X.columns
        ]
        return np.column_stack([column.to_numpy() for column in columns])


def _rates(levels: pl.Series, bad: Floats, weight: Floats, rate: float) -> dict[str, float]:
    """Return each level's bad rate, drawn to the mean as by 20 more rows of it."""
    frame = pl.DataFrame({"level": levels, "bad": bad * weight, "weight": weight})
    sums = frame.drop_nulls("level").group_by("level").sum()
    return {
        level: (bads + 20 * rate) / (total + 20)
        for level, bads, total in sums.select("level", "bad", "weight").iter_rows()
    }


def _objects(X: pl.DataFrame) -> Any:
    """Return the frame as pandas, missing texts as None."""
    import pandas as pd

    columns = {
        name: pd.Series(
            series.to_list() if series.dtype == pl.String else series.cast(pl.Float64).to_numpy(),
            dtype=object if series.dtype == pl.String else np.float64,
        )
        for name, series in zip(X.columns, X, strict=True)
    }
    return pd.DataFrame(columns)


def _mean_one(weight: Any) -> Any:
    return None if weight is None else np.asarray(weight) * (len(weight) / np.sum(weight))
