"""Every part of the normal form, on rows on which engines like to differ."""

from __future__ import annotations

import math
import re

import polars as pl
import pytest
import sqlglot
from engines import Engine
from hypothesis import given, settings
from hypothesis import strategies as st
from language import EXACT, KINDS, OWN, features, table
from sqlglot import exp

from scorecard.errors import InputError
from scorecard.export.expressions import TYPES, ExpressionWriter
from scorecard.features import FeatureSet
from scorecard.features.expression import Expression
from scorecard.models.sql_dialect import DIALECTS, Step, sql_dialect


def select(dialect: str, of: FeatureSet) -> str:
    """Return a SELECT of all features over the table `given`."""
    write = sql_dialect(dialect)
    writer = ExpressionWriter(write, KINDS)
    read = [(n, exp.cast(write.column(n), TYPES[k])) for n, k in KINDS.items()]
    number = ("row_id", write.column("row_id"))
    written = [
        (name, writer.write(expression.normal).node)
        for name, expression in zip(of.names, of.expressions, strict=True)
    ]
    passed = [(name, write.column(name)) for name in of.names]
    steps = [Step("read", read), Step("features", [number, *written])]
    return write.statement("given", [*steps, Step("answer", [number, *passed])])


def answer(engine: Engine, of: FeatureSet, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the features as the bins see them: what is not finite is missing."""
    engine.load("given", rows)
    got = engine.run(select(engine.name, of)).sort("row_id")
    numbers = [pl.col(n).cast(pl.Float64) for n in of.numeric]
    return got.with_columns(pl.when(n.is_finite()).then(n) for n in numbers)


def test_every_engine_computes_what_polars_computes(engine: Engine) -> None:
    of, rows = features(EXACT + OWN), table()
    want, got = of.evaluate(rows), answer(engine, of, rows)
    differ = {}
    for name, sql in zip(of.names, EXACT + OWN, strict=True):
        mine, other = got[name], want[name]
        same = mine.eq_missing(other)
        if sql in OWN:  # their results differ in the last digits, and just so beyond the doubles
            near = ((mine - other).abs() <= 1e-14 * other.abs()).fill_null(False)
            vast = mine.fill_null(math.inf).abs() >= 1.797e308
            same = same | near | (vast & (other.fill_null(math.inf).abs() >= 1.797e308))
        if not same.all():
            differ[sql] = rows.select(sorted(KINDS)).filter(~same).row(0, named=True)
    assert differ == {}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_writes_the_language_or_says_why_not(dialect: str) -> None:
    refused = []
    for sql in EXACT + OWN:
        writer = ExpressionWriter(sql_dialect(dialect), KINDS)
        try:
            text = writer.write(Expression(sql, KINDS).normal).node.sql(dialect=dialect)
        except InputError as error:
            assert dialect in str(error)  # noqa: PT017
            refused.append(sql)
        else:
            assert text
    assert all("trim" in sql for sql in refused)
    assert bool(refused) == (dialect == "hive")


def test_what_means_other_things_elsewhere_is_refused() -> None:
    for sql in ("left(s, 0)", "substring(s, 0)", "substring(s, 2, 0)", "right(s, -1)"):
        with pytest.raises(InputError, match="means other things"):
            ExpressionWriter(sql_dialect("duckdb"), KINDS).write(Expression(sql, KINDS).normal)


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, 1.0, -1.0, 0.5, 2.0**53, 1.7976931348623157e308, 5e-324, 2.0**-1022, 1e-160, 1e154]
)


@settings(max_examples=25, deadline=None)
@given(pairs=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=40, max_size=40))
def test_guarded_arithmetic_is_that_of_any_numbers(
    postgres: Engine, pairs: list[tuple[float, float]]
) -> None:
    of = features(("x + y", "x - y", "x * y", "x / y", "x * x / y - y", "(x + y) / (x - y)"))
    rows = (
        table()
        .head(len(pairs))
        .with_columns(x=pl.Series([x for x, _ in pairs]), y=pl.Series([y for _, y in pairs]))
    )
    want, got = of.evaluate(rows), answer(postgres, of, rows)
    for name in of.names:
        near_the_end = want[name].abs().fill_null(math.inf) > 1.797e308
        same = got[name].eq_missing(want[name]) | near_the_end
        assert same.all(), rows.filter(~same).select("x", "y").row(0)


@pytest.mark.parametrize("dialect", ["bigquery", "redshift"])
def test_what_no_test_executes_reads_back_and_calls_what_is_there(dialect: str) -> None:
    known = {
        "ABS", "CAST", "COALESCE", "DATE_DIFF", "DATEDIFF", "EXP", "EXTRACT", "FLOOR", "GREATEST",
        "LEAST", "LEFT", "LENGTH", "LN", "LOWER", "NULLIF", "POWER", "REGEXP_CONTAINS", "RIGHT",
        "SQRT", "SUBSTRING", "TRIM", "UPPER", "IN", "AND", "OR", "NOT", "WHEN", "THEN", "LIKE",
        "BETWEEN", "IS",
    }  # fmt: skip
    for sql in EXACT + OWN:
        writer = ExpressionWriter(sql_dialect(dialect), KINDS)
        text = writer.write(Expression(sql, KINDS).normal).node.sql(dialect=dialect)
        assert sqlglot.parse_one(text, read=dialect).sql(dialect=dialect) == text
        bare = re.sub(r"'(?:[^'\\\\]|\\\\.)*'", "", text)
        assert set(re.findall(r"\b([A-Za-z_]+) ?\(", bare)) <= known
        assert "OFFSET" not in bare, "fences are PostgreSQL's"


def test_bigquery_keeps_least_and_like_as_they_are_meant() -> None:
    def written(sql: str) -> str:
        part = ExpressionWriter(sql_dialect("bigquery"), KINDS).write(Expression(sql, KINDS).normal)
        return part.node.sql(dialect="bigquery")

    assert written("least(x, y)") == "LEAST(COALESCE(`x`, `y`), COALESCE(`y`, `x`))"
    # One backslash, escaped for LIKE and once more for the literal.
    assert r"LIKE '%\\\\%'" in written(r"s like '%\%'")
