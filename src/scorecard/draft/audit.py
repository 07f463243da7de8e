"""Which columns make the groups of a fairness audit, and how each is divided."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from scorecard.draft.columns import Drafted
from scorecard.draft.roles import TELLS_A_PERSON
from scorecard.draft.table import Table

#: A column of more levels makes no groups, a number of more values is divided.
_MOST_LEVELS = 8


def audit_groups(columns: Iterable[Drafted], table: Table) -> dict[str, list[float]]:
    """Return, by audit-only column that tells what a person is, the numbers that divide it.

    Empty where its levels are the groups. Dates and texts of many levels are left out.
    """
    found: dict[str, list[float]] = {}
    for each in columns:
        column = each.column
        if column.role != "audit_only" or not each.guess.why.startswith(TELLS_A_PERSON):
            continue
        known = table.frame[column.name].drop_nulls()
        few = known.n_unique() <= _MOST_LEVELS
        if column.kind in ("int", "float") and not few:
            found[column.name] = _cuts(known)
        elif column.kind != "date" and few:
            found[column.name] = []
    return found


def _cuts(known: pl.Series) -> list[float]:
    """Return the quartiles, rounded to two digits, each once."""
    quartiles = [float(f"{known.quantile(q):.2g}") for q in (0.25, 0.5, 0.75)]
    return sorted(set(quartiles))
