"""A fitted scorecard: a frozen value whose points add up to the score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.feature_bins import FeatureBins, Flag
from scorecard.errors import InputError

Floats = NDArray[np.float64]
Row = Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Points per bin of every feature, in order; their sum is the score, higher is safer.

    With n features, ``points_j = −factor·(β_j·WOE_j + α/n) + offset/n``; the score is the sum of
    the points, taken left to right in float64, and the margin (log-odds of bad) is
    ``(offset − score) / factor``. Every β is at most 0, so risk runs the way the bins say.
    ``mean_points`` is the weighted mean of each feature's points in the training sample.

    Raises `InputError` if lengths differ, no feature is given, one is given twice, a β is positive,
    or a number is not finite.
    """

    bins: tuple[FeatureBins, ...]
    betas: tuple[float, ...]
    alpha: float
    factor: float
    offset: float
    mean_points: tuple[float, ...]
    _tables: tuple[tuple[float, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n = len(self.bins)
        if n == 0 or len(self.betas) != n or len(self.mean_points) != n:
            raise InputError(
                "A scorecard needs at least one feature, and one beta and one mean for each; "
                f"got {n} features, {len(self.betas)} betas, {len(self.mean_points)} means."
            )
        if not all(beta <= 0 for beta in self.betas) or not self.factor > 0:
            raise InputError(
                "Every beta must be at most 0 and the factor positive, else more WOE would mean "
                f"more risk; got betas {self.betas}, factor {self.factor}."
            )
        if len(set(self.features)) < n:
            raise InputError("A scorecard holds each feature once; one is given twice.")
        tables = tuple(self._points_of(j) for j in range(n))
        every = (self.offset, self.factor, *self.mean_points, *(p for t in tables for p in t))
        if not all(math.isfinite(number) for number in every):
            raise InputError("Every point, mean, factor and offset of a scorecard must be finite.")
        object.__setattr__(self, "_tables", tables)

    def _points_of(self, j: int) -> tuple[float, ...]:
        n = len(self.bins)
        return tuple(
            -self.factor * (self.betas[j] * woe + self.alpha / n) + self.offset / n
            for woe in self.bins[j].woe
        )

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features, in the order of their points."""
        return tuple(bins.name for bins in self.bins)

    @property
    def bin_points(self) -> tuple[tuple[float, ...], ...]:
        """Points of every bin of every feature, bins in the order of `FeatureBins`."""
        return self._tables

    def points(self, columns: pl.DataFrame | Mapping[str, Any]) -> Floats:
        """Return the points of every row and feature, shape (rows, n).

        ``columns`` holds at least the card's features, by name. Raises `InputError` if one is
        absent, infinite or of the wrong kind.
        """
        held = columns.columns if isinstance(columns, pl.DataFrame) else columns
        if absent := [name for name in self.features if name not in held]:
            raise InputError(f"The scorecard reads {', '.join(self.features)}; missing: {absent}.")
        return self.points_of([columns[name] for name in self.features])

    def points_of(self, columns: Sequence[Any]) -> Floats:
        """Return the points of columns given in the order of `features`, shape (rows, n)."""
        index = [bins.index(column) for bins, column in zip(self.bins, columns, strict=True)]
        points = np.empty((len(index[0]), len(index)), order="F")
        for j, (table, found) in enumerate(zip(self._tables, index, strict=True)):
            points[:, j] = np.array(table)[found]
        return points

    def points_one(self, values: Row) -> tuple[float, ...]:
        """Return the points of one row: a mapping by name, or values in the order of `features`.

        The same bits as `points` gives the row in any batch.
        """
        return tuple(
            table[bins.index_one(value)]
            for table, bins, value in zip(
                self._tables, self.bins, self._values(values), strict=True
            )
        )

    def score(self, points: Floats) -> Floats:
        """Return the score of each row of points: their sum left to right, shape (rows,)."""
        total = points[:, 0].copy()
        for j in range(1, points.shape[1]):
            total += points[:, j]
        return total

    def score_one(self, points: Sequence[float]) -> float:
        """Return the score of one row's points, the same bits as `score`."""
        total = points[0]
        for value in points[1:]:
            total += value
        return total

    def margin(self, score: Any) -> Any:
        """Return the log-odds of bad that a score (a number or an array) stands for."""
        return (self.offset - score) / self.factor

    def flags(self, values: Row) -> dict[str, Flag]:
        """Return, by feature, what of one row training never or hardly saw."""
        found = {
            bins.name: bins.flag(bins.index_one(value))
            for bins, value in zip(self.bins, self._values(values), strict=True)
        }
        return {name: flag for name, flag in found.items() if flag is not None}

    def _values(self, values: Row) -> Sequence[Any]:
        if not isinstance(values, Mapping):
            return values
        if absent := [bins.name for bins in self.bins if bins.name not in values]:
            raise InputError(f"The scorecard reads {', '.join(self.features)}; missing: {absent}.")
        return [values[bins.name] for bins in self.bins]

    def to_dict(self) -> dict[str, Any]:
        """Return the card as JSON values; floats survive exactly."""
        return {
            "alpha": self.alpha,
            "factor": self.factor,
            "offset": self.offset,
            "features": [
                {"beta": beta, "mean_points": mean, "bins": bins.to_dict()}
                for beta, mean, bins in zip(self.betas, self.mean_points, self.bins, strict=True)
            ],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Scorecard:
        """Rebuild the card from `to_dict`'s output; the two compare equal."""
        features = data["features"]
        return cls(
            bins=tuple(FeatureBins.from_dict(f["bins"]) for f in features),
            betas=tuple(f["beta"] for f in features),
            alpha=data["alpha"],
            factor=data["factor"],
            offset=data["offset"],
            mean_points=tuple(f["mean_points"] for f in features),
        )

    @classmethod
    def build(
        cls,
        bins: Sequence[FeatureBins],
        betas: Sequence[float],
        alpha: float,
        *,
        pdo: float,
        base_score: float,
        base_odds: float,
    ) -> Scorecard:
        """Scale log-odds to points: ``base_score`` at goods:bads ``base_odds``, +``pdo`` doubles.

        factor = pdo / ln 2 and offset = base_score − factor·ln(base_odds); the mean points come
        from the weights the bins counted. Raises `InputError` unless pdo and base_odds are
        positive.
        """
        if not (pdo > 0 and base_odds > 0):
            raise InputError(
                f"pdo and base_odds must be positive; got pdo={pdo!r}, base_odds={base_odds!r}."
            )
        factor = float(pdo / np.log(2))
        offset = float(base_score - factor * np.log(base_odds))
        blank = (0.0,) * len(bins)
        card = cls(tuple(bins), tuple(betas), alpha, factor, offset, blank)
        means = [
            sum(w * p for w, p in zip(b.weights, table, strict=True)) / sum(b.weights)
            for b, table in zip(bins, card.bin_points, strict=True)
        ]
        return cls(card.bins, card.betas, alpha, factor, offset, tuple(means))
