"""From contributions to at most four reasons that a shop owner understands, and four strengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from scorecard.explain.reference import Reference
from scorecard.explain.wording import Peers, risk_text, strength_text
from scorecard.features import Feature, ReasonText
from scorecard.logodds import Floats
from scorecard.values import Reason

AT_MOST = 4

Value = float | str | None


class ReasonWriter:
    """Writes reasons for features in a fixed order, with the product's texts.

    Features that share a reason code say the same thing, and so do codes that ``reference`` merged
    because they are correlated: their contributions are added before they are ranked, for what one
    of them gives and another takes away is no reason. Sums of fewer than ``least`` log-odds are too
    small to be one. ``peers`` is what the reference population is called.

    The member that contributes most speaks for its group, with its own code and text. Which model
    the contributions are of makes no difference to a text.
    """

    def __init__(
        self,
        features: Sequence[Feature],
        texts: Mapping[str, ReasonText],
        reference: Reference,
        *,
        least: float,
        peers: Peers,
    ) -> None:
        self._features = tuple(features)
        self._least = least
        self._peers = peers
        self._texts = [texts[feature.reason] for feature in features]
        self._typical = [reference.typical[feature.name] for feature in features]
        codes = list(dict.fromkeys(feature.reason for feature in features))
        self._members = [
            [j for j, feature in enumerate(features) if feature.reason in group]
            for group in reference.groups(codes)
        ]

    def write(self, risk: Floats, values: Sequence[Sequence[Value]]) -> list[tuple[Reason, ...]]:
        """Return the reasons of every row: groups by their summed contribution, largest first.

        ``risk`` (n, features) holds contributions in log-odds toward risk, ``values`` the
        applicants' feature values in the same order. Equal sums keep the features' order.
        """
        return self._told(risk, 1.0, values)

    def strengths(
        self, risk: Floats, values: Sequence[Sequence[Value]]
    ) -> list[tuple[Reason, ...]]:
        """Return what speaks for every row: groups by their summed contribution, lowest first.

        Takes what `write` takes; every ``contribution`` returned is negative, i.e. toward safety.
        """
        return self._told(risk, -1.0, values)

    def _told(
        self, risk: Floats, sign: float, values: Sequence[Sequence[Value]]
    ) -> list[tuple[Reason, ...]]:
        toward = sign * risk
        sums = np.stack([_total(toward, members) for members in self._members], axis=1)
        order = np.argsort(-sums, axis=1, kind="stable")[:, :AT_MOST]
        return [
            tuple(
                self._reason(k, sign, float(total[k]), row, mine)
                for k in ranked
                if total[k] >= self._least
            )
            for ranked, total, row, mine in zip(order.tolist(), sums, toward, values, strict=True)
        ]

    def _reason(
        self, group: int, sign: float, total: float, toward: Floats, values: Sequence[Value]
    ) -> Reason:
        j = max(self._members[group], key=lambda member: toward[member])
        feature, text, typical = self._features[j], self._texts[j], self._typical[j]
        if sign > 0:
            zh, en = risk_text(text, feature, values[j], typical, self._peers)
        else:
            zh, en = strength_text(feature, values[j], typical, self._peers)
        return Reason(
            code=text.code,
            text_zh=zh,
            text_en=en,
            feature=feature.name,
            value=values[j],
            reference=typical,
            contribution=sign * total,
        )


def _total(toward: Floats, members: Sequence[int]) -> Floats:
    """Return the sum of some columns, left to right, so that one row sums as it does in a batch."""
    total = toward[:, members[0]].copy()
    for j in members[1:]:
        total += toward[:, j]
    return total
