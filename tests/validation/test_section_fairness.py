"""Groups treated unalike are found, those too small or not stated are said to be."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest
from planted import evidence, judged_rows, with_rules
from standin import standin

import scorecard as sc
from scorecard.validation.evidence import Evidence
from scorecard.validation.groups import p_same_level
from scorecard.validation.light import Light
from scorecard.validation.section import Section
from scorecard.validation.sections import fairness

MEASURES = {"impact_ratio", "opportunity_gap", "calibration_gap", "proxy"}


def test_a_table_per_audit_column_holds_what_the_findings_say(clean: Evidence) -> None:
    section = fairness.section(clean)
    assert {f.key for f in section.findings} == {
        f"{measure}.{column}" for measure in MEASURES for column in ("owner_gender", "owner_age")
    }
    table = section.tables["owner_gender"]
    assert table["rows"].sum() == len(clean.judged)
    assert table["bads"].sum() == clean.judged.y.sum()
    mean_gap = (table["calibration_gap"] * table["rows"]).sum() / table["rows"].sum()
    assert mean_gap == pytest.approx(0, abs=1e-12)
    ratio = section.finding("impact_ratio.owner_gender").number
    approved = table.filter("judged")["approval_rate"]
    assert ratio == pytest.approx(approved.min() / approved.max())  # type: ignore[operator]


def test_approving_fewer_of_one_group_is_red(clean: Evidence, portfolio: pl.DataFrame) -> None:
    """Gender is made to go with the grade: the model has learnt a difference there is none in."""
    grades = clean.rater.rate(portfolio)["grade"]
    chance = pl.Series(np.random.default_rng(0).random(portfolio.height))
    worse = grades.is_in(["R8", "R9", "R10"]).fill_null(False)
    woman = (worse & (chance < 0.8)) | (~worse & (chance < 0.2))
    told = pl.DataFrame({"w": woman}).select(
        pl.when("w").then(pl.lit("female")).otherwise(pl.lit("male")).alias("owner_gender")
    )
    given = evidence(clean.bundle, portfolio.with_columns(told["owner_gender"]), rater=clean.rater)
    section = fairness.section(given)
    assert section.finding("impact_ratio.owner_gender").light is Light.RED
    assert section.finding("opportunity_gap.owner_gender").light is Light.RED
    assert section.finding("impact_ratio.owner_age").light is not Light.RED


def test_pds_too_low_for_one_group_are_red(clean: Evidence, portfolio: pl.DataFrame) -> None:
    late = pl.Series(judged_rows(portfolio))
    chance = pl.Series(np.random.default_rng(1).random(portfolio.height))
    hurt = late & (portfolio["owner_gender"] == "female").fill_null(False) & (chance < 0.15)
    table = portfolio.with_columns(
        pl.when(hurt & pl.col("default_12m").is_not_null())
        .then(1)
        .otherwise(pl.col("default_12m"))
        .alias("default_12m")
    )
    section = fairness.section(evidence(clean.bundle, table, rater=clean.rater))
    red = {f.key for f in section.findings if f.light is Light.RED}
    assert red == {"calibration_gap.owner_gender"}


def test_no_groups_declared_is_grey_and_says_so(clean: Evidence, portfolio: pl.DataFrame) -> None:
    section = fairness.section(evidence(with_rules(clean.bundle, groups={}), portfolio))
    (finding,) = section.findings
    assert finding.light is Light.GREY
    assert finding.number is None
    assert "declare" in finding.rule.en


def test_a_table_without_the_audit_column_is_grey(clean: Evidence, portfolio: pl.DataFrame) -> None:
    blank = portfolio.with_columns(pl.lit(None, dtype=pl.String).alias("owner_gender"))
    section = fairness.section(evidence(clean.bundle, blank, rater=clean.rater))
    for measure in MEASURES:
        assert section.finding(f"{measure}.owner_gender").light is Light.GREY
        assert section.finding(f"{measure}.owner_age").number is not None


def test_small_groups_are_shown_and_not_judged(clean: Evidence, portfolio: pl.DataFrame) -> None:
    bundle = with_rules(clean.bundle, groups={"owner_age": [84.0]})
    section = fairness.section(evidence(bundle, portfolio))
    table = section.tables["owner_age"]
    assert not table.filter(group="≥84")["judged"].any()
    assert section.finding("proxy.owner_age").light is Light.GREY


# -- by numbers that a test writes down ------------------------------------------------------------
def audited(
    product: sc.Product,
    groups: Mapping[str, tuple[int, int]],
    *,
    bads: Mapping[str, int] | None = None,
    pd: float = 0.1,
    weight: float = 1.0,
) -> Section:
    """Judge groups of so many (rows, approved), a tenth of whom, or ``bads``, went bad."""
    gender, grade, y = [], [], []
    for name, (rows, approved) in groups.items():
        gender += [name] * rows
        grade += [2] * approved + [3] * (rows - approved)  # R3 is the cut-off
        wrong = rows // 10 if bads is None else bads[name]
        # Bads are spread over approved and refused alike.
        y += [float(k * wrong // rows != (k + 1) * wrong // rows) for k in range(rows)]
    n = len(y)
    return fairness.section(
        standin(
            product, np.array(y), np.full(n, pd), grade=np.array(grade),
            table={"owner_gender": gender}, weight=np.full(n, weight),
            rules={"fairness": {"groups": {"owner_gender": []}}},
        )
    )  # fmt: skip


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the proxies, which read features."""
    monkeypatch.setattr(fairness, "_proxy", lambda *_: (None, []))


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize(
    ("approved", "light"),
    [
        (810, Light.GREEN),  # .9 on the amber line
        (780, Light.AMBER),  # .87
        (721, Light.AMBER),  # just above .8
        (690, Light.RED),  # .77
    ],
)
def test_the_four_fifths_rule(sme_cn: sc.Product, approved: int, light: Light) -> None:
    section = audited(sme_cn, {"female": (1000, approved), "male": (1000, 900)})
    found = section.finding("impact_ratio.owner_gender")
    assert found.number == pytest.approx(approved / 900)
    assert found.light is light
    assert found.said.en == (f"{approved / 900:.3f} (female {approved / 1000:.1%} / male 90.0%)")
    table = section.tables["owner_gender"].sort("group")
    assert table["approval_rate"].to_list() == [approved / 1000, 0.9]


@pytest.mark.usefixtures("no_proxy")
def test_a_ratio_on_few_rows_is_chance(sme_cn: sc.Product) -> None:
    section = audited(sme_cn, {"female": (60, 42), "male": (60, 54)})
    assert section.finding("impact_ratio.owner_gender").number == pytest.approx(42 / 54)
    assert section.finding("impact_ratio.owner_gender").light is not Light.RED
    few = audited(sme_cn, {"female": (50, 40), "male": (49, 40)})
    assert few.finding("impact_ratio.owner_gender").light is Light.GREY
    assert few.tables["owner_gender"].sort("group")["judged"].to_list() == [True, False]
    # Weights have no unit: two of everything are as much as one.
    assert audited(sme_cn, {"female": (50, 40), "male": (50, 40)}, weight=2.0).finding(
        "impact_ratio.owner_gender"
    ).number == pytest.approx(1)  # fmt: skip


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize(
    ("approved", "light"),
    [(850, Light.GREEN), (765, Light.AMBER), (640, Light.RED)],
)
def test_goods_have_the_same_chance(sme_cn: sc.Product, approved: int, light: Light) -> None:
    section = audited(sme_cn, {"female": (1000, approved), "male": (1000, 900)})
    table = section.tables["owner_gender"].sort("group")
    assert table["effective_goods"].to_list() == pytest.approx([900, 900])
    found = section.finding("opportunity_gap.owner_gender")
    assert found.number == pytest.approx((900 - approved) / 1000, abs=0.003)
    assert found.light is light


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize(
    ("bads", "light"),
    [(100, Light.GREEN), (130, Light.GREEN), (150, Light.AMBER), (210, Light.RED),
     (40, Light.AMBER)],
)  # fmt: skip
def test_bads_of_a_group_come_as_its_pds_say(sme_cn: sc.Product, bads: int, light: Light) -> None:
    section = audited(
        sme_cn, {"female": (1000, 900), "male": (1000, 900)}, bads={"female": bads, "male": 100}
    )
    found = section.finding("calibration_gap.owner_gender")
    assert found.number == pytest.approx(abs(bads - 100) / 2000)  # from the gap of all rows
    assert found.light is light
    table = section.tables["owner_gender"].sort("group")
    assert table["calibration_p"][0] == pytest.approx(p_same_level(bads, bads + 100, 0.5), rel=1e-9)


@pytest.mark.usefixtures("no_proxy")
def test_calibration_needs_five_bads_expected(sme_cn: sc.Product) -> None:
    both = {"female": (100, 90), "male": (100, 90)}
    for bads, judged in (({"female": 6, "male": 5}, True), ({"female": 5, "male": 4}, False)):
        section = audited(sme_cn, both, bads=bads)
        assert section.tables["owner_gender"]["judged_calibration"].all() is judged
        found = section.finding("calibration_gap.owner_gender")
        assert (found.light is not Light.GREY) is judged


@pytest.mark.usefixtures("no_proxy")
def test_of_several_groups_the_two_furthest_apart_speak(sme_cn: sc.Product) -> None:
    section = audited(
        sme_cn, {"a": (1000, 690), "b": (1000, 790), "c": (1000, 900), "d": (1000, 660)},
        bads={"a": 100, "b": 140, "c": 200, "d": 40},
    )  # fmt: skip
    found = section.finding("impact_ratio.owner_gender")
    assert (found.number, found.light) == (pytest.approx(660 / 900), Light.RED)
    assert found.said.en.endswith("(d 66.0% / c 90.0%)")
    assert found.said.zh == found.said.en
    assert found.what.en == "Owner's gender: lowest approval rate over the highest"
    gap = section.finding("opportunity_gap.owner_gender")
    goods = {"c": 900 / 1000, "d": 660 / 1000}
    assert gap.number == pytest.approx(goods["c"] - goods["d"], abs=0.01)
    bads = section.finding("calibration_gap.owner_gender")
    assert bads.number == pytest.approx((200 - 120) / 1000)
    assert bads.said.en == "+8.00% (c)"


@pytest.mark.usefixtures("no_proxy")
def test_pds_too_high_for_one_group_count_as_well(sme_cn: sc.Product) -> None:
    section = audited(
        sme_cn, {"a": (1000, 900), "b": (1000, 900), "c": (1000, 900)},
        bads={"a": 30, "b": 120, "c": 120},
    )  # fmt: skip
    found = section.finding("calibration_gap.owner_gender")
    assert (found.number, found.light) == (pytest.approx(0.06), Light.RED)
    assert found.said.en == "-6.00% (a)"


@pytest.mark.usefixtures("no_proxy")
def test_a_group_alone_is_compared_with_nobody(sme_cn: sc.Product) -> None:
    section = audited(sme_cn, {"a": (1000, 900), "b": (40, 10)})
    for measure in ("impact_ratio", "opportunity_gap", "calibration_gap"):
        assert section.finding(f"{measure}.owner_gender").light is Light.GREY
