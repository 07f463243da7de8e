"""A rule's limit and a value's kind in words, never the value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from scorecard.contract.column import Column

TYPE_WORDS = {
    "float": "a number",
    "int": "a whole number without a decimal point",
    "bool": "true or false",
    "str": "text",
    "date": "a date as YYYY-MM-DD",
}
LONGEST_LIST = 12


def kind_of(value: Any) -> str:
    """Return the kind of a received value, in JSON's words where JSON has one."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        if math.isfinite(value):
            return "number"
        return "NaN" if math.isnan(value) else "infinity"
    if isinstance(value, str):
        return "string"
    if isinstance(value, datetime):
        return "datetime"
    if isinstance(value, date):
        return "date"
    if isinstance(value, Mapping):
        return "object"
    if isinstance(value, (list, tuple)):
        return "array"
    return type(value).__name__


def expected_of(column: Column, rule: str) -> str:
    """Return what ``rule`` asks of the column's values, as a phrase."""
    if rule in ("required", "null"):
        return "a value, not null"
    if rule == "type":
        return TYPE_WORDS[column.kind]
    if rule == "finite":
        return "a finite number"
    if rule == "length":
        return _length(column)
    if rule == "range":
        return _range(column)
    if rule == "isin":
        return _levels(column.isin or ())
    return f"text matching {column.pattern}"


def _range(column: Column) -> str:
    words = (("at least", column.ge), ("above", column.gt), ("at most", column.le),
             ("below", column.lt))  # fmt: skip
    return " and ".join(f"{word} {_plain(bound)}" for word, bound in words if bound is not None)


def _plain(bound: float | int | str) -> str:
    """Write 1000000.0 as 1000000: the bound as its author thought of it."""
    if isinstance(bound, float) and bound.is_integer():
        return str(int(bound))
    return str(bound)


def _length(column: Column) -> str:
    low, high = column.min_length, column.max_length
    if low is None:
        return f"at most {high} characters"
    if high is None:
        return f"at least {low} characters"
    return f"{low} characters" if low == high else f"{low} to {high} characters"


def _levels(levels: tuple[str, ...]) -> str:
    if len(levels) > LONGEST_LIST:
        return f"one of {len(levels)} declared levels"
    return f"one of {', '.join(levels)}"
