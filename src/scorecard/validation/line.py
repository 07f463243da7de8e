"""A rule in words: where a light turns."""

from __future__ import annotations

from scorecard.policy.validation import AtLeast, AtMost
from scorecard.validation.words import Words


def told(limits: AtMost | AtLeast, form: str = "g", *, tested: bool = False) -> Words:
    """Return where amber and red begin; ``form`` formats the limits, ``tested`` adds the test."""
    amber, red = format(limits.amber, form), format(limits.red, form)
    way = ("above", "高于") if isinstance(limits, AtMost) else ("below", "低于")
    en = f"amber {way[0]} {amber}, red {way[0]} {red}"
    zh = f"{way[1]} {amber} 为黄灯，{way[1]} {red} 为红灯"
    if tested:
        en += ", as far as a test bears it out"
        zh += "，且须经检验证实"
    return Words(zh, en)
