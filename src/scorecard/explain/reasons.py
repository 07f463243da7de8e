"""From contributions to at most four reasons that a shop owner understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scorecard.features import Feature, ReasonText
from scorecard.logodds import Floats
from scorecard.values import Reason

AT_MOST = 4
#: Contributions to risk below this many log-odds are rounding, not reasons.
NEGLIGIBLE = 1e-9

Value = float | str | None


def rank(risk: Floats) -> list[list[int]]:
    """Return, for each row of ``risk`` (n, features; log-odds), the features toward risk.

    Largest first; equal contributions keep the features' order.
    """
    order = np.argsort(-risk, axis=1, kind="stable")
    counts = (risk > NEGLIGIBLE).sum(axis=1)
    return [row[:count].tolist() for row, count in zip(order, counts, strict=True)]


class ReasonWriter:
    """Writes reasons for features in a fixed order, with the product's texts.

    Features that share a reason code say the same thing; the strongest of them speaks.
    """

    def __init__(self, features: Sequence[Feature], texts: Mapping[str, ReasonText]) -> None:
        self._features = tuple(features)
        self._texts = dict(texts)

    def write(
        self, ranked: Sequence[int], risk: Sequence[float], values: Sequence[Value]
    ) -> tuple[Reason, ...]:
        """Return at most four reasons of one row, from `rank`'s output for it."""
        reasons: dict[str, Reason] = {}
        for j in ranked:
            feature = self._features[j]
            if feature.reason in reasons:
                continue
            text = self._texts[feature.reason]
            value = values[j]
            zh, en = shown(value, feature.unit)
            reasons[feature.reason] = Reason(
                code=feature.reason,
                text_zh=f"{text.zh.rstrip('。')}（{feature.zh}：{zh}）",
                text_en=f"{text.en.rstrip('.')} ({feature.en}: {en})",
                feature=feature.name,
                value=value,
                contribution=float(risk[j]),
            )
            if len(reasons) == AT_MOST:
                break
        return tuple(reasons.values())


def shown(value: Value, unit: str | None) -> tuple[str, str]:
    """Return a value as people read it, in Chinese and in English."""
    if value is None:
        return "未提供", "not provided"
    if isinstance(value, str):
        return value, value
    if unit == "yes = 1":
        return ("是", "yes") if value else ("否", "no")
    if unit == "fraction":
        text = f"{value:.1%}"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.4g}"
    return text, text
