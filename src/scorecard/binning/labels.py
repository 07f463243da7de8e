"""Names of bins that fit on a screen, and what is said beside those that a policy speaks for."""

from __future__ import annotations

from collections.abc import Sequence

from scorecard.aligned import shortened, width
from scorecard.binning.feature_bins import FeatureBins

MOST = 48
"""Columns that the levels of a bin take at most."""


def listed(levels: Sequence[str], most: int = MOST) -> str:
    """Return levels as "A, B, C", those beyond ``most`` columns as their number.

    >>> listed(["farming", "fishing", "forestry"], most=20)
    'farming … (+2)'
    """
    whole = ", ".join(levels)
    if width(whole) <= most:
        return shortened(whole, most)
    tail = len(f" … (+{len(levels):,})")
    said = [shortened(levels[0], most if len(levels) == 1 else most - tail)]
    used = width(said[0])
    for level in levels[1:]:
        used += 2 + width(level)
        if used > most - tail:
            break
        said.append(shortened(level, most))
    left = len(levels) - len(said)
    return ", ".join(said) + (f" … (+{left:,})" if left else "")


def short_labels(bins: FeatureBins, most: int = MOST) -> tuple[str, ...]:
    """Return the names of a feature's bins as `FeatureBins.labels`, long lists of levels cut."""
    return (*(listed(group, most) for group in bins.groups), *bins.labels[len(bins.groups) :])


def remarks(bins: FeatureBins) -> dict[int, tuple[str, str]]:
    """Say, in Chinese and English, of bins with rows why these rows do not speak."""
    return {
        k: ("过少", "too thin") if k in bins.thin else ("按规则", "by policy")
        for k in bins.silent
        if bins.weights[k] > 0
    }


def printed_labels(bins: FeatureBins, most: int = MOST) -> list[str]:
    """Return the short names with the remarks, for text."""
    said = remarks(bins)
    return [
        f"{label} ({said[k][1]})" if k in said else label
        for k, label in enumerate(short_labels(bins, most))
    ]
