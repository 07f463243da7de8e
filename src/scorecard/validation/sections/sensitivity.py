"""How far one value, or a bad year, carries the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard import metrics
from scorecard.explain.reference import amounts
from scorecard.features import Feature
from scorecard.logodds import Floats, expit, logit
from scorecard.policy.validation import Above
from scorecard.rating.baseline import QUANTILES
from scorecard.validation.cells import absent
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light, at_most
from scorecard.validation.lines import above
from scorecard.validation.section import Finding, Section
from scorecard.validation.words import Words

#: Judged rows that are moved.
_ROWS = 2_000
#: A level, or missing, is plausible for anybody where this share of the rows has it.
_COMMON = 0.05
#: A move by more grades than this is far.
_FAR = 2


@dataclass(frozen=True)
class Moved:
    """PDs (n,) and grades (n,) once a feature was set to ``value`` in all rows."""

    value: str
    pd: Floats
    grade: NDArray[np.int64]


def section(evidence: Evidence) -> Section:
    """Set one feature at a time to its worst plausible value; then let the economy fall."""
    rules = evidence.rules.sensitivity
    features, broken, asked = _features(evidence)
    downturn = _downturn(evidence)
    grades = _grades(evidence)
    shock = downturn.row(-1, named=True)
    return Section(
        "sensitivity",
        Words("敏感性与压力测试", "Sensitivity and stress"),
        (
            Finding(
                "response",
                Words(
                    "特征移动后不是有效概率的违约概率个数",
                    "PDs that are no probability once a feature is moved",
                ),
                float(broken),
                f"{broken:,} / {asked:,}",
                Words("多于0个即为红", "red above 0"),
                Light.RED if broken else Light.GREEN,
            ),
            _single(features, rules.single_factor),
            Finding(
                "downturn_factor",
                Words(
                    f"周期指数{rules.downturn_index:g}时平均违约概率的倍数",
                    f"Factor on the mean PD at an index of the cycle of {rules.downturn_index:g}",
                ),
                shock["factor"],
                f"×{shock['factor']:.2f} ({shock['mean_pd']:.2%})",
                above(rules.downturn_factor),
                at_most(shock["factor"], rules.downturn_factor),
            ),
        ),
        {"features": features, "downturn": downturn, "downturn_grades": grades},
        (
            Words(
                f"最差合理值：数值取训练样本5%或95%分位中使平均违约概率更高者（两者相同则取1%、99%），"
                f"文本取占比不低于{_COMMON:.0%}的水平，缺失占比不低于{_COMMON:.0%}时亦作一值。",
                "Worst plausible: of a number's 5 % and 95 % quantiles in training (1 % and 99 % "
                f"where these are equal), of levels that at least {_COMMON:.0%} of the rows have, "
                "and of missing where it is as common, whichever gives the highest mean PD.",
            ),
            Words(
                "压力情形按Vasicek单因子模型以策略所载资产相关性折算；违约概率本身为跨周期水平。",
                "The downturn is Vasicek's one factor with the policy's asset correlation, applied "
                "to PDs that are through the cycle.",
            ),
        ),
    )


def _single(features: pl.DataFrame, limits: Above) -> Finding:
    key, rule = "single_factor", above(limits)
    what = Words(
        "单一特征取最差合理值时平均违约概率的最大倍数",
        "Largest factor on the mean PD of one feature at its worst plausible value",
    )
    if features.is_empty():  # texts only, none of whose levels is common
        return Finding(key, what, None, "—", rule, Light.GREY)
    worst = features.row(0, named=True)
    factor = worst["factor"]
    shown = f"{worst['feature']} = {worst['worst']}: ×{factor:.2f}"
    return Finding(key, what, factor, shown, rule, at_most(factor, limits))


# -- one feature at a time -------------------------------------------------------------------------
def _features(evidence: Evidence) -> tuple[pl.DataFrame, int, int]:
    """Return a row per feature, the worst first, and how many PDs of how many were none."""
    at = evidence.some(_ROWS)
    rows, weight = evidence.judged.part.features[at], evidence.judged.weight[at]
    before, grade = evidence.judged.pd[at], evidence.judged.grade[at]
    mean = metrics.mean_pd(before, weight)
    read = {
        voice: set(evidence.rater.card.features) if voice == "scorecard" else set(rows.columns)
        for voice in ("scorecard", "boosted")
    }[evidence.rater.answering]
    found, broken, asked = [], 0, 0
    for feature in evidence.rater.features.features:
        tried = [_move(evidence, rows, feature.name, v) for v in _plausible(evidence, feature)]
        steps = [_move(evidence, rows, feature.name, v) for v in _one_sd(evidence, feature, at)]
        for moved in (*tried, *steps):
            wrong = ~((moved.pd >= 0) & (moved.pd <= 1))
            broken, asked = broken + int(wrong.sum()), asked + len(moved.pd)
        if not tried:
            continue
        factors = [float(np.average(m.pd, weights=weight)) / mean for m in tried]
        k = int(np.argmax(factors))
        shift = tried[k].grade - grade
        found.append(
            {
                "feature": feature.name,
                "read": feature.name in read,
                "worst": tried[k].value,
                "factor": factors[k],
                "best_factor": min(factors),
                "sd_factor": max(
                    (float(np.average(m.pd, weights=weight)) / mean for m in steps), default=None
                ),
                "changed": float(np.average(shift != 0, weights=weight)),
                "far": float(np.average(np.abs(shift) > _FAR, weights=weight)),
            }
        )
    schema = {
        "feature": pl.String, "read": pl.Boolean, "worst": pl.String, "factor": pl.Float64,
        "best_factor": pl.Float64, "sd_factor": pl.Float64, "changed": pl.Float64,
        "far": pl.Float64,
    }  # fmt: skip
    table = pl.DataFrame(found, schema=schema).sort("factor", "feature", descending=[True, False])
    return table, broken, asked


def _plausible(evidence: Evidence, feature: Feature) -> list[Any]:
    """Return the values that anybody may come to have."""
    values = evidence.judged.part.features[feature.name]
    weight = evidence.judged.weight
    found: list[Any]
    if feature.name in evidence.rater.features.numeric:
        quantile = dict(zip(QUANTILES, evidence.baseline.quantiles[feature.name], strict=True))
        low, high = quantile[0.05], quantile[0.95]
        if low == high:
            low, high = quantile[0.01], quantile[0.99]
        found = [float(v) for v in (low, high) if v is not None]
        none: Any = np.nan
    else:
        share = (
            pl.DataFrame({"level": values, "weight": weight})
            .drop_nulls("level")
            .group_by("level")
            .agg(pl.col("weight").sum())
            .filter(pl.col("weight") >= _COMMON * weight.sum())
        )
        found = sorted(share["level"].to_list())
        none = None
    if np.average(absent(values), weights=weight) >= _COMMON:
        found.append(none)
    return found


def _one_sd(evidence: Evidence, feature: Feature, at: NDArray[np.intp]) -> list[Floats]:
    """Return the rows' own values one standard deviation up and down, within what was observed.

    The deviation is that of the values between the 1 % and the 99 % quantile: one wild value would
    make it anybody's.
    """
    if feature.name not in evidence.rater.features.numeric:
        return []
    seen = amounts(evidence.judged.part.features[feature.name], feature)
    quantile = evidence.baseline.quantiles[feature.name]
    low, high = quantile[0], quantile[-1]
    if low is None or high is None or np.isnan(seen).all():
        return []
    deviation = float(np.nanstd(np.clip(seen, low, high)))
    own = evidence.judged.part.features[feature.name].to_numpy()[at]
    special = np.isin(own, feature.special_values)
    bounds = min(low, float(np.nanmin(seen))), max(high, float(np.nanmax(seen)))
    return [
        np.where(special, own, np.clip(own + step, *bounds)) for step in (deviation, -deviation)
    ]


def _move(evidence: Evidence, rows: pl.DataFrame, name: str, value: Any) -> Moved:
    """Rate the rows with a feature set to one value, or to values (n,)."""
    rater = evidence.rater
    series = (
        pl.Series(name, value, dtype=rows[name].dtype)
        if isinstance(value, np.ndarray)
        else pl.Series(name, [value], dtype=rows[name].dtype).new_from_index(0, rows.height)
    )
    log_odds = rater.log_odds(rows.with_columns(series))
    if value is None or (isinstance(value, float) and np.isnan(value)):
        said = "missing"
    else:
        said = f"{value:.6g}" if isinstance(value, float) else str(value)
    pd = np.maximum(expit(log_odds), rater.scale.pd_floor)
    return Moved(said, pd, rater.scale.index(log_odds))


# -- a downturn ------------------------------------------------------------------------------------
def _downturn(evidence: Evidence) -> pl.DataFrame:
    """Return the mean PD through the cycle, at the judged period's own index, and in a downturn."""
    judged, cycle = evidence.judged, evidence.rater.cycle
    mean = metrics.mean_pd(judged.pd, judged.weight)
    rate = judged.part.bad_rate
    now = cycle.implied_index(np.clip(judged.pd, 1e-9, 1 - 1e-9), rate, judged.weight)
    rows: list[tuple[Any, ...]] = [("through the cycle", None, mean, 1.0)]
    for state, index in (
        ("judged period", now),
        ("downturn", evidence.rules.sensitivity.downturn_index),
    ):
        there = metrics.mean_pd(cycle.point_in_time(judged.pd, index), judged.weight)
        rows.append((state, index, there, there / mean))
    schema = {
        "state": pl.String, "index": pl.Float64, "mean_pd": pl.Float64, "factor": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _grades(evidence: Evidence) -> pl.DataFrame:
    """Return, by grade, shares of rows and of expected bads through the cycle and in a downturn.

    ``downturn_share`` moves rows to the grade of their PD in the downturn; ``downturn_loss_share``
    and ``factor`` keep them in the grade that they were given.
    """
    judged, scale = evidence.judged, evidence.rater.scale
    there = evidence.rater.cycle.point_in_time(judged.pd, evidence.rules.sensitivity.downturn_index)
    moved = scale.index(logit(np.clip(there, 1e-12, 1 - 1e-12)))
    labels, size = evidence.grades, len(evidence.grades)
    weight = judged.weight

    def by_grade(grade: NDArray[np.int64], mass: Floats) -> Floats:
        return np.bincount(grade, mass, size).astype(np.float64)

    share, later = by_grade(judged.grade, weight), by_grade(moved, weight)
    loss, later_loss = (by_grade(judged.grade, weight * pd) for pd in (judged.pd, there))
    factor = np.divide(later_loss, loss, out=np.full(size, np.nan), where=loss > 0)
    return pl.DataFrame(
        {
            "grade": labels,
            "share": share / share.sum(),
            "loss_share": loss / loss.sum(),
            "downturn_share": later / later.sum(),
            "downturn_loss_share": later_loss / later_loss.sum(),
            "factor": factor,
        }
    ).with_columns(pl.col("factor").fill_nan(None))
