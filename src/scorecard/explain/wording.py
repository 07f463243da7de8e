"""What people read of a feature: its value, the value it is compared with, and the sentence."""

from __future__ import annotations

from dataclasses import dataclass

from scorecard.features import Feature, ReasonText

#: What is counted, in words: Chinese, English singular, English plural.
_COUNTED = {
    "days": ("天", "day", "days"),
    "months": ("个月", "month", "months"),
    "times": ("倍", "time", "times"),
    "US dollar": ("美元", "US dollar", "US dollars"),
}


@dataclass(frozen=True, slots=True)
class Peers:
    """What the reference population is called, e.g. 可比企业 / comparable firms."""

    zh: str
    en: str


def shown(feature: Feature, value: float | str, more: int = 0) -> tuple[str, str]:
    """Return a value as people read it, in Chinese and in English, by ``more`` digits exacter."""
    unit = feature.unit
    if isinstance(value, str):
        for level, zh, en in feature.levels:
            if level == value:
                return zh, en
        return value, value
    if unit == "yes = 1":
        return ("是", "yes") if value else ("否", "no")
    if unit == "fraction":
        text = f"{value:z.{1 + more}%}"
    elif abs(value) >= 1000:
        text = f"{value:,.{more}f}"
    elif unit in ("days", "months"):
        text = f"{round(value, (2 if abs(value) < 10 else 1) + more):zg}"
    else:
        text = f"{value:z.{3 + more}g}"
    if unit not in _COUNTED:
        return text, text
    zh, one, many = _COUNTED[unit]
    return f"{text}{zh}", f"{text} {one if text == '1' else many}"


def unit_words(unit: str | None) -> tuple[str, str]:
    """Return a unit in brackets, to stand after a label on an axis; empty where it needs none."""
    if unit not in _COUNTED:
        return "", ""
    zh, _, many = _COUNTED[unit]
    return f"（{zh}）", f" ({many})"


def compared(
    feature: Feature, value: float | str, typical: float | str | None, peers: Peers
) -> tuple[str, str]:
    """Return the applicant's value and the typical one, e.g. ``Margin: 2%; typical of …: 5%``.

    Neither is said to be better: a contribution is measured against the mean of the population, so
    that even a value better than the typical one can add risk.
    """
    zh, en = shown(feature, value)
    if typical is None:
        return f"{feature.zh}：{zh}", f"{feature.en}: {en}"
    usual_zh, usual_en = shown(feature, typical)
    if en == usual_en and value != typical:  # what differs must not look the same
        (zh, en), (usual_zh, usual_en) = (shown(feature, v, 2) for v in (value, typical))
    return (
        f"{feature.zh}：{zh}；{peers.zh}通常：{usual_zh}",
        f"{feature.en}: {en}; typical of {peers.en}: {usual_en}",
    )


def unknown(feature: Feature, value: float | str | None) -> tuple[str, str] | None:
    """Return what is said instead of a reason where there is no amount to compare; else None.

    The text of the code would claim something that nobody knows.
    """
    if value is None:
        return (
            f"未提供或无法计算：{feature.zh}",
            f"Not provided or not computable: {feature.en}",
        )
    if value in feature.special_values:
        return (
            f"填报的是特殊代码而非数值：{feature.zh}（{value:g}）",
            f"A special code was given, no amount: {feature.en} ({value:g})",
        )
    return None


def risk_text(
    text: ReasonText,
    feature: Feature,
    value: float | str | None,
    typical: float | str | None,
    peers: Peers,
) -> tuple[str, str]:
    """Return what a reason says, in Chinese and English: the code's sentence and the values."""
    if (instead := unknown(feature, value)) is not None:
        return instead
    assert value is not None
    zh, en = compared(feature, value, typical, peers)
    return f"{text.zh.rstrip('。')}（{zh}）", f"{text.en.rstrip('.')} ({en})"


def strength_text(
    feature: Feature, value: float | str, typical: float | str | None, peers: Peers
) -> tuple[str, str]:
    """Return what a strength says: that this value speaks for the applicant.

    A code's sentence names who is safer than the applicant, which is no praise, so it is not used.
    """
    zh, en = compared(feature, value, typical, peers)
    return f"有利因素（{zh}）", f"In the applicant's favour ({en})"
