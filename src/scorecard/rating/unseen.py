"""What is said of values that training never or hardly ever saw."""

from __future__ import annotations

from collections.abc import Sequence

from scorecard.features import FeatureSet
from scorecard.rating.voice import Flags
from scorecard.values import Warned

_SAID = {
    "unseen_level": (
        "训练样本中没有此取值，按既定的未见值规则处理",
        "this level was never seen in training; the declared policy for unseen levels applies",
    ),
    "unseen_special": (
        "训练样本中没有或极少有此特殊值，按中性处理",
        "this special value was never or hardly ever seen in training; it is taken as neutral",
    ),
    "unseen_missing": (
        "训练样本中此项从未或极少缺失，按中性处理",
        "this was never or hardly ever missing in training; it is taken as neutral",
    ),
}


class Unseen:
    """Turns the flags of two models into warnings that name the feature in both languages."""

    def __init__(self, features: FeatureSet) -> None:
        self._labels = {f.name: (f.zh, f.en) for f in features.features}

    def warnings(self, first: Sequence[Flags], second: Sequence[Flags]) -> list[tuple[Warned, ...]]:
        """Return each row's warnings, by feature; where both models flag one, the first speaks."""
        return [
            tuple(self._warned(name, flag) for name, flag in sorted({**b, **a}.items()))
            for a, b in zip(first, second, strict=True)
        ]

    def _warned(self, name: str, flag: str) -> Warned:
        (zh, en), (said_zh, said_en) = self._labels[name], _SAID[flag]
        return Warned(flag, name, text_zh=f"{zh}：{said_zh}", text_en=f"{en}: {said_en}")
