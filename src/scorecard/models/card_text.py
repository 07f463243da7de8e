"""The card as text for terminals: one line a bin, one line a cross."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from scorecard.aligned import aligned, shortened

if TYPE_CHECKING:
    from scorecard.models.scorecard import Scorecard

_HEADS = ("feature", "bin", "count", "share", "bad rate", "WOE", "IV", "points")
_NAME = 24  # columns that a feature's name takes at most


def card_text(
    card: Scorecard,
    groups: Sequence[tuple[pl.DataFrame, Sequence[str]]],
    facts: Sequence[tuple[str, str]],
    decimals: int,
) -> str:
    """Return the card as aligned text; ``groups`` are every feature's rows and its bins' names."""
    rows = []
    for group, short in groups:
        for k, row in enumerate(group.iter_rows(named=True)):
            rate = row["bad_rate"]
            rows.append(
                (
                    "" if k else shortened(row["label"], _NAME), short[k], f"{row['count']:,}",
                    f"{row['share']:.1%}", "" if rate is None else f"{rate:.2%}",
                    f"{row['woe']:+.3f}", f"{row['iv']:.4f}", f"{row['points']:.{decimals}f}",
                )
            )  # fmt: skip
    lines = [f"{name}: {value}" for name, value in facts]
    lines += ["", aligned(_HEADS, rows, left=2)]
    if card.crosses:
        lines.append("")
    for cross in card.crosses:
        points = [point for row in cross.points for point in row]
        lines.append(
            f"{cross.name}: {len(cross.points)} by {len(cross.points[0])} points beside the "
            f"features' own, {min(points):+.{decimals}f} to {max(points):+.{decimals}f}"
        )
    return "\n".join(lines)
