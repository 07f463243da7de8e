"""From contributions to at most four reasons that a shop owner understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scorecard.features import Feature, ReasonText
from scorecard.logodds import Floats
from scorecard.values import Reason

AT_MOST = 4

Value = float | str | None


class ReasonWriter:
    """Writes reasons for features in a fixed order, with the product's texts.

    Features that share a reason code say the same thing, so their contributions are added before
    codes are ranked: what one of them gives and another takes away is no reason. Codes whose sum
    is below ``least`` log-odds are too small to be one.
    """

    def __init__(
        self, features: Sequence[Feature], texts: Mapping[str, ReasonText], *, least: float
    ) -> None:
        self._features = tuple(features)
        self._least = least
        codes = list(dict.fromkeys(feature.reason for feature in features))
        self._texts = [texts[code] for code in codes]
        self._members = [
            [j for j, feature in enumerate(features) if feature.reason == code] for code in codes
        ]

    def write(self, risk: Floats, values: Sequence[Sequence[Value]]) -> list[tuple[Reason, ...]]:
        """Return the reasons of every row: codes by their summed contribution, largest first.

        ``risk`` (n, features) holds contributions in log-odds toward risk, ``values`` the
        applicants' feature values in the same order. The member that contributes most speaks for
        its code; equal sums keep the features' order.
        """
        sums = np.stack([_total(risk, members) for members in self._members], axis=1)
        order = np.argsort(-sums, axis=1, kind="stable")[:, :AT_MOST]
        return [
            tuple(
                self._reason(k, float(total[k]), row, mine)
                for k in ranked
                if total[k] >= self._least
            )
            for ranked, total, row, mine in zip(order.tolist(), sums, risk, values, strict=True)
        ]

    def _reason(self, code: int, total: float, risk: Floats, values: Sequence[Value]) -> Reason:
        j = max(self._members[code], key=lambda member: risk[member])
        feature, text, value = self._features[j], self._texts[code], values[j]
        if value is None:
            # The text of the code would claim something that nobody knows.
            zh, en = (
                f"未提供或无法计算：{feature.zh}",
                f"Not provided or not computable: {feature.en}",
            )
        else:
            shown_zh, shown_en = shown(value, feature.unit)
            zh = f"{text.zh.rstrip('。')}（{feature.zh}：{shown_zh}）"
            en = f"{text.en.rstrip('.')} ({feature.en}: {shown_en})"
        return Reason(
            code=text.code,
            text_zh=zh,
            text_en=en,
            feature=feature.name,
            value=value,
            contribution=total,
        )


def _total(risk: Floats, members: Sequence[int]) -> Floats:
    """Return the sum of some columns, left to right, so that one row sums as it does in a batch."""
    total = risk[:, members[0]].copy()
    for j in members[1:]:
        total += risk[:, j]
    return total


def shown(value: float | str, unit: str | None) -> tuple[str, str]:
    """Return a value as people read it, in Chinese and in English."""
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
