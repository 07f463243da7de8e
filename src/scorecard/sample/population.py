"""The rows of a table that the model is about and whose outcome is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from scorecard.contract import Product
from scorecard.contract.typical import typical_application
from scorecard.errors import ProductError, TableError
from scorecard.policy import Policy
from scorecard.sample.condition import condition
from scorecard.sample.fingerprint import fingerprint
from scorecard.sample.steps import Steps

EXCLUDING = "after excluding: "
IN_FILE = "in the file, valid under the contract"


@dataclass(frozen=True)
class Population:
    """What is left of a table under contract, exclusions and the outcome being known.

    ``windows`` are the conditions of the two windows, by name; ``steps`` counts what was left and
    goes on counting; ``outside`` rows met an exclusion, ``unknown`` ones have no outcome yet.
    ``rejected``, ``ignored``, ``fingerprint`` and ``typical`` as in `Sample`.
    """

    table: pl.DataFrame
    windows: Mapping[str, pl.Expr]
    steps: Steps
    outside: int
    unknown: int
    rejected: pl.DataFrame
    ignored: tuple[str, ...]
    fingerprint: str
    typical: pl.DataFrame | None


def population(product: Product, policy: Policy, data: pl.DataFrame) -> Population:
    """Check ``data``, take the exclusions out, and keep the rows whose outcome is known.

    Raises `TableError` for a table of the wrong shape or without a valid row, `ProductError` for a
    policy line that does not fit the columns.
    """
    _check_columns(product, policy)
    checked = product.table.check(data)
    table = checked.accepted
    if table.is_empty():
        raise TableError("The contract rejects every row of the table; none is left to train on.")
    steps = Steps(product, policy)
    steps.count(IN_FILE, table)
    windows = {
        "in time": condition(policy.sample.in_time, product, "sample.in_time"),
        "out of time": condition(policy.sample.out_of_time, product, "sample.out_of_time"),
    }
    for window, dates in windows.items():
        steps.count(f"of these {window}, before exclusions", table.filter(dates))
    valid = table.height
    for exclusion in policy.population.exclusions:
        rule = condition(exclusion.rule, product, "population.exclusions")
        undecided = int(table.select(rule.is_null().sum()).item())
        table = table.filter(~rule.fill_null(False))
        steps.count(EXCLUDING + exclusion.reason_en, table, undecided)
    inside = table.height
    table = table.filter(condition(policy.outcome.known, product, "outcome.known"))
    steps.count("outcome known", table)
    return Population(
        table=table,
        windows=windows,
        steps=steps,
        outside=valid - inside,
        unknown=inside - table.height,
        rejected=checked.rejected,
        ignored=checked.ignored,
        fingerprint=fingerprint(checked.accepted),
        typical=typical_application(checked.accepted, product.table),
    )


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
    borrower = policy.sample.borrower
    identifiers = [c.name for c in product.columns if c.role == "identifier"]
    if borrower is not None and borrower not in identifiers:
        raise ProductError(
            f"sample.borrower must name an identifier ({', '.join(identifiers) or 'there is none'})"
            f"; got {borrower!r}."
        )
    if weight is not None and product.kinds.get(weight) not in ("int", "float"):
        raise ProductError(f"sample.weight must name a column of numbers; got {weight!r}.")
