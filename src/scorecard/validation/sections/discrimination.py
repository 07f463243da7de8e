"""Discrimination: how well risks are ranked, now, at training, and in segments."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard import metrics
from scorecard.validation.evidence import Evidence, Rated
from scorecard.validation.holm import holm
from scorecard.validation.light import Light, at_least, at_most, proven
from scorecard.validation.lines import above, below, borne_out
from scorecard.validation.section import Finding, Section
from scorecard.validation.tested import error_of, p_above
from scorecard.validation.words import Words

#: Rows and bads that a segment must have to be judged.
ROWS, BADS = 100, 20

_IN_TIME, _OUT_OF_TIME = "in time", "out of time"
_SEGMENTS = {
    "column": pl.String, "segment": pl.String, "rows": pl.Int64, "bads": pl.Int64,
    "bad_rate": pl.Float64, "auc": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "gap": pl.Float64, "p_value": pl.Float64,
}  # fmt: skip
_AREAS = {
    "model": pl.String, "window": pl.String, "rows": pl.Int64, "bads": pl.Int64,
    "auc": pl.Float64, "low": pl.Float64, "high": pl.Float64, "gini": pl.Float64,
    "ks": pl.Float64, "h_measure": pl.Float64, "brier": pl.Float64, "log_loss": pl.Float64,
}  # fmt: skip


def section(evidence: Evidence) -> Section:
    """Judge the AUC against its own line and against the one that training measured."""
    segments = _segments(evidence)
    return Section(
        key="discrimination",
        title=Words("区分能力", "Discrimination"),
        findings=(*rank_findings(evidence), _segment_finding(evidence, segments)),
        tables={
            "areas": _areas(evidence),
            "gains": metrics.gains(
                evidence.judged.y, evidence.judged.margin, evidence.judged.weight
            ),
            "roc": _roc(evidence.judged),
            **({} if segments.is_empty() else {"segments": segments}),
        },
        notes=(
            Words(
                "区间为 DeLong 区间；“下降”按欧洲央行 2019 年检验，并计入训练时 AUC 的误差。",
                "Intervals are DeLong's; the fall is tested as the ECB asks (2019, §2.5.4.1), with "
                "the error of the AUC at training added.",
            ),
        ),
    )


def ranks(evidence: Evidence) -> bool:
    """Whether the model still ranks risk: no light of its ranking is red."""
    return all(finding.light is not Light.RED for finding in rank_findings(evidence))


def rank_findings(evidence: Evidence) -> tuple[Finding, Finding]:
    """Return the findings on the AUC itself and on its fall since training.

    Neither is red for one grade alone: a grade whose bad rate is off is calibration's matter. So
    red must hold with the outcomes of any one grade replaced by what its PDs expect.
    """
    judged, rules = evidence.judged, evidence.rules.discrimination
    now = metrics.delong(judged.y, judged.margin, judged.weight)
    then = evidence.baseline.areas[evidence.rater.answering][_OUT_OF_TIME]
    fall = then.auc - float(now)
    lights, doubts = _lights(evidence, float(now), error_of(now))
    if Light.RED in lights:
        spared, _ = _lights(evidence, _without_one_grade(evidence), error_of(now))
        if Light.RED not in spared:
            lights = tuple(Light.AMBER if light is Light.RED else light for light in lights)
    shown = f"{float(now):.3f}"
    if now.interval is not None:
        shown += f" [{now.interval[0]:.3f}, {now.interval[1]:.3f}]"
    return (
        Finding(
            "auc",
            Words("被评价样本的 AUC", "AUC of the judged rows"),
            float(now),
            shown,
            borne_out(below(rules.auc), evidence.alpha),
            lights[0],
            doubts[0],
        ),
        Finding(
            "fall",
            Words("较训练时时间外 AUC 的下降", "Fall since the out-of-time AUC at training"),
            fall,
            f"{fall:+.3f} ({then.auc:.3f} → {float(now):.3f})",
            borne_out(above(rules.fall), evidence.alpha),
            lights[1],
            doubts[1],
        ),
    )


def _lights(
    evidence: Evidence, now: float, error: float
) -> tuple[tuple[Light, ...], tuple[float, ...]]:
    """Return the lights of an AUC and of its fall, and their corrected p-values."""
    rules = evidence.rules.discrimination
    then = evidence.baseline.areas[evidence.rater.answering][_OUT_OF_TIME]
    p_red, p_amber = (_p_below(now, line, error) for line in (rules.auc.red, rules.auc.amber))
    p_fall = _p_below(now, then.auc, float(np.hypot(error, then.standard_error)))
    corrected = holm([p_red, p_fall])
    level = at_least(now, rules.auc)
    if level is Light.RED and corrected[0] > evidence.alpha:
        level = Light.AMBER  # below the red line by chance, perhaps: is it below the amber one?
    doubts = (p_amber if level is Light.AMBER else corrected[0], corrected[1])
    rated = (level, at_most(then.auc - now, rules.fall))
    lights = tuple(proven(light, p, evidence.alpha) for light, p in zip(rated, doubts, strict=True))
    return lights, doubts


def _without_one_grade(evidence: Evidence) -> float:
    """Return the best AUC that is left when the outcomes of one grade are what its PDs expect."""
    judged = evidence.judged
    best = 0.0
    for grade in np.unique(judged.grade):
        here = judged.grade == grade
        share = np.where(here, judged.pd, judged.y)  # of each row's weight that counts as bad
        risk = np.concatenate([judged.margin, judged.margin])
        weight = np.concatenate([judged.weight * share, judged.weight * (1 - share)])
        y = np.repeat([1.0, 0.0], len(judged))
        best = max(best, float(metrics.auc(y[weight > 0], risk[weight > 0], weight[weight > 0])))
    return best


def _p_below(now: float, line: float, error: float) -> float:
    """Return the chance of an AUC this low where the true one is ``line``."""
    return p_above(line - now, error)


def _areas(evidence: Evidence) -> pl.DataFrame:
    rater = evidence.rater
    second = next(name for name in evidence.baseline.areas if name != rater.answering)
    rows: list[tuple[Any, ...]] = []
    windows = {"judged": evidence.judged}
    if evidence.early is not None:
        windows["in time, as learnt"] = evidence.early
    for model, prefix in ((rater.answering, ""), (second, "second_")):
        for window, rated in windows.items():
            rows.append((model, window, *_row(rated, prefix)))
        for window in (_OUT_OF_TIME, _IN_TIME):
            known = evidence.baseline.areas[model][window]
            reach = 1.959964 * known.standard_error
            said = f"at training, {window}" + (", cross-fitted" if window == _IN_TIME else "")
            area = (known.auc, known.auc - reach, known.auc + reach, 2 * known.auc - 1)
            rows.append((model, said, None, None, *area, *[None] * 4))
    return pl.DataFrame(rows, schema=_AREAS, orient="row")


def _row(rated: Rated, prefix: str) -> tuple[Any, ...]:
    margin, pd = rated.numbers(f"{prefix}margin"), rated.numbers(f"{prefix}pd")
    y, w = rated.y, rated.weight
    area = metrics.delong(y, margin, w)
    low, high = area.interval or (None, None)
    return (
        len(y), int(y.sum()), float(area), low, high, 2 * float(area) - 1,
        float(metrics.ks(y, margin, w)), float(metrics.h_measure(y, margin, w)),
        float(metrics.brier(y, pd, w)), float(metrics.log_loss(y, pd, w)),
    )  # fmt: skip


def _roc(rated: Rated, points: int = 101) -> pl.DataFrame:
    """Return the ROC curve at ``points`` places, enough for a picture."""
    order = np.argsort(-rated.margin, kind="stable")
    y, w = rated.y[order], rated.weight[order]
    bads, goods = (np.concatenate(([0.0], np.cumsum(part))) for part in (w * y, w * (1 - y)))
    x, z = goods / goods[-1], bads / bads[-1]
    at = np.unique(np.searchsorted(x, np.linspace(0, 1, points), side="right").clip(max=len(x)) - 1)
    at = np.unique(np.concatenate(([0], at, [len(x) - 1])))
    return pl.DataFrame({"false_rate": x[at], "true_rate": z[at]})


def _segments(evidence: Evidence) -> pl.DataFrame:
    judged = evidence.judged
    rows: list[tuple[Any, ...]] = []
    for column in evidence.rules.discrimination.segments:
        values = judged.part.table[column].cast(pl.String).fill_null("not stated")
        for level in values.unique().sort():
            here = (values == level).to_numpy()
            rows.append((column, level, *_segment(judged, here)))
    table = pl.DataFrame(rows, schema=_SEGMENTS, orient="row")
    tested = table["p_value"].is_not_null().to_numpy()
    if tested.any():
        p = table["p_value"].to_numpy().copy()
        p[tested] = holm(p[tested].tolist())
        table = table.with_columns(p_value=pl.Series(p).fill_nan(None))
    return table


def _segment(judged: Rated, here: NDArray[np.bool_]) -> tuple[Any, ...]:
    y, w, margin = judged.y[here], judged.weight[here], judged.margin[here]
    bads = int(y.sum())
    rate = metrics.bad_rate(y, w)
    few = len(y) < ROWS or min(bads, len(y) - bads) < BADS
    rest = ~here
    if few or min(judged.y[rest].sum(), rest.sum() - judged.y[rest].sum()) < BADS:
        return len(y), bads, rate, *[None] * 5
    own = metrics.delong(y, margin, w)
    other = metrics.delong(judged.y[rest], judged.margin[rest], judged.weight[rest])
    gap = float(other) - float(own)
    error = float(np.hypot(error_of(own), error_of(other)))
    low, high = own.interval or (None, None)
    return len(y), bads, rate, float(own), low, high, gap, _p_below(float(own), float(other), error)


def _segment_finding(evidence: Evidence, segments: pl.DataFrame) -> Finding:
    what = Words("最弱分组与其余样本之差", "Weakest segment against all other rows")
    known = segments.filter(pl.col("gap").is_not_null())
    limits = evidence.rules.discrimination.fall
    rule = Words(
        f"差距超过 {limits.amber:g} 且经检验证实为黄灯，从不为红灯",
        f"amber above {limits.amber:g} as far as a test bears it out, never red",
    )
    if known.is_empty():
        none = Words("没有样本足够的分组", "no segment with enough rows")
        return Finding("segments", what, None, none, rule, Light.GREY)
    worst = known.sort("gap", descending=True).row(0, named=True)
    column = evidence.rater.product.column(worst["column"])
    light = Light.AMBER if worst["gap"] > limits.amber else Light.GREEN
    return Finding(
        "segments",
        what,
        worst["gap"],
        Words(
            f"{worst['gap']:+.3f}（{column.zh}＝{worst['segment']}，AUC {worst['auc']:.3f}）",
            f"{worst['gap']:+.3f} ({column.en} = {worst['segment']}, AUC {worst['auc']:.3f})",
        ),
        rule,
        proven(light, worst["p_value"], evidence.alpha),
        worst["p_value"],
    )
