"""A table rated by a card: score, margin, probability and points, a row for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.binning.columns import check_names, eager, read_frame
from scorecard.errors import InputError
from scorecard.logodds import expit

if TYPE_CHECKING:
    from scorecard.models.scorecard import Scorecard


def rated_frame(card: Scorecard, frame: Any) -> pl.DataFrame:
    """Return what ``card`` says of every row of a frame; see `Scorecard.rate`."""
    frame = eager(frame)
    if not hasattr(frame, "columns"):
        raise InputError(
            "A card reads its columns by name, from a polars, pandas or pyarrow frame; got "
            f"{type(frame).__name__}. Give the columns names."
        )
    names, columns = read_frame(frame)
    check_names([name for name in names if name in card.features])
    points = card.points(dict(zip(names, columns, strict=True)))
    score = card.score(points)
    margin = card.margin(score)
    own = {f"points_{name}": points[:, j] for j, name in enumerate(card.features)}
    return pl.DataFrame({"score": score, "margin": margin, "probability": expit(margin), **own})
