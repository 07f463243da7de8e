"""Ratings of many rows as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from scorecard.rating.panel import Verdict
from scorecard.rating.voice import Voice
from scorecard.values import Reason, Warned

_TEXT = pl.String
_REASONS = pl.List(
    pl.Struct(
        {"code": _TEXT, "text_zh": _TEXT, "text_en": _TEXT, "feature": _TEXT, "value": _TEXT,
         "value_number": pl.Float64, "reference": _TEXT, "reference_number": pl.Float64,
         "contribution": pl.Float64}
    )
)  # fmt: skip
_WARNINGS = pl.List(
    pl.Struct({"code": _TEXT, "feature": _TEXT, "text_zh": _TEXT, "text_en": _TEXT})
)


def ratings_frame(
    voice: Voice,
    first: Verdict,
    second: Verdict,
    told: Mapping[str, Sequence[tuple[Reason, ...]]],
    warnings: Sequence[tuple[Warned, ...]],
) -> pl.DataFrame:
    """Return a row per rated row; ``voice`` answered, ``told`` are reasons and, asked for, more.

    Columns as `Rater.rate` tells them, without ``problems``.
    """
    account = first.account
    n = len(account.margin)
    listed = {
        name: pl.Series([[_reason_row(each) for each in row] for row in rows], dtype=_REASONS)
        for name, rows in told.items()
    }
    contributions = pl.DataFrame(
        {name: account.contributions[:, j] for j, name in enumerate(voice.features)}
    )
    warned = [[asdict(each) for each in row] for row in warnings]
    return pl.DataFrame(
        {
            "pd": first.pd,
            "score": account.score,
            "margin": account.margin,
            "grade": pl.Series(first.grade, dtype=_TEXT),
            "answered_by": pl.Series([voice.name] * n, dtype=_TEXT),
            "base": np.full(n, account.base),
            "contributions": contributions.to_struct(),
            "reasons": listed.pop("reasons"),
            "second_pd": second.pd,
            "second_score": second.account.score,
            "second_grade": pl.Series(second.grade, dtype=_TEXT),
            "warnings": pl.Series(warned, dtype=_WARNINGS),
            **listed,
        }
    )


def _reason_row(reason: Reason) -> dict[str, Any]:
    row = asdict(reason)
    for name in ("value", "reference"):
        value = row[name]
        row[name] = None if value is None else str(value)
        row[f"{name}_number"] = None if isinstance(value, str) else value
    return row
