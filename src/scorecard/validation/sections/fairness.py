"""People who differ only in what they are are treated alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from scorecard import metrics
from scorecard.policy.validation import FairnessRules
from scorecard.validation.claim import Claim, Verdict, verdicts
from scorecard.validation.evidence import Evidence
from scorecard.validation.groups import Groups, p_same_level, p_same_rate
from scorecard.validation.light import Light, at_least, at_most
from scorecard.validation.lines import above, below, borne_out
from scorecard.validation.proxy import Proxy, carriers
from scorecard.validation.section import Finding, Section
from scorecard.validation.words import Words

#: A group is judged with at least so many effective rows, goods among them; its calibration with
#: at least so many bads expected.
_FEWEST, _FEWEST_BADS = 50, 5
#: Rows that the proxy test looks at, and the features it names for each group.
_ROWS, _NAMED = 10_000, 5

_WHAT = {
    "impact_ratio": Words("最低与最高批准率之比", "Lowest approval rate over the highest"),
    "opportunity_gap": Words("好样本批准率之差", "Difference of approval rates among goods"),
    "calibration_gap": Words(
        "违约率减平均违约概率与总体之最大偏离",
        "Largest gap of bad rate less mean PD from that of all rows",
    ),
    "proxy": Words("由特征推断群体的AUC", "AUC of telling the group from the features"),
}
_FEW = "fewer than two groups are large enough to judge"
_TITLE = Words("公平性", "Fairness")


@dataclass(frozen=True)
class Compared:
    """One comparison of groups: its number, what it is made of, and what a test says of it."""

    number: float
    shown: str
    claim: Claim


@dataclass(frozen=True)
class Measured:
    """A measure of one audit column, by every comparison; ``why`` there is none."""

    key: str
    column: str
    of: tuple[Compared, ...]
    why: str = ""


def section(evidence: Evidence) -> Section:
    """Compare approvals, calibration and what features give away, by audit group."""
    rules = evidence.rules.fairness
    if not rules.groups:
        return Section("fairness", _TITLE, (_undeclared(),))
    measured: list[Measured] = []
    tables: dict[str, pl.DataFrame] = {}
    named: list[pl.DataFrame] = []
    for column, cuts in rules.groups.items():
        values = _values(evidence, column)
        if values is None:
            why = "the table does not hold it"
            measured += [Measured(key, column, (), why) for key in _WHAT]
            continue
        groups = Groups.of(values, cuts)
        proxy, carrying = _proxy(evidence, groups)
        tables[column] = table = _with_proxy(_table(evidence, groups), groups, proxy)
        named += carrying
        measured += [
            _impact(table, column, rules),
            _opportunity(table, column, rules),
            _calibration(table, column, rules),
            _told(groups, proxy, rules),
        ]
    found = iter(verdicts([c.claim for m in measured for c in m.of], evidence.alpha))
    findings = [_finding(evidence, m, [next(found) for _ in m.of]) for m in measured]
    if named:
        tables["proxies"] = pl.concat(named)
    return Section("fairness", _TITLE, tuple(findings), tables, _NOTES)


def _finding(evidence: Evidence, m: Measured, found: list[Verdict]) -> Finding:
    """Return the finding of the worst light, of equal lights of the most extreme number."""
    key, what = f"{m.key}.{m.column}", _WHAT[m.key]
    said = Words(f"{m.column}：{what.zh}", f"{m.column}: {what.en}")
    rule = borne_out(_rule(m.key, evidence.rules.fairness), evidence.alpha)
    if not m.of:
        return Finding(key, said, None, m.why, rule, Light.GREY)
    order, sign = list(Light), -1 if m.key == "impact_ratio" else 1
    worst, verdict = max(
        zip(m.of, found, strict=True),
        key=lambda pair: (order.index(pair[1].light), sign * pair[0].number),
    )
    return Finding(key, said, worst.number, worst.shown, rule, verdict.light, verdict.p_value)


_NOTES = (
    Words(
        f"批准指等级不差于策略所定的最差可批等级。群体不足{_FEWEST}个有效样本（机会差按好样本计，"
        f"校准差另需至少{_FEWEST_BADS}个预期坏样本）者不评判；未填报者自成一组。"
        "批准率两两比较（两比例检验）；校准比较该组坏样本数与按违约概率应占份额（条件二项检验），"
        "与当期总体水平无关；代理检验只看已填报者。",
        f"Approved is a grade no worse than the policy's cut-off. Groups of fewer than {_FEWEST} "
        "effective rows (goods for the opportunity gap; for calibration also fewer than "
        f"{_FEWEST_BADS} bads expected) are not judged; those who did not state theirs are one. "
        "Approvals are compared two groups at a time (two proportions); calibration compares a "
        "group's bads with its share of those expected (conditional binomial), whatever the level "
        "of the period; the proxy test leaves out who did not state a group.",
    ),
    Words(
        "chance_auc为将群体随机重排后同一检验所得，应接近0.5。",
        "chance_auc is the same test once groups are dealt out at random: about 0.5.",
    ),
)


def _undeclared() -> Finding:
    return Finding(
        "groups",
        Words("策略未声明审计群体", "No audit groups are declared in the policy"),
        None,
        "—",
        Words(
            "在policy.yaml的validation.fairness.groups中声明后方可评判",
            "declare them in validation.fairness.groups of policy.yaml to have them judged",
        ),
        Light.GREY,
    )


def _values(evidence: Evidence, column: str) -> pl.Series | None:
    """Return the audit column of the judged rows, None where the table does not hold it."""
    table = evidence.judged.part.table
    if column not in table.columns or table[column].null_count() == table.height:
        return None
    return table[column]


def _rule(key: str, rules: FairnessRules) -> Words:
    if key == "impact_ratio":
        return below(rules.impact_ratio)
    limits = {
        "opportunity_gap": rules.opportunity_gap,
        "calibration_gap": rules.calibration_gap,
        "proxy": rules.proxy_auc,
    }
    return above(limits[key])


# -- by group --------------------------------------------------------------------------------------
def _table(evidence: Evidence, groups: Groups) -> pl.DataFrame:
    """Return a row per group; ``judged``, ``judged_goods``, ``judged_calibration`` say for what."""
    judged = evidence.judged
    cutoff = evidence.grades.index(evidence.policy.cutoff_grade)
    approved = (judged.grade <= cutoff).astype(np.float64)
    y, pd, weight = judged.y, judged.pd, judged.weight
    good = y == 0
    bads = weight * y
    all_bads = float(bads.sum())
    expected = weight * pd
    # Of weighted bads, as many equally weighted ones as tell as much.
    worth = all_bads**2 / float((weight * bads).sum())
    overall = (all_bads - float(expected.sum())) / float(weight.sum())
    rows = []
    for label, here in groups:
        if not here.any():
            continue
        w = weight[here]
        size = metrics.effective_rows(approved[here], w)
        goods = here & good
        good_size = metrics.effective_rows(approved[goods], weight[goods]) if goods.any() else 0.0
        rate, mean = metrics.bad_rate(y[here], w), metrics.mean_pd(pd[here], w)
        share = float(expected[here].sum() / expected.sum())
        rows.append(
            {
                "group": label,
                "rows": int(here.sum()),
                "bads": int(y[here].sum()),
                "effective_rows": size,
                "approval_rate": float(np.average(approved[here], weights=w)),
                "effective_goods": good_size,
                "approval_rate_of_goods": (
                    float(np.average(approved[goods], weights=weight[goods]))
                    if goods.any()
                    else None
                ),
                "bad_rate": rate,
                "mean_pd": mean,
                "calibration_gap": rate - mean - overall,
                "calibration_p": p_same_level(
                    worth * float(bads[here].sum()) / all_bads, worth, share
                ),
                "judged": bool(size >= _FEWEST),
                "judged_goods": bool(good_size >= _FEWEST),
                "judged_calibration": bool(size >= _FEWEST and worth * share >= _FEWEST_BADS),
            }
        )
    return pl.DataFrame(rows)


def _impact(table: pl.DataFrame, column: str, rules: FairnessRules) -> Measured:
    of = []
    for low, high in _pairs(table.filter("judged"), "approval_rate"):
        if high["approval_rate"] > 0:
            ratio = low["approval_rate"] / high["approval_rate"]
            p = _p(low, high, "approval_rate", "effective_rows")
            shown = f"{ratio:.3f} ({_share(low)} / {_share(high)})"
            of.append(Compared(ratio, shown, Claim(at_least(ratio, rules.impact_ratio), p, p)))
    return Measured("impact_ratio", column, tuple(of), _FEW)


def _opportunity(table: pl.DataFrame, column: str, rules: FairnessRules) -> Measured:
    rate, of = "approval_rate_of_goods", []
    for low, high in _pairs(table.filter("judged_goods"), rate):
        gap = high[rate] - low[rate]
        p = _p(low, high, rate, "effective_goods")
        shown = f"{gap:.3f} ({_share(high, rate)} − {_share(low, rate)})"
        of.append(Compared(gap, shown, Claim(at_most(gap, rules.opportunity_gap), p, p)))
    return Measured("opportunity_gap", column, tuple(of), _FEW)


def _calibration(table: pl.DataFrame, column: str, rules: FairnessRules) -> Measured:
    groups = table.filter("judged_calibration").to_dicts()
    of = []
    for row in groups if len(groups) > 1 else []:
        gap, p = row["calibration_gap"], row["calibration_p"]
        claim = Claim(at_most(abs(gap), rules.calibration_gap), p, p)
        of.append(Compared(abs(gap), f"{gap:+.2%} ({row['group']})", claim))
    return Measured("calibration_gap", column, tuple(of), _FEW)


def _pairs(table: pl.DataFrame, rate: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Return every two groups, the one with the lower rate first."""
    return combinations(table.sort(rate, "group").to_dicts(), 2)


def _p(low: dict[str, Any], high: dict[str, Any], rate: str, size: str) -> float:
    return p_same_rate(low[rate], low[size], high[rate], high[size])


def _share(row: dict[str, Any], rate: str = "approval_rate") -> str:
    return f"{row['group']} {row[rate]:.1%}"


# -- proxies ---------------------------------------------------------------------------------------
def _proxy(evidence: Evidence, groups: Groups) -> tuple[Proxy | None, list[pl.DataFrame]]:
    """Return how well features tell the groups, and which features do."""
    at = evidence.some(_ROWS)
    size = np.bincount(groups.codes[at] + 1, minlength=len(groups.labels) + 1)[1:]
    wanted = [k for k in range(len(groups.labels)) if size[k] >= _FEWEST]
    if len(wanted) < 2:
        return None, []
    at = at[np.isin(groups.codes[at], wanted)]
    codes = groups.codes[at]
    features, weight = evidence.judged.part.features[at], evidence.judged.weight[at]
    read = pl.col("feature").is_in(list(evidence.rater.card.features))
    named = [
        carriers(features, codes == k, weight, seed=evidence.seed)
        .head(_NAMED)
        .select(
            pl.lit(groups.column).alias("column"),
            pl.lit(groups.labels[k]).alias("group"),
            "feature",
            "auc",
            read.alias("on_scorecard"),
        )
        for k in (wanted if len(wanted) > 2 else wanted[:1])  # two groups tell the same twice
    ]
    return Proxy.of(features, codes, seed=evidence.seed), named


def _with_proxy(table: pl.DataFrame, groups: Groups, proxy: Proxy | None) -> pl.DataFrame:
    areas = {} if proxy is None else {groups.labels[k]: a.auc for k, a in proxy.areas.items()}
    chance = {} if proxy is None else {groups.labels[k]: a.auc for k, a in proxy.chance.items()}
    names = table["group"].to_list()
    return table.with_columns(
        pl.Series("proxy_auc", [areas.get(name) for name in names], dtype=pl.Float64),
        pl.Series("chance_auc", [chance.get(name) for name in names], dtype=pl.Float64),
    )


def _told(groups: Groups, proxy: Proxy | None, rules: FairnessRules) -> Measured:
    limits, of = rules.proxy_auc, []
    for k, area in ({} if proxy is None else proxy.areas).items():
        low, high = area.interval
        claim = Claim(
            at_most(area.auc, limits), area.p_above(limits.red), area.p_above(limits.amber)
        )
        shown = f"{area.auc:.3f} [{low:.3f}, {high:.3f}] ({groups.labels[k]})"
        of.append(Compared(area.auc, shown, claim))
    return Measured("proxy", groups.column, tuple(of), _FEW)
