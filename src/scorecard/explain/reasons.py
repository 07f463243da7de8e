"""From contributions to at most four reasons that a shop owner understands, and four strengths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from scorecard.explain.reference import Reference
from scorecard.explain.wording import Peers, risk_text, strength_text, unknown
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
        return [
            tuple(self._reason(j, total, mine[j]) for j, total in islice(ranked, AT_MOST))
            for ranked, mine in zip(self._ranked(risk), values, strict=True)
        ]

    def strengths(
        self, risk: Floats, values: Sequence[Sequence[Value]]
    ) -> list[tuple[Reason, ...]]:
        """Return what speaks for every row: groups by their summed contribution, lowest first.

        Takes what `write` takes; every ``contribution`` returned is negative, i.e. toward safety.
        A value that is missing or a special code speaks for nobody: its group is passed over, or
        leaving a field out would be praised.
        """
        return [
            tuple(islice(self._known_strengths(ranked, mine), AT_MOST))
            for ranked, mine in zip(self._ranked(-risk), values, strict=True)
        ]

    def _ranked(self, toward: Floats) -> Iterator[Iterator[tuple[int, float]]]:
        """Yield, for each row, who speaks for each group that counts and its sum, largest first."""
        sums = np.stack([_total(toward, members) for members in self._members], axis=1)
        order = np.argsort(-sums, axis=1, kind="stable")
        for ranked, total, row in zip(order.tolist(), sums.tolist(), toward, strict=True):
            yield self._speakers(ranked, total, row)

    def _speakers(
        self, ranked: Sequence[int], total: Sequence[float], toward: Floats
    ) -> Iterator[tuple[int, float]]:
        for k in ranked:
            if total[k] < self._least:
                return
            yield max(self._members[k], key=toward.__getitem__), total[k]

    def _reason(self, j: int, total: float, value: Value) -> Reason:
        feature, typical = self._features[j], self._typical[j]
        zh, en = risk_text(self._texts[j], feature, value, typical, self._peers)
        return Reason(feature.reason, zh, en, feature.name, value, typical, total)

    def _known_strengths(
        self, ranked: Iterator[tuple[int, float]], values: Sequence[Value]
    ) -> Iterator[Reason]:
        for j, total in ranked:
            feature, value, typical = self._features[j], values[j], self._typical[j]
            if value is not None and unknown(feature, value) is None:
                zh, en = strength_text(feature, value, typical, self._peers)
                yield Reason(feature.reason, zh, en, feature.name, value, typical, -total)


def _total(toward: Floats, members: Sequence[int]) -> Floats:
    """Return the sum of some columns, left to right, so that one row sums as it does in a batch."""
    total = toward[:, members[0]].copy()
    for j in members[1:]:
        total += toward[:, j]
    return total
