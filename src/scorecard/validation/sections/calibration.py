"""Calibration: whether PDs mean what they say, as a whole and grade by grade."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from scorecard import metrics
from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.validation.evidence import Evidence, Rated
from scorecard.validation.holm import holm
from scorecard.validation.light import Light, at_most, proven
from scorecard.validation.lines import above, borne_out
from scorecard.validation.section import Finding, Section
from scorecard.validation.sections.discrimination import ranks
from scorecard.validation.tested import p_of
from scorecard.validation.words import Words

#: A slope further from 1 than this, and with 1 outside its interval, is told.
BAND = 0.1

_GRADES = {
    "grade": pl.String, "rows": pl.Int64, "bads": pl.Int64, "weight": pl.Float64,
    "mean_pd": pl.Float64, "bad_rate": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "jeffreys_p": pl.Float64, "pd_at_level": pl.Float64, "factor": pl.Float64,
    "p_at_level": pl.Float64, "p_holm": pl.Float64,
}  # fmt: skip
_LEVEL = {
    "cohort": pl.String, "rows": pl.Int64, "bads": pl.Int64, "mean_pd": pl.Float64,
    "bad_rate": pl.Float64, "factor": pl.Float64, "cycle_index": pl.Float64,
    "p_too_low": pl.Float64,
}  # fmt: skip


def section(evidence: Evidence) -> Section:
    """Judge the level of the PDs, which the economy moves, and each grade beside the level."""
    judged = evidence.judged
    level = _level(evidence)
    index = _index(evidence, judged)
    grades = _grades(evidence, index)
    return Section(
        key="calibration",
        title=Words("校准", "Calibration"),
        findings=(
            _level_finding(evidence, level),
            _grade_finding(evidence, grades),
            _slope_finding(judged),
        ),
        tables={"grades": grades, "level": level, "tests": _tests(judged)},
        notes=(
            Words(
                "PD 为跨周期口径，一个时期的坏账水平随经济波动：水平检验因此计入一个系统性因子；"
                "逐级检验先把全部 PD 移到本期水平，再看各等级是否合乎其 PD。Jeffreys p 值为未移动的"
                "原始检验。",
                "PDs are through the cycle, and the economy moves the bad rate of a period: the "
                "test of the level therefore allows for one systematic factor, and each grade is "
                "tested after all PDs were moved to the level of the period. jeffreys_p is the "
                "plain test, unmoved.",
            ),
        ),
    )


def _index(evidence: Evidence, rated: Rated) -> float | None:
    rate = rated.part.bad_rate
    try:
        return evidence.rater.cycle.implied_index(rated.pd, rate, rated.weight)
    except InputError:  # a rate or a PD of 0 or 1 implies none
        return None


def _grades(evidence: Evidence, index: float | None) -> pl.DataFrame:
    judged = evidence.judged
    moved = judged.pd if index is None else evidence.rater.cycle.point_in_time(judged.pd, index)
    rows: list[tuple[Any, ...]] = []
    for k, label in enumerate(evidence.grades):
        here = judged.grade == k
        n = int(here.sum())
        if not n:
            continue
        y, w = judged.y[here], judged.weight[here]
        worth, rate = metrics.effective_rows(y, w), metrics.bad_rate(y, w)
        mean, at = metrics.mean_pd(judged.pd[here], w), metrics.mean_pd(moved[here], w)
        low, high = metrics.jeffreys_interval(rate * worth, worth)
        plain, moved_p = (p_of(metrics.jeffreys(rate * worth, worth, pd)) for pd in (mean, at))
        if rate <= at:  # no bad rate below its PD says that the PD is too low, on however few rows
            moved_p = max(moved_p, 0.5)
        rows.append(
            (label, n, int(y.sum()), float(w.sum()), mean, rate, low, high, plain, at, rate / at,
             moved_p, None)
        )  # fmt: skip
    table = pl.DataFrame(rows, schema=_GRADES, orient="row")
    return table.with_columns(
        p_holm=pl.Series(holm(table["p_at_level"].to_list()), dtype=pl.Float64)
    )


def _level(evidence: Evidence) -> pl.DataFrame:
    """Return the level of each calendar year, and the chance of one as bad or worse."""
    judged = evidence.judged
    dates = judged.part.dates
    every = pl.Series(["all"] * len(judged))
    years = every if dates is None else dates.dt.year().cast(pl.String)
    rho = evidence.rater.cycle.asset_correlation
    rows: list[tuple[Any, ...]] = []
    for year in years.unique().sort():
        here = (years == year).to_numpy()
        y, w, pd = judged.y[here], judged.weight[here], judged.pd[here]
        rate, mean = metrics.bad_rate(y, w), metrics.mean_pd(pd, w)
        worth = max(1, round(metrics.effective_rows(y, w)))
        p = metrics.binomial(round(rate * worth), worth, mean, asset_correlation=rho)
        index = None
        if 0 < rate < 1 and pd.min() > 0 and pd.max() < 1:
            index = evidence.rater.cycle.implied_index(pd, rate, w)
        rows.append((year, len(y), int(y.sum()), mean, rate, rate / mean, index, p_of(p)))
    return pl.DataFrame(rows, schema=_LEVEL, orient="row")


def _level_finding(evidence: Evidence, level: pl.DataFrame) -> Finding:
    judged = evidence.judged
    rate, mean = judged.part.bad_rate, metrics.mean_pd(judged.pd, judged.weight)
    factor = rate / mean
    p = _together(level["p_too_low"].to_numpy())
    limits = evidence.rules.calibration.level_factor
    return Finding(
        "level",
        Words("坏账率与平均 PD 之比", "Bad rate over mean PD"),
        factor,
        f"{factor:.2f} ({rate:.2%} against {mean:.2%})",
        borne_out(above(limits), evidence.alpha / 2),
        proven(at_most(factor, limits), p, evidence.alpha / 2),
        p,
    )


def _together(p_values: Floats) -> float:
    """Join the p-values of years whose factors are taken as independent (Stouffer's sum)."""
    z = ndtri(1 - np.clip(p_values, 1e-15, 1 - 1e-15))
    return float(ndtr(-z.sum() / np.sqrt(len(z))))


def _grade_finding(evidence: Evidence, grades: pl.DataFrame) -> Finding:
    limits = evidence.rules.calibration.grade_factor
    what = Words("坏账率最超出其 PD 的等级", "Grade whose bad rate is most above its PD")
    # The grade that tests worst, not the one with the largest factor on a handful of rows.
    worst = grades.sort("p_at_level", pl.col("factor").neg()).row(0, named=True)
    shown = (
        f"{worst['grade']}: {worst['factor']:.2f} times ({worst['bads']:,} bads in "
        f"{worst['rows']:,} rows, {worst['pd_at_level']:.2%} expected at the period's level)"
    )
    if not ranks(evidence):
        return Finding(
            "grades",
            what,
            worst["factor"],
            shown,
            Words(
                "区分能力为红灯：等级已不能排序风险，逐级校准不作评价",
                "discrimination is red: grades no longer order risk, so that none is judged alone",
            ),
            Light.GREY,
            worst["p_holm"],
        )
    return Finding(
        "grades",
        what,
        worst["factor"],
        shown,
        borne_out(above(limits), evidence.alpha / 2),
        proven(at_most(worst["factor"], limits), worst["p_holm"], evidence.alpha / 2),
        worst["p_holm"],
    )


def _slope_finding(judged: Rated) -> Finding:
    what = Words("校准斜率", "Slope of calibration")
    rule = Words(
        f"偏离 1 超过 {BAND:g} 且区间不含 1 为黄灯，从不为红灯",
        f"amber beyond {BAND:g} from 1 with 1 outside its interval, never red",
    )
    try:
        slope = metrics.calibration_slope(judged.y, judged.pd, judged.weight)
    except InputError:  # PDs that tell goods from bads without error
        return Finding("slope", what, None, "no finite slope", rule, Light.GREY)
    off = abs(float(slope) - 1) > BAND and not slope.low <= 1 <= slope.high
    return Finding(
        "slope",
        what,
        float(slope),
        f"{float(slope):.2f} [{slope.low:.2f}, {slope.high:.2f}]",
        rule,
        Light.AMBER if off else Light.GREEN,
    )


def _tests(judged: Rated) -> pl.DataFrame:
    """Return the customary tests of all PDs together, none of which knows of a cycle."""
    y, pd, w = judged.y, judged.pd, judged.weight
    z = metrics.spiegelhalter(y, pd, w)
    rows: list[tuple[str, float, float | None]] = [
        ("Spiegelhalter Z", float(z), z.p_value),
        ("Brier score", float(metrics.brier(y, pd, w)), None),
        ("Expected calibration error, 5 bins", float(metrics.ece(y, pd, w)), None),
        ("Log-loss", float(metrics.log_loss(y, pd, w)), None),
    ]
    return pl.DataFrame(rows, schema=["test", "value", "p_value"], orient="row")
