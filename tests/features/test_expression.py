"""One text, the same values in polars and in DuckDB, over nulls, zeros, negatives and halves."""

import datetime as dt

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.errors import ProductError
from scorecard.features import Expression

KINDS = {"a": "float", "b": "float", "i": "int", "f": "bool", "s": "str", "d": "date", "e": "date"}
FRAME = pl.DataFrame(
    {
        "a": [1.0, 0.0, None, -3.5, 2.5, 1e300, 1e-300],
        "b": [0.0, 2.0, 3.0, -1.0, 0.1, 1e300, -0.0],
        "i": [3, 0, None, 7, -2, 2**52, 1],
        "f": [True, False, None, True, False, None, True],
        "s": ["A1", "B", None, "a c ", "", "中文", "%_"],
        "d": [dt.date(2024, 2, 29), None, *[dt.date(2000 - 9 * k, 3, 1) for k in range(5)]],
        "e": [dt.date(2023, 1, 1)] * 7,
    },
    schema_overrides={"i": pl.Int64},
)
AGREEING = [
    "a / b", "a / nullif(b, 0)", "1.5 * a + i", "0.1 + 0.2", "a - (b - 1)", "a / (b / 2)",
    "- a - -b", "a / 3", "a / 3 / 7", "a / (365.25 / 12)", "3 / 7", "b * 100 / 30.4375",
    "ln(a)", "log10(a)", "log(a)", "sqrt(a)", "abs(a)", "floor(a)", "least(a, b, 1)",
    "greatest(a, i)", "greatest(a, null)", "d - e", "(d - e) / 365.25", "date_part('year', d)",
    "extract(month from d)", "case when f then 1 else 0 end", "case s when 'B' then 1 else 2 end",
    "if(a > 0, 1, 2)", "coalesce(a, 0)", "nullif(s, 'B')", "a between 0 and 1", "i in (3, 7)",
    "s in ('A1', 'B')", "s not like 'A%'", "left(s, 1)", "substr(s, 2, 1)", "upper(s)",
    "length(s)", "trim(s)", "a is null", "a is not null and f", "not f or a > 0", "a = null",
    "cast(f as double)", "try_cast(s as double)", "d >= date '2000-01-01'", "1e3 * a",
    "case when a > 0 then a end", "case when a > 1 then 1 when a > 0 then 2 else 3 end / 2",
]  # fmt: skip


def duck(expression: Expression) -> list[object]:
    with duckdb.connect() as connection:
        connection.register("t", FRAME.to_arrow())
        return [row[0] for row in connection.sql(f"select {expression.normal} from t").fetchall()]


@pytest.mark.parametrize("sql", AGREEING)
def test_polars_and_duckdb_give_the_same_values(sql: str) -> None:
    expression = Expression(sql, KINDS)
    ours = FRAME.select(expression.polars.alias("x"))["x"].to_list()
    if len(ours) == 1:  # an expression of constants
        ours *= FRAME.height
    assert ours == duck(expression)


@pytest.mark.parametrize(
    ("sql", "worth"),
    [
        ("a / b", [None, 0.0, None, 3.5, 25.0, 1.0, None]),
        (
            "ln(a)",
            [0.0, None, None, None, 0.9162907318741551, 690.7755278982137, -690.7755278982137],
        ),
        ("sqrt(a)", [1.0, 0.0, None, None, 1.5811388300841898, 1e150, 1e-150]),
    ],
)
def test_what_is_undefined_is_missing(sql: str, worth: list[float | None]) -> None:
    ours = FRAME.select(Expression(sql, KINDS).polars.alias("x"))["x"].to_list()
    known = [v is not None for v in worth]
    assert [v is not None for v in ours] == known
    np.testing.assert_allclose(
        [v for v in ours if v is not None], [v for v in worth if v is not None], rtol=1e-15
    )


def test_days_between_dates() -> None:
    expression = Expression("d - e", KINDS)
    days = FRAME.select(expression.polars.alias("x"))["x"]
    assert days[0] == (dt.date(2024, 2, 29) - dt.date(2023, 1, 1)).days
    assert expression.reads == {"d", "e"}
    assert expression.kind == "number"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("round(a)", "subset"), ("a % 2", "subset"), ("sum(a)", "subset"), ("now()", "subset"),
        ("random()", "subset"), ("date_diff('day', d, e)", "subset"), ("isnan(a)", "subset"),
        ("sign(a)", "subset"), ("(select 1)", "subset"), ("a; b", "subset"),
        ("cast(a as int)", "subset"),
        ("a > 1 = f", "subset"), ("zzz + 1", "Unknown column 'zzz'"), ("a + s", "must be a number"),
        ("case when a then 1 end", "must be a bool"), ("coalesce(a, s)", "Cannot mix"),
        ("a +", "Not a SQL expression"), ("d - 3", "must be a number"),
    ],
)  # fmt: skip
def test_outside_the_subset_is_refused(sql: str, said: str) -> None:
    with pytest.raises(ProductError, match=said.replace("(", r"\(")):
        Expression(sql, KINDS)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (None, "must be a SQL text; got NoneType"),
        (3, "must be a SQL text; got int"),
        ("a + " * 500 + "a", "at most 2,000 characters; .* has 2,001"),
        ("(" * 900 + "a" + ")" * 900, "nested too deeply"),
        ("- " * 60 + "a", "polars cannot run"),
        ("not " * 60 + "f", "polars cannot run"),
        ("ln(" * 20 + "a" + ")" * 20, "at most 5,000 parts"),
        ("case " * 12 + "a" + " when 1 then 1 when 2 then 2 end" * 12, "at most 5,000 parts"),
        ("d > date '2024-02-30'", "A date must be one that exists"),
        ("d > date '20240201'", "A date must be one that exists"),
        ("a in b", "subset"),
        ("date_part('', d)", "subset"),
        ("trim(null) = 's'", "polars cannot run"),
    ],
)
def test_what_no_engine_should_be_asked_is_refused_at_once(sql: str, said: str) -> None:
    with pytest.raises(ProductError, match=said) as refusal:
        Expression(sql, KINDS)
    assert len(str(refusal.value)) < 300


def test_the_longest_text_allowed_still_runs() -> None:
    sql = "a" + " + 1" * 300
    sql += " " * (2_000 - len(sql))
    assert FRAME.select(Expression(sql, KINDS).polars.alias("x"))["x"][0] == 301.0


PIECES = (
    "a", "f", "s", "d", "1", "'x'", "null", "(", ")", ",", "+", "/", "=", "not", "in", "case",
    "when", "then", "end", "ln(", "left(", "date_part(", "cast(", "as double", "if(", "'", ";",
    "--", "select", "from", "d - e", "\\", '"', "[", "::", "?", "$1", "\0", "中",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_text_runs_or_is_refused(sql: str) -> None:
    try:
        expression = Expression(sql, KINDS)
    except ProductError:
        return
    FRAME.select(expression.polars.alias("x"))
