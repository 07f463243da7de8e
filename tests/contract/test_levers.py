"""What an applicant can change is declared, and a declaration that cannot hold is refused."""

from __future__ import annotations

import pytest

import scorecard as sc
from scorecard.contract import Column, Identity, Lever
from scorecard.contract.changeable import levers_of
from scorecard.errors import ProductError


def amount(name: str, change: str | None = None, kind: str = "float") -> Column:
    bounds = {"ge": 0, "le": 1000} if kind == "int" else {"ge": 0.0, "le": 1e9}
    return Column(name, kind, False, "scoring", name, name, change=change, **bounds)  # type: ignore


BOOKS = [
    amount("assets", "either"),
    amount("liabilities", "down"),
    amount("net", "up"),
    amount("debt", "down"),
    amount("revenue"),
    amount("staff", "up", "int"),
]
NET = Identity("net", {"assets": 1, "liabilities": -1}, "净资产", "Net assets")


def lever(moves: dict[str, float], **more: object) -> Lever:
    return Lever("act", moves, "行动", "Act", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moves", "more", "said"),
    [
        ({"revenue": 1}, {}, "does not allow"),
        ({"debt": 1}, {}, "debt up"),
        ({"nothing": 1}, {}, "no declared column"),
        ({"liabilities": -1}, {}, "Net assets"),
        ({"debt": -1, "liabilities": -1}, {}, "off by"),
        ({"staff": 1}, {"step": 0.5}, "whole"),
        ({"debt": -1}, {"most": "debt > 1"}, "must be a number"),
        ({"debt": -1}, {"most": "unknown + 1"}, "unknown"),
        ({"debt": -2}, {}, "1 or -1"),
        ({"debt": -1}, {"step": 0}, "above 0"),
        ({}, {}, "at least one field"),
    ],
)
def test_a_lever_that_breaks_the_books_or_a_column_is_refused(
    moves: dict[str, float], more: dict[str, object], said: str
) -> None:
    with pytest.raises(ProductError, match=said):
        levers_of(BOOKS, [lever(moves, **more)], [NET])


def test_fields_that_no_lever_moves_move_alone_in_the_order_of_their_names() -> None:
    pay = lever({"debt": -1, "liabilities": -1, "assets": -1})
    every = levers_of([*BOOKS[:1], *BOOKS[1:2], *BOOKS[3:]], [pay], [])
    assert [each.name for each in every] == ["act", "staff_up"]
    with pytest.raises(ProductError, match="would be off"):  # none of the sum moves alone
        levers_of(BOOKS, [], [NET])


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"kind": "date", "change": "up"}, "never be changed"),
        ({"role": "identifier", "kind": "str", "change": ("a",)}, "never be changed"),
        ({"role": "outcome", "kind": "bool", "change": "down"}, "never be changed"),
        ({"kind": "bool", "change": "sideways"}, "up, down, either"),
        ({"kind": "str", "change": ("a",)}, "no levels"),
        ({"kind": "str", "isin": ("a", "b"), "change": ("c",)}, "levels of isin"),
        ({"kind": "str", "isin": ("a", "b"), "change": "up"}, "levels of isin"),
    ],
)
def test_what_can_never_be_changed_is_refused(column: dict[str, object], said: str) -> None:
    declared = {"required": False, "role": "scoring", "zh": "字段", "en": "Field", **column}
    with pytest.raises(ProductError, match=said):
        Column("field", **declared)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["sme_cn", "sba_7a"])
def test_products_freeze_their_levers_and_change_no_history(name: str) -> None:
    product = sc.load_product(name)
    assert product.levers
    assert sc.Product.from_dict(product.to_dict()) == product
    fixed = {c.name for c in product.columns if c.change is None}
    history = {
        "sme_cn": {"uscc", "established_date", "industry_code", "region_code", "revenue_ltm",
                   "ent_dpd_max_24m", "owner_dpd_max_24m", "tax_credit_grade", "as_of_date",
                   "default_12m", "late_fee_count_12m", "ent_query_3m"},
        "sba_7a": {"loan_id", "State", "NAICS", "NewExist", "ApprovalDate", "MIS_Status"},
    }  # fmt: skip
    assert history[name] <= fixed
    assert not fixed & {field for lever in product.all_levers for field in lever.moves}
