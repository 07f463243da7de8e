"""The rows of a table that a trained model is judged on, and those it may have learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from scorecard.contract import Product
from scorecard.errors import TableError
from scorecard.policy import Policy
from scorecard.sample.condition import condition
from scorecard.sample.part import Part, part_of
from scorecard.sample.population import population


@dataclass(frozen=True)
class Judged:
    """What a validation looks at.

    ``judged`` are the rows that ``window`` (SQL) names, ``early`` the in-time rows of the same
    table that are not judged, None where it holds too few to tell anything. ``outside``,
    ``unknown``, ``steps``, ``rejected``, ``ignored`` and ``fingerprint`` as in `Population`.
    """

    judged: Part
    early: Part | None
    window: str
    steps: pl.DataFrame
    outside: int
    unknown: int
    rejected: pl.DataFrame
    ignored: tuple[str, ...]
    fingerprint: str


def draw_judged(
    product: Product, policy: Policy, data: pl.DataFrame, *, window: str | None = None
) -> Judged:
    """Take the rows to judge from ``data``: those of ``window``, a SQL condition.

    Left out, they are the product's out-of-time rows, or, in a table without any, all that are not
    in time. Raises `TableError` where they hold too few bads or goods, and what `population` does.
    """
    found = population(product, policy, data)
    early = found.windows["in time"].fill_null(value=False)
    said = policy.sample.out_of_time if window is None else window
    late = condition(said, product, "window" if window is not None else "sample.out_of_time")
    rows = found.table.filter(late)
    if window is None and rows.is_empty():
        said = f"not ({policy.sample.in_time})"
        rows = found.table.filter(~early)
    if rows.is_empty():
        raise TableError(
            f"No row of the table is one to judge the model on: none meets {said}. Give later "
            "rows, or name the rows with --window."
        )
    found.steps.count("judged", rows)
    before = found.table.filter(early & ~late.fill_null(value=False))
    try:
        known = part_of(product, policy, before, "in time", None)
    except TableError:  # too few: the judged rows stand alone, beside what training froze
        known = None
    return Judged(
        judged=part_of(product, policy, rows, "judged", None),
        early=known,
        window=said,
        steps=found.steps.table(),
        outside=found.outside,
        unknown=found.unknown,
        rejected=found.rejected,
        ignored=found.ignored,
        fingerprint=found.fingerprint,
    )
