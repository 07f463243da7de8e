"""Every column of a table drafted: declaration, feature and what a reviewer should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.contract import Column
from scorecard.contract.column import Kind
from scorecard.draft import words
from scorecard.draft.evidence import Evidence, weigh
from scorecard.draft.limits import is_coded, rules_of, special_codes
from scorecard.draft.roles import Guess, Known, guess_role, is_numeric_text
from scorecard.draft.spelling import slug, sql_name, unique
from scorecard.draft.table import Table
from scorecard.draft.target import Target
from scorecard.features import Feature, ReasonText


@dataclass(frozen=True)
class Drafted:
    """One column: its declaration, the reason of its role, its feature, and points to review."""

    column: Column
    guess: Guess
    feature: Feature | None
    reason: ReasonText | None
    seen: tuple[str, ...]


def draft_columns(table: Table, target: Target, known: Known) -> tuple[Drafted, ...]:
    """Draft every column that can be declared, in the table's order."""
    observed = None if known.date is None else table.frame[known.date]
    taken: set[str] = set()
    drafted = []
    for position, (name, kind) in enumerate(table.kinds.items(), start=1):
        values = table.frame[name]
        evidence = evidence_of(values, kind, target.y, observed)
        guess = guess_role(values, kind, evidence, known, observed)
        column = _declared(values, kind, guess)
        feature, reason = None, None
        if guess.role == "scoring" and name != known.date:
            feature = _feature(column, guess, known, unique(slug(name, position), taken))
            reason = _reason(feature)
        seen = _seen(values, kind)
        drafted.append(Drafted(column, guess, feature, reason, seen))
    return tuple(drafted)


def evidence_of(
    values: pl.Series, kind: Kind, y: NDArray[np.float64], observed: pl.Series | None
) -> Evidence:
    """Weigh a column against the outcome ``y`` (n,), read as its feature would read it."""
    if kind == "date" and observed is not None:
        values = (observed - values).dt.total_days().alias(values.name)
    elif kind == "str" and is_numeric_text(values):
        numbers = values.str.strip_chars().cast(pl.Float64, strict=False)
        values = pl.select(
            pl.when(numbers.is_finite()).then(numbers).alias(values.name)
        ).to_series()
    return weigh(values, y)


def _declared(values: pl.Series, kind: Kind, guess: Guess) -> Column:
    rules: dict[str, Any] = rules_of(values, kind, names_rows=guess.role == "identifier")
    aside = guess.role in ("outcome", "audit_only") and guess.why not in ("the target",)
    return Column(
        name=values.name,
        kind=kind,
        required=values.null_count() == 0,
        role=guess.role,
        zh=values.name,
        en=values.name,
        proxy_review=guess.role == "scoring" and words.proxy(values.name) is not None,
        note=guess.why if aside else None,
        **rules,
    )


def _feature(column: Column, guess: Guess, known: Known, name: str) -> Feature:
    sql, unit = sql_name(column.name), None
    if column.kind == "date":
        assert known.date is not None
        sql, unit = f"{sql_name(known.date)} - {sql}", "days"
    elif column.kind == "bool":
        unit = "yes = 1"
    elif guess.numeric:
        sql = f"try_cast({sql} as double)"
    text = column.kind == "str" and not guess.numeric
    return Feature(
        name=name,
        sql=sql,
        trend="none" if text else "auto",
        reason=name.upper(),
        zh=column.zh,
        en=column.en,
        unit=unit,
    )


def _reason(feature: Feature) -> ReasonText:
    return ReasonText(
        feature.reason,
        "此项的风险高于可比申请人的平均水平",
        "In this respect, riskier than the average of comparable applicants",
    )


def _seen(values: pl.Series, kind: Kind) -> tuple[str, ...]:
    """Return what the table shows of a column beside its rules, in short phrases."""
    said = []
    missing = values.null_count() / len(values)
    if missing:
        said.append(f"missing in {missing:.1%}" if missing >= 0.001 else "missing in under 0.1%")
    known = values.drop_nulls()
    different = known.n_unique()
    said.append("one value" if different == 1 else f"{different:,} different values")
    codes = special_codes(values)
    if codes:
        rows = int(known.is_in(pl.Series(codes).cast(values.dtype).implode()).sum())
        said.append(
            f"{', '.join(map(str, codes))} ({rows:,} rows) may be codes, no amounts: if they mean "
            "missing, write nullif(column, code) in the feature"
        )
    elif kind in ("int", "float") and values.n_unique() > 2 and is_coded(known):
        said.append("few whole numbers: amounts, or codes without an order?")
    if kind == "str" and is_numeric_text(values):
        said.append("numbers written as text")
    return tuple(said)
