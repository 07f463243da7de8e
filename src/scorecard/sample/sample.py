"""From a table to the rows that train and the rows that test, with every loss counted."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from scorecard.contract import Product
from scorecard.policy import Policy
from scorecard.sample.condition import condition
from scorecard.sample.part import Part, part_of
from scorecard.sample.population import population


@dataclass(frozen=True)
class Sample:
    """In-time and out-of-time rows of a product's table.

    ``steps`` counts rows, bads and weight after each step from the file to the windows, and in
    ``undecided`` the rows that an exclusion keeps because it is null for them (null for other
    steps). ``purged`` counts the in-time rows whose label window reached the out-of-time window
    (None: the outcome has no horizon, nothing can be purged). ``rejected`` holds the rows the
    contract refused, ``fingerprint`` is the SHA-256 of the accepted table.
    """

    in_time: Part
    out_of_time: Part
    steps: pl.DataFrame
    purged: int | None
    rejected: pl.DataFrame
    ignored: tuple[str, ...]
    fingerprint: str


def draw_sample(product: Product, policy: Policy, data: pl.DataFrame) -> Sample:
    """Check, exclude, label and split ``data`` as the product declares.

    Raises `TableError` for a table of the wrong shape or a window without enough bads and goods,
    `ProductError` for a policy line that does not fit the columns.
    """
    found = population(product, policy, data)
    table, steps = found.table, found.steps
    early, late = (table.filter(dates) for dates in found.windows.values())
    purged = None
    date = policy.sample.observation_date
    if date is not None and policy.outcome.horizon_months is not None and late.height:
        kept = early.filter(_label_ends(date, policy) < late[date].min())
        purged, early = early.height - kept.height, kept
    steps.count("in time", early)
    period = policy.calibration.period
    if period is not None:
        apart = condition(period, product, "calibration.period")
        steps.count("of these set apart to calibrate on", early.filter(apart))
    steps.count("out of time", late)
    return Sample(
        in_time=part_of(product, policy, early, "in time", period),
        out_of_time=part_of(product, policy, late, "out of time", None),
        steps=steps.table(),
        purged=purged,
        rejected=found.rejected,
        ignored=found.ignored,
        fingerprint=found.fingerprint,
    )


def _label_ends(date: str, policy: Policy) -> pl.Expr:
    months = policy.outcome.horizon_months
    return pl.col(date).dt.offset_by(f"{months}mo")
