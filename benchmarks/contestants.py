"""Every model that is compared, each as one function: fit on a part, tell the risk of another.

Peers are used as their own documentation does, without tuning; they are imported when called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Risk = NDArray[np.float64]
Contestant = Callable[[pd.DataFrame, Any, pd.DataFrame], Risk]
OURS = "scorecard"
CROSSED = "scorecard, crossed"
FINE = "scorecard, crossed fine"


def ours(**settings: Any) -> Contestant:
    """Return this project's scorecard with its defaults, or other settings."""

    def fit(train: pd.DataFrame, y: Any, test: pd.DataFrame) -> Risk:
        from scorecard.models import ScorecardClassifier

        return ScorecardClassifier(**settings).fit(train, y).decision_function(test)

    return fit


def optbinning(metric_missing: float | str = 0) -> Contestant:
    """Return its Scorecard over BinningProcess and LogisticRegression, all with their defaults.

    By default it gives missing values WOE 0; ``"empirical"`` is the better of its own choices.
    """

    def fit(train: pd.DataFrame, y: Any, test: pd.DataFrame) -> Risk:
        from optbinning import BinningProcess, Scorecard
        from sklearn.linear_model import LogisticRegression

        process = BinningProcess(list(train.columns))
        card = Scorecard(process, LogisticRegression())
        card.fit(train, y, metric_missing=metric_missing)
        return card.predict_proba(test)[:, 1]

    return fit


def toad(train: pd.DataFrame, y: Any, test: pd.DataFrame) -> Risk:
    """Select, merge by chi-square, WOE, stepwise, logistic regression: toad's own tutorial."""
    import toad as library
    from sklearn.linear_model import LogisticRegression

    with pd.option_context("future.infer_string", False):  # it does not know pandas' new strings
        train, test = _told(train), _told(test)
        held = train.assign(target=y)
        held = library.selection.select(held, target="target", empty=0.5, iv=0.05, corr=0.7)
        combiner = library.transform.Combiner()
        combiner.fit(held, y="target", method="chi", min_samples=0.05, empty_separate=True)
        transformer = library.transform.WOETransformer()
        woe = transformer.fit_transform(combiner.transform(held), held["target"], exclude="target")
        final = library.selection.stepwise(
            woe, target="target", estimator="ols", direction="both", criterion="aic"
        )
        names = [name for name in final.columns if name != "target"]
        model = LogisticRegression().fit(final[names], y)
        there = transformer.transform(combiner.transform(test[[c for c in held if c != "target"]]))
        return model.predict_proba(there[names])[:, 1]


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with names as plain objects, and missing texts as a level of their own."""
    texts = {name: frame[name].fillna("missing") for name in frame if frame[name].dtype == object}
    frame = frame.assign(**texts)
    frame.columns = pd.Index(list(frame.columns), dtype=object)
    return frame


def ebm(train: pd.DataFrame, y: Any, test: pd.DataFrame) -> Risk:
    """Explainable boosting machine with its defaults."""
    from interpret.glassbox import ExplainableBoostingClassifier

    model = ExplainableBoostingClassifier(n_jobs=1).fit(train, y)
    return model.predict_proba(test)[:, 1]


def xgboost(train: pd.DataFrame, y: Any, test: pd.DataFrame) -> Risk:
    """Boosted trees with settings that serve most tables; texts are categories."""
    from xgboost import XGBClassifier

    def table(frame: pd.DataFrame) -> pd.DataFrame:
        texts = [name for name in frame if frame[name].dtype == object]
        return frame.assign(
            **{
                name: pd.Categorical(frame[name], sorted(set(train[name].dropna())))
                for name in texts
            }
        )

    model = XGBClassifier(
        n_estimators=400, max_depth=4, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8,
        min_child_weight=5, enable_categorical=True, n_jobs=1, random_state=0,
    )  # fmt: skip
    return model.fit(table(train), y).predict_proba(table(test))[:, 1]


SCORECARDS: Mapping[str, Contestant] = {
    OURS: ours(),
    "optbinning": optbinning(),
    "optbinning, missing binned": optbinning("empirical"),
    "toad": toad,
}
REFINED: Mapping[str, Contestant] = {  # each a longer read than the one before
    CROSSED: ours(refine=True, crosses=10),
    FINE: ours(refine=True, crosses=60, fine_bins=64),
}
BOOSTED: Mapping[str, Contestant] = {"EBM": ebm, "xgboost": xgboost}
