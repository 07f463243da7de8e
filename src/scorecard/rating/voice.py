"""One model's answer to rows of features: score, margin and exact contributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from scorecard.explain.additivity import TOLERANCE, check_additivity
from scorecard.explain.explainer import interventional
from scorecard.features import FeatureSet
from scorecard.logodds import Floats
from scorecard.models.boosted import BoostedModel
from scorecard.models.scorecard import Scorecard
from scorecard.values import Space

Values = Sequence[float | str | None]

#: feature → what training never or hardly saw of it: see `scorecard.binning.feature_bins.Flag`
Flags = dict[str, str]


@dataclass(frozen=True)
class Account:
    """What a model says of n rows.

    ``contributions`` (n, k) plus ``base``, summed left to right, are the score (space points) or
    the margin (space log_odds); ``risk`` (n, k) are the same in log-odds toward risk, against the
    reference population. ``flags`` tells, by row, which features met a value training never saw.
    """

    score: Floats
    margin: Floats
    base: float
    contributions: Floats
    risk: Floats
    flags: list[Flags]


class Voice(Protocol):
    """A frozen model that answers and explains itself.

    ``explained_by`` tells how: ``"points"``, ``"tables"``, or ``"direct"``, exact too but slow,
    where the trees are too deep for tables.
    """

    name: str
    space: Space
    features: tuple[str, ...]
    explained_by: str

    def margin(self, frame: pl.DataFrame) -> tuple[Floats, float]:
        """Return the log-odds (n,) of a frame of features alone, unexplained, for many candidates.

        The number beside them is how far they may be from those of `hear`, per unit of the greater
        of 1 and their size.
        """

    def hear_one(self, values: Values) -> Account:
        """Answer one row of feature values, in the order of the product's features."""

    def hear(self, frame: pl.DataFrame) -> Account:
        """Answer a frame of features; the same bits as `hear_one` row by row."""


class ScorecardVoice:
    """A scorecard's answer: its base and points are its explanation."""

    name = "scorecard"
    space: Space = "points"
    explained_by = "points"

    def __init__(self, card: Scorecard, features: FeatureSet) -> None:
        self.card = card
        self.features = card.features
        self._at = [features.names.index(name) for name in card.features]
        self._mean = np.array(card.mean_points)

    def margin(self, frame: pl.DataFrame) -> tuple[Floats, float]:
        """See `Voice.margin`: the very bits of `hear`."""
        margin: Floats = self.card.margin(self.card.score(self.card.points(frame)))
        return margin, 0.0

    def hear_one(self, values: Values) -> Account:
        """See `Voice.hear_one`."""
        mine = [values[i] for i in self._at]
        flags: Flags = dict(self.card.flags(mine))
        return self._account(np.array([self.card.points_one(mine)]), [flags])

    def hear(self, frame: pl.DataFrame) -> Account:
        """See `Voice.hear`."""
        flags: list[Flags] = [{} for _ in range(frame.height)]
        for bins in self.card.bins:
            index = bins.index(frame[bins.name])
            for bin_ in np.unique(index):
                if (flag := bins.flag(int(bin_))) is not None:
                    for i in np.flatnonzero(index == bin_):
                        flags[i][bins.name] = flag
        return self._account(self.card.points(frame), flags)

    def _account(self, points: Floats, flags: list[Flags]) -> Account:
        score = self.card.score(points)
        return Account(
            score=score,
            margin=self.card.margin(score),
            base=self.card.base,
            contributions=points,
            risk=(self._mean - points) / self.card.factor,
            flags=flags,
        )


class BoostedVoice:
    """A boosted model's answer: interventional Shapley values against a frozen background."""

    name = "boosted"
    space: Space = "log_odds"

    def __init__(
        self, model: BoostedModel, background: pl.DataFrame, *, factor: float, offset: float
    ) -> None:
        self.model = model
        self.features = model.names
        self._explainer = interventional(model, model.encode(background))
        self.explained_by = self._explainer.how
        self._factor, self._offset = factor, offset

    def margin(self, frame: pl.DataFrame) -> tuple[Floats, float]:
        """See `Voice.margin`: the booster's own, which additivity holds to its tolerance."""
        return self.model.margin(self.model.encode(frame)), TOLERANCE

    def hear_one(self, values: Values) -> Account:
        """See `Voice.hear_one`; raises `ExplanationError` where it does not add up."""
        row, flags = self.model.encode_one(values)
        return self._account(row[np.newaxis], [dict(flags)])

    def hear(self, frame: pl.DataFrame) -> Account:
        """See `Voice.hear`; raises `ExplanationError` where it does not add up."""
        flags: list[Flags] = [dict(row) for row in self.model.flags(frame)]
        return self._account(self.model.encode(frame), flags)

    def _account(self, matrix: Floats, flags: list[Flags]) -> Account:
        margin, contributions = self._explainer.explain(matrix)
        # The booster's own margin is the witness: no answer leaves that it does not confirm.
        check_additivity(self._explainer.base, contributions, self.model.margin(matrix))
        return Account(
            score=self._offset - self._factor * margin,
            margin=margin,
            base=self._explainer.base,
            contributions=contributions,
            risk=contributions,
            flags=flags,
        )
