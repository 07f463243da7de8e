"""Cut points, groups of levels and special values given by hand, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from scorecard.binning.columns import ColumnError


def read_cuts(name: str, parameter: str, cuts: Any) -> tuple[float, ...]:
    """Return cut points in rising order; `ColumnError` unless all are different finite numbers."""
    numbers = _different(cuts)
    if numbers is None:
        raise ColumnError(
            f"Feature {name}: {parameter} must be a list of different finite numbers."
        )
    return tuple(sorted(numbers))


TAKEN = ("missing", "unseen", "total")  # what tables call other rows


def read_specials(name: str, codes: Any) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return special values and the name of each, no names where a plain list is given.

    Raises `ColumnError` unless all are different finite numbers, in a list or in lists by name.
    None is none; missing values have a bin of their own.
    """
    if isinstance(codes, Mapping):
        return _named(name, codes)
    numbers = _different(() if codes is None else codes)
    if numbers is None:
        raise ColumnError(
            f"Feature {name}: special_values must be a list of different finite numbers; got "
            f"{codes!r}. Missing values have a bin of their own."
        )
    return tuple(numbers), ()


def _named(name: str, codes: Mapping[Any, Any]) -> tuple[tuple[float, ...], tuple[str, ...]]:
    lists = {key: _different(values) for key, values in codes.items()}
    for key, values in lists.items():
        if not isinstance(key, str) or not key.strip() or key in TAKEN:
            raise ColumnError(
                f"Feature {name}: special_values are named by texts other than "
                f"{', '.join(TAKEN)}; got {key!r}."
            )
        if not values:
            raise ColumnError(
                f"Feature {name}: special_values by name must be lists of different finite "
                f"numbers, one at least; {key!r} has another."
            )
    named = [(value, key) for key, values in lists.items() for value in values or ()]
    if len({value for value, _ in named}) < len(named):
        raise ColumnError(f"Feature {name}: a special value can have one name; one has two.")
    return tuple(value for value, _ in named), tuple(key for _, key in named)


def _different(values: Any) -> list[float] | None:
    """Return a list's numbers, None unless all are different and finite."""
    try:
        numbers = [math.nan] if isinstance(values, str) else [float(value) for value in values]
    except (TypeError, ValueError, OverflowError):
        return None
    alright = all(map(math.isfinite, numbers)) and len(set(numbers)) == len(numbers)
    return numbers if alright else None


def read_groups(name: str, parameter: str, groups: Any) -> tuple[tuple[str, ...], ...]:
    """Return groups of levels; `ColumnError` unless they are lists of texts that share none."""
    valid = isinstance(groups, (list, tuple)) and all(
        isinstance(group, (list, tuple)) and all(isinstance(level, str) for level in group)
        for group in groups
    )
    levels = [level for group in groups for level in group] if valid else []
    if not valid or len(set(levels)) < len(levels):
        raise ColumnError(
            f"Feature {name}: {parameter} of a text must be lists of levels, none in two lists."
        )
    return tuple(tuple(group) for group in groups)
