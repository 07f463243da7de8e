"""The whole scorecard as one SELECT: application columns in; points, score, PD and grade out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from scorecard.errors import InputError
from scorecard.export.calibration import calibrated_log_odds
from scorecard.export.expressions import TYPES, ExpressionWriter
from scorecard.export.portable import PortableCard
from scorecard.models.card_sql import final_step, probability, scoring_steps
from scorecard.models.sql_dialect import SqlDialect, Step, case, sql_dialect
from scorecard.rating import Bundle, Rater

#: What of a name or version may stand in a comment; all else could end it.
_PLAIN = re.compile(r"[^\w .,:@/+()=-]")


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT and what its reader should know.

    ``sql`` is the text, header comment included, without a semicolon. ``notes`` are the header's
    remarks in plain words: another model answers, no test executes the dialect, a feature computes
    with a function of which each engine has its own.
    """

    sql: str
    dialect: str
    executed: bool
    notes: tuple[str, ...]


def to_sql(
    source: Rater | Bundle | PortableCard,
    *,
    dialect: str,
    table: str = "applications",
    keep: Sequence[str] = (),
) -> str:
    """Return the scorecard as one SELECT over a table of applications.

    See `statement` for what it answers and raises.

    >>> print(to_sql(rater, dialect="postgres", keep=["uscc"]))  # doctest: +SKIP
    """
    return statement(source, dialect=dialect, table=table, keep=keep).sql


def statement(
    source: Rater | Bundle | PortableCard,
    *,
    dialect: str,
    table: str = "applications",
    keep: Sequence[str] = (),
) -> Statement:
    """Return the scorecard as one SELECT over a table of applications, with remarks.

    ``dialect`` is one of `scorecard.export.DIALECTS`; ``table`` is ``table``, ``schema.table`` or
    ``catalog.schema.table`` and holds every column that the card's features read, exactly so
    named; ``keep`` names columns that are passed on, ids for instance. Columns of the answer: the
    kept ones, ``score``, ``margin`` (log-odds of bad), ``log_odds`` (calibrated), ``pd``,
    ``grade``, and ``points_<feature>`` for every feature of the card, in its order; ``score`` is
    the card's base plus the points, left to right. A row per row, in no order.

    Points, score, margin, log-odds and grade are `Rater`'s to the bit, the PD to 1e-12 of itself,
    for every row that keeps the product's contract, which the statement does not check. Where the
    calibration is a beta curve, log-odds are to 1e-12 and a note says so.

    Raises `InputError` for an unknown dialect, names that the engine cannot hold or tell apart, and
    a feature that cannot be written in this dialect with the same meaning.
    """
    road = source if isinstance(source, PortableCard) else PortableCard.of(source)
    write = sql_dialect(dialect)
    if isinstance(keep, str):
        raise InputError(f"keep must be a list of column names; got the text {keep!r}.")
    features, own = _features(road, write)
    through = [(f"keep_{k}", write.column(f"keep_{k}")) for k in range(len(keep))]
    application = [
        *((f"keep_{k}", write.column(name)) for k, name in enumerate(keep)),
        *((name, exp.cast(write.column(name), TYPES[kind])) for name, kind in road.columns.items()),
    ]
    judged = scoring_steps(road.card, write, kept=len(keep))
    margin, log_odds = write.column("margin"), write.column("log_odds")
    calibrated = [(name, write.column(name)) for name, _ in judged[-1].columns]
    pd = exp.Greatest(
        this=probability(log_odds, write),
        expressions=[write.number(road.scale.pd_floor)],
        ignore_nulls=True,
    )
    answer = [
        ("score", write.column("score")),
        ("margin", margin),
        ("log_odds", log_odds),
        ("pd", pd),
        ("grade", _grade(road, write)),
    ]
    bent = calibrated_log_odds(road.calibration, write)
    steps = [
        Step("application", application),
        Step("features", [*through, *features]),
        *judged,
        Step("calibrated", [*calibrated, ("log_odds", bent)]),
        final_step(road.card, write, keep, answer),
    ]
    notes = _notes(road, write, own)
    header = "\n".join(f"-- {line}" for line in _header(road, write, notes))
    return Statement(
        f"{header}\n{write.statement(table, steps)}", write.name, write.executed, notes
    )


def _features(
    road: PortableCard, write: SqlDialect
) -> tuple[list[tuple[str, exp.Expression]], dict[str, set[str]]]:
    """Return ``value_<feature>`` columns, and by feature the functions engines differ in."""
    columns, own = [], {}
    for name, expression in zip(road.features.names, road.features.expressions, strict=True):
        writer = ExpressionWriter(write, road.columns)
        try:
            columns.append((f"value_{name}", writer.write(expression.normal).node))
        except InputError as error:
            raise InputError(f"Feature {name}: {error}") from error
        if writer.own:
            own[name] = writer.own
    return columns, own


def _grade(road: PortableCard, write: SqlDialect) -> exp.Case:
    """Return the grade: log-odds against the frozen edges, never the PD, as `MasterScale` does."""
    labels, edges = road.scale.labels, road.scale.log_odds_edges
    branches = [
        (
            exp.LT(this=write.column("log_odds"), expression=write.number(float(edge))),
            write.text(label),
        )
        for label, edge in zip(labels, edges, strict=False)
    ]
    return case(branches, write.text(labels[-1]))


def _notes(road: PortableCard, write: SqlDialect, own: dict[str, set[str]]) -> tuple[str, ...]:
    notes = []
    if not road.answers:
        notes.append(
            f"the {road.answering} model answers for this bundle, and this statement is its other "
            "model, the scorecard: a second opinion"
        )
    if not write.executed:
        notes.append(f"{write.name} is {write.tested}")
    if write.stops and not write.careful:
        notes.append(
            f"{write.name} ends the statement where a number of one row overflows: keep amounts "
            "within the contract of the product"
        )
    if road.calibration.method == "beta":
        notes.append(
            "calibration is beta and computes ln and exp with functions of the engine itself: "
            "log-odds at the edge of a grade may fall into the next one"
        )
    for name, functions in own.items():
        notes.append(
            f"feature {name} computes {', '.join(sorted(functions))} with a function of the engine "
            "itself: a value at the edge of a bin may fall into the next one"
        )
    return tuple(notes)


def _header(road: PortableCard, write: SqlDialect, notes: Sequence[str]) -> list[str]:
    lines = [
        f"Scorecard of product {road.product}: points, score, PD and grade of applications",
        f"bundle   {road.sha256}",
        f"features {road.feature_hash}",
        f"policy   {road.policy_version}",
        f"dialect  {write.name}, {write.tested}",
        f"model    {road.answering} answers",
        f"score    {road.card.base!r} plus the points, summed left to right",
        "rows     must keep the contract of the product, which is not checked here",
        *(f"note     {note}" for note in notes),
    ]
    return [_PLAIN.sub("?", line) for line in lines]
