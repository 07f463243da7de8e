"""A declaration is read whole or refused; what is frozen builds the same contract back."""

import datetime as dt
import json

import pandera.polars as pa
import polars as pl
import pytest

from scorecard.contract import Column, Rule, columns_of, pandera_schema
from scorecard.contract.column import column
from scorecard.contract.crossfield import CrossFieldRules
from scorecard.errors import ProductError

LABELS = {"zh": "列", "en": "Column"}


def only(kind, field) -> type[pa.DataFrameModel]:
    return type("Only", (pa.DataFrameModel,), {"__annotations__": {"x": kind}, "x": field})


def test_columns_survive_json_and_give_the_same_table_schema(small):
    again = tuple(Column.from_dict(json.loads(json.dumps(c.to_dict()))) for c in small)
    assert again == small
    first, second = pandera_schema(small), pandera_schema(again)
    assert list(first.columns) == [c.name for c in small]
    for name, built in second.columns.items():
        original = first.columns[name]
        assert (built.dtype, built.nullable) == (original.dtype, original.nullable)
        assert [(k.name, k.statistics) for k in built.checks] == [
            (k.name, k.statistics) for k in original.checks
        ]
    assert "bad" not in pandera_schema(small, asked_only=True).columns


def test_an_alias_names_the_column():
    [read] = columns_of(only(str, column(**LABELS, role="outcome", alias="next month")))
    assert read.name == "next month"


@pytest.mark.parametrize(
    ("kind", "field", "says"),
    [
        (float, column(**LABELS, ge=0.0), "upper"),
        (int, column(**LABELS, lt=9), "lower"),
        (float, column(**LABELS, ge=0.0, le=2.0**53), r"2\*\*53"),
        (float, column(**LABELS, ge=0.0, le=float("inf")), r"2\*\*53"),
        (int, column(**LABELS, ge=0, le=2**63 - 1), "64-bit"),
        (int, column(**LABELS, ge=0, le=1.5), "must be an int"),
        (float, column(**LABELS, ge=2.0, le=1.0), "leave no value"),
        (float, column(**LABELS, ge=1.0, gt=0.0, le=2.0), "same side"),
        (str, column(**LABELS, ge="a"), "does not apply"),
        (bool, column(**LABELS, ge=False), "does not apply"),
        (int, column(**LABELS, ge=0, le=2, isin=[1, 2]), "does not apply"),
        (dt.date, column(**LABELS, ge=dt.datetime(2020, 1, 1)), "YYYY-MM-DD"),
        (str, column(**LABELS, isin=["a", "a"]), "once"),
        (str, column(**LABELS, pattern="(?=a)"), "Rust"),
        (str, column(zh="", en="Column"), "zh"),
        (str, column(**LABELS, role="feature"), "role"),
        (str, column(**LABELS, alias="model_dump"), "taken"),
        (str, column(**LABELS, alias="_x"), "begin"),
        (str, column(**LABELS, alias="*"), "every column"),
        (str, pa.Field(), "labels and role"),
        (str, pa.Field(metadata={"scorecard": {**LABELS, "role": "scoring"}}, ne="a"), "not_equal"),
        (
            str,
            pa.Field(metadata={"scorecard": {**LABELS, "role": "scoring"}}, unique=True),
            "unique",
        ),
        (pl.Float32, column(**LABELS, ge=0.0, le=1.0), "Float32"),
        (pl.Datetime, column(**LABELS), "Datetime"),
        (str | None, column(**LABELS), "Optional"),
    ],
)
def test_a_declaration_that_requests_cannot_carry_is_refused_by_name(kind, field, says):
    with pytest.raises(ProductError, match=says) as refused:
        columns_of(only(kind, field))
    assert str(refused.value).startswith("Column ")


def test_what_pandera_refuses_is_our_error_too():
    with pytest.raises(ProductError, match="empty interval"):
        column(**LABELS, min_length=3, max_length=2)
    with pytest.raises(ProductError, match="Rust"):
        Column("x", "str", True, "scoring", "列", "Column", pattern=r"\p{Han}(")


def test_a_check_of_the_whole_table_is_refused():
    class Whole(pa.DataFrameModel):
        x: str = column(**LABELS)

        @pa.dataframe_check
        def any_rows(cls, data):
            return True

    with pytest.raises(ProductError, match="Rule"):
        columns_of(Whole)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (("r", "nobody", "months > 1"), "nobody"),
        (("r", "months", "nobody > 1"), "nobody"),
        (("r", "months", "months + 1"), "number"),
        (("r", "months", "months >"), "Not a SQL expression"),
        (("range", "months", "months > 1"), "identifier"),
        (("r", "months", " "), "empty"),
    ],
)
def test_a_rule_that_fits_no_column_is_refused(small, rule, says):
    with pytest.raises(ProductError, match=says):
        CrossFieldRules(small, [Rule(*rule, zh="规则", en="Rule")], asked_only=False)
