"""Real tables: what is set aside, what is kept, and that every row keeps the drafted rules."""

from pathlib import Path

import pytest

import scorecard as sc
from scorecard.draft import draft_product

pytestmark = pytest.mark.real_data

TABLES = {
    "german": ("target", {"A13": "scoring"}),  # ages under a name that tells nothing
    "taiwan_default": (
        "default payment next month",
        {"ID": "identifier", "SEX": "audit_only", "MARRIAGE": "audit_only", "AGE": "audit_only",
         "PAY_0": "scoring"},
    ),
    "give_me_some_credit": (
        "SeriousDlqin2yrs",
        {"id": "identifier", "age": "audit_only",
         "RevolvingUtilizationOfUnsecuredLines": "scoring"},
    ),
    "hmeq": ("BAD", {"DEBTINC": "scoring", "LOAN": "scoring"}),
    "polish_bankruptcy_5y": ("class", {"Attr21": "outcome", "Attr27": "scoring"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_public_table_becomes_a_product(name: str, data_folder: Path, tmp_path: Path) -> None:
    target, expected = TABLES[name]
    file = data_folder / "public" / f"{name}.parquet"
    draft = draft_product(name, file, target, day="2026-01-01")
    roles = {column: role for column, _, role, _ in draft.table().rows()}
    assert {column: roles[column] for column in expected} == expected
    assert draft.windows.date is None
    assert draft.windows.trainable
    assert sc.load_product(draft.write(tmp_path)).name == name


def test_the_codes_of_times_past_due_are_marked(data_folder: Path) -> None:
    file = data_folder / "public" / "give_me_some_credit.parquet"
    draft = draft_product("gmsc", file, "SeriousDlqin2yrs", day="2026-01-01")
    marked = [c.column.name for c in draft.columns if any("96, 98 (269" in s for s in c.seen)]
    assert len(marked) == 3


def test_loans_without_any_declaration_lose_their_known_leaks(data_folder: Path) -> None:
    file = data_folder / "sba_7a" / "loans.parquet"
    draft = draft_product("sba", file, "MIS_Status", day="2026-01-01")
    roles: dict[str, set[str]] = {}
    for column, _, role, _ in draft.table().rows():
        roles.setdefault(role, set()).add(column)
    assert roles["outcome"] == {
        "Term", "ChgOffDate", "ChgOffPrinGr", "DisbursementDate", "DisbursementGross",
        "sampling_weight", "MIS_Status",
    }  # fmt: skip
    assert roles["audit_only"] == {"Bank", "ApprovalFY", "BalanceGross"}
    assert roles["identifier"] == {"loan_id"}
    assert draft.windows.date == "ApprovalDate"
    assert draft.target.said.startswith("CHGOFF is bad")
    weighted = draft_product(
        "sba", file, "MIS_Status", day="2026-01-01", weight="sampling_weight", date="ApprovalDate"
    )
    # All 19,441 rows weigh 11.6 % bad; the fiscal years up to 2003 weigh less.
    assert 0.05 < weighted.central_tendency < 0.116 < draft.central_tendency
