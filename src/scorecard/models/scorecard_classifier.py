"""The scorecard as a scikit-learn classifier on raw feature columns."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from scorecard.binning.binner import OptimalBinner, SpecialValues, Trends, UnfittedError
from scorecard.binning.columns import ColumnError
from scorecard.binning.target import read_target, read_weight
from scorecard.errors import InputError, ScorecardError
from scorecard.models.scorecard import Scorecard

Floats = NDArray[np.float64]

_GRADIENT = 1e-7  # of the mean log-likelihood: beyond it the fit has not converged


class ScorecardClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Optimal binning, then a logistic regression on WOE whose coefficients are all ≤ 0.

    Columns are numbers (NaN is missing) or text (null is missing). The second of the two sorted
    classes is bad (1 of 0 and 1). ``trend``, ``max_bins``, ``min_bin_share``, ``special_values``,
    ``max_prebins``, ``rare_share``, ``missing``, ``special`` and ``unseen`` are those of
    `OptimalBinner`. A feature whose information value is below ``min_iv`` (bins treated as never
    seen add nothing to it), or whose coefficient is held at 0 by the sign rule, is not in the card;
    ``dropped_`` says why. ``l2`` is a ridge on the coefficients, in units of the mean
    log-likelihood. The card gives ``base_score`` at goods:bads
    ``base_odds`` and ``pdo`` points for every doubling.

    Attributes: ``scorecard_`` (frozen `Scorecard`), ``binner_``, ``dropped_`` (reason by feature),
    ``coef_`` (of the card's features), ``intercept_``, ``classes_``, ``feature_names_in_``.

    Raises `InputError` for bad input or if no feature is left, `ScorecardError` if the fit does
    not converge.

    >>> X = pl.DataFrame({"debt": [1.0, 2.0, 3.0, 4.0] * 25})
    >>> model = ScorecardClassifier().fit(X, [0, 0, 1, 1] * 10 + [0, 1, 0, 1] * 15)
    >>> model.scorecard_.features
    ('debt',)
    """

    def __init__(
        self,
        trend: Trends = "auto",
        max_bins: int = 8,
        min_bin_share: float = 0.03,
        special_values: SpecialValues = None,
        *,
        pdo: float = 20.0,
        base_score: float = 600.0,
        base_odds: float = 30.0,
        l2: float = 1e-8,
        min_iv: float = 0.01,
        max_prebins: int = 100,
        rare_share: float = 0.01,
        missing: str = "bin",
        special: str = "bin",
        unseen: str = "neutral",
    ) -> None:
        self.trend = trend
        self.max_bins = max_bins
        self.min_bin_share = min_bin_share
        self.special_values = special_values
        self.pdo = pdo
        self.base_score = base_score
        self.base_odds = base_odds
        self.l2 = l2
        self.min_iv = min_iv
        self.max_prebins = max_prebins
        self.rare_share = rare_share
        self.missing = missing
        self.special = special
        self.unseen = unseen

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit bins and coefficients on ``X`` (array, pandas or polars), shape (n, p)."""
        if not self.l2 >= 0:
            raise InputError(f"l2 must be at least 0; got {self.l2!r}.")
        binner = OptimalBinner(
            self.max_bins, self.min_bin_share, self.trend, self.special_values,
            max_prebins=self.max_prebins, rare_share=self.rare_share,
            missing=self.missing, special=self.special, unseen=self.unseen,
        )  # fmt: skip
        names, columns = binner.read(X, reset=True)
        classes, bad = read_target(y, len(columns[0]))
        weight = read_weight(sample_weight, bad)
        index = binner.fit_columns(names, columns, bad, weight)
        bins = list(binner.bins_.values())
        value = {b.name: sum(v for k, v in enumerate(b.iv) if k not in b.thin) for b in bins}
        self.dropped_ = {
            name: f"information value {iv:.4g} is below min_iv={self.min_iv}"
            for name, iv in value.items()
            if iv < self.min_iv
        }
        chosen = [j for j, b in enumerate(bins) if b.name not in self.dropped_]
        woe = np.column_stack(
            [np.ones(len(bad))] + [np.array(bins[j].woe)[index[j]] for j in chosen]
        )
        theta = _fit_logistic(woe, bad, weight, self.l2)
        for j, beta in zip(chosen, theta[1:], strict=True):
            if beta == 0:
                self.dropped_[names[j]] = "its coefficient would be positive beside the others"
        kept = [(bins[j], float(beta)) for j, beta in zip(chosen, theta[1:], strict=True) if beta]
        if not kept:
            raise ColumnError(f"No feature is left for the scorecard: {self.dropped_}.")
        self.scorecard_ = Scorecard.build(
            [b for b, _ in kept], [beta for _, beta in kept], float(theta[0]),
            pdo=self.pdo, base_score=self.base_score, base_odds=self.base_odds,
        )  # fmt: skip
        self.binner_, self.classes_ = binner, classes
        self.coef_, self.intercept_ = np.array([[b for _, b in kept]]), np.array([theta[0]])
        self.n_features_in_ = binner.n_features_in_
        if hasattr(binner, "feature_names_in_"):
            self.feature_names_in_ = binner.feature_names_in_
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return self

    def points(self, X: Any) -> Floats:
        """Return the points of every row and feature of the card, shape (n, len(features))."""
        self._check_fitted()
        names, columns = self.binner_.read(X, reset=False)
        held = dict(zip(names, columns, strict=True))
        return self.scorecard_.points(held)

    def score_points(self, X: Any) -> Floats:
        """Return the score of every row, the sum of its points; higher is safer, shape (n,)."""
        return self.scorecard_.score(self.points(X))

    def decision_function(self, X: Any) -> Floats:
        """Return the log-odds of bad, shape (n,)."""
        points = self.points(X)
        margin: Floats = self.scorecard_.margin(self.scorecard_.score(points))
        return margin

    def predict_proba(self, X: Any) -> Floats:
        """Return the probabilities of good and bad, shape (n, 2)."""
        margin = self.decision_function(X)
        return np.column_stack((expit(-margin), expit(margin)))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the more probable class, shape (n,)."""
        margin = self.decision_function(X)
        predicted: NDArray[Any] = self.classes_[(margin > 0).astype(int)]
        return predicted

    def table(self) -> pl.DataFrame:
        """Return the card, one row per feature and bin.

        Columns: feature, bin, share (of the weight), bad_rate, woe, points.
        """
        self._check_fitted()
        card = self.scorecard_
        frames = []
        for bins, points in zip(card.bins, card.bin_points, strict=True):
            frame = bins.table().head(-1).select("bin", "share", "bad_rate", "woe")
            frames.append(
                frame.with_columns(
                    pl.lit(bins.name).alias("feature"),
                    pl.Series("points", points[: frame.height], dtype=pl.Float64),
                ).select("feature", "bin", "share", "bad_rate", "woe", "points")
            )
        return pl.concat(frames)

    def _check_fitted(self) -> None:
        try:
            check_is_fitted(self, "scorecard_")
        except SklearnNotFittedError as error:
            raise UnfittedError(str(error)) from None

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags


def _fit_logistic(woe: Floats, bad: NDArray[np.bool_], weight: Floats, l2: float) -> Floats:
    """Return intercept and coefficients ≤ 0 that maximise the weighted log-likelihood.

    ``woe`` begins with a column of ones. Newton's method finds the optimum; where that would turn
    a sign, L-BFGS-B finds which coefficients the bound holds at 0, and Newton polishes the others.
    """
    weight = weight / weight.sum()
    size = woe.shape[1]
    ridge = np.full(size, l2)
    ridge[0] = 0.0

    def gradient(theta: Floats) -> tuple[Floats, Floats, Floats]:
        z = woe @ theta
        p = expit(z)
        return (weight * (p - bad)) @ woe + ridge * theta, p, z

    def loss(theta: Floats) -> tuple[float, Floats]:
        slope, _, z = gradient(theta)
        value = weight @ (np.logaddexp(0.0, z) - bad * z) + ridge @ (theta * theta) / 2
        return float(value), slope

    def polish(theta: Floats) -> Floats:
        """Take Newton steps in the coefficients off the bound while they flatten the slope."""
        free = np.concatenate(([True], theta[1:] < 0))
        slope, p, _ = gradient(theta)
        for _ in range(20):
            part = woe[:, free]
            hessian = part.T @ (part * (weight * p * (1 - p))[:, None]) + np.diag(ridge[free])
            following = theta.copy()
            following[free] -= np.linalg.lstsq(hessian, slope[free], rcond=None)[0]
            slope_there, p, _ = gradient(following)
            if not np.abs(slope_there[free]).max() < np.abs(slope[free]).max():
                break
            theta, slope = following, slope_there
        return theta

    rate = float(weight @ bad)
    start = np.full(size, -0.5)
    start[0] = np.log(rate / (1 - rate))
    ceiling = np.concatenate(([np.inf], np.zeros(size - 1)))
    theta = polish(start)
    if (theta[1:] > 0).any() or np.abs(gradient(theta)[0]).max() > _GRADIENT:
        theta = minimize(
            loss, np.minimum(theta, ceiling), jac=True, method="L-BFGS-B",
            bounds=[(None, None)] + [(None, 0.0)] * (size - 1),
            options={"maxiter": 1000, "maxcor": 20, "ftol": 1e-15, "gtol": 1e-9},
        ).x  # fmt: skip
        theta = polish(theta)
        while (theta[1:] > 0).any():  # a step across the bound: put it on the bound and go on
            theta[1:] = np.minimum(theta[1:], 0.0)
            theta = polish(theta)
    slope = gradient(theta)[0]
    slope[1:] = np.where(theta[1:] < 0, slope[1:], np.maximum(slope[1:], 0.0))
    if np.abs(slope).max() > _GRADIENT:
        raise ScorecardError(
            f"The logistic regression did not converge: gradient {np.abs(slope).max():.2g} is "
            f"above {_GRADIENT}. Raise l2 or remove features that are copies of each other."
        )
    return theta
