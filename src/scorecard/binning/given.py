"""Cut points and groups of levels given by hand, checked."""

from __future__ import annotations

import math
from typing import Any

from scorecard.binning.columns import ColumnError


def read_cuts(name: str, parameter: str, cuts: Any) -> tuple[float, ...]:
    """Return cut points in rising order; `ColumnError` unless all are different finite numbers."""
    try:
        numbers = [float(cut) for cut in cuts]
    except (TypeError, ValueError):
        numbers = [math.nan]
    if not all(map(math.isfinite, numbers)) or len(set(numbers)) < len(numbers):
        raise ColumnError(
            f"Feature {name}: {parameter} must be a list of different finite numbers."
        )
    return tuple(sorted(numbers))


def read_groups(name: str, groups: Any) -> tuple[tuple[str, ...], ...]:
    """Return groups of levels; `ColumnError` unless they are lists of texts that share none."""
    valid = isinstance(groups, (list, tuple)) and all(
        isinstance(group, (list, tuple)) and all(isinstance(level, str) for level in group)
        for group in groups
    )
    levels = [level for group in groups for level in group] if valid else []
    if not valid or len(set(levels)) < len(levels):
        raise ColumnError(
            f"Feature {name}: user_splits of a text must be lists of levels, none in two lists."
        )
    return tuple(tuple(group) for group in groups)
