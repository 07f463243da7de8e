"""From a validation report to the gates that the policy asks for."""

from __future__ import annotations

from collections.abc import Sequence

from scorecard.policy import Policy
from scorecard.policy.validation import ChampionGate
from scorecard.promotion.gate import Gate
from scorecard.promotion.loosening import loosened
from scorecard.validation import Finding, Light, Section, ValidationReport
from scorecard.validation.words import Words

_TITLES = {
    "data": Words("数据", "Data"),
    "discrimination": Words("区分能力", "Discrimination"),
    "calibration": Words("校准", "Calibration"),
    "stability": Words("稳定性", "Stability"),
    "concentration": Words("集中度", "Concentration"),
    "migration": Words("迁移", "Migration"),
    "monotonicity": Words("单调性", "Monotonicity"),
    "explanation": Words("解释可加性", "Additivity of explanations"),
    "leakage": Words("无泄漏", "No leak"),
    "sensitivity": Words("敏感性", "Sensitivity"),
    "fairness": Words("公平性", "Fairness"),
    "challenger": Words("挑战者比较", "Challenger"),
}
_CHAMPION = Words("不劣于现任冠军", "No worse than the champion")
_POLICY = Words("规则未放宽", "Rules not loosened")
_LIGHTS = {
    Light.GREY: Words("无从判断", "nothing could be judged"),
    Light.GREEN: Words("绿", "green"),
    Light.AMBER: Words("黄", "amber"),
    Light.RED: Words("红", "red"),
}


def gates_of(
    report: ValidationReport, policy: Policy, champion: Policy | None, *, office: str | None
) -> tuple[Gate, ...]:
    """Return the gates that ``policy``, the candidate's own, asks for.

    ``report`` is the candidate's validation with the champion on the same rows; ``champion`` is the
    policy of the version in ``office``, None where it could not be read. With nobody in office the
    comparisons with a champion hold. A light that is grey holds nothing: what the policy asks for
    must be shown. Only where the policy declares no audit groups, fairness is not asked for.
    """
    rules = policy.promotion
    asked = {
        key: worst
        for key, worst in rules.lights.items()
        if key != "fairness" or policy.validation.fairness.groups
    }
    return (
        _against(report, rules.champion, office),
        *(light_gate(report, key, worst) for key, worst in asked.items()),
        _unloosened(policy, champion, office),
    )


def light_gate(report: ValidationReport, key: str, worst: str) -> Gate:
    """Return the gate of one section: its light no worse than ``worst``."""
    rule = Words(f"灯不差于{_LIGHTS[Light(worst)].zh}", f"no light worse than {worst}")
    title = _TITLES.get(key, Words(key, key))
    try:
        section = report.section(key)
    except KeyError:
        said = Words("报告中没有此项", "the validation has no such section")
        return Gate(key, title, None, said, rule, passed=False)
    allowed = (Light.GREEN,) if worst == Light.GREEN.value else (Light.GREEN, Light.AMBER)
    number, shown = _deciding(section)
    if section.findings:
        told = [f for f in section.findings if f.light is section.light]
        rule = Words(f"{rule.zh}：{told[0].rule.zh}", f"{rule.en}: {told[0].rule.en}")
    return Gate(key, title, number, shown, rule, passed=section.light in allowed)


def _deciding(section: Section) -> tuple[float | None, Words]:
    """Return the number of the worst finding, and the light with all findings of that light."""
    light = _LIGHTS[section.light]
    worst: Sequence[Finding] = [f for f in section.findings if f.light is section.light]
    if section.light in (Light.GREY, Light.GREEN):
        return (worst[0].number if worst else None), light
    zh = "；".join(f"{finding.what.zh} {finding.said.zh}" for finding in worst)
    en = "; ".join(f"{finding.what.en} {finding.said.en}" for finding in worst)
    return worst[0].number, Words(f"{light.zh}：{zh}", f"{light.en}: {en}")


def _against(report: ValidationReport, rules: ChampionGate, office: str | None) -> Gate:
    """Hold the candidate against the champion by the paired test of the report."""
    rule = Words(
        f"冠军的 AUC 高出不超过 {rules.max_loss:g}，或单侧成对检验 p > {rules.alpha:g}",
        f"the champion's AUC higher by at most {rules.max_loss:g}, or a one-sided paired test with "
        f"p > {rules.alpha:g}",
    )
    if office is None:
        said = Words("没有现任冠军", "no champion in office")
        return Gate("champion", _CHAMPION, None, said, rule, passed=True)
    found = _paired(report)
    if found is None:
        said = Words(
            "未能与现任冠军比较：它无法读取，或其所读字段在候选产品中没有同样的声明",
            "not compared: the champion is damaged, or reads what the candidate's product does not "
            "declare alike",
        )
        return Gate("champion", _CHAMPION, None, said, rule, passed=False)
    gain, p_value = found
    return Gate(
        "champion",
        _CHAMPION,
        gain,
        Words(
            f"冠军（版本 {office}）的 AUC 减候选：{gain:+.4f}，p = {p_value:.3g}",
            f"AUC of the champion (version {office}) less the candidate's {gain:+.4f}, "
            f"p = {p_value:.3g}",
        ),
        rule,
        passed=not (gain > rules.max_loss and p_value <= rules.alpha),
    )


def _paired(report: ValidationReport) -> tuple[float, float] | None:
    """Return by how much the champion's AUC is higher, and the one-sided chance of that."""
    try:
        table = report.section("challenger").tables["models"]
    except KeyError:
        return None
    row = next((r for r in table.iter_rows(named=True) if r["role"] == "champion"), None)
    if row is None or row["gain"] is None or row["p_value"] is None:
        return None
    gain, both = float(row["gain"]), float(row["p_value"])
    return gain, both / 2 if gain > 0 else 1 - both / 2


def _unloosened(policy: Policy, champion: Policy | None, office: str | None) -> Gate:
    """Hold the candidate's rules against the champion's: no model is to set its own bar lower."""
    rule = Words(
        "不得比现任冠军的规则宽松", "no rule of promotion or validation looser than the champion's"
    )
    if office is None:
        said = Words("没有现任冠军", "no champion in office")
        return Gate("policy", _POLICY, 0.0, said, rule, passed=True)
    if champion is None:
        said = Words("现任冠军的规则无法读取", "the champion's rules cannot be read")
        return Gate("policy", _POLICY, None, said, rule, passed=False)
    lines = loosened(policy, champion)
    listed = ", ".join(lines)
    said = (
        Words(f"已放宽：{listed}", f"looser: {listed}")
        if lines
        else Words("未放宽", "none is looser")
    )
    return Gate("policy", _POLICY, float(len(lines)), said, rule, passed=not lines)
