"""Groups treated unalike are found, those too small or not stated are said to be."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from planted import evidence, judged_rows, with_rules

from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
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
