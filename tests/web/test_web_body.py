from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import scorecard as sc
from scorecard.contract import problems_of
from scorecard.values import Problem
from scorecard.web.applications import MOST, Applications
from scorecard.web.body import Repeated, parse, repeated
from scorecard.web.problem import Refusal
from scorecard.web.wording import Wording

name = st.sampled_from(["a", "b", "application", 'q"uote', "co:lon", "é", "\\"])
scalar = st.none() | st.booleans() | st.integers(-9, 9) | st.text(':{"\\a', max_size=4)
pairs = st.lists(st.tuples(name, scalar | st.lists(scalar, max_size=2)), max_size=4)
objects = st.recursive(
    pairs, lambda inner: st.lists(st.tuples(name, inner.map(tuple)), max_size=3), max_leaves=6
)


def written(value: Any) -> str:
    """Write pairs as a JSON object, repeated names and all, with blanks before colons."""
    if isinstance(value, tuple) or (
        isinstance(value, list) and all(isinstance(v, tuple) for v in value)
    ):
        inside = ", ".join(f"{json.dumps(n)} \t: {written(v)}" for n, v in value)
        return f"{{{inside}}}"
    return json.dumps(value)


def repeats(value: Any) -> bool:
    if isinstance(value, (list, tuple)) and value and all(isinstance(v, tuple) for v in value):
        names = [n for n, _ in value]
        return len(set(names)) < len(names) or any(repeats(v) for _, v in value)
    return False


def marked(value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(value, Repeated) or any(marked(v) for v in value.values())
    return False


@settings(max_examples=200, deadline=None)
@given(objects)
def test_every_repeated_name_is_noticed_and_nothing_else_is(value: Any) -> None:
    body = written(value)
    found = parse(body.encode())
    assert marked(found) == repeats(value)
    assert found == json.loads(body)  # the last one wins, as in every lenient reader


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nil",
        b"[]",
        b'"text"',
        b"{",
        b'{"a": 1} {}',
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": "\xff"}',
        '{"a": "ä"}'.encode("latin-1"),
        '{"a": 1}'.encode("utf-16"),
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\\ud800"}',
        b'{"a": "line\nbreak"}',
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"9" * 100_000 + b"}",
        b'{"a": 01}',
    ],
)
def test_what_is_no_json_object_is_one_kind_of_refusal(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse(body)
    assert refused.value.kind == "not-json"


value = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["2024-02-30", "2024-02-29", "1e999", "active", "A", 3.0, 12, "C17"])
    | st.lists(st.integers(), max_size=1)
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_reading_agrees_with_the_request_model_reading_json_itself(
    rater: sc.Rater, applications: list[dict[str, Any]], data: st.DataObject
) -> None:
    names = [c.name for c in rater.product.columns if c.asked] + ["nobody_asked"]
    changed = data.draw(st.dictionaries(st.sampled_from(names), value, min_size=1, max_size=4))
    application = {**applications[0], **changed}
    try:
        expected: Any = rater.product.request_model.model_validate_json(json.dumps(application))
        expected = expected.__dict__
    except ValidationError as error:
        expected = problems_of(error, rater.product.columns)
    body = parse(json.dumps({"application": application}).encode())
    assert Applications(rater.product).one(body) == expected


def test_problems_of_envelope_and_fields_come_together(rater: sc.Rater) -> None:
    body = parse(b'{"application": {"uscc": "x", "uscc": "y"}, "extra": 1, "extra": 2}')
    found = Applications(rater.product).one(body)
    assert isinstance(found, tuple)
    said = {problem.field: problem.rule for problem in found}
    assert said["uscc"] == "repeated"
    assert said["extra"] == "repeated"
    assert said["established_date"] == "required"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "required"),
        ({"applications": {}}, "type"),
        ({"applications": []}, "length"),
        ({"applications": [{}] * (MOST + 1)}, "length"),
        ({"applications": [{}], "application": {}}, "unknown"),
    ],
)
def test_a_wrong_envelope_refuses_the_whole_batch(
    rater: sc.Rater, body: dict[str, Any], rule: str
) -> None:
    found = Applications(rater.product).many(body)
    assert isinstance(found, tuple)
    assert [problem.rule for problem in found] == [rule]


def names(count: int, times: int = 1) -> str:
    return ", ".join(f'"x{i}": 0' for i in range(count) for _ in range(times))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (f'{{"application": {{{names(21)}}}}}', "application"),
        (f'{{"application": {{{names(10)}, {names(21)}}}}}', "application"),
        (f'{{"application": {{}}, {names(21)}}}', ""),
        (f'{{"application": {{}}, {names(21, 2)}}}', ""),
    ],
)
def test_a_crowd_of_names_is_counted_before_anything_is_validated(
    rater: sc.Rater, monkeypatch: pytest.MonkeyPatch, body: str, field: str
) -> None:
    applications = Applications(rater.product)
    monkeypatch.setattr(applications, "_model", None)
    (problem,) = applications.one(parse(body.encode()))
    assert isinstance(problem, Problem)
    assert (problem.field, problem.rule) == (field, "unknown")
    assert problem.kind.startswith("21 ")


def test_repeated_fields_count_as_names_too_many(rater: sc.Rater) -> None:
    asked = [column.name for column in rater.product.columns if column.asked]
    twice = ", ".join(f'"{name}": 0, "{name}": 1' for name in asked)
    found = Applications(rater.product).many(parse(f'{{"applications": [{{{twice}}}]}}'.encode()))
    ((problem,),) = found
    assert isinstance(problem, Problem)
    assert problem.kind.startswith(f"{len(asked)} ")


def test_repeated_tells_the_names() -> None:
    assert repeated(parse(b'{"a": 1, "b": 2, "a": 3}')) == ("a",)


def test_every_rule_of_every_field_is_said_in_both_languages(sme_cn: sc.Product) -> None:
    wording = Wording(sme_cn)
    for column in sme_cn.columns:
        if not column.asked:
            continue
        rules = ["required", "type", "null", "finite", "repeated"]
        rules += ["length"] * (column.max_length is not None)
        rules += ["range"] * any(
            b is not None for b in (column.ge, column.gt, column.le, column.lt)
        )
        rules += [rule for rule in ("isin", "pattern") if getattr(column, rule) is not None]
        for rule in rules:
            item = wording.item(Problem(column.name, rule, "so and so", "string"))
            assert column.zh in item["message_zh"]
            assert column.en in item["message_en"]
            assert "None" not in item["message_zh"]
    for crossing in sme_cn.rules:
        item = wording.item(Problem(crossing.field, crossing.name, crossing.en, "number"))
        assert crossing.zh in item["message_zh"]
        assert crossing.en in item["message_en"]
