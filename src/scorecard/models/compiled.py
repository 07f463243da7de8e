"""A scorecard laid out for one application at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from scorecard.binning.feature_bins import FeatureBins
from scorecard.errors import InputError

_LARGEST = 1.7976931348623157e308  # the largest finite float; NaN is not below it either


class Scored(NamedTuple):
    """One application's score, its margin (log-odds of bad) and its points by feature."""

    score: float
    margin: float
    points: dict[str, float]


class CompiledScorecard:
    """Scores one mapping of features; made by `Scorecard.compile`, and the same bits as the card.

    Calling it with a mapping that holds at least the card's features returns a `Scored`. Numbers
    are floats, ints or bools, missing is None or NaN, texts are str. Raises `InputError` for an
    absent feature, an infinite number or a value of the wrong kind.
    """

    __slots__ = ("_base", "_crosses", "_factor", "_features", "_offset")

    def __init__(
        self,
        bins: Sequence[FeatureBins],
        tables: Sequence[tuple[float, ...]],
        *,
        base: float,
        factor: float,
        offset: float,
        crosses: Sequence[tuple[int, int, tuple[tuple[float, ...], ...]]] = (),
    ) -> None:
        self._features = tuple(
            (b.name, b.kind == "number", frozenset(b.special_values), b.splits, table, b.index_one)
            for b, table in zip(bins, tables, strict=True)
        )
        self._base, self._factor, self._offset = base, factor, offset
        names = [b.name for b in bins]
        self._crosses = tuple((a, b, names[a], names[b], grid) for a, b, grid in crosses)

    def __call__(self, row: Mapping[str, Any]) -> Scored:
        """Return the row's score, margin and points."""
        points: dict[str, float] = {}
        index: list[int] = []
        score = self._base
        try:
            for name, number, special, splits, table, index_one in self._features:
                value = row[name]
                # An ordinary float is cut here; whatever else it may be, the bins know the rule.
                if (
                    number
                    and type(value) is float
                    and -_LARGEST <= value <= _LARGEST
                    and value not in special
                ):
                    at = bisect_right(splits, value)
                else:
                    at = index_one(value)
                index.append(at)
                points[name] = table[at]
        except KeyError:
            names = [feature[0] for feature in self._features]
            absent = [name for name in names if name not in row]
            raise InputError(
                f"The scorecard reads {', '.join(names)}; missing: {absent}."
            ) from None
        for a, b, one, other, grid in self._crosses:
            half = 0.5 * grid[index[a]][index[b]]
            points[one] += half
            points[other] += half
        for found in points.values():
            score += found
        return Scored(score, (self._offset - score) / self._factor, points)
