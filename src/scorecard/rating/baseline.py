"""What training froze of its own rows, so that later rows can be held against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from scorecard import metrics
from scorecard.errors import BundleError
from scorecard.explain.reference import amounts, weighted_quantile
from scorecard.features import FeatureSet
from scorecard.logodds import Floats

FILE = "baseline.json"
QUANTILES = (0.01, 0.05, 0.5, 0.95, 0.99)


@dataclass(frozen=True)
class KnownArea:
    """An AUC that training measured, and its standard error."""

    auc: float
    standard_error: float


@dataclass(frozen=True)
class Baseline:
    """The in-time rows in numbers, and how well each model ranked.

    ``features`` and ``score`` hold frozen bins with their weights in training, ``grades`` the share
    of weight in each grade, ``rows`` how many equally weighted rows these are worth. ``quantiles``
    are the features' at `QUANTILES`, ``areas`` the AUC by model and window ("in time",
    cross-fitted, and "out of time").
    """

    rows: float
    features: Mapping[str, metrics.StabilityBins]
    score: metrics.StabilityBins
    grades: tuple[float, ...]
    quantiles: Mapping[str, tuple[float | None, ...]]
    areas: Mapping[str, Mapping[str, KnownArea]]

    @classmethod
    def of(
        cls,
        features: FeatureSet,
        frame: pl.DataFrame,
        weight: Floats,
        *,
        score: Floats,
        grade: ArrayLike,
        grades: int,
        areas: Mapping[str, Mapping[str, KnownArea]],
    ) -> Baseline:
        """Freeze ``frame`` (n rows of features), weights (n,), scores and grades (n,)."""
        counted = np.bincount(np.asarray(grade), weights=weight, minlength=grades)
        return cls(
            rows=float(weight.sum() ** 2 / (weight**2).sum()),
            features={
                name: metrics.StabilityBins.fit(frame[name], weight) for name in features.names
            },
            score=metrics.StabilityBins.fit(pl.Series("score", score), weight),
            grades=tuple(float(share) for share in counted / counted.sum()),
            quantiles={
                feature.name: tuple(
                    weighted_quantile(amounts(frame[feature.name], feature), weight, q)
                    for q in QUANTILES
                )
                for feature in features.features
                if feature.name in features.numeric
            },
            areas=areas,
        )

    def check(self, features: FeatureSet, grades: int) -> None:
        """Raise `BundleError` unless this is a baseline of ``features`` and of so many grades."""
        known = set(self.features) == set(features.names) and len(self.grades) == grades
        if not known or not set(self.quantiles) <= set(features.names):
            raise BundleError(f"{FILE} in the bundle is not of the bundle's features and grades.")

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "rows": self.rows,
            "features": {name: bins.to_dict() for name, bins in self.features.items()},
            "score": self.score.to_dict(),
            "grades": list(self.grades),
            "quantiles": {name: list(values) for name, values in self.quantiles.items()},
            "areas": {
                model: {window: [a.auc, a.standard_error] for window, a in windows.items()}
                for model, windows in self.areas.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Baseline:
        """Rebuild it from `to_dict`'s output; `BundleError` for anything else."""
        try:
            return cls(
                rows=float(data["rows"]),
                features={
                    name: metrics.StabilityBins.from_dict(bins)
                    for name, bins in data["features"].items()
                },
                score=metrics.StabilityBins.from_dict(data["score"]),
                grades=tuple(float(share) for share in data["grades"]),
                quantiles={
                    name: tuple(None if v is None else float(v) for v in values)
                    for name, values in data["quantiles"].items()
                },
                areas={
                    model: {window: KnownArea(*map(float, a)) for window, a in windows.items()}
                    for model, windows in data["areas"].items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BundleError(
                f"{FILE} in the bundle is no baseline ({type(error).__name__}); train again."
            ) from None
