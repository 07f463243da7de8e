"""Cells of one feature: where cut points fall and which cell a value is in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics import inputs

_ROWS = 100_000  # that cut points are found from, drawn evenly
_BLOCK = 65_536  # rows that stay in the processor's cache
MISSING, RARE, UNSEEN = "missing", "rare levels", "unseen level"


def names(
    kind: str, edges: tuple[float, ...], levels: tuple[str, ...], rare: tuple[str, ...]
) -> tuple[str, ...]:
    """Return what each cell holds."""
    if kind == "text":
        return (*levels, *((RARE,) if rare else ()), MISSING, UNSEEN)
    if not edges:
        return ("all", MISSING)
    between = (f"({a!r}, {b!r}]" for a, b in pairwise(edges))
    return (f"<= {edges[0]!r}", *between, f"> {edges[-1]!r}", MISSING)


def series(values: pl.Series | ArrayLike, kind: str | None = None) -> pl.Series:
    """Return a series of float64 or of text; refuse what is neither, or not of ``kind``."""
    series = inputs.series(values, "values")
    number = series.dtype.is_numeric()
    text = series.dtype in (pl.String, pl.Boolean, pl.Categorical, pl.Enum)
    if series.dtype == pl.Null and kind is not None:
        number, text = kind == "number", kind == "text"
    if not (number or text) or (kind is not None and number != (kind == "number")):
        wanted = {"number": "numbers", "text": "text or booleans"}.get(
            kind or "", "numbers, text or booleans"
        )
        raise InputError(f"values must be {wanted}; got {series.dtype}.")
    return series.cast(pl.Float64 if number else pl.String)


def floats(series: pl.Series) -> Floats:
    """Return float64 numbers, NaN where missing."""
    # Filled first: polars takes far longer to turn nulls into NaN on the way to numpy.
    values: Floats = series.fill_null(float("nan")).to_numpy()
    if np.isinf(values).any():
        raise InputError("values must be finite or missing; got infinite values.")
    return values


def edges(values: Floats, w: Floats | None, bins: int) -> tuple[float, ...]:
    """Return cut points that divide the weight into ``bins`` equal parts, fewer where values tie.

    Each is the least value up to which that much weight lies.
    """
    if len(values) > _ROWS:
        at = np.random.default_rng(0).integers(0, len(values), _ROWS)
        values, w = values[at], None if w is None else w[at]
    there = ~np.isnan(values) if w is None else ~np.isnan(values) & (w > 0)
    values, w = values[there], None if w is None else w[there]
    if not len(values):
        return ()
    order = np.argsort(values)
    values = values[order]
    reached = np.arange(1.0, len(values) + 1) if w is None else np.cumsum(w[order])
    at = np.searchsorted(reached, np.arange(1, bins) / bins * reached[-1] * (1 - 1e-12))
    found = np.unique(values[at])
    if found[0] == values[0]:
        below = min(np.nextafter(found[0], -np.inf), found[0] - np.finfo(np.float64).tiny)
        found = np.concatenate(([below], found))
    return tuple(found.tolist())


def codes(values: Floats, edges: tuple[float, ...]) -> NDArray[Any]:
    """Return each value's cell: the number of edges below it, the last for missing.

    Comparing with every edge is several times faster than a search when there are few of them.
    """
    last = len(edges) + 1 if edges else 1
    found: NDArray[Any] = np.zeros(len(values), dtype=np.uint8 if last < 256 else np.uint32)
    for start in range(0, len(values), _BLOCK):
        part, code = values[start : start + _BLOCK], found[start : start + _BLOCK]
        for edge in edges:
            np.add(code, part > edge, out=code)
        code[np.isnan(part)] = last
    return found


def levels(series: pl.Series, w: Floats | None) -> list[tuple[str | None, float]]:
    """Return the levels with their weights, the heaviest first, equals by name."""
    frame = pl.DataFrame({"level": series, "weight": np.ones(len(series)) if w is None else w})
    found = frame.filter(pl.col("weight") > 0).group_by("level").agg(pl.col("weight").sum())
    return found.sort(["weight", "level"], descending=[True, False]).rows()
