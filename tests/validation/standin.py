"""Evidence without a model: outcomes, PDs and grades as a test says them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.special import logit

import scorecard as sc
from scorecard.logodds import Floats
from scorecard.models import CycleModel
from scorecard.policy import Policy
from scorecard.rating.baseline import KnownArea
from scorecard.sample import Part
from scorecard.validation.evidence import Rated
from scorecard.validation.words import Words


class Bag:
    """An object with the attributes that it is given."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


GRADES = ("R1", "R2", "R3", "R4", "R5")
CUTOFF = "R3"
ALPHA = 0.05 / 8  # one section's share


def bad_rows(counts: Sequence[tuple[int, int]]) -> tuple[Floats, np.ndarray[Any, Any]]:
    """Return outcomes and grades (n,) of so many (rows, bads) in each grade."""
    y = np.concatenate([np.arange(rows) < bads for rows, bads in counts]).astype(float)
    return y, np.repeat(np.arange(len(counts)), [rows for rows, _ in counts])


def standin(
    product: sc.Product,
    y: Floats,
    pd: Floats,
    *,
    grade: Any = None,
    weight: Floats | None = None,
    other: Floats | None = None,
    champion: Floats | None = None,
    rules: Mapping[str, Any] | None = None,
    then: tuple[float, float] = (0.5, 0.0),
    asset_correlation: float = 0.01,
    years: Sequence[int] | None = None,
    table: Mapping[str, Sequence[Any]] | None = None,
    **baseline: Any,
) -> Any:
    """Return what a section reads; ``rules`` (by section and line) take the place of the policy's.

    ``other`` and ``champion`` are the rivals' PDs, ``then`` the AUC at training and its error.
    """
    policy = Policy.parse(product.policy).model_copy(update={"cutoff_grade": CUTOFF})
    validation = policy.validation
    for section, lines in (rules or {}).items():
        changed = getattr(validation, section).model_copy(update=dict(lines))
        validation = validation.model_copy(update={section: changed})
    n = len(y)
    second = pd if other is None else other
    answers = pl.DataFrame(
        {
            "pd": pd, "margin": logit(pd), "score": 600 - 20 * logit(pd),
            "grade": np.zeros(n, np.int64) if grade is None else grade,
            "second_pd": second, "second_margin": logit(second),
        }
    )  # fmt: skip
    w = np.ones(n) if weight is None else weight
    dates = None if years is None else pl.Series([datetime.date(k, 6, 1) for k in years])
    frame = pl.DataFrame(dict(table or {}))
    part = Part(frame, frame, y, w, None, None, dates, np.zeros(n, np.bool_))
    area = KnownArea(*then)
    areas = {name: {"in time": area, "out of time": area} for name in ("scorecard", "boosted")}
    rival = None
    if champion is not None:
        rival = Rated(part, pl.DataFrame({"pd": champion, "margin": logit(champion)}))
    return Bag(
        rules=validation,
        alpha=ALPHA,
        grades=GRADES,
        policy=policy,
        judged=Rated(part, answers),
        early=None,
        other=rival,
        other_name="champion",
        baseline=Bag(areas=areas, **baseline),
        rater=Bag(answering="scorecard", cycle=CycleModel(asset_correlation), product=product),
        labels={name: Words(name, name) for name in frame.columns},
    )
