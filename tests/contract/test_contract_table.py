"""Whole tables: file-level failures in one sentence, rows split without loss."""

import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

from scorecard.contract import TableContract, columns_of, read_mapping, request_model
from scorecard.errors import TableError
from scorecard.values import Problem

MARKER = "秘密Zq7ABC"


@pytest.fixture(scope="module")
def contract(small, rules):
    return TableContract(small, rules)


@pytest.fixture
def frame(valid):
    return pl.DataFrame([valid] * 4)


def test_training_needs_every_column_and_rating_only_the_asked(contract, frame):
    with pytest.raises(TableError, match=r"lacks 2 declared .*gender, bad"):
        contract.check(frame.drop("gender", "bad"))
    checked = contract.check(frame.drop("gender").with_columns(extra=1), asked_only=True)
    assert checked.ignored == ("extra",)
    assert checked.accepted.columns == [c.name for c in contract.columns if c.asked]


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("months", pl.Series([12.0] * 4), "Float64"),
        ("months", pl.Series([True] * 4), "Boolean"),
        ("amount", pl.Series([True] * 4), "Boolean"),
        ("amount", pl.Series(["5"] * 4), "String"),
        ("months", pl.Series([12] * 4, dtype=pl.Decimal(9, 2)), "Float64"),
        ("flag", pl.Series([1] * 4, dtype=pl.Decimal(1, 0)), "Int128"),
        ("flag", pl.Series([1] * 4), "Int64"),
        ("founded", pl.Series(["2001-02-03"] * 4), "String"),
        ("grade", pl.Series([["A"]] * 4), "List"),
    ],
)
def test_a_wrong_type_names_column_expected_and_found(contract, frame, name, values, found):
    with pytest.raises(TableError, match=f"^Column {name} must hold .*found {found}"):
        contract.check(frame.with_columns(values.alias(name)))


def test_no_rows_and_times_of_day_are_refused(contract, frame):
    with pytest.raises(TableError, match="no rows"):
        contract.check(frame.clear())
    timed = pl.Series([dt.datetime(2001, 2, 3)] * 3 + [dt.datetime(2001, 2, 3, 1)])
    with pytest.raises(TableError, match=r"founded .*row 3 has a time"):
        contract.check(frame.with_columns(founded=timed))


def test_lossless_widening_gives_the_canonical_frame(contract, frame):
    other = frame.select(reversed(frame.columns)).with_columns(
        amount=pl.lit(500_000, pl.UInt64),
        margin=pl.lit(-1.5, pl.Float32),
        months=pl.lit(12, pl.Int8),
        staff=pl.lit(7, pl.UInt64),
        grade=pl.col("grade").cast(pl.Categorical),
        code=pl.col("code").cast(pl.Enum(["x1", "y1"])),
        as_of=pl.col("as_of").cast(pl.Datetime("ns")),
    )
    assert contract.check(other).accepted.equals(contract.check(frame).accepted)
    assert contract.check(other).accepted.schema == frame.schema


def test_decimals_are_read_as_a_request_with_their_digits_would_be(contract, frame):
    digits = ["712345.67", "100.01", "500.00", "999999.99"]
    other = frame.with_columns(
        amount=pl.Series(digits).str.to_decimal(scale=2),
        months=pl.Series(["12"] * 4).str.to_decimal(scale=0),
        staff=pl.Series([10**37] * 4, dtype=pl.Decimal(38, 0)),
    )
    checked = contract.check(other.with_columns(staff=frame["staff"])).accepted
    assert checked["amount"].to_list() == [json.loads(text) for text in digits]
    assert checked["months"].to_list() == [12] * 4
    assert contract.check(other).accepted.height == 0


@pytest.mark.parametrize("dtype", [pl.UInt64, pl.Int128])
def test_integers_beyond_64_bits_are_out_of_range_not_missing(contract, frame, dtype):
    huge = frame.with_columns(staff=pl.lit(2**64 - 1, dtype), amount=pl.lit(2**63, dtype))
    assert {(p.field, p.rule) for p in contract.check(huge).problems[0]} == {
        ("staff", "range"),
        ("amount", "range"),
    }


def test_a_column_of_nulls_only_is_a_null_in_every_row(contract, frame):
    checked = contract.check(frame.with_columns(note=None, months=None))
    assert checked.accepted.schema == frame.schema
    assert checked.problems == {
        row: (Problem("months", "null", "a value, not null", "null"),) for row in range(4)
    }


def test_rejected_rows_come_as_they_were_with_position_and_reasons(contract, frame):
    frame = frame.with_columns(
        row=pl.lit("own"), months=pl.Series([12, 61, 12, 12], dtype=pl.Int8),
        margin=pl.Series([np.nan, np.nan, np.inf, 0.0]), staff=pl.Series([1, 1, 1, 999]),
        bad=pl.Series([0, 0, 0, 1]), gender=pl.Series(["f"] * 4),
    )  # fmt: skip
    checked = contract.check(frame)
    assert checked.rows.tolist() == [0]
    assert checked.rejected["row"].to_list() == [1, 2, 3]
    assert checked.rejected["problems"].to_list() == [
        "months: range (at least 1 and at most 60; got integer)",
        "margin: finite (a finite number; got infinity)",
        "staff: staff_listed (Large firms are listed; got integer); "
        "bad: no_bad_women (Of training only; got integer)",
    ]
    assert checked.rejected.drop("row", "problems").equals(frame[1:].drop("row"), null_equal=True)
    assert checked.ignored == ("row",)
    assert not {p.rule for p in contract.check(frame, asked_only=True).problems[3]} & {
        "no_bad_women"
    }


def test_no_problem_carries_a_value(contract, frame):
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    checked = contract.check(frame.with_columns(pl.lit(MARKER).alias(name) for name in texts))
    assert len(checked.problems[0]) == len(texts)
    assert MARKER not in f"{checked.problems}{checked.rejected['problems'].to_list()}"
    with pytest.raises(TableError) as refused:
        contract.check(frame.with_columns(months=pl.lit(MARKER)))
    assert MARKER not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_panderas_environment_cannot_switch_the_contract_off(contract, frame, monkeypatch):
    from pandera.config import ValidationDepth, config_context

    with config_context(validation_enabled=False, validation_depth=ValidationDepth.SCHEMA_ONLY):
        assert contract.check(frame.with_columns(months=61)).accepted.is_empty()


@pytest.mark.real_data
def test_every_sba_loan_keeps_the_contract(sba, sba_file):
    columns = columns_of(sba.Application)
    table = pl.read_parquet(sba_file)
    assert {c.name for c in columns} == set(table.columns)
    contract = TableContract(columns, sba.RULES)
    checked = contract.check(table)
    assert (checked.accepted.height, checked.rejected.height) == (19_441, 0)
    assert checked.ignored == ()
    model = request_model("Loan", columns)
    for row in contract.check(table, asked_only=True).accepted.head(200).iter_rows(named=True):
        read_mapping(model, row)


def test_no_sba_column_that_knows_the_outcome_is_asked_for(sba):
    asked = {c.name for c in columns_of(sba.Application) if c.role == "scoring"}
    assert not asked & {
        "Term", "ChgOffDate", "ChgOffPrinGr", "BalanceGross", "DisbursementGross",
        "DisbursementDate", "MIS_Status", "sampling_weight", "loan_id", "Bank", "ApprovalFY",
    }  # fmt: skip
