"""Cut points, groups of levels and special values given by hand, checked."""

from __future__ import annotations

import math
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


def read_specials(name: str, codes: Any) -> tuple[float, ...]:
    """Return special values; `ColumnError` unless all are different finite numbers. None is none.

    Missing values have a bin of their own.
    """
    numbers = _different(() if codes is None else codes)
    if numbers is None:
        raise ColumnError(
            f"Feature {name}: special_values must be a list of different finite numbers; got "
            f"{codes!r}. Missing values have a bin of their own."
        )
    return tuple(numbers)


def _different(values: Any) -> list[float] | None:
    """Return a list's numbers, None unless all are different and finite."""
    try:
        numbers = [math.nan] if isinstance(values, str) else [float(value) for value in values]
    except (TypeError, ValueError):
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
