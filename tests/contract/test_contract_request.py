"""One request: strict values, safe refusals, light imports."""

import datetime as dt
import json
import subprocess
import sys

import pydantic
import pytest

from scorecard.contract import Column, problems_of, read_mapping, request_model, row_of
from scorecard.contract.request import MOST_UNKNOWN
from scorecard.values import Problem

MARKER = "秘密Zq7ABC"


@pytest.fixture(scope="module")
def model(small):
    return request_model("Small", small)


def refusals(model, columns, text) -> dict[str, str]:
    with pytest.raises(pydantic.ValidationError) as refused:
        model.model_validate_json(text)
    return {p.field: p.rule for p in problems_of(refused.value, columns)}


def test_absent_equals_null_and_an_int_widens_to_a_float(model, asked_row):
    text = json.dumps({**asked_row, "amount": 300, "margin": None}, default=str)
    without = json.dumps(
        {k: v for k, v in {**asked_row, "amount": 300}.items() if k != "margin"}, default=str
    )
    row = row_of(model.model_validate_json(text))
    assert row == row_of(model.model_validate_json(without))
    assert type(row["amount"]) is float
    assert row["as_of"] == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    "case",
    [
        ("amount", "true", "type"),
        ("amount", '"5"', "type"),
        ("amount", "1e999", "finite"),
        ("amount", "-Infinity", "finite"),
        ("amount", "9" * 400, "range"),
        ("amount", "9007199254740993", "range"),
        ("months", "3.0", "type"),
        ("months", "3e0", "type"),
        ("months", "true", "type"),
        ("months", "9" * 200, "range"),
        ("months", "null", "null"),
        ("flag", "1", "type"),
        ("flag", '"true"', "type"),
        ("grade", "1", "type"),
        ("grade", '["A"]', "type"),
        ("grade", '"a"', "isin"),
        ("as_of", '"1654646400"', "type"),
        ("as_of", "1654646400", "type"),
        ("as_of", '"2020-02-30"', "type"),
        ("as_of", '"20200203"', "type"),
        ("as_of", '"2020-2-3"', "type"),
        ("as_of", '"2020-02-03T00:00:00"', "type"),
        ("as_of", '" 2020-02-03"', "type"),
        ("as_of", '"２０２０-02-03"', "type"),
        ("as_of", '"0000-01-01"', "type"),
        ("as_of", '"1999-12-31"', "range"),
        ("gender", '"f"', "unknown"),
        ("bad", "0", "unknown"),
        ("__class__", "0", "unknown"),
    ],
)
def test_a_wrong_value_is_refused_under_its_rule(model, small, asked_row, case):
    field, value, rule = case
    whole = json.dumps({k: v for k, v in asked_row.items() if k != field}, default=str)
    assert refusals(model, small, f'{whole[:-1]}, "{field}": {value}}}') == {field: rule}


def test_a_missing_required_field_is_not_a_null_one(model, small, asked_row):
    rest = {k: v for k, v in asked_row.items() if k not in ("firm", "months")}
    text = json.dumps({**rest, "months": None}, default=str)
    assert refusals(model, small, text) == {"firm": "required", "months": "null"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"3", b"\xff", b'{"firm": "\\ud800"}', b'{"firm": "\xff"}',
     b'{"a":' * 5000, b'{"months": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_a_body_that_is_no_application_is_one_problem_of_the_whole(model, small, body):
    assert refusals(model, small, body) == {"": "type"}


@pytest.mark.parametrize(
    "case",
    [
        ("as_of", dt.datetime(2024, 2, 29), "type"),
        ("as_of", "2024-02-29", None),
        pytest.param(("amount", 10**5000, "range"), id="huge"),
        pytest.param(("months", 10**5000, "range"), id="huger"),
        ("firm", "AB\ud800", "type"),
        ("grade", "\ud800", "type"),
        ("firm", b"AB", "type"),
        ("flag", 1, "type"),
        (3, "x", "unknown"),
        ("\ud800", "x", "unknown"),
        ("z" * 500, "x", "unknown"),
    ],
)
def test_values_held_in_python_follow_the_same_rules(model, small, asked_row, case):
    field, value, rule = case
    try:
        read_mapping(model, {**asked_row, field: value})
    except pydantic.ValidationError as error:
        [problem] = problems_of(error, small)
        assert problem.rule == rule
        assert len(str(problem).encode()) < 200
    else:
        assert rule is None


def test_no_problem_and_no_error_text_carries_a_value(model, small):
    body = {column.name: MARKER for column in small}
    with pytest.raises(pydantic.ValidationError) as refused:
        model.model_validate_json(json.dumps(body))
    problems = problems_of(refused.value, small)
    assert len(problems) == len(small)
    assert MARKER not in f"{problems} {[str(p) for p in problems]} {refused.value!r}"


def test_problems_come_in_declared_order_and_say_limit_and_kind(model, small, asked_row):
    text = json.dumps({**asked_row, "months": 61, "amount": 0, "zz": 1}, default=str)
    with pytest.raises(pydantic.ValidationError) as refused:
        model.model_validate_json(text)
    assert problems_of(refused.value, small) == (
        Problem("amount", "range", "above 0 and below 1000000", "integer"),
        Problem("months", "range", "at least 1 and at most 60", "integer"),
        Problem("zz", "unknown", "a declared field", "integer"),
    )


def test_names_that_nobody_declared_are_listed_up_to_a_number_and_then_counted(
    model, small, monkeypatch
):
    asked = [column.name for column in small if column.asked]
    wrong = {**dict.fromkeys(asked, ()), **{f"x{i}": 0 for i in range(MOST_UNKNOWN)}}
    with pytest.raises(pydantic.ValidationError) as refused:
        read_mapping(model, wrong)
    assert len(problems_of(refused.value, small)) == len(asked) + MOST_UNKNOWN
    crowded = {**wrong, "one_more": 0}
    with pytest.raises(pydantic.ValidationError) as refused_json:
        model.model_validate_json(json.dumps(crowded))
    monkeypatch.setattr(model, "model_validate", None)  # counted without being validated
    with pytest.raises(pydantic.ValidationError) as counted:
        read_mapping(model, crowded)
    [problem] = problems_of(counted.value, small)
    assert (problem.field, problem.rule) == ("", "unknown")
    assert problem.kind.startswith(f"{MOST_UNKNOWN + 1} ")
    assert problems_of(refused_json.value, small) == (problem,)


def test_the_json_schema_tells_people_what_each_field_means(model):
    schema = model.model_json_schema()
    amount = schema["properties"]["amount"]
    assert amount["description"] == "金额 / Amount (yuan)"
    assert (amount["exclusiveMinimum"], amount["x-unit"]) == (0.0, "yuan")
    assert schema["properties"]["as_of"]["format"] == "date"
    assert schema["properties"]["code"]["anyOf"][0]["enum"] == ["x1", "x22", "y1"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["firm", "amount", "months", "listed", "as_of"]


def test_eighty_fields_are_all_checked_by_pydantic_core():
    """No Python runs per field but for dates: a profile of the calls is the proof of speed."""
    columns = [
        Column(f"c{i}", kind, i % 2 == 0, "scoring", "列", "Column", **rules)
        for i, (kind, rules) in enumerate(
            [("float", {"ge": 0.0, "le": 1.0}), ("int", {"ge": 0, "le": 9}), ("bool", {}),
             ("str", {"isin": ("a", "b")}), ("str", {"pattern": "^a", "max_length": 3})] * 16
        )
    ]  # fmt: skip
    model = request_model("Wide", columns)
    values = {"float": 0.5, "int": 3, "bool": True, "str": "a"}
    text = json.dumps({column.name: values[column.kind] for column in columns})
    calls = []
    sys.setprofile(lambda frame, event, _: calls.append(frame.f_code) if event == "call" else None)
    try:
        model.model_validate_json(text)
    finally:
        sys.setprofile(None)
    assert [code.co_name for code in calls] == ["model_validate_json"]


def test_reading_a_request_imports_neither_pandera_nor_pandas():
    code = (
        "import sys; from scorecard.contract.request import request_model; "
        "from scorecard.contract import RowChecker; "
        "sys.exit(bool({'pandera', 'pandas', 'mlflow', 'xgboost'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
