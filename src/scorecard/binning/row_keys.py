"""A number for every row that depends on what the row holds, not on where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column

Keys = NDArray[np.uint64]
_MISSING = np.uint64(0x9E3779B97F4A7C15)


def row_keys(columns: Iterable[Column], rows: int, seed: int) -> Keys:
    """Return a hash of every row and the seed, uint64 of shape (rows,); equal rows share theirs.

    Random draws are dealt in the order of the keys, so that they follow the rows when these are
    given in another order. The mixing is the finaliser of splitmix64 (G. Steele, D. Lea and
    C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
    """
    first = np.random.default_rng(seed).integers(0, 2**63, dtype=np.uint64)
    keys = np.full(rows, first, dtype=np.uint64)
    for column in columns:
        keys = _mix(keys ^ _codes(column))
    return keys


def _codes(column: Column) -> Keys:
    if isinstance(column, np.ndarray):
        bits = (column + 0.0).view(np.uint64)  # -0.0 becomes 0.0, which it equals
        return np.where(np.isnan(column), _MISSING, bits)
    levels = column.unique().drop_nulls()
    codes = [int.from_bytes(blake2b(v.encode(), digest_size=8).digest()) for v in levels]
    coded = column.replace_strict(
        levels, pl.Series(codes, dtype=pl.UInt64), default=None, return_dtype=pl.UInt64
    )
    return np.asarray(coded.fill_null(int(_MISSING)).to_numpy(), dtype=np.uint64)


def _mix(x: Keys) -> Keys:
    x = x + _MISSING
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
