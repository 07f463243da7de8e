"""No feature knows what nobody knows at application."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.special import ndtr

from scorecard.errors import LeakError
from scorecard.logodds import Floats
from scorecard.validation.cells import Area, absent, foretold
from scorecard.validation.claim import Claim, Verdict, verdicts
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light, at_most
from scorecard.validation.lines import above, borne_out
from scorecard.validation.section import Finding, Section
from scorecard.validation.words import Words

#: The share of judged rows that training may have seen before anybody looks at it, and by what
#: factor it must exceed the share of early rows that another early row repeats.
_IDENTICAL, _TIMES = 0.01, 2.0


@dataclass(frozen=True)
class Alone:
    """One feature against the outcome.

    ``risk`` (n,) is the log-odds that its cell shows: of the scorecard's bins, fitted in time, or
    of the other judged rows where the card does not read it.
    """

    feature: str
    by: str
    area: Area
    iv: float
    iv_error: float
    missing: float
    missing_area: Area | None

    @classmethod
    def of(cls, evidence: Evidence, name: str) -> Alone:
        """Score the judged rows by one feature alone."""
        judged = evidence.judged
        y, weight, values = judged.y, judged.weight, judged.part.features[name]
        bins = next((b for b in evidence.rater.card.bins if b.name == name), None)
        if bins is None:
            by, risk = "other judged rows", foretold(values, y, weight, seed=evidence.seed)
        else:
            by, risk = "scorecard", -np.array(bins.woe)[bins.index(values)]
        empty = absent(values).astype(np.float64)
        iv, error = _iv(risk, y, weight)
        if bins is None:  # the WOE are of rows as few as those compared: they vary as much again
            error *= 2
        some = 0 < empty.sum() < len(empty)
        return cls(
            feature=name,
            by=by,
            area=Area.of(y, risk, weight),
            iv=iv,
            iv_error=error,
            missing=float(np.average(empty, weights=weight)),
            missing_area=_either_way(y, empty, weight) if some else None,
        )


def section(evidence: Evidence) -> Section:
    """Weigh every feature alone, and what its absence tells."""
    rules = evidence.rules.leakage
    alone = [Alone.of(evidence, name) for name in evidence.rater.features.names]
    claims = [
        Claim(at_most(a.area.auc, rules.auc), a.area.p_above(rules.auc.red),
              a.area.p_above(rules.auc.amber))
        for a in alone
    ]  # fmt: skip
    claims += [
        Claim(at_most(a.iv, rules.iv), _p_above(a, rules.iv.red), _p_above(a, rules.iv.amber))
        for a in alone
    ]
    gaps = [(a, a.missing_area) for a in alone if a.missing_area is not None]
    claims += [  # either direction was allowed, so each p-value counts twice
        Claim(at_most(area.auc, rules.auc), min(1.0, 2 * area.p_above(rules.auc.red)),
              min(1.0, 2 * area.p_above(rules.auc.amber)))
        for _, area in gaps
    ]  # fmt: skip
    found = verdicts(claims, evidence.alpha)
    n = len(alone)
    by_area, by_iv, by_gap = found[:n], found[n : 2 * n], found[2 * n :]
    return Section(
        "leakage",
        Words("信息泄漏", "Leakage"),
        (
            _lineage(evidence),
            _worst(
                "auc", Words("单一特征的最高AUC", "Highest AUC of a feature alone"),
                [(a.feature, a.area.auc, _between(a.area)) for a in alone], by_area,
                borne_out(above(rules.auc), evidence.alpha),
            ),
            _worst(
                "iv", Words("单一特征的最高信息值", "Highest information value of a feature alone"),
                [(a.feature, a.iv, f"{a.iv:.3f} ± {1.96 * a.iv_error:.3f}") for a in alone], by_iv,
                borne_out(above(rules.iv), evidence.alpha),
            ),
            _worst(
                "missing", Words("特征缺失与否的最高AUC", "Highest AUC of a feature's absence"),
                [(a.feature, area.auc, _between(area)) for a, area in gaps], by_gap,
                borne_out(above(rules.auc), evidence.alpha),
            ),
            _identical(evidence),
            _purge(evidence),
        ),
        {"features": _table(alone, by_area, by_iv, dict(zip((a.feature for a, _ in gaps), by_gap,
                                                            strict=True)))},
        (
            Words(
                "各特征以评分卡的冻结分箱（时间内拟合）打分；评分卡未使用的特征，用其余被评样本的分箱打分。"
                "信息值为好样本与坏样本平均WOE之差：WOE不由被比较的样本拟合，因而没有小样本偏差。",
                "Features are scored by the scorecard's frozen bins, fitted in time; those that "
                "the card does not read by cells of the other judged rows. The information value "
                "is the mean WOE of goods less that of bads: the WOE are not of the rows compared, "
                "so it has no small-sample bias.",
            ),
        ),
    )  # fmt: skip


def _either_way(y: Floats, flag: Floats, weight: Floats) -> Area:
    area = Area.of(y, flag, weight)
    return area if area.auc >= 0.5 else replace(area, auc=1 - area.auc)


def _iv(risk: Floats, y: Floats, weight: Floats) -> tuple[float, float]:
    """Return the mean WOE of goods less that of bads, and its standard error."""
    means, variance = [], 0.0
    for level in (1.0, 0.0):
        x, w = risk[y == level], weight[y == level]
        mean = float(np.average(x, weights=w))
        means.append(mean)
        variance += float((w**2 * (x - mean) ** 2).sum() / w.sum() ** 2)
    return means[0] - means[1], float(np.sqrt(variance))


def _p_above(alone: Alone, line: float) -> float:
    if alone.iv_error == 0:
        return 0.0 if alone.iv > line else 1.0
    return float(ndtr((line - alone.iv) / alone.iv_error))


def _between(area: Area) -> str:
    low, high = area.interval
    return f"{area.auc:.3f} [{low:.3f}, {high:.3f}]"


def _worst(
    key: str,
    what: Words,
    numbers: list[tuple[str, float, str]],
    found: list[Verdict],
    rule: Words,
) -> Finding:
    """Return the finding of the worst light, of equal lights of the largest number."""
    if not numbers:
        return Finding(key, what, None, "—", rule, Light.GREY)
    order = list(Light)
    (name, number, shown), verdict = max(
        zip(numbers, found, strict=True), key=lambda pair: (order.index(pair[1].light), pair[0][1])
    )
    return Finding(key, what, number, f"{name} {shown}", rule, verdict.light, verdict.p_value)


def _table(
    alone: list[Alone], by_area: list[Verdict], by_iv: list[Verdict], by_gap: dict[str, Verdict]
) -> pl.DataFrame:
    rows = []
    for a, area, iv in zip(alone, by_area, by_iv, strict=True):
        lights = [area.light, iv.light]
        if a.feature in by_gap:
            lights.append(by_gap[a.feature].light)
        gap = a.missing_area
        rows.append(
            (a.feature, a.by, a.area.auc, *a.area.interval, a.iv, a.iv_error, a.missing,
             None if gap is None else gap.auc, Light.worst(lights).value)
        )  # fmt: skip
    schema = {
        "feature": pl.String, "scored_by": pl.String, "auc": pl.Float64, "auc_low": pl.Float64,
        "auc_high": pl.Float64, "iv": pl.Float64, "iv_standard_error": pl.Float64,
        "missing": pl.Float64, "missing_auc": pl.Float64, "light": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort("auc", descending=True)


def _lineage(evidence: Evidence) -> Finding:
    product = evidence.rater.product
    scoring = {c.name for c in product.columns if c.role == "scoring"}
    wrong = [name for name, reads in product.features.lineage().items() if set(reads) - scoring]
    try:
        product.refuse_leaks()
        said = f"0 / {len(product.features)}"
    except LeakError as error:
        said = str(error)
    return Finding(
        "lineage",
        Words(
            "读取申请时不可知字段的特征数",
            "Features that read a column not known or not allowed at application",
        ),
        float(len(wrong)),
        said,
        Words("多于0个即为红", "red above 0"),
        Light.RED if wrong else Light.GREEN,
    )


def _identical(evidence: Evidence) -> Finding:
    """Count judged rows that an early row already showed, whatever its date and identifiers."""
    what = Words(
        "与时间内样本完全相同的被评行占比", "Share of judged rows identical to an early row"
    )
    rule = Words(
        f"高于{_IDENTICAL:g}且高于时间内样本自身重复率的{_TIMES:g}倍为黄，不设红线",
        f"amber above {_IDENTICAL:g} and above {_TIMES:g} times the share of early rows that "
        "another early row repeats; red at no value",
    )
    if evidence.early is None:
        return Finding("identical", what, None, "—", rule, Light.GREY)
    columns = [
        c.name for c in evidence.rater.product.columns if c.role == "scoring" and c.kind != "date"
    ]
    early = evidence.early.part.table.select(columns).hash_rows()
    late = evidence.judged.part.table.select(columns).hash_rows()
    share = float(late.is_in(early.implode()).sum()) / len(late)
    natural = float(early.is_duplicated().sum()) / len(early)
    beyond = share > _IDENTICAL and share > _TIMES * natural
    light = Light.AMBER if beyond else Light.GREEN
    return Finding("identical", what, share, f"{share:.2%} ({natural:.2%})", rule, light)


def _purge(evidence: Evidence) -> Finding:
    """Say whether the last label of training was settled before the first judged row."""
    what = Words(
        "训练标签窗口结束至首个被评日的天数",
        "Days from the end of the last training label to the first judged row",
    )
    rule = Words(
        "负数（未隔离）为黄，不设红线", "amber below 0 (labels overlap: unpurged); red at no value"
    )
    horizon = evidence.policy.outcome.horizon_months
    trained = (evidence.bundle.manifest.get("in_time") or (None, None))[1]
    first = evidence.judged.part.first
    if horizon is None or trained is None or first is None:
        said = "no horizon or no date: nothing can be purged"
        return Finding("purge", what, None, said, rule, Light.GREY)
    ends = pl.select(
        pl.lit(datetime.date.fromisoformat(str(trained))).dt.offset_by(f"{horizon}mo")
    ).item()
    days = (datetime.date.fromisoformat(first) - ends).days
    light = Light.AMBER if days < 0 else Light.GREEN
    return Finding("purge", what, float(days), f"{days} ({ends} → {first})", rule, light)
