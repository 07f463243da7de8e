"""The record of a selection: one decision a row, in the order they were taken."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Literal

import polars as pl

from scorecard.selection.wording import NO_LABEL, reason

Verdict = Literal["in", "out", "kept"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one step decided about one feature, and why.

    ``decision`` is ``"in"``, ``"out"``, or ``"kept"`` for a feature that the caller forced to stay.
    ``value`` is what ``statistic`` came to, ``threshold`` what it was held against, ``against``
    the other feature that mattered; None where the step had none.
    """

    step: str
    feature: str
    decision: Verdict
    statistic: str
    value: float | None
    threshold: float | None
    against: str | None
    reason_zh: str
    reason_en: str


_SCHEMA = {
    f.name: pl.Float64 if f.name in ("value", "threshold") else pl.String for f in fields(Decision)
}


class DecisionLog:
    """Decisions as they are taken; ``forced`` features stay whatever a step finds."""

    def __init__(self, forced: frozenset[str]) -> None:
        self.forced = forced
        self.decisions: list[Decision] = []

    def write(
        self,
        step: str,
        feature: str,
        key: str,
        *,
        stays: bool,
        statistic: str,
        value: float | None = None,
        threshold: float | None = None,
        against: str | None = None,
        extra: float | None = None,
        label: tuple[str, str] = NO_LABEL,
    ) -> None:
        """Add one decision, whose reason is ``key`` of `scorecard.selection.wording.REASONS`."""
        forced = feature in self.forced
        zh, en = reason(
            key, value=value, threshold=threshold, against=against, extra=extra, label=label,
            forced=forced,
        )  # fmt: skip
        decision: Verdict = "kept" if forced else "in" if stays else "out"
        self.decisions.append(
            Decision(step, feature, decision, statistic, value, threshold, against, zh, en)
        )

    def frame(self) -> pl.DataFrame:
        """Return one row a decision; columns as in `Decision`."""
        rows = [tuple(asdict(each).values()) for each in self.decisions]
        return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
