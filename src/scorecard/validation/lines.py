"""The rule beside a number, in words."""

from __future__ import annotations

from scorecard.policy.validation import Above, AtLeast, AtMost
from scorecard.validation.words import Words


def above(limits: Above) -> Words:
    """Say which numbers are too large: "red above 6, amber above 3"."""
    if isinstance(limits, AtMost):
        return Words(
            f"高于{limits.red:g}为红，高于{limits.amber:g}为黄",
            f"red above {limits.red:g}, amber above {limits.amber:g}",
        )
    return Words(
        f"高于{limits.amber:g}为黄，不设红线", f"amber above {limits.amber:g}, red at no value"
    )


def below(limits: AtLeast) -> Words:
    """Say which numbers are too small: "red below 0.8, amber below 0.9"."""
    return Words(
        f"低于{limits.red:g}为红，低于{limits.amber:g}为黄",
        f"red below {limits.red:g}, amber below {limits.amber:g}",
    )


def borne_out(rule: Words, alpha: float) -> Words:
    """Add that a test has to bear the light out, at ``alpha`` for red."""
    return Words(
        f"{rule.zh}；须经检验证实（多重检验校正后红{alpha:.2g}、黄0.05）",
        f"{rule.en}; and proven (corrected p at most {alpha:.2g} for red, 0.05 for amber)",
    )
