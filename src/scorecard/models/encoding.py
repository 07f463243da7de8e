"""How columns enter a booster: the encoding found at fit, and the matrix it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.columns import ColumnError
from scorecard.models.boosted import EncodedFeature

Floats = NDArray[np.float64]


def find_encoding(
    names: Sequence[str],
    columns: Sequence[NDArray[Any]],
    weight: Floats,
    trends: Mapping[str, str],
    min_share: float,
) -> tuple[EncodedFeature, ...]:
    """Return the encoding of every column: numbers (float64) or texts (objects, missing None).

    ``weight`` is (n,); ``min_share`` is the least share of it that a level, or missing, needs to
    speak for itself. Raises `InputError` for trends of no column, and directions of a text.
    """
    unknown = sorted(set(trends) - set(names))
    if unknown:
        raise ColumnError(f"trend must name columns of X; got {', '.join(unknown)}.")
    features = []
    for name, column in zip(names, columns, strict=True):
        trend = trends.get(name, "none")
        trend = "none" if trend == "auto" else trend
        if column.dtype != object:
            neutral = _median(column, weight, min_share)
            features.append(EncodedFeature(name, trend, missing=neutral))
            continue
        if trend != "none":
            raise ColumnError(
                f"Feature {name}: a text has no order, so trend must be none or auto; "
                f"got {trend!r}."
            )
        features.append(_category(name, column, weight, min_share))
    return tuple(features)


def encoded(columns: Sequence[NDArray[Any]], features: Sequence[EncodedFeature]) -> Floats:
    """Return the matrix of columns, shape (n, features).

    Raises `InputError` for texts where numbers were fitted, and the contrary.
    """
    matrix = np.empty((len(columns[0]), len(features)), dtype=np.float64)
    for j, (column, feature) in enumerate(zip(columns, features, strict=True)):
        texts = column.dtype == object
        # A column that is missing throughout has no kind: it fits both.
        if texts != (feature.levels is not None) and (texts or not np.isnan(column).all()):
            wanted, got = ("numbers", "texts") if texts else ("texts", "numbers")
            raise ColumnError(f"Feature {feature.name} was fitted on {wanted}; got {got}.")
        matrix[:, j] = feature.encode(column.tolist()) if texts else feature.fill(column)
    return matrix


def _median(column: Floats, weight: Floats, min_share: float) -> float | None:
    """Return the weighted median of a number if its missing values are too few, else None."""
    blank = np.isnan(column)
    if _enough(weight[blank].sum(), weight.sum(), min_share):
        return None
    values, at = np.unique(column[~blank], return_inverse=True)
    upto = np.cumsum(np.bincount(at, weight[~blank]))
    return float(values[np.searchsorted(upto, upto[-1] / 2)])


def _category(name: str, column: NDArray[Any], weight: Floats, min_share: float) -> EncodedFeature:
    """Return a text's encoding: levels with enough weight in text order, the others pooled."""
    totals: dict[str, float] = {}
    blank = 0.0
    for level, w in zip(column.tolist(), weight.tolist(), strict=True):
        if level is None:
            blank += w
        elif w > 0:
            totals[level] = totals.get(level, 0.0) + w
    whole = sum(totals.values())
    levels = tuple(sorted(v for v, total in totals.items() if _enough(total, whole, min_share)))
    pooled = tuple(sorted(set(totals) - set(levels)))
    neutral = None
    if not _enough(blank, blank + whole, min_share):
        # Where no level has its share, the pool's code is the only one.
        neutral = float(max(range(len(levels)), key=lambda i: totals[levels[i]], default=0))
    return EncodedFeature(name, "none", levels, len(levels), pooled, neutral)


def _enough(weight: float, whole: float, min_share: float) -> bool:
    """Whether a part has weight, and at least its share of the whole but for rounding."""
    return weight > 0 and weight >= min_share * whole * (1 - 1e-9)
