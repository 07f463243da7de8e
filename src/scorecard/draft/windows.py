"""Which rows train and which test: by time where there is a date, else by a stable hash of rows."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.draft.spelling import sql_name, sql_text
from scorecard.draft.table import Table
from scorecard.draft.target import Target
from scorecard.errors import InputError
from scorecard.features import Expression

#: Bads and goods that training asks of each window.
FEWEST = 20

#: Shares of the rows, earliest first, tried as the in-time window.
_SHARES = (0.75, 0.7, 0.8, 0.65, 0.6, 0.85, 0.5)
_HELD_OUT = 0.3
#: The golden ratio's fraction spreads multiples over (0, 1) more evenly than chance; those of
#: roots keep columns that are hashed together apart.
_SPREAD = 0.6180339887498949
_CONSTANTS = (_SPREAD, *(root**0.5 % 1 for root in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)))
#: So many constants are tried, of so many numbers at most.
_TRIED, _MOST_COLUMNS = 4, 6
#: A column with at least this share of different values tells rows apart alone, and so many
#: columns at least are taken where none does; they must tell so many rows apart.
_NEARLY_ALL, _FEWEST_COLUMNS, _FEWEST_DIFFERENT = 0.95, 3, 10
_MOST_LEVELS, _LONGEST_LEVEL = 10, 20
#: Characters of a condition; expressions may have 2,000.
_LONGEST = 1_800


@dataclass(frozen=True)
class Windows:
    """The two windows as SQL; ``date`` is the observation date, None where rows are held out.

    ``early`` and ``late`` (n,) say which rows of the table each window holds, ``said`` how they
    were chosen, and ``trainable`` whether each holds as many bads and goods as training asks for.
    """

    date: str | None
    in_time: str
    out_of_time: str
    early: NDArray[np.bool_]
    late: NDArray[np.bool_]
    said: str
    trainable: bool


def by_time(table: Table, target: Target, date: str) -> Windows | None:
    """Split at a date so that about a quarter of the rows comes after it.

    The first of a year or a month is preferred. None where no date leaves both windows bads and
    goods enough.
    """
    days, name = table.frame[date], sql_name(date)
    for day in _days(days):
        early = (days < day).to_numpy()
        if not _enough(target, early) or not _enough(target, ~early):
            continue
        return Windows(
            date=date,
            in_time=f"{name} < date '{day.isoformat()}'",
            out_of_time=f"{name} >= date '{day.isoformat()}'",
            early=early,
            late=~early,
            said=f"by {date}: rows before {day} train, the {(~early).mean():.0%} from then on test",
            trainable=True,
        )
    return None


def _days(days: pl.Series) -> Iterator[dt.date]:
    ordered = days.sort()
    for share in _SHARES:
        day: dt.date = ordered[int(share * (len(ordered) - 1))]
        for rounded in (day.replace(month=1, day=1), day.replace(day=1)):
            if 0.65 <= float((days < rounded).mean()) <= 0.85:  # type: ignore[arg-type]
                yield rounded
        yield day


def held_out(table: Table, target: Target, roles: dict[str, str]) -> Windows:
    """Hold out about three rows of ten by a hash that reads the columns and never the outcome.

    The hash is the fraction of columns times constants, so that a row stays in its window whatever
    its place in the file; equal rows go together. One column alone is hashed only where it names
    rows or is nearly unique: rows that share a value of it would else all fall on one side, and a
    coarse column that predicts would give the two sides different bad rates. Of a few constants
    the first is taken under which the bad rates do not differ by more than chance, which is what
    a stratified draw sees to. Raises `InputError` where no column tells rows apart well enough.
    """
    readable = [c for c in table.kinds if c != target.column and roles.get(c) != "outcome"]
    best: Windows | None = None
    for what, totals in _hashes(table, readable, roles):
        found = [w for total in totals if (w := _held(table, target, what, total)) is not None]
        trainable = [w for w in found if w.trainable]
        if trainable:
            return next((w for w in trainable if _alike(target, w.late)), trainable[0])
        best = best or next(iter(found), None)
    if best is None:
        raise InputError(
            "No column tells the rows apart well enough to hold some of them out for testing; add "
            "a row number, or a date and name it with --date."
        )
    return best


def _held(table: Table, target: Target, what: str, total: str) -> Windows | None:
    """Return the windows of one hash, None where it holds out far more or fewer than asked."""
    fraction = f"{total} - floor({total})"
    share = table.frame.select(Expression(fraction, dict(table.kinds)).polars.alias("h"))["h"]
    held = (share >= 1 - _HELD_OUT).to_numpy()
    if not 0.1 <= held.mean() <= 0.5:
        return None
    return Windows(
        date=None,
        in_time=f"{fraction} < {1 - _HELD_OUT}",
        out_of_time=f"{fraction} >= {1 - _HELD_OUT}",
        early=~held,
        late=held,
        said=f"{held.mean():.0%} of the rows are held out by a hash of {what}; not out of time",
        trainable=_enough(target, held) and _enough(target, ~held),
    )


def _alike(target: Target, late: NDArray[np.bool_]) -> bool:
    """Whether the bad rates of the two windows differ by less than two standard errors."""
    sides = [target.y[rows & target.is_known] for rows in (~late, late)]
    rate = float(np.nanmean(target.y))
    error = math.sqrt(rate * (1 - rate) * sum(1 / len(y) for y in sides))
    return abs(float(sides[0].mean() - sides[1].mean())) < 2 * error


def _enough(target: Target, rows: NDArray[np.bool_]) -> bool:
    y = target.y[rows & target.is_known]
    return bool(min(y.sum(), len(y) - y.sum()) >= FEWEST)


def _hashes(
    table: Table, readable: list[str], roles: dict[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield what to hash, and its SQL with each of a few constants: a key, then several columns."""
    frame, rows = table.frame, table.frame.height
    numbers = [c for c in readable if table.kinds[c] in ("int", "float")]
    distinct = {c: frame[c].n_unique() for c in numbers}
    gaps = {c: frame[c].null_count() for c in numbers}
    numbers.sort(key=lambda c: (roles.get(c) != "identifier", gaps[c] > 0, -distinct[c]))
    for column in numbers:
        names_rows = roles.get(column) == "identifier"
        many = min(50, max(rows // 4, 5)) if names_rows else _NEARLY_ALL * rows
        if distinct[column] >= many and gaps[column] < rows // 20:
            yield f'"{column}"', [_spread(frame, column, k) for k in range(_TRIED)]
    texts = [c for c in readable if table.kinds[c] in ("str", "bool")]
    texts.sort(key=lambda c: (roles.get(c) != "identifier", -frame[c].n_unique()))
    coded = {c: code for k, c in enumerate(texts) if (code := _coded(frame, c, k))}
    for column, code in coded.items():
        if roles.get(column) == "identifier":
            yield f'"{column}"', [f"({code})"]
    numbers.sort(key=lambda c: -distinct[c])
    several = [
        {c: _spread(frame, c, k + 1) for k, c in enumerate(numbers[:_MOST_COLUMNS], t)} | coded
        for t in range(_TRIED)
    ]
    names = [*several[0]]
    for chosen in (_apart(frame, several[0]), names[-_FEWEST_COLUMNS:], names[:1]):
        totals = ["(" + " + ".join(each[c] for c in chosen) + ")" for each in several]
        told = frame.select(chosen).n_unique() if chosen else 0
        if told >= _FEWEST_DIFFERENT and 2 * max(map(len, totals)) < _LONGEST:
            yield ", ".join(f'"{c}"' for c in chosen), totals


def _apart(frame: pl.DataFrame, hashed: dict[str, str]) -> list[str]:
    """Return the first columns that tell nearly all different rows apart, as far as SQL may go."""
    different = frame.select([*hashed]).n_unique() if hashed else 0
    chosen: list[str] = []
    length = 0
    for column, sql in hashed.items():
        if 2 * (length + len(sql) + 5) >= _LONGEST:
            continue
        chosen.append(column)
        length += len(sql) + 3
        told = frame.select(chosen).n_unique()
        if len(chosen) >= _FEWEST_COLUMNS and told >= _NEARLY_ALL * different:
            break
    return chosen


def _spread(frame: pl.DataFrame, column: str, constant: int) -> str:
    """Return SQL of a number times a constant so large that near values fall far apart."""
    values = frame[column].drop_nulls().cast(pl.Float64).unique().sort().to_numpy()
    gap = float(np.median(np.diff(values))) if len(values) > 1 else 1.0
    power = 0 if gap >= 1 else min(math.ceil(-math.log10(gap)) + 1, 9)
    factor = f"{_CONSTANTS[constant] * 10**power:.10g}"
    name = sql_name(column)
    name = f"coalesce({name}, 0)" if frame[column].null_count() else name
    return f"{name} * {factor}"


def _coded(frame: pl.DataFrame, column: str, position: int) -> str | None:
    """Return SQL that gives each frequent level of a text, or a flag, a constant of its own.

    Where a text has many levels its last character stands for it.
    """
    name, values = sql_name(column), frame[column]
    step = _SPREAD * (position + 1) ** 0.5
    if values.dtype == pl.Boolean:
        return f"case when {name} then {step % 1:.4f} else 0 end"
    if values.n_unique() > 2 * _MOST_LEVELS:
        name, values = f"right({name}, 1)", values.str.slice(-1)
    counted = values.drop_nulls().value_counts()
    counted = counted.sort(pl.col("count"), pl.col(column), descending=[True, False])
    levels = [v for v in counted.head(_MOST_LEVELS)[column].to_list() if len(v) <= _LONGEST_LEVEL]
    if len(levels) < 2:
        return None
    cases = " ".join(
        f"when {sql_text(level)} then {step * (k + 1) % 1:.4f}" for k, level in enumerate(levels)
    )
    return f"case {name} {cases} else 0 end"
