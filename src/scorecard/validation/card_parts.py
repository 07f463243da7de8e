"""What a model card says, taken from the bundle's own files and from a report; nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.policy import Policy
from scorecard.rating import Rater
from scorecard.sample import EXCLUDING
from scorecard.validation.verdict import decisive, shown, verdict
from scorecard.validation.words import Words

if TYPE_CHECKING:
    from scorecard.validation.report import ValidationReport

_STEPS = "data.steps"
_BEFORE = "of these "  # steps that count a window, and take nothing out


@dataclass(frozen=True)
class Fact:
    """A term and what is known of it, None where the files do not say.

    ``form`` is that of a number, or ``code`` for a hash or a condition.
    """

    key: str
    term: Words
    value: Words | str | float | None
    form: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a card: facts, and a table where there is one."""

    key: str
    title: Words
    facts: tuple[Fact, ...]
    table: pl.DataFrame | None = None


def parts_of(rater: Rater, report: ValidationReport | None) -> tuple[Part, ...]:
    """Return the parts of a card in the order of reading."""
    policy = Policy.parse(rater.product.policy)
    return (
        _purpose(rater, policy),
        _data(rater, policy),
        _population(policy, report),
        _calibration(policy),
        _scale(rater, policy),
        _features(rater),
        _unused(rater, policy),
        _performance(rater, report),
        _lights(report),
        _limits(policy),
        _versions(rater, report),
    )


def _purpose(rater: Rater, policy: Policy) -> Part:
    product, outcome = policy.product, policy.outcome
    second = next((name for name in rater.baseline.areas if name != rater.answering), None)
    months = outcome.horizon_months
    return Part(
        "purpose",
        Words("用途", "Purpose"),
        (
            Fact("product", Words("产品", "Product"), Words(product.zh, product.en)),
            Fact("outcome", Words("预测目标", "What is predicted"), Words(outcome.zh, outcome.en)),
            Fact("bad", Words("坏样本的定义", "Bad means"), outcome.bad, "code"),
            Fact("known", Words("结果何时可知", "Known where"), outcome.known, "code"),
            Fact(
                "horizon_months",
                Words("表现期（月）", "Horizon, months"),
                Words("无固定期限", "no fixed horizon") if months is None else float(months),
                "count",
            ),
            Fact("answering", Words("应答模型", "Model that answers"), _cell(rater.answering)),
            Fact("second_opinion", Words("第二意见", "Second opinion"), _cell(second)),
            Fact("cutoff", Words("最差可批等级", "Worst grade that can be approved"),
                 policy.cutoff_grade),
        ),
    )  # fmt: skip


def _data(rater: Rater, policy: Policy) -> Part:
    manifest, sample = rater.manifest, policy.sample
    first, last = (manifest.get("in_time") or (None, None))[:2]
    observed = None if first is None else f"{first} – {last}"
    return Part(
        "data",
        Words("训练数据", "Training data"),
        (
            Fact("data_sha256", Words("数据 SHA-256", "Data SHA-256"),
                 manifest.get("data_sha256"), "code"),
            Fact("observed", Words("训练样本的观察日期", "Observed, in time"), observed),
            Fact("in_time", Words("时间内", "In time"), sample.in_time, "code"),
            Fact("out_of_time", Words("时间外", "Out of time"), sample.out_of_time, "code"),
            Fact("observation_date", Words("观察日期字段", "Observation date"),
                 sample.observation_date or Words("无日期", "no date")),
            Fact("weight", Words("权重字段", "Weight"),
                 sample.weight or Words("无，每行同等", "none, every row counts the same")),
            Fact("rows", Words("训练样本的有效行数", "In-time rows, in equal weights"),
                 rater.baseline.rows, "count"),
        ),
    )  # fmt: skip


def _population(policy: Policy, report: ValidationReport | None) -> Part:
    taken = _taken_out(report)
    exclusions = policy.population.exclusions
    table = None
    if exclusions:
        table = pl.DataFrame(
            {
                "reason_zh": [each.reason_zh for each in exclusions],
                "reason_en": [each.reason_en for each in exclusions],
                "rule": [each.rule for each in exclusions],
                "rows_taken_out": [taken.get(each.reason_en) for each in exclusions],
            },
            schema_overrides={"rows_taken_out": pl.Int64},
        )
    said = None if exclusions else Words("无", "none")
    if exclusions:
        said = Words(f"{len(exclusions)}条", f"{len(exclusions)}, listed below")
    counted = None
    if taken and report is not None:
        counted = str(report.about.get("data", {}).get("sha256"))
    return Part(
        "population",
        Words("适用人群", "Population"),
        (
            Fact("exclusions", Words("排除规则", "Exclusions"), said),
            Fact("counted_on", Words("计数所用数据 SHA-256", "Counted on data with SHA-256"),
                 counted, "code"),
        ),
        table,
    )  # fmt: skip


def _taken_out(report: ValidationReport | None) -> dict[str, int]:
    """Return how many rows each exclusion took out of the validated table, by its reason."""
    if report is None or _STEPS not in report.tables:
        return {}
    taken: dict[str, int] = {}
    before: int | None = None
    for step, rows in report.tables[_STEPS].select("step", "rows").rows():
        if step.startswith(_BEFORE):
            continue
        if step.startswith(EXCLUDING) and before is not None:
            taken[step.removeprefix(EXCLUDING)] = before - rows
        before = rows
    return taken


def _calibration(policy: Policy) -> Part:
    given = policy.calibration
    return Part(
        "calibration",
        Words("校准", "Calibration"),
        (
            Fact("central_tendency", Words("长期平均违约率", "Central tendency"),
                 given.central_tendency, "rate"),
            Fact("source", Words("来源", "Its source"), given.source),
            Fact("period", Words("校准所用时段", "Calibrated on"),
                 given.period or Words("全部时间内样本", "all in-time rows, cross-fitted"),
                 "code" if given.period else ""),
            Fact("period_source", Words("时段的理由", "Why that period"), given.period_source),
            Fact("asset_correlation", Words("资产相关性", "Asset correlation"),
                 given.asset_correlation, "index"),
            Fact("asset_correlation_source", Words("其来源", "Its source"),
                 given.asset_correlation_source),
        ),
    )  # fmt: skip


def _scale(rater: Rater, policy: Policy) -> Part:
    scale, score = rater.scale, policy.score
    return Part(
        "scale",
        Words("评分与等级", "Scores and grades"),
        (
            Fact("base_score", Words("基准分", "Base score"), score.base_score, "score"),
            Fact("base_odds", Words("基准好坏比", "At odds of good to bad"), score.base_odds),
            Fact("pdo", Words("好坏比加倍的分数", "Points that double the odds"), score.pdo),
            Fact("pd_floor", Words("最低 PD", "Smallest PD"), scale.pd_floor, "rate"),
        ),
        pl.DataFrame(
            {
                "grade": list(scale.labels),
                "pd_from": list(scale.edges[:-1]),
                "pd_to": list(scale.edges[1:]),
                "share_then": list(rater.baseline.grades),
            }
        ),
    )


def _features(rater: Rater) -> Part:
    features = rater.product.features
    lineage, on_card = features.lineage(), set(rater.card.features)
    return Part(
        "features",
        Words("特征", "Features"),
        (
            Fact("count", Words("特征数", "Features"), float(len(features)), "count"),
            Fact("on_scorecard", Words("评分卡所用", "Read by the scorecard"),
                 float(len(on_card)), "count"),
            Fact("feature_hash", Words("特征哈希", "Feature hash"), features.hash, "code"),
        ),
        pl.DataFrame(
            [
                {
                    "feature": f.name,
                    "label_zh": f.zh or None,
                    "label_en": f.en or None,
                    "trend": f.trend,
                    "on_scorecard": f.name in on_card,
                    "reads": ", ".join(sorted(lineage[f.name])),
                }
                for f in features.features
            ]
        ),
    )  # fmt: skip


def _unused(rater: Rater, policy: Policy) -> Part:
    columns = [c for c in rater.product.columns if c.role == "audit_only"]
    table = None
    if columns:
        audited = set(policy.validation.fairness.groups)
        table = pl.DataFrame(
            {
                "column": [c.name for c in columns],
                "label_zh": [c.zh or None for c in columns],
                "label_en": [c.en or None for c in columns],
                "audit_group": [c.name in audited for c in columns],
            }
        )
    said = str(len(columns)) if columns else Words("无", "none")
    return Part(
        "audit_only",
        Words("仅供审计、不参与评分的字段", "Columns for audit only, never scored"),
        (Fact("columns", Words("字段数", "Columns"), said),),
        table,
    )


def _performance(rater: Rater, report: ValidationReport | None) -> Part:
    facts = []
    for window, term in (
        ("out of time", Words("训练时 AUC，时间外", "AUC at training, out of time")),
        (
            "in time",
            Words("训练时 AUC，时间内", "AUC at training, in time (cross-fitted)"),
        ),
    ):
        known = rater.baseline.areas[rater.answering].get(window)
        told = None
        if known is not None:
            reach = 1.959964 * known.standard_error
            told = f"{known.auc:.4f} [{known.auc - reach:.4f}, {known.auc + reach:.4f}]"
        facts.append(Fact(f"auc_{window.replace(' ', '_')}", term, told))
    table = None
    if report is not None:
        found = [
            (s.title.zh, s.title.en, f.what.zh, f.what.en, shown(f).zh, shown(f).en, f.light.value)
            for s in report.sections
            if s.key in ("discrimination", "calibration")
            for f in s.findings
        ]
        names = ["section_zh", "section_en", "what_zh", "what_en", "shown_zh", "shown_en", "light"]
        table = pl.DataFrame(found, schema=names, orient="row") if found else None
    return Part("performance", Words("表现", "Performance"), tuple(facts), table)


def _lights(report: ValidationReport | None) -> Part:
    title = Words("验证结论", "Validation")
    if report is None:
        return Part("validation", title, (Fact("verdict", Words("结论", "Verdict"), None),))
    data = report.about.get("data", {})
    rows = []
    for section in report.sections:
        found = decisive(section)
        none = Words("–", "–")
        what, told, rule = (
            (none, none, none) if found is None else (found.what, shown(found), found.rule)
        )
        rows.append(
            (section.light.value, section.title.zh, section.title.en, what.zh, what.en, told.zh,
             told.en, rule.zh, rule.en)
        )  # fmt: skip
    names = ["light", "section_zh", "section_en", "what_zh", "what_en", "shown_zh", "shown_en",
             "rule_zh", "rule_en"]  # fmt: skip
    window = [str(data[end]) for end in ("first", "last") if data.get(end)]
    return Part(
        "validation",
        title,
        (
            Fact("verdict", Words("结论", "Verdict"), verdict(report.sections)),
            Fact("data_sha256", Words("验证数据 SHA-256", "Validated data SHA-256"),
                 data.get("sha256"), "code"),
            Fact("observed", Words("观察日期", "Observed"), " – ".join(window) or None),
            Fact("rows", Words("被评价样本", "Judged rows"), _number(data.get("rows")), "count"),
            Fact("bads", Words("坏样本", "Bads among them"), _number(data.get("bads")), "count"),
            Fact("bad_rate", Words("坏账率", "Bad rate"), _number(data.get("bad_rate")), "rate"),
            Fact("mean_pd", Words("平均 PD", "Mean PD"), _number(data.get("mean_pd")), "rate"),
        ),
        pl.DataFrame(rows, schema=names, orient="row") if rows else None,
    )  # fmt: skip


def _limits(policy: Policy) -> Part:
    reasons = policy.population.exclusions
    outside = None
    if reasons:
        outside = Words(
            "、".join(each.reason_zh for each in reasons),
            "; ".join(each.reason_en for each in reasons),
        )
    facts = [Fact("not_for", Words("不适用于", "Not meant for"), outside)]
    facts += [
        Fact(f"remark_{k}", Words(f"说明{k}", f"Remark {k}"), Words(each.zh, each.en))
        for k, each in enumerate(policy.remarks, start=1)
    ]
    if not policy.remarks:
        facts.append(Fact("remarks", Words("其他限制", "Further limits"), None))
    facts.append(Fact("policy_source", Words("政策来源", "Source of the policy"), policy.source))
    return Part("limits", Words("使用限制", "Limits of use"), tuple(facts))


def _versions(rater: Rater, report: ValidationReport | None) -> Part:
    manifest, model = rater.manifest, rater.model
    policy = rater.product.policy
    trained = _listed(manifest.get("versions"))
    validated = None if report is None else _listed(report.about.get("versions"))
    return Part(
        "versions",
        Words("版本与哈希", "Versions and hashes"),
        (
            Fact("name", Words("模型名称", "Model"), model.name),
            Fact("version", Words("登记版本", "Registered version"),
                 model.version or Words("未登记", "not registered")),
            Fact("sha256", Words("模型包 SHA-256", "Bundle SHA-256"), model.sha256, "code"),
            Fact("policy_version", Words("政策版本", "Policy version"), rater.policy_version),
            Fact("policy_effective", Words("政策生效日", "Policy effective from"),
                 policy.get("effective_date")),
            Fact("seed", Words("随机种子", "Seed"), _text(manifest.get("seed"))),
            Fact("trained_with", Words("训练所用软件版本", "Trained with"), trained),
            Fact("validated_with", Words("验证所用软件版本", "Validated with"), validated),
        ),
        pl.DataFrame(
            {"file": list(manifest["files"]), "sha256": list(manifest["files"].values())}
        ),
    )  # fmt: skip


def _listed(versions: Any) -> str | None:
    if not isinstance(versions, dict) or not versions:
        return None
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def _cell(name: str | None) -> Words | None:
    from scorecard.validation.columns import written

    return None if name is None else written(name)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
