"""What a column's declaration must satisfy so that tables and requests can both enforce it."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from scorecard.errors import ProductError

if TYPE_CHECKING:
    from scorecard.contract.column import Column

# A double holds every integer below this; beyond it int → float would change the value.
EXACT = 2**53
# Integers beyond what polars stores are clamped to its limits, where a range must refuse them.
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
CHANGES = ("up", "down", "either")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
RESERVED = frozenset(dir(BaseModel)) | {"Config", "row", "problems"}


def check_column(column: Column) -> None:
    """Raise `ProductError` naming the column and the rule if its declaration breaks one."""
    from scorecard.contract.column import KINDS, ROLES

    _name(column)
    if column.kind not in KINDS:
        raise _refusal(column, f"kind must be one of {', '.join(KINDS)}; got {column.kind!r}")
    if column.role not in ROLES:
        raise _refusal(column, f"role must be one of {', '.join(ROLES)}; got {column.role!r}")
    for language, label in (("zh", column.zh), ("en", column.en)):
        if not isinstance(label, str) or not label.strip():
            raise _refusal(column, f"a label in {language} is required; got {label!r}")
    _kind_of_rules(column)
    if column.kind in ("float", "int"):
        _number(column)
    elif column.kind == "date":
        _date(column)
    elif column.kind == "str":
        _text(column)
    if column.change is not None:
        _change(column)


def _refusal(column: Column, rule: str) -> ProductError:
    return ProductError(f"Column {column.name}: {rule}.")


def _name(column: Column) -> None:
    name = column.name
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ProductError(f"A column's name must be printable text; got {name!r}.")
    if name.startswith(("_", "^")):
        raise _refusal(column, "a name must not begin with '_' or '^'; rename the column")
    if name == "*":
        raise _refusal(column, "'*' means every column; rename the column")
    if name in RESERVED:
        raise _refusal(column, "this name is taken by the request model; rename the column")


def _kind_of_rules(column: Column) -> None:
    """Bounds order numbers and dates; levels, patterns and lengths are for text."""
    bounded = column.kind in ("float", "int", "date")
    for rule in ("ge", "gt", "le", "lt"):
        if getattr(column, rule) is not None and not bounded:
            raise _refusal(column, f"rule {rule} does not apply to kind {column.kind}; remove it")
    for rule in ("isin", "pattern", "min_length", "max_length"):
        if getattr(column, rule) is not None and column.kind != "str":
            raise _refusal(column, f"rule {rule} does not apply to kind {column.kind}; remove it")


def _number(column: Column) -> None:
    low, high = _bounds(column)
    if low is None or high is None:
        side = "lower (ge or gt)" if low is None else "upper (le or lt)"
        raise _refusal(column, f"a number needs both bounds; the {side} one is missing")
    for rule in ("ge", "gt", "le", "lt"):
        bound: Any = getattr(column, rule)
        if bound is None:
            continue
        if isinstance(bound, bool) or not isinstance(bound, (int, float)):
            raise _refusal(column, f"{rule} must be a number; got {bound!r}")
        if column.kind == "int":
            if not isinstance(bound, int):
                raise _refusal(column, f"{rule} of an int must be an int; got {bound!r}")
            if not INT64_MIN < bound < INT64_MAX:
                raise _refusal(column, f"{rule} must lie inside the 64-bit integers; got {bound!r}")
        elif not math.isfinite(bound) or abs(bound) > EXACT - (rule in ("ge", "le")):
            raise _refusal(column, f"{rule} must keep values within ±2**53; got {bound!r}")
    _ordered(column, low, high)


def _date(column: Column) -> None:
    for rule in ("ge", "gt", "le", "lt"):
        bound: Any = getattr(column, rule)
        if bound is None:
            continue
        if not isinstance(bound, str) or not ISO_DATE.fullmatch(bound):
            raise _refusal(column, f"{rule} must be a date as YYYY-MM-DD; got {bound!r}")
        try:
            date.fromisoformat(bound)
        except ValueError:
            raise _refusal(column, f"{rule} must be a date that exists; got {bound!r}") from None
    low, high = _bounds(column)
    if low is not None and high is not None:
        _ordered(column, low, high)


def _change(column: Column) -> None:
    """Refuse to change what is not scored, is a date, or has no such direction or level."""
    change = column.change
    if column.role != "scoring" or column.kind == "date":
        what = column.kind if column.role == "scoring" else column.role
        raise _refusal(column, f"a column of {what} can never be changed; remove change")
    if column.kind != "str":
        if change not in CHANGES:
            raise _refusal(column, f"change must be one of {', '.join(CHANGES)}; got {change!r}")
        return
    levels = column.isin
    if levels is None:
        raise _refusal(column, "a text without isin has no levels to change to; remove change")
    if not isinstance(change, tuple) or not change or not set(change) <= set(levels):
        raise _refusal(column, f"change must list levels of isin; got {change!r}")


def _bounds(column: Column) -> tuple[Any, Any]:
    for first, second in (("ge", "gt"), ("le", "lt")):
        if getattr(column, first) is not None and getattr(column, second) is not None:
            raise _refusal(column, f"{first} and {second} both bound the same side; keep one")
    low = column.ge if column.ge is not None else column.gt
    high = column.le if column.le is not None else column.lt
    return low, high


def _ordered(column: Column, low: Any, high: Any) -> None:
    closed = column.ge is not None and column.le is not None
    if low > high or (low == high and not closed):
        raise _refusal(column, f"the bounds leave no value; got {low!r} and {high!r}")


def _text(column: Column) -> None:
    levels = column.isin
    if levels is not None:
        if not levels or not all(isinstance(level, str) for level in levels):
            raise _refusal(column, f"isin must list texts; got {levels!r}")
        if len(set(levels)) < len(levels):
            raise _refusal(column, f"isin must list each level once; got {levels!r}")
    for rule in ("min_length", "max_length"):
        length = getattr(column, rule)
        if length is not None and (
            isinstance(length, bool) or not isinstance(length, int) or length < 0
        ):
            raise _refusal(column, f"{rule} must be a whole number of characters; got {length!r}")
    if (
        column.min_length is not None
        and column.max_length is not None
        and column.min_length > column.max_length
    ):
        raise _refusal(column, f"min_length {column.min_length} exceeds {column.max_length}")
    if column.pattern is not None:
        _pattern(column, column.pattern)


def _pattern(column: Column, pattern: Any) -> None:
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    if not isinstance(pattern, str):
        raise _refusal(column, f"pattern must be text; got {type(pattern).__name__}")
    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
        re.compile(pattern)  # pandera does so too
    except (SchemaError, re.error):
        raise _refusal(
            column, f"pattern must be what Rust's and Python's dialects share; got {pattern!r}"
        ) from None
