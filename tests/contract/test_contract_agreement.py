"""Tables and requests accept and reject the same rows for the same reasons."""

import datetime as dt
import math
from random import Random

import polars as pl
import pydantic
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorecard.contract import (
    RULES,
    RowChecker,
    TableContract,
    problems_of,
    read_mapping,
    request_model,
    row_of,
)

texts = st.one_of(
    st.sampled_from(["A", "B", "甲", "x1", "x22", "y1", "z1", "AB", "ABCDE", "AB\n", ""]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=7),
)
numbers = st.one_of(
    st.sampled_from([0.0, -0.0, 1e6, math.nextafter(1e6, 0), 10.0, -10.0, 1e308, 2.0**53]),
    st.floats(-20, 20),
    st.floats(),
)
integers = st.one_of(st.integers(-2, 70), st.integers(990, 1001), st.integers(-(2**63), 2**63 - 1))
dates = st.one_of(
    st.dates(dt.date(1949, 12, 30), dt.date(1950, 1, 3)),
    st.dates(dt.date(1999, 12, 30), dt.date(2030, 1, 2)),
    st.dates(),
)
BY_KIND = {"float": numbers, "int": integers, "bool": st.booleans(), "str": texts, "date": dates}
# What a valid application may hold, so that whole rows pass often enough to reach the rules.
LIKELY = {
    "firm": st.sampled_from(["AB", "ABcd"]), "amount": st.floats(1, 9999), "months": st.just(12),
    "listed": st.booleans(), "as_of": st.dates(dt.date(2000, 1, 1), dt.date(2029, 12, 31)),
    "founded": st.dates(dt.date(1990, 1, 1), dt.date(2029, 1, 1)), "staff": st.integers(0, 999),
    "margin": st.floats(-10, 10), "grade": st.sampled_from("AB"), "code": st.just("y1"),
    "note": st.just("甲乙丙丁戊"), "flag": st.booleans(),
}  # fmt: skip
# One row for every rule that a value of the right type can break.
BROKEN = {
    "null": {"months": None}, "finite": {"margin": -math.inf}, "length": {"note": ""},
    "range": {"months": 61}, "isin": {"grade": "a"}, "pattern": {"code": "x22"},
    "founded_first": {"founded": dt.date(2029, 1, 1)}, "staff_paid": {"amount": 1.0},
    "staff_listed": {"staff": 500},
}  # fmt: skip


@st.composite
def rows(draw, columns):
    row = {}
    wild = draw(st.sets(st.sampled_from([c.name for c in columns]), max_size=4))
    for column in columns:
        values = BY_KIND[column.kind] if column.name in wild else LIKELY[column.name]
        row[column.name] = draw(st.none() | values if column.name in wild else values)
    return row


def by_request(model, checker, columns, row):
    try:
        request = read_mapping(model, row)
    except pydantic.ValidationError as error:
        return {(p.field, p.rule) for p in problems_of(error, columns)}
    _, [broken] = checker.check([row_of(request)])
    return {(p.field, p.rule) for p in broken}


def test_both_engines_name_the_same_fields_and_rules(small, rules, asked_row):
    asked = [column for column in small if column.asked]
    model, checker = request_model("Small", small), RowChecker(small, rules)
    contract = TableContract(small, rules)
    seen: set[str] = set()

    @settings(max_examples=40, deadline=None)
    @example([{**asked_row, **broken} for broken in BROKEN.values()], Random(0))
    @given(st.lists(rows(asked), min_size=1, max_size=8), st.randoms())
    def agree(batch, random):
        frame = pl.DataFrame(batch, schema=checker.schema, strict=True)
        checked = contract.check(frame, asked_only=True)
        assert checked.accepted.height + checked.rejected.height == len(batch)
        assert sorted([*checked.rows, *checked.problems]) == list(range(len(batch)))
        for position, row in enumerate(batch):
            table = {(p.field, p.rule) for p in checked.problems.get(position, ())}
            assert table == by_request(model, checker, asked, row), row
            seen.update(rule for _, rule in table)
        order = list(range(len(batch)))
        random.shuffle(order)
        names = list(frame.columns)
        random.shuffle(names)
        again = contract.check(frame[order].select(names), asked_only=True)
        assert again.problems == {
            new: checked.problems[old] for new, old in enumerate(order) if old in checked.problems
        }

    agree()
    assert set(BROKEN) <= seen


@pytest.mark.parametrize(
    ("value", "rule"),
    [("", "length"), ("x234", "length"), ("z2", "isin"), ("x22", "pattern"), (None, None)],
)
def test_each_field_reports_its_first_failed_rule(small, asked_row, value, rule):
    row = {**asked_row, "code": value if value != "" else "x" * 9}
    table = TableContract(small).check(
        pl.DataFrame([row], schema=RowChecker(small).schema), asked_only=True
    )
    expected = set() if rule is None else {("code", rule)}
    assert {(p.field, p.rule) for p in table.problems.get(0, ())} == expected
    assert by_request(request_model("S", small), RowChecker(small), small, row) == expected
    assert rule is None or rule in RULES


def test_a_nan_is_a_null_in_a_table_and_in_a_mapping_but_not_in_json(small, asked_row):
    row = {**asked_row, "margin": math.nan}
    frame = pl.DataFrame([row], schema=RowChecker(small).schema)
    assert TableContract(small).check(frame, asked_only=True).accepted["margin"].to_list() == [None]
    model = request_model("S", small)
    assert row_of(read_mapping(model, row))["margin"] is None
    with pytest.raises(pydantic.ValidationError) as refused:
        model.model_validate_json('{"margin": NaN}')
    assert ("margin", "finite") in {(p.field, p.rule) for p in problems_of(refused.value, small)}
