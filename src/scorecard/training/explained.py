"""What moves the ratings of a trained model: importance and dependence over its training rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.explain.canvas import Language, labels_of
from scorecard.explain.dependence import dependence_table
from scorecard.explain.dependence_picture import dependence_figure
from scorecard.explain.importance import importance_figure, importance_table
from scorecard.rating import Rater
from scorecard.sample import Part

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Rows that pictures are computed on; more would move no line of them.
ROWS = 10_000

By = Literal["feature", "reason"]


@dataclass(frozen=True)
class Explained:
    """The contributions of one model, ``model``, over rows of a window.

    ``features`` and ``risk`` (n rows) are values and contributions in log-odds toward risk, ``y``
    and ``weight`` (n,) the outcome and the rows' weights.
    """

    model: str
    rater: Rater = field(repr=False)
    features: pl.DataFrame = field(repr=False)
    risk: pl.DataFrame = field(repr=False)
    y: np.ndarray = field(repr=False)
    weight: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, rater: Rater, part: Part, *, model: str | None = None, seed: int = 0) -> Explained:
        """Explain at most `ROWS` rows of ``part``, drawn by ``seed``, by one of the two models.

        Raises `InputError` for a model that is neither ``"scorecard"`` nor ``"boosted"``.
        """
        n = len(part)
        rows = np.arange(n)
        if n > ROWS:
            rows = np.sort(np.random.default_rng(seed).choice(n, ROWS, replace=False))
        features = part.features[rows]
        risk = rater.risk(features, model=model)
        name = rater.answering if model is None else model
        return cls(name, rater, features, risk, part.y[rows], part.weight[rows])

    def importance(self, by: By = "feature") -> pl.DataFrame:
        """Return the `importance_table` of features, or of the groups that reasons are made of."""
        if by not in ("feature", "reason"):
            raise InputError(f"by must be feature or reason; got {by!r}.")
        groups = None
        if by == "reason":
            declared = self.rater.features.features
            codes = list(dict.fromkeys(feature.reason for feature in declared))
            groups = {
                " + ".join(group): [f.name for f in declared if f.reason in group]
                for group in self.rater.reference.groups(codes)
            }
        return importance_table(self.risk, weight=self.weight, groups=groups)

    def dependence(self, feature: str) -> pl.DataFrame:
        """Return the `dependence_table` of one feature that the model reads.

        Raises `InputError` for another.
        """
        if feature not in self.risk.columns:
            raise InputError(
                f"feature must be one that the {self.model} model reads; got {feature!r}."
            )
        return dependence_table(
            self.rater.features[feature],
            self.features[feature],
            self.risk[feature].to_numpy(),
            weight=self.weight,
            outcome=self.y,
        )

    def importance_figure(self, by: By = "feature", *, language: Language = "en") -> Figure:
        """Draw `importance`."""
        return importance_figure(
            self.importance(by),
            labels=labels_of(self.rater.features.features, language),
            title=f"{self.rater.product.name}, {self.model}",
            language=language,
        )

    def dependence_figure(self, feature: str, *, language: Language = "en") -> Figure:
        """Draw `dependence`."""
        return dependence_figure(
            self.dependence(feature), self.rater.features[feature], language=language
        )
