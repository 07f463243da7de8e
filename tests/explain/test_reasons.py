"""Reasons are sums of what says the same thing, told with both values, and claim nothing more."""

from __future__ import annotations

import numpy as np
import pytest

from scorecard.explain.association import Merged, Tie
from scorecard.explain.reasons import ReasonWriter
from scorecard.explain.reference import Reference
from scorecard.explain.wording import Peers, shown
from scorecard.features import Feature, ReasonText

FEATURES = (
    Feature("debt", "debt", reason="DEBT", zh="负债率", en="Debt", unit="fraction"),
    Feature("interest", "interest", reason="INTEREST", zh="利息", en="Interest", unit="fraction"),
    Feature("age", "age", reason="AGE", zh="年限", en="Age", unit="months", special_values=(-1,)),
    Feature("late", "late", reason="LATE", zh="逾期", en="Delay", unit="days"),
)
TEXTS = {
    code: ReasonText(code, f"{code}更低者风险较低。", f"Firms with less {code} carry less risk.")
    for code in ("DEBT", "INTEREST", "AGE", "LATE")
}
REFERENCE = Reference(
    {"debt": 0.5, "interest": 0.006, "age": 60.0, "late": 0.0},
    (Merged(("DEBT", "INTEREST"), (Tie(("debt", "interest"), 0.8),)),),
)
WRITER = ReasonWriter(FEATURES, TEXTS, REFERENCE, least=0.02, peers=Peers("同行", "peers"))


def test_correlated_codes_are_added_and_the_strongest_speaks_for_them() -> None:
    risk = np.array([[0.25, 0.375, 0.5, 0.0], [0.5, -0.5, 0.0, 0.01]])
    first, second = WRITER.write(risk, [(0.7, 0.02, 12.0, 0.0)] * 2)
    assert [(r.code, r.feature, r.contribution) for r in first] == [
        ("INTEREST", "interest", 0.625),
        ("AGE", "age", 0.5),
    ]
    assert first[0].text_en == (
        "Firms with less INTEREST carry less risk (Interest: 2.0%; typical of peers: 0.6%)"
    )
    assert first[0].text_zh == "INTEREST更低者风险较低（利息：2.0%；同行通常：0.6%）"
    assert first[1].text_zh.endswith("（年限：12个月；同行通常：60个月）")
    assert first[0].reference == 0.006
    # What one gives and another takes away is no reason; .01 is too little.
    assert second == ()


def test_strengths_are_the_other_side_and_praise_nobody_for_others() -> None:
    risk = np.array([[0.25, -0.375, -0.5, -0.0625]])
    (given,) = WRITER.strengths(risk, [(0.7, 0.001, 240.0, 1.0)])
    assert [(r.code, r.contribution) for r in given] == [
        ("AGE", -0.5), ("INTEREST", -0.125), ("LATE", -0.0625),
    ]  # fmt: skip
    assert given[0].text_zh == "有利因素（年限：240个月；同行通常：60个月）"
    assert given[0].text_en == (
        "In the applicant's favour (Age: 240 months; typical of peers: 60 months)"
    )
    assert given[2].text_en.endswith("(Delay: 1 day; typical of peers: 0 days)")


def test_what_differs_does_not_look_the_same() -> None:
    risk = np.array([[0.5, 0.0, 0.0, 0.0]])
    told = [WRITER.write(risk, [(value, 0.0, 0.0, 0.0)])[0][0].text_zh for value in (0.5003, 0.5)]
    assert told[0].endswith("（负债率：50.030%；同行通常：50.000%）")
    assert told[1].endswith("（负债率：50.0%；同行通常：50.0%）")


@pytest.mark.parametrize(
    ("value", "said"), [(None, "Not provided or not computable: Age"), (-1.0, "A special code")]
)
def test_nothing_is_claimed_of_what_is_no_amount(value: float | None, said: str) -> None:
    row = [(0.5, 0.006, value, 0.0)]
    (reasons,) = WRITER.write(np.array([[0.0, 0.0, 0.5, 0.0]]), row)
    (reason,) = reasons
    assert reason.text_en.startswith(said)
    assert "typical" not in reason.text_en
    assert "通常" not in reason.text_zh
    assert reason.reference == 60.0
    # And it is no strength: the next one takes its place.
    (strengths,) = WRITER.strengths(np.array([[-0.1, 0.0, -0.5, 0.0]]), row)
    assert [strength.code for strength in strengths] == ["DEBT"]


def test_at_most_four_largest_first_and_equal_ones_as_declared() -> None:
    features = [Feature(f"f{i}", "x", reason=f"C{i}") for i in range(6)]
    texts = {f.reason: ReasonText(f.reason, "一。", "One.") for f in features}
    typical = Reference(dict.fromkeys((f.name for f in features), None))
    writer = ReasonWriter(features, texts, typical, least=0.02, peers=Peers("同行", "peers"))
    risk = np.array([[0.1, 0.3, 0.3, 0.02, 0.2, 0.01]])
    (told,) = writer.write(risk, [(1.0,) * 6])
    assert [reason.code for reason in told] == ["C1", "C2", "C4", "C0"]
    assert told[0].reference is None
    assert told[0].text_zh == "一（：1）"


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (-0.0001, "fraction", "0.0%", "0.0%"),
        (-0.4123, "fraction", "-41.2%", "-41.2%"),
        (1.0, "months", "1个月", "1 month"),
        (63.514, "months", "63.5个月", "63.5 months"),
        (-3.26, "times", "-3.26倍", "-3.26 times"),
        (50_000.0, "US dollar", "50,000美元", "50,000 US dollars"),
        (0.0, "yes = 1", "否", "no"),
        (128.4, "ratio", "128", "128"),
        (18.0, "count", "18", "18"),
        ("B", None, "B", "B"),
        ("F", None, "批发和零售业", "Wholesale and retail"),
    ],
)
def test_values_are_shown_as_people_read_them(
    value: float | str, unit: str | None, zh: str, en: str
) -> None:
    feature = Feature("x", "x", unit=unit, levels=(("F", "批发和零售业", "Wholesale and retail"),))
    assert shown(feature, value) == (zh, en)
