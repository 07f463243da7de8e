"""What makes one table the same as another: its content, not how memory holds it."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl


def fingerprint(table: pl.DataFrame) -> str:
    """Return the SHA-256 of a table: equal for equal names, types, rows and order, and only then.

    ``table`` holds the contract's canonical types: numbers, booleans, texts and dates. Arrow's own
    bytes would not do: they differ with the library that built the table and keep what lies under
    a null. Each column is written as its name and type, which rows are null, and its values.
    """
    digest = hashlib.sha256()
    for series in table:
        head = f"{series.name}\0{series.dtype}\0{len(series)}\0"
        digest.update(head.encode())
        digest.update(np.packbits(series.is_null().to_numpy()).tobytes())
        if series.dtype == pl.String:
            texts = series.fill_null("")
            digest.update(_bytes(texts.str.len_bytes().cast(pl.Int64)))
            digest.update(texts.str.join("").item().encode())
        else:
            number = pl.Float64 if series.dtype.is_float() else pl.Int64
            digest.update(_bytes(series.to_physical().cast(number).fill_null(0)))
    return digest.hexdigest()


def _bytes(numbers: pl.Series) -> bytes:
    values = numbers.to_numpy()
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
