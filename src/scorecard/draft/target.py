"""The outcome column: which of its two values is bad, and in which rows it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.draft.spelling import sql_name, sql_number, sql_text
from scorecard.draft.table import Table
from scorecard.errors import InputError

RULE = "a target holds 0 and 1, false and true, or two levels; null means not known"


@dataclass(frozen=True)
class Target:
    """The outcome: ``y`` (n,) is 1.0 bad, 0.0 good, NaN not known.

    ``bad`` and ``known`` are its SQL; ``said`` tells in a sentence which value was taken as bad.
    """

    column: str
    y: NDArray[np.float64]
    bad: str
    known: str
    said: str

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Which rows have a known outcome."""
        return ~np.isnan(self.y)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Bads, goods, and rows whose outcome is not known."""
        bads, known = int(np.nansum(self.y)), int(self.is_known.sum())
        return bads, known - bads, len(self.y) - known


def read_target(table: Table, column: str, bad: str | None = None) -> Target:
    """Find the bad value of ``column``: 1 of 0 and 1, true, else the rarer of two levels.

    ``bad`` names the bad value instead, as text. Raises `InputError`, naming column and rule, for
    anything but two values, and where none of two levels is the rarer.
    """
    if column in table.undeclared:
        raise InputError(
            f"The target {column} cannot be declared: {table.undeclared[column]}; {RULE}."
        )
    if column not in table.kinds:
        raise InputError(f"The table has no column {column!r} for the target; {_names(table)}.")
    values, kind = table.frame[column], table.kinds[column]
    counts = values.drop_nulls().value_counts(sort=True)
    if kind == "date" or counts.height != 2:
        what = "dates" if kind == "date" else f"{counts.height:,} different value(s)"
        raise InputError(f"The target {column} holds {what}, but {RULE}. Recode the column.")
    levels = sorted(counts[column].to_list())
    if bad is not None:
        chosen = [level for level in levels if bad in _spellings(level)]
        if len(chosen) != 1:
            raise InputError(f"The target {column} has no value {bad!r} to be bad; {RULE}.")
        level, said = chosen[0], f"{_shown(chosen[0])} is bad, as asked"
    elif kind == "bool" or levels == [0, 1]:
        level, said = levels[1], f"{_shown(levels[1])} is bad"
    else:
        rarer = counts[column][1]
        if counts["count"][0] == counts["count"][1]:
            raise InputError(
                f"The two values of the target {column} are equally frequent, so that the rarer "
                "cannot be taken as bad; name the bad one with --bad."
            )
        level, said = rarer, f"{_shown(rarer)} is bad, being the rarer of two values"
    share = float((values.drop_nulls() == level).mean())
    if share > 0.5:
        said += f"; note that {share:.0%} of the rows are bad: name the other one with --bad if not"
    return Target(
        column=column,
        y=(values == level).cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        bad=_condition(column, level),
        known=f"{sql_name(column)} is not null",
        said=said,
    )


def _condition(column: str, level: object) -> str:
    name = sql_name(column)
    if isinstance(level, bool):
        return name if level else f"not {name}"
    if isinstance(level, str):
        return f"{name} = {sql_text(level)}"
    assert isinstance(level, (int, float))
    return f"{name} = {sql_number(level)}"


def _spellings(level: object) -> set[str]:
    if isinstance(level, bool):
        return {str(level), str(level).lower(), str(int(level))}
    if isinstance(level, float) and level.is_integer():
        return {str(level), str(int(level))}
    return {str(level)}


def _shown(level: object) -> str:
    return sql_number(level) if isinstance(level, float) else str(level)


def _names(table: Table) -> str:
    """Say which columns there are, or that a CSV's fields are parted by something else."""
    names = [*table.kinds, *table.undeclared]
    for mark, said in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(names) == 1 and mark in names[0]:
            return f"its fields are parted by {said}, save it with commas"
    return f"it ends with {', '.join(names[-12:])}"
