"""The rule beside a number, in words."""

from __future__ import annotations

from scorecard.policy.validation import Above, AtLeast, AtMost
from scorecard.validation.words import Words


def above(limits: Above, form: str = "g") -> Words:
    """Say which numbers are too large: "red above 6, amber above 3"; ``form`` formats them."""
    if isinstance(limits, AtMost):
        return Words(
            f"高于{limits.red:{form}}为红，高于{limits.amber:{form}}为黄",
            f"red above {limits.red:{form}}, amber above {limits.amber:{form}}",
        )
    return Words(
        f"高于{limits.amber:{form}}为黄，不设红线",
        f"amber above {limits.amber:{form}}, red at no value",
    )


def below(limits: AtLeast, form: str = "g") -> Words:
    """Say which numbers are too small: "red below 0.8, amber below 0.9"."""
    return Words(
        f"低于{limits.red:{form}}为红，低于{limits.amber:{form}}为黄",
        f"red below {limits.red:{form}}, amber below {limits.amber:{form}}",
    )


def borne_out(rule: Words, alpha: float) -> Words:
    """Add that a test has to bear the light out, at ``alpha`` for red."""
    return Words(
        f"{rule.zh}；须经检验证实（多重检验校正后红{alpha:.2g}、黄0.05）",
        f"{rule.en}; and proven (corrected p at most {alpha:.2g} for red, 0.05 for amber)",
    )
