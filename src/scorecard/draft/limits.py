"""Rules that every value of a column keeps, with room for values not seen yet; and odd codes."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

import numpy as np
import polars as pl

from scorecard.contract.column import Kind
from scorecard.contract.declaration import EXACT, INT64_MAX

#: At most so many levels are listed; more are held to a pattern and a length.
MOST_LEVELS = 20
#: At most so many whole numbers so close together may be codes; as close as flags, they are.
_MOST_CODES, _CODE_SPAN, _FLAG_SPAN = 12, 20, 2
#: At most so many characters of levels are listed.
_LONGEST_LIST = 1_000

_LAST_DAY = dt.date(2100, 12, 31)
_SHAPES = (
    ("[0-9]", re.compile(r"[0-9]+")),
    ("[A-Z]", re.compile(r"[A-Z]+")),
    ("[a-z]", re.compile(r"[a-z]+")),
    ("[A-Z0-9]", re.compile(r"[A-Z0-9]+")),
    ("[a-z0-9]", re.compile(r"[a-z0-9]+")),
    ("[A-Za-z0-9]", re.compile(r"[A-Za-z0-9]+")),
)
_CODES = [
    sign * code
    for code in (1, 7, 8, 9, 66, 77, 88, 96, 97, 98, 99, 777, 888, 996, 997, 998, 999, 7777, 8888,
                 9996, 9997, 9998, 9999, 99999, 999999, 9999999, 99999999, 999999999)
    for sign in (1, -1)
]  # fmt: skip


def rules_of(values: pl.Series, kind: Kind, *, names_rows: bool = False) -> dict[str, Any]:
    """Return the rules of `Column` that all of ``values`` keep: bounds, levels, pattern, length.

    Bounds are rounded outward to 1, 2 or 5 times a power of ten, to at least twice the largest
    value seen; shares and flags keep theirs. Numbers that name rows may be as large as is exact.
    """
    known = values.drop_nulls()
    if kind in ("int", "float"):
        low, high = _bounds(known, kind, names_rows=names_rows)
        number = int if kind == "int" else float
        return {"ge": number(low), "le": number(high)}
    if kind == "date":
        first: Any = known.min()
        last: Any = known.max()
        decade = dt.date(max(first.year // 10 * 10, 1), 1, 1)
        return {"ge": decade.isoformat(), "le": max(_LAST_DAY, last).isoformat()}
    return _text_rules(known) if kind == "str" else {}


def _bounds(known: pl.Series, kind: Kind, *, names_rows: bool) -> tuple[float, float]:
    low: Any = known.min()  # ints stay ints: beyond 2**53 a float would lose digits
    high: Any = known.max()
    if low >= 0 and high <= 1:
        return 0, 1
    if is_coded(known) and high - low <= _FLAG_SPAN:
        return low, high
    if names_rows and abs(low) < EXACT and abs(high) < EXACT:
        return (0 if low >= 0 else 1 - EXACT), EXACT - 1
    return _below(low, kind), -_below(-high, kind)


def _below(value: float, kind: Kind) -> float:
    """Return a round bound with room below ``value``; 0 for what is not negative."""
    if value >= 0:
        return 0
    exponent = math.floor(math.log10(-value))
    ladder = [step * 10.0**power for power in range(exponent, exponent + 2) for step in (1, 2, 5)]
    bound = next(step for step in [*ladder, 10.0 ** (exponent + 2)] if step >= -2 * value)
    most = INT64_MAX - 1 if kind == "int" else EXACT - 1
    return max(-most, min(-math.ceil(bound) if kind == "int" else -bound, value))


def is_coded(known: pl.Series) -> bool:
    """Whether numbers are few whole ones close together: flags, codes, notches."""
    if known.dtype.is_float() and not (known == known.floor()).all():
        return False
    low: Any = known.min()
    high: Any = known.max()
    span = high - low
    return bool(span <= _CODE_SPAN and known.n_unique() <= _MOST_CODES)


def _text_rules(known: pl.Series) -> dict[str, Any]:
    levels = known.unique().sort().to_list()
    if len(levels) <= MOST_LEVELS and sum(map(len, levels)) <= _LONGEST_LIST:
        return {"isin": tuple(levels)}
    lengths = {len(level) for level in levels}
    longest = max(lengths)
    for shape, pattern in _SHAPES:
        if all(pattern.fullmatch(level) for level in levels):
            if len(lengths) == 1:
                return {"pattern": f"^{shape}{{{longest}}}$", "max_length": longest}
            return {"pattern": f"^{shape}+$", "max_length": _roomy(longest)}
    return {"max_length": _roomy(longest)}


def _roomy(length: int) -> int:
    return -(-2 * length // 10) * 10


def special_codes(values: pl.Series) -> list[int]:
    """Return numbers that look like codes rather than amounts: 98, 999, -1 … set well apart.

    A code stands apart by more than the width of the ordinary values, or is the only negative
    number among others that have no sign.
    """
    known = values.drop_nulls()
    if not known.dtype.is_numeric():
        return []
    found = np.unique(known.to_numpy().astype(np.float64))
    # What is small and positive may be a code and may be a count: it is ordinary here.
    ordinary = found[~np.isin(found, _CODES) | ((found >= 0) & (found < 66))]
    if len(ordinary) < 2:
        return []
    low, high = float(ordinary.min()), float(ordinary.max())
    apart = (found > high + max(high - low, 2.0)) | ((found < 0) & (low >= 0))
    return [int(value) for value in found[apart & np.isin(found, _CODES)]]
