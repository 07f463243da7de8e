"""The made-up application: valid, usual, and nobody's."""

from __future__ import annotations

import datetime as dt

import polars as pl

import scorecard as sc
from scorecard.contract import Column, Rule, TableContract
from scorecard.contract.typical import typical_application


def test_it_is_valid_and_copies_no_row(sme_cn: sc.Product, portfolio: pl.DataFrame) -> None:
    made = typical_application(portfolio, sme_cn.table)
    assert made is not None
    assert sme_cn.table.check(made, asked_only=True).accepted.height == 1
    for column in sme_cn.columns:
        if column.role == "identifier":
            assert made[column.name][0] not in portfolio[column.name].drop_nulls()
    money = [c.name for c in sme_cn.columns if c.asked and c.unit == "yuan"]
    told = [name for name in money if made[name][0]]
    alike = portfolio.select(pl.sum_horizontal(pl.col(n) == made[n][0] for n in told)).max().item()
    assert len(told) > 10
    assert alike < len(told) / 2


def test_a_text_that_few_share_is_not_repeated() -> None:
    columns = [
        Column("name", "str", False, "scoring", "名", "Name"),
        Column("town", "str", False, "scoring", "市", "Town"),
    ]
    table = pl.DataFrame({"name": ["Li"] * 19 + ["Wu"] * 2, "town": ["Xi'an"] * 21})
    made = typical_application(table, TableContract(columns))
    assert made is not None
    assert made.row(0) == (None, "Xi'an")


def test_what_does_not_fit_together_is_left_empty_where_it_may_be() -> None:
    first, second = (
        Column(name, "float", required, "scoring", name, name, ge=0.0, le=99.0)
        for name, required in (("a", True), ("b", False))
    )
    rule = Rule("order", "b", "a < b", "甲小于乙", "a is below b")
    table = pl.DataFrame({"a": [0.0, 9.0, 9.0], "b": [1.0, 1.0, 10.0]})
    made = typical_application(table, TableContract([first, second], [rule]))
    assert made is not None
    assert made.row(0) == (9.0, None)
    strict = Column("b", "float", True, "scoring", "b", "b", ge=0.0, le=99.0)
    assert typical_application(table, TableContract([first, strict], [rule])) is None


def test_dates_are_the_first_of_a_month() -> None:
    day = Column("day", "date", True, "scoring", "日", "Day", ge="2000-01-01", le="2100-01-01")
    table = pl.DataFrame({"day": [dt.date(2024, 3, k) for k in (5, 6, 7)]})
    made = typical_application(table, TableContract([day]))
    assert made is not None
    assert made["day"][0] == dt.date(2024, 3, 1)
