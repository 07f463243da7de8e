"""Where one policy asks less of a model than another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scorecard.policy import Policy
from scorecard.policy.section import Section
from scorecard.policy.validation import Above, AtLeast

#: Numbers that refuse less the smaller they are: an ``alpha`` that a test must reach, and how deep
#: the downturn of a stress is (an index below zero, so a larger one is milder).
_LOOSER_WHEN_LOWER = frozenset({"alpha"})
_LOOSER_WHEN_HIGHER = frozenset({"max_loss", "downturn_index"})
_WORDS = frozenset({"source"})
_ORDER = ("green", "amber")


def loosened(candidate: Policy, champion: Policy) -> tuple[str, ...]:
    """Return the lines, by their dotted names, where ``candidate`` asks less than ``champion``.

    Compared are the gates and the rules of the lights that they go by. A line that is gone, and a
    change that cannot be ordered, count as asking less.
    """
    return tuple(
        f"{name}.{line}"
        for name in ("promotion", "validation")
        for line in _looser(getattr(candidate, name), getattr(champion, name))
    )


def _looser(new: Any, old: Any, name: str = "") -> Iterator[str]:
    if isinstance(old, Above) and isinstance(new, Above):
        for light in type(old).model_fields:  # a red line that is gone is no line
            if getattr(new, light, math.inf) > getattr(old, light):
                yield f"{name}.{light}"
    elif isinstance(old, AtLeast) and isinstance(new, AtLeast):
        for light in type(old).model_fields:
            if getattr(new, light) < getattr(old, light):
                yield f"{name}.{light}"
    elif isinstance(old, Section) and isinstance(new, Section):
        for field in type(old).model_fields:
            if field not in _WORDS:
                yield from _looser(
                    getattr(new, field, None), getattr(old, field), _join(name, field)
                )
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key, value in old.items():
            if key not in new:
                yield _join(name, key)
            else:
                yield from _looser(new[key], value, _join(name, key))
    elif new != old and not _tighter(new, old, name.rpartition(".")[2]):
        yield name


def _tighter(new: Any, old: Any, field: str) -> bool:
    """Whether a changed value asks at least as much; False where nobody can say."""
    if field in _LOOSER_WHEN_LOWER:
        return bool(new > old)
    if field in _LOOSER_WHEN_HIGHER:
        return bool(new < old)
    if new in _ORDER and old in _ORDER:
        return _ORDER.index(new) < _ORDER.index(old)
    if isinstance(old, Sequence) and isinstance(new, Sequence) and not isinstance(old, str):
        return set(old) <= set(new)
    return False


def _join(name: str, field: str) -> str:
    return f"{name}.{field}" if name else field
