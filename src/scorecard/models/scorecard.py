"""A fitted scorecard: a frozen value whose points add up to the score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column, read_column
from scorecard.binning.feature_bins import FeatureBins, Flag
from scorecard.errors import InputError
from scorecard.models.compiled import CompiledScorecard
from scorecard.models.cross import Cross, Place, places
from scorecard.models.ends import least, margin_end
from scorecard.models.scale import Scale

if TYPE_CHECKING:
    from scorecard.models.card_report import CardReport

Floats = NDArray[np.float64]
Row = Mapping[str, Any] | Sequence[Any]
Tables = tuple[tuple[float, ...], ...]

_BLOCK = 1 << 15  # rows at a time: what a block needs on the way stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Points per bin of every feature; ``base`` and the points make the score, higher is safer.

    ``bin_points`` is the card: the points of every bin, bins in the order of `FeatureBins`. The
    score is ``base`` plus the points of each feature, summed left to right in float64, and the
    margin (log-odds of bad) is ``(offset − score) / factor``. ``mean_points`` is the weighted mean
    of each feature's points in the training sample. ``betas`` and ``alpha`` are the regression the
    points come from; nothing is computed from them any more. ``ordered`` says that safer bins have
    more points, which points estimated anew, beside those of the other features, need not.
    ``crosses`` are grids of points over pairs of features; each of the two has half of them beside
    its table, so that what features bring still adds up to the score.

    Raises `InputError` if lengths differ, no feature is given, one is given twice, a β is positive,
    a safer bin (of higher WOE) of an ordered card has fewer points, a number is not finite, or a
    cross does not fit the bins.
    """

    bins: tuple[FeatureBins, ...]
    bin_points: Tables
    factor: float
    offset: float
    mean_points: tuple[float, ...]
    betas: tuple[float, ...]
    alpha: float
    base: float = 0.0
    ordered: bool = True
    crosses: tuple[Cross, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.bins)
        if n == 0 or not len(self.betas) == len(self.mean_points) == len(self.bin_points) == n:
            raise InputError(
                "A scorecard needs at least one feature, and one beta, one mean and one table of "
                f"points for each; got {n} features, {len(self.betas)} betas, "
                f"{len(self.mean_points)} means, {len(self.bin_points)} tables."
            )
        if not all(beta <= 0 for beta in self.betas) or not self.factor > 0:
            raise InputError(
                "Every beta must be at most 0 and the factor positive, else more WOE would mean "
                f"more risk; got betas {self.betas}, factor {self.factor}."
            )
        if len(set(self.features)) < n:
            raise InputError("A scorecard holds each feature once; one is given twice.")
        points = (p for table in self.bin_points for p in table)
        numbers = (self.offset, self.factor, self.base, self.alpha, *self.betas, *self.mean_points)
        if not all(map(math.isfinite, (*numbers, *points))):
            raise InputError("Every point, mean, factor and offset of a scorecard must be finite.")
        for bins, table in zip(self.bins, self.bin_points, strict=True):
            _check_table(bins, table, ordered=self.ordered)
        places(self.crosses, self.bins)

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features, in the order of their points."""
        return tuple(bins.name for bins in self.bins)

    @property
    def min_score(self) -> float:
        """The lowest score that any application can get."""
        return self._end(1.0)

    @property
    def max_score(self) -> float:
        """The highest score that any application can get."""
        return self._end(-1.0)

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
        read = zip(self.bins, columns, strict=True)
        return self.points_read([read_column(column, bins.name) for bins, column in read])

    def points_read(self, held: Sequence[Column]) -> Floats:
        """Return the same of columns that `read_column` gave."""
        tables = [np.array(table) for table in self.bin_points]
        halves = [cross.halves for cross in self.crosses]
        pairs = self._places()
        rows = len(held[0])
        points = np.empty((rows, len(held)), order="F")
        for start in range(0, rows, _BLOCK):
            part = slice(start, start + _BLOCK)
            index = []
            for j, (bins, column, table) in enumerate(zip(self.bins, held, tables, strict=True)):
                index.append(bins.index_read(column[part]))
                table.take(index[j], out=points[part, j], mode="clip")
            for (a, b), half in zip(pairs, halves, strict=True):
                found = half[index[a], index[b]]
                points[part, a] += found
                points[part, b] += found
        return points

    def points_one(self, values: Row) -> tuple[float, ...]:
        """Return the points of one row: a mapping by name, or values in the order of `features`.

        The same bits as `points` gives the row in any batch.
        """
        read = zip(self.bins, self._values(values), strict=True)
        index = [bins.index_one(value) for bins, value in read]
        return self._points_at(index)

    def score(self, points: Floats) -> Floats:
        """Return the score of each row of points: base, then left to right, shape (rows,)."""
        total = np.full(len(points), self.base)
        for start in range(0, len(points), _BLOCK):
            part = slice(start, start + _BLOCK)
            for j in range(points.shape[1]):
                total[part] += points[part, j]
        return total

    def score_one(self, points: Sequence[float]) -> float:
        """Return the score of one row's points, the same bits as `score`."""
        total = self.base
        for value in points:
            total += value
        return total

    def margin(self, score: Any) -> Any:
        """Return the log-odds of bad that a score (a number or an array) stands for."""
        return (self.offset - score) / self.factor

    def rate(self, frame: Any) -> pl.DataFrame:
        """Return score, margin, probability and the points of every feature, one row for a row.

        Columns: ``score`` (higher is safer), ``margin`` (log-odds of bad), ``probability`` (of bad,
        as the regression has it, not calibrated) and ``points_<feature>``. ``frame`` is a polars,
        pandas or pyarrow frame that holds the card's features among its columns, in any order; the
        numbers are those of the estimator, to the bit. Raises `InputError` for absent columns, by
        name, and for values that are infinite or of the wrong kind.
        """
        from scorecard.models.rated_frame import rated_frame

        return rated_frame(self, frame)

    def compile(self) -> CompiledScorecard:
        """Return a callable that scores one row, a mapping of features, in a few microseconds."""
        return CompiledScorecard(
            self.bins, self.bin_points, base=self.base, factor=self.factor, offset=self.offset,
            crosses=[(*at, c.points) for at, c in zip(self._places(), self.crosses, strict=True)],
        )  # fmt: skip

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

    def _places(self) -> list[Place]:
        return places(self.crosses, self.bins) if self.crosses else []

    def _points_at(self, index: Sequence[int]) -> tuple[float, ...]:
        """Return the points of every feature, given the bin of each."""
        found = [table[k] for table, k in zip(self.bin_points, index, strict=True)]
        for (a, b), cross in zip(self._places(), self.crosses, strict=True):
            half = 0.5 * cross.points[index[a]][index[b]]
            found[a] += half
            found[b] += half
        return tuple(found)

    def _end(self, sign: float) -> float:
        """Return the lowest score there can be, or with ``sign`` −1 the highest."""
        tables = [sign * np.array(t) for t in self.bin_points]
        grids = {
            at: sign * np.array(c.points)
            for at, c in zip(self._places(), self.crosses, strict=True)
        }
        return self.score_one(self._points_at(least(self.bins, tables, grids)))

    def with_points(self, tables: Tables, base: float) -> Scorecard:
        """Return the card with other points and base; the mean points follow the bins' weights."""
        means = _means(self.bins, tables, self.crosses)
        return replace(self, bin_points=tables, base=base, mean_points=means)

    def table(self, labels: Mapping[str, str] | None = None) -> pl.DataFrame:
        """Return the card, one row for every bin of every feature.

        Columns: feature, label (what ``labels`` calls the feature, else its name), bin, count
        (rows), share (of the weight), bads, goods (weighted), bad_rate, woe, iv, coefficient (the
        feature's β), points. Bins without weight have no bad rate. ``base`` is beside the table.
        Every pair of bins of a cross follows as a row, feature "a × b", with its points alone.
        """
        from scorecard.models.card_report import card_table

        return card_table(self, labels or {})

    def report(self, labels: Mapping[str, str] | None = None) -> CardReport:
        """Return the card as a document for notebooks and for print; see `CardReport`."""
        from scorecard.models.card_report import CardReport

        return CardReport(self, dict(labels or {}))

    def _repr_html_(self) -> str:
        return self.report().html

    def __str__(self) -> str:
        return str(self.report())

    def __repr__(self) -> str:
        bins = sum(len(table) for table in self.bin_points)
        return f"Scorecard({len(self.bins)} features, {bins} bins)"

    def to_sql(self, dialect: str, *, table: str = "features", keep: Sequence[str] = ()) -> str:
        """Return one SELECT that scores a table of the card's features; see `card_sql`."""
        from scorecard.models.card_sql import card_sql

        return card_sql(self, dialect, table=table, keep=keep)

    def to_dict(self) -> dict[str, Any]:
        """Return the card as JSON values; floats survive exactly."""
        return {
            "alpha": self.alpha,
            "base": self.base,
            "factor": self.factor,
            "offset": self.offset,
            **({} if self.ordered else {"ordered": False}),
            **({"crosses": [c.to_dict() for c in self.crosses]} if self.crosses else {}),
            "features": [
                {
                    "beta": beta,
                    "mean_points": mean,
                    "points": list(points),
                    "bins": bins.to_dict(),
                }
                for beta, mean, points, bins in zip(
                    self.betas, self.mean_points, self.bin_points, self.bins, strict=True
                )
            ],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Scorecard:
        """Rebuild the card from `to_dict`'s output; the two compare equal."""
        features = data["features"]
        return cls(
            bins=tuple(FeatureBins.from_dict(f["bins"]) for f in features),
            bin_points=tuple(tuple(f["points"]) for f in features),
            factor=data["factor"],
            offset=data["offset"],
            mean_points=tuple(f["mean_points"] for f in features),
            betas=tuple(f["beta"] for f in features),
            alpha=data["alpha"],
            base=data["base"],
            ordered=data.get("ordered", True),
            crosses=tuple(map(Cross.from_dict, data.get("crosses", ()))),
        )

    @classmethod
    def build(
        cls,
        bins: Sequence[FeatureBins],
        betas: Sequence[float],
        alpha: float,
        *,
        margins: Sequence[Sequence[float]] | None = None,
        crosses: Sequence[Cross] = (),
        pdo: float | None = None,
        base_score: float | None = None,
        base_odds: float | None = None,
        min_score: float | None = None,
        max_score: float | None = None,
        neutral_at_zero: bool = False,
    ) -> Scorecard:
        """Turn a regression on WOE, margin = α + Σ βⱼ·WOEⱼ, into points on one of two scales.

        Either ``pdo``, ``base_score`` and ``base_odds`` (see `Scale.by_odds`), or ``min_score`` and
        ``max_score``: the scores of the riskiest and the safest application there can be. With n
        features the points are ``−factor·(βⱼ·WOE + α/n) + offset/n`` and the base is 0;
        ``neutral_at_zero`` makes them ``−factor·βⱼ·WOE``, so that WOE 0 brings no points, and the
        base ``offset − factor·α``. Mean points come from the weights the bins counted. ``margins``,
        one number a bin of every feature, take the place of βⱼ·WOEⱼ; the card is not ordered then.
        ``crosses`` are grids in log-odds of bad, beside the margins, and become points too.

        Raises `InputError` unless every feature has its β and exactly one scale is given in full.
        """
        if len(bins) != len(betas):
            raise InputError(
                f"A scorecard needs one beta for each feature; got {len(bins)} features and "
                f"{len(betas)} betas."
            )
        parts = margins
        if parts is None:
            parts = [[beta * woe for woe in b.woe] for b, beta in zip(bins, betas, strict=True)]
        scale = Scale.asked(
            (pdo, base_score, base_odds), (min_score, max_score),
            lambda: (margin_end(bins, parts, crosses, alpha, sign) for sign in (1.0, -1.0)),
        )  # fmt: skip
        factor, offset, n = scale.factor, scale.offset, len(bins)
        if neutral_at_zero:
            base = offset - factor * alpha
            tables = tuple(tuple(-factor * each for each in part) for part in parts)
        else:
            base = 0.0
            tables = tuple(
                tuple(-factor * (each + alpha / n) + offset / n for each in part) for part in parts
            )
        scaled = tuple(
            replace(
                c, points=tuple(tuple(-factor * p + 0.0 for p in row) for row in c.points),
                mean=-factor * c.mean,
            )
            for c in crosses
        )  # fmt: skip
        return cls(
            tuple(bins), tables, factor, offset, _means(bins, tables, scaled), tuple(betas), alpha,
            base, margins is None, scaled,
        )  # fmt: skip


def _check_table(bins: FeatureBins, points: Sequence[float], *, ordered: bool) -> None:
    if len(points) != len(bins.woe):
        raise InputError(
            f"Feature {bins.name}: the card must hold points for each of its {len(bins.woe)} bins; "
            f"got {len(points)}."
        )
    if not ordered:
        return
    rising = sorted(zip(bins.woe, points, strict=True))
    for (woe, fewer), (higher, more) in pairwise(rising):
        if more < fewer and higher > woe:
            raise InputError(
                f"Feature {bins.name}: a safer bin never has fewer points; WOE {woe:.6g} has "
                f"{fewer:.6g} and WOE {higher:.6g} has {more:.6g}."
            )


def _mean(bins: FeatureBins, points: Sequence[float]) -> float:
    weights = bins.weights
    return sum(w * p for w, p in zip(weights, points, strict=True)) / sum(weights)


def _means(
    bins: Sequence[FeatureBins], tables: Tables, crosses: Sequence[Cross]
) -> tuple[float, ...]:
    """Return every feature's mean points: its table's, and half of the mean of its crosses."""
    means = list(map(_mean, bins, tables))
    for (a, b), cross in zip(places(crosses, bins), crosses, strict=True):
        means[a] += 0.5 * cross.mean
        means[b] += 0.5 * cross.mean
    return tuple(means)
