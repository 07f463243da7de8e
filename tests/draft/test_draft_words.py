"""What names suggest, in both languages, and what they only seem to."""

import pytest

from scorecard.draft import words


@pytest.mark.parametrize(
    ("name", "afterwards"),
    [
        ("ChgOffDate", True), ("charge_off_amt", True), ("RECOVERIES", True), ("核销日期", True),
        ("loanStatus", True), ("DisbursementGross", True), ("结清标志", True),
        ("recoverable_vat", False), ("offset_days", False), ("checking_status", False),
        ("prepayment_terms", False), ("年收入", False),
    ],
)  # fmt: skip
def test_what_is_written_after_the_decision(name: str, afterwards: bool) -> None:
    assert (words.afterwards(name) is not None) == afterwards


@pytest.mark.parametrize(
    ("name", "personal"),
    [
        ("age", True), ("AGE", True), ("customerAge", True), ("age_in_years", True), ("SEX", True),
        ("MaritalStatus", True), ("性别", True), ("申请人年龄", True), ("date_of_birth", True),
        ("mortgage", False), ("AgeOfFirm", False), ("account_age", False), ("average", False),
        ("企业年龄", False), ("sextant_count", False), ("coverage", False),
    ],
)  # fmt: skip
def test_what_a_person_is(name: str, personal: bool) -> None:
    assert (words.personal(name) is not None) == personal


def test_a_name_falls_into_its_words() -> None:
    assert words.tokens("NumberOfTime30-59DaysPastDue") == [
        "number", "of", "time", "30", "59", "days", "past", "due",
    ]  # fmt: skip
    assert words.tokens("SBA_Appv企业 x.y") == ["sba", "appv", "企业", "x", "y"]
