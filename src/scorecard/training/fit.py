"""Fits the product's two models and calibrates each on margins it did not learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from scorecard.binning.target import told
from scorecard.contract import Product
from scorecard.errors import ProductError
from scorecard.logodds import Floats
from scorecard.models.boosted import BoostedModel
from scorecard.models.boosted_classifier import BoostedClassifier
from scorecard.models.calibration import Calibration
from scorecard.models.pd_calibrator import PDCalibrator
from scorecard.models.scorecard import Scorecard
from scorecard.models.scorecard_classifier import ScorecardClassifier
from scorecard.policy import Policy
from scorecard.sample import Part

FOLDS = 3

#: Called with a sentence on what is being done and how far it is, 0 to 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Fitted:
    """One fitted model: its estimator, its calibration and how that was chosen, honest margins.

    ``cross_margin`` (n,) holds a margin of every in-time row by a model that did not learn from it:
    cross-fitted, or the model's own where the row was set apart to calibrate on. ``methods`` is
    `PDCalibrator.comparison_`.
    """

    name: str
    estimator: ScorecardClassifier | BoostedClassifier
    calibration: Calibration
    cross_margin: Floats
    methods: pl.DataFrame

    def margin(self, features: pl.DataFrame) -> Floats:
        """Return margins (n,), log-odds of bad, of rows of features."""
        return np.asarray(self.estimator.decision_function(features), dtype=np.float64)

    def pd(self, features: pl.DataFrame) -> Floats:
        """Return calibrated PDs (n,) of rows of features."""
        return self.calibration.pd(self.margin(features))


def fit_models(
    product: Product, policy: Policy, part: Part, *, seed: int, progress: Progress
) -> tuple[Fitted, Fitted]:
    """Fit the scorecard and the boosted model on the in-time rows.

    Raises `ProductError`, before anything is fitted, for a setting that a model does not know.
    """
    makers: dict[str, Callable[[], Any]] = {
        "scorecard": lambda: _scorecard(product, policy),
        "boosted": lambda: _boosted(product, policy, seed),
    }
    for name, make in makers.items():
        try:
            make()
        except TypeError as error:
            raise ProductError(f"policy.yaml: models.{name} does not fit: {error}.") from None
    scorecard, boosted = (
        fit_and_calibrate(name, make, policy, part, seed=seed, progress=progress)
        for name, make in makers.items()
    )
    return scorecard, boosted


def frozen(fitted: Fitted) -> Scorecard | BoostedModel:
    """Return the frozen value of a fitted model."""
    estimator = fitted.estimator
    value = estimator.model_ if fitted.name == "boosted" else estimator.scorecard_
    assert isinstance(value, (Scorecard, BoostedModel))
    return value


def _scorecard(product: Product, policy: Policy) -> ScorecardClassifier:
    return ScorecardClassifier(
        trend=product.features.trends(),
        pdo=policy.score.pdo,
        base_score=policy.score.base_score,
        base_odds=policy.score.base_odds,
        **policy.models.scorecard,
    )


def _boosted(product: Product, policy: Policy, seed: int) -> BoostedClassifier:
    return BoostedClassifier(
        trend=product.features.trends(), random_state=seed, **policy.models.boosted
    )


def fit_and_calibrate(
    name: str,
    make: Callable[[], Any],
    policy: Policy,
    part: Part,
    *,
    seed: int,
    progress: Progress,
) -> Fitted:
    """Fit one model on the rows that are not set apart, cross-fit it there, and calibrate it."""
    cross = np.empty(len(part))
    learning = np.flatnonzero(~part.apart)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    done = 0.0

    def fit(model: Any, rows: NDArray[np.intp]) -> Any:
        x, y, w = part.features[rows], part.y[rows], part.weight[rows]
        if name == "boosted":
            share = 1 / (FOLDS + 1)
            return model.fit(
                x, y, w, on_round=lambda i, n: progress(f"fitting {name}", done + share * i / n)
            )
        with told():  # suspected leaks stand in the notes of the training
            return model.fit(x, y, w)

    for k, (rest, held) in enumerate(folds.split(learning, part.y[learning])):
        done = k / (FOLDS + 1)
        progress(f"fitting {name}", done)
        rows = learning[held]
        cross[rows] = fit(make(), learning[rest]).decision_function(part.features[rows])
    done = FOLDS / (FOLDS + 1)
    progress(f"fitting {name}", done)
    model = fit(make(), learning)
    progress(f"fitting {name}", 1.0)
    margin = np.asarray(model.decision_function(part.features), dtype=np.float64)
    cross[part.apart] = margin[part.apart]
    chosen = part.calibrates
    calibrator = PDCalibrator(policy.calibration.central_tendency, random_state=seed).fit(
        cross[chosen],
        part.y[chosen],
        part.weight[chosen],
        reference_margin=margin,
        reference_weight=part.weight,
    )
    return Fitted(name, model, calibrator.calibration_, cross, calibrator.comparison_)
