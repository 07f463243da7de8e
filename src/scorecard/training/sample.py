"""From a table to the rows that train and the rows that test, with every loss counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard import metrics
from scorecard.contract import Product
from scorecard.contract.typical import typical_application
from scorecard.errors import ProductError, TableError
from scorecard.features import Expression
from scorecard.logodds import Floats
from scorecard.policy import Policy
from scorecard.training.fingerprint import fingerprint

#: A window must hold at least this many bads and goods to fit or to judge a model at all.
FEWEST = 20

EXCLUDING = "after excluding: "


@dataclass(frozen=True)
class Part:
    """The rows of one window: ``features`` (n rows), outcome ``y`` (bad is 1), ``weight``.

    ``changeable`` holds the columns that an applicant can change. ``dates`` (n,) are the rows'
    observation dates, ``first`` and ``last`` the earliest and the latest; None where the product
    has none. ``apart`` (n,) are the rows set apart to calibrate on, which no answering model learns
    from; none where calibration has no period of its own.
    """

    features: pl.DataFrame
    changeable: pl.DataFrame
    y: Floats
    weight: Floats
    first: str | None
    last: str | None
    dates: pl.Series | None
    apart: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.y)

    @property
    def bad_rate(self) -> float:
        """The weighted bad rate."""
        return metrics.bad_rate(self.y, self.weight)

    @property
    def calibrates(self) -> NDArray[np.bool_]:
        """The rows (n,) that a calibration is fitted on: those set apart, or all."""
        return self.apart if self.apart.any() else np.ones(len(self), dtype=np.bool_)


@dataclass(frozen=True)
class Sample:
    """In-time and out-of-time rows of a product's table.

    ``steps`` counts rows, bads and weight after each step from the file to the windows, and in
    ``undecided`` the rows that an exclusion keeps because it is null for them (null for other
    steps). ``purged`` counts the in-time rows whose label window reached the out-of-time window
    (None: the outcome has no horizon, nothing can be purged). ``rejected`` holds the rows the
    contract refused, ``fingerprint`` is the SHA-256 of the accepted table, ``typical`` a made-up
    application of it (`typical_application`).
    """

    in_time: Part
    out_of_time: Part
    steps: pl.DataFrame
    purged: int | None
    rejected: pl.DataFrame
    ignored: tuple[str, ...]
    fingerprint: str
    typical: pl.DataFrame | None = None


def draw_sample(product: Product, policy: Policy, data: pl.DataFrame) -> Sample:
    """Check, exclude, label and split ``data`` as the product declares.

    Raises `TableError` for a table of the wrong shape or a window without enough bads and goods,
    `ProductError` for a policy line that does not fit the columns.
    """
    _check_columns(product, policy)
    checked = product.table.check(data)
    table = checked.accepted
    if table.is_empty():
        raise TableError("The contract rejects every row of the table; none is left to train on.")
    steps = _Steps(product, policy)
    steps.count("in the file, valid under the contract", table)
    windows = {
        "in time": _condition(policy.sample.in_time, product, "sample.in_time"),
        "out of time": _condition(policy.sample.out_of_time, product, "sample.out_of_time"),
    }
    for window, dates in windows.items():
        steps.count(f"of these {window}, before exclusions", table.filter(dates))
    for exclusion in policy.population.exclusions:
        rule = _condition(exclusion.rule, product, "population.exclusions")
        undecided = int(table.select(rule.is_null().sum()).item())
        table = table.filter(~rule.fill_null(False))
        steps.count(EXCLUDING + exclusion.reason_en, table, undecided)
    table = table.filter(_condition(policy.outcome.known, product, "outcome.known"))
    steps.count("outcome known", table)
    early, late = (table.filter(dates) for dates in windows.values())
    purged = None
    date = policy.sample.observation_date
    if date is not None and policy.outcome.horizon_months is not None and late.height:
        kept = early.filter(_label_ends(date, policy) < late[date].min())
        purged, early = early.height - kept.height, kept
    steps.count("in time", early)
    period = policy.calibration.period
    if period is not None:
        condition = _condition(period, product, "calibration.period")
        steps.count("of these set apart to calibrate on", early.filter(condition))
    steps.count("out of time", late)
    return Sample(
        in_time=_part(product, policy, early, "in time", period),
        out_of_time=_part(product, policy, late, "out of time", None),
        steps=steps.table(),
        purged=purged,
        rejected=checked.rejected,
        ignored=checked.ignored,
        fingerprint=fingerprint(checked.accepted),
        typical=typical_application(checked.accepted, product.table),
    )


class _Steps:
    """Counts what each step leaves."""

    def __init__(self, product: Product, policy: Policy) -> None:
        self._bad = _condition(policy.outcome.bad, product, "outcome.bad")
        weight = policy.sample.weight
        self._weight = pl.lit(1.0) if weight is None else pl.col(weight)
        self._rows: list[tuple[str, int, int, float, float | None, int | None]] = []

    def count(self, step: str, table: pl.DataFrame, undecided: int | None = None) -> None:
        bad = self._bad.fill_null(False)
        counted = table.select(bad.alias("bad"), weight=self._weight)
        weight = float(counted["weight"].sum())
        bad_weight = float(counted.filter("bad")["weight"].sum())
        rate = bad_weight / weight if weight else None
        bads = int(counted["bad"].sum())
        self._rows.append((step, table.height, bads, weight, rate, undecided))

    def table(self) -> pl.DataFrame:
        schema = {
            "step": pl.String, "rows": pl.Int64, "bads": pl.Int64, "weight": pl.Float64,
            "weighted_bad_rate": pl.Float64, "undecided": pl.Int64,
        }  # fmt: skip
        return pl.DataFrame(self._rows, schema=schema, orient="row")


def _check_columns(product: Product, policy: Policy) -> None:
    """Raise `ProductError` where the columns that ``sample`` names cannot do what they are for."""
    date, weight = policy.sample.observation_date, policy.sample.weight
    if date is None and policy.outcome.horizon_months is not None:
        raise ProductError(
            "outcome.horizon_months needs sample.observation_date, to tell when a label ends; name "
            "the date or make the horizon null."
        )
    if date is not None and product.kinds.get(date) != "date":
        raise ProductError(f"sample.observation_date must name a column of dates; got {date!r}.")
    if weight is not None and product.kinds.get(weight) not in ("int", "float"):
        raise ProductError(f"sample.weight must name a column of numbers; got {weight!r}.")


def _condition(sql: str, product: Product, line: str) -> pl.Expr:
    expression = Expression(sql, product.kinds)
    if expression.kind != "bool":
        raise ProductError(f"policy.yaml: {line} must be a condition; {sql!r} is not.")
    return expression.polars


def _label_ends(date: str, policy: Policy) -> pl.Expr:
    months = policy.outcome.horizon_months
    return pl.col(date).dt.offset_by(f"{months}mo")


def _part(
    product: Product, policy: Policy, table: pl.DataFrame, window: str, period: str | None
) -> Part:
    bad = _condition(policy.outcome.bad, product, "outcome.bad")
    outcome = table.select(bad.cast(pl.Float64).alias("y"))["y"]
    if outcome.null_count():
        raise TableError(
            "The outcome must be decided in every row where it is known; outcome.bad is null in "
            f"{outcome.null_count():,} rows of the {window} window. Narrow outcome.known."
        )
    y = outcome.to_numpy()
    bads = int(y.sum())
    if min(bads, len(y) - bads) < FEWEST:
        raise TableError(
            f"The {window} window needs at least {FEWEST} bads and {FEWEST} goods; it has {bads} "
            f"bads in {len(y)} rows. Check sample.{window.replace(' ', '_')} in policy.yaml and "
            "the dates of the table."
        )
    weight = np.ones(len(y))
    if policy.sample.weight is not None:
        weight = table[policy.sample.weight].cast(pl.Float64).to_numpy()
        if not (np.isfinite(weight).all() and (weight > 0).all()):
            raise TableError(f"{policy.sample.weight} must be a positive weight in every row.")
    date = policy.sample.observation_date
    dates = None if date is None else table[date]
    return Part(
        features=product.features.evaluate(table),
        changeable=table.select(c.name for c in product.columns if c.change is not None),
        y=y,
        weight=weight,
        first=None if dates is None else str(dates.min()),
        last=None if dates is None else str(dates.max()),
        dates=dates,
        apart=_apart(product, table, y, period),
    )


def _apart(
    product: Product, table: pl.DataFrame, y: Floats, period: str | None
) -> NDArray[np.bool_]:
    """Return the rows of calibration's own period; raises where either side is too small."""
    if period is None:
        return np.zeros(len(y), dtype=np.bool_)
    condition = _condition(period, product, "calibration.period").fill_null(value=False)
    apart = table.select(condition.alias("apart"))["apart"].to_numpy()
    for rows, what in ((apart, "The period of calibration"), (~apart, "What is left to train on")):
        bads = int(y[rows].sum())
        if min(bads, int(rows.sum()) - bads) < FEWEST:
            raise TableError(
                f"{what} needs at least {FEWEST} bads and {FEWEST} goods; it has {bads} bads in "
                f"{int(rows.sum())} rows. Change calibration.period in policy.yaml, or make it "
                "null to calibrate by cross-fitting."
            )
    return apart
