"""Random numbers and columns: the few draws that every part of a simulated portfolio needs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]


def sigmoid(x: Floats) -> Floats:
    """Return the logistic function of ``x``."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)


def pick(rng: np.random.Generator, shares: Sequence[float], n: int) -> Indices:
    """Draw ``n`` indices with probabilities proportional to ``shares``."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    drawn = np.searchsorted(edges / edges[-1], rng.random(n), side="right")
    return np.minimum(drawn, len(shares) - 1).astype(np.int64)


def lognormal(rng: np.random.Generator, sigma: float, n: int) -> Floats:
    """Draw ``n`` positive numbers with median 1 and log-deviation ``sigma``."""
    return np.asarray(np.exp(sigma * rng.standard_normal(n)), dtype=np.float64)


def money(values: Floats, missing: Bools | None = None) -> pl.Series:
    """Return whole yuan as a Float64 column; null where ``missing`` or NaN."""
    return fraction(np.round(values), missing)


def fraction(values: Floats, missing: Bools | None = None) -> pl.Series:
    """Return a Float64 column; null where ``missing`` or NaN."""
    hidden = values if missing is None else np.where(missing, np.nan, values)
    return pl.Series(hidden, dtype=pl.Float64, nan_to_null=True)


def whole(values: Floats | Indices, missing: Bools | None = None) -> pl.Series:
    """Return an Int64 column of the rounded values; null where ``missing`` or NaN."""
    return money(values.astype(np.float64), missing).cast(pl.Int64)


def flag(values: Bools, missing: Bools | None = None) -> pl.Series:
    """Return a Boolean column; null where ``missing``."""
    column = pl.Series(values, dtype=pl.Boolean)
    return column if missing is None else column.set(pl.Series(missing), None)


def level(levels: Sequence[str], index: Indices, missing: Bools | None = None) -> pl.Series:
    """Return a String column of ``levels[index]``; null where ``missing``."""
    hidden = whole(index, missing).cast(pl.UInt32)
    return pl.Series(list(levels), dtype=pl.String).gather(hidden)


def day(days: Indices) -> pl.Series:
    """Return a Date column from days since 1970-01-01."""
    return pl.Series(days.astype(np.int32), dtype=pl.Int32).cast(pl.Date)


def codes(rng: np.random.Generator, prefix: str, length: int, n: int) -> pl.Series:
    """Draw ``n`` texts of ``length`` letters and digits that begin with ``prefix``."""
    alphabet = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)
    letters = np.empty((n, length), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    drawn = rng.integers(0, len(alphabet), (n, length - len(prefix)), dtype=np.uint8)
    letters[:, len(prefix) :] = alphabet[drawn]
    return pl.Series(letters.view(f"S{length}").ravel().astype(f"U{length}"), dtype=pl.String)
