"""What the columns of a report's tables are called, and how their numbers are written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from scorecard.sample import EXCLUDING
from scorecard.validation.words import Words

#: How a number is written, by the name of its form.
FORMS = {
    "rate": ".2%", "share": ".1%", "count": ",.0f", "area": ".4f", "index": ".4f", "factor": ".3f",
    "log-odds": "+.3f", "difference": "+.4f", "gap": "+.2%", "score": ".0f",
}  # fmt: skip

#: Columns by name: Chinese, English, and the form of their numbers ("" where they have their own).
_COLUMNS: dict[str, tuple[str, str, str]] = {
    "base": ("基准", "base", "log-odds"),
    "best_factor": ("最好值倍数", "factor at the best", "factor"),
    "broken": ("违反数", "broken", "count"),
    "changed": ("等级变动", "grade changes", "share"),
    "code": ("原因代码", "code", ""),
    "contribution": ("贡献", "contribution", "log-odds"),
    "declared": ("已声明", "declared", ""),
    "downturn_loss_share": ("损失占比（下行）", "share of loss, downturn", "share"),
    "downturn_share": ("占比（下行）", "share, downturn", "share"),
    "effective_rows": ("有效行数", "effective rows", "count"),
    "falls": ("反向步数", "falls", "count"),
    "far": ("远距变动", "far moves", "share"),
    "given": ("给出次数", "given", "count"),
    "index": ("周期指数", "cycle index", ""),
    "iv_standard_error": ("IV标准误", "IV, standard error", "factor"),
    "kept": ("仍给出", "kept", "share"),
    "largest": ("最大降幅", "deepest fall", ""),
    "least_step": ("最小步", "least step", ""),
    "loss_share": ("损失占比", "share of loss", "share"),
    "missing_auc": ("缺失与否的AUC", "AUC of missing", "area"),
    "model_falls": ("模型自身下降", "model itself falls", ""),
    "pair": ("样本对", "pair", ""),
    "read": ("应答模型使用", "read", ""),
    "recomputed": ("重算值", "recomputed", "log-odds"),
    "scored_by": ("打分依据", "scored by", ""),
    "sd_factor": ("一个标准差的倍数", "factor at one s.d.", "factor"),
    "span": ("总幅度", "span", "log-odds"),
    "state": ("状态", "state", ""),
    "steps": ("步数", "steps", "count"),
    "values": ("取值数", "values", "count"),
    "worst": ("最差", "worst", ""),
    "approval_rate_of_goods": ("好样本通过率", "approval rate of goods", "share"),
    "calibration_gap": ("校准差", "calibration gap", "gap"),
    "calibration_p": ("校准p值", "calibration p", "p"),
    "chance_auc": ("随机AUC", "AUC by chance", "area"),
    "effective_goods": ("有效好样本数", "effective goods", "count"),
    "judged": ("评判", "judged", ""),
    "judged_calibration": ("评判校准", "calibration judged", ""),
    "judged_goods": ("评判好样本", "goods judged", ""),
    "on_scorecard": ("评分卡使用", "on the scorecard", ""),
    "proxy_auc": ("推断AUC", "proxy AUC", "area"),
    "audit_group": ("受审群体", "audited", ""),
    "file": ("文件", "file", ""),
    "pd_from": ("PD 自", "PD from", "rate"),
    "pd_to": ("PD 至", "PD to", "rate"),
    "reads": ("读取字段", "reads", ""),
    "rows_taken_out": ("排除行数", "rows taken out", "count"),
    "sha256": ("SHA-256", "SHA-256", ""),
    "band": ("档", "band", ""),
    "bandwidth": ("带宽", "bandwidth", "factor"),
    "bins": ("分箱数", "bins", "count"),
    "capture": ("包含坏样本", "bads among them", "share"),
    "cohort": ("期次", "period", ""),
    "cv": ("变异系数", "variation", "factor"),
    "cycle_index": ("经济周期指数", "cycle index", "log-odds"),
    "false_rate": ("被误报的好样本", "goods refused", "share"),
    "field": ("字段", "field", ""),
    "from": ("由", "from", ""),
    "from_grade": ("由等级", "from grade", ""),
    "gain_low": ("提升下限", "gain, low", "difference"),
    "gain_high": ("提升上限", "gain, high", "difference"),
    "h_measure": ("H 测度", "H measure", "area"),
    "jeffreys_p": ("Jeffreys p 值", "Jeffreys p", "p"),
    "kind": ("类别", "kind", ""),
    "log_loss": ("对数损失", "log-loss", "area"),
    "missing_now": ("缺失率（本期）", "missing now", "share"),
    "missing_then": ("缺失率（训练时）", "missing in training", "share"),
    "p_at_level": ("p 值（本期水平）", "p at the level", "p"),
    "p_holm": ("p 值（Holm 校正）", "p, corrected", "p"),
    "p_too_low": ("p 值（PD 过低）", "p, PD too low", "p"),
    "pd_at_level": ("本期水平的 PD", "PD at the level", "rate"),
    "role": ("角色", "role", ""),
    "statistic": ("统计量", "statistic", ""),
    "to_grade": ("至等级", "to grade", ""),
    "true_rate": ("被识别的坏样本", "bads found", "share"),
    "way": ("方向", "way", ""),
    "when": ("时点", "when", ""),
    "age": ("年龄", "age", ""),
    "alert": ("提示", "alert", ""),
    "amber": ("黄灯线", "amber line", ""),
    "approval_rate": ("通过率", "approval rate", "share"),
    "approved": ("通过数", "approved", "count"),
    "attainable": ("可取", "attainable", ""),
    "auc": ("AUC", "AUC", "area"),
    "auc_answering": ("应答模型AUC", "AUC, answering model", "area"),
    "auc_champion": ("现任模型AUC", "AUC, champion", "area"),
    "auc_other": ("另一模型AUC", "AUC, other model", "area"),
    "bad_rate": ("坏账率", "bad rate", "rate"),
    "bads": ("坏样本数", "bads", "count"),
    "bin": ("分箱", "bin", ""),
    "brier": ("Brier", "Brier", "area"),
    "column": ("字段", "column", ""),
    "count": ("数量", "count", "count"),
    "cumulative_bads": ("累计坏样本占比", "bads so far", "share"),
    "date": ("日期", "date", ""),
    "decile": ("十分位", "tenth", ""),
    "description": ("说明", "description", ""),
    "difference": ("差异", "difference", "difference"),
    "direction": ("方向", "direction", ""),
    "early": ("训练期", "in training", ""),
    "effect": ("影响", "effect", ""),
    "expected": ("期望", "expected", ""),
    "expected_share": ("训练期占比", "share in training", "share"),
    "factor": ("倍数", "factor", "factor"),
    "fall": ("下降", "fall", "difference"),
    "feature": ("特征", "feature", ""),
    "finding": ("结论项", "finding", ""),
    "fpr": ("误报率", "false alarms", "share"),
    "gain": ("提升", "gain", "difference"),
    "gap": ("差距", "gap", ""),
    "gini": ("基尼", "Gini", "area"),
    "good_rate": ("好账率", "good rate", "rate"),
    "goods": ("好样本数", "goods", "count"),
    "grade": ("等级", "grade", ""),
    "group": ("群体", "group", ""),
    "herfindahl": ("赫芬达尔指数", "Herfindahl index", "factor"),
    "high": ("上限", "high", ""),
    "impact_ratio": ("通过率之比", "impact ratio", "factor"),
    "iv": ("IV", "IV", "factor"),
    "ks": ("KS", "KS", "area"),
    "label": ("名称", "name", ""),
    "late": ("本期", "now", ""),
    "level": ("取值", "level", ""),
    "lift": ("提升倍数", "lift", "factor"),
    "light": ("灯", "light", ""),
    "low": ("下限", "low", ""),
    "mean": ("均值", "mean", ""),
    "mean_pd": ("平均PD", "mean PD", "rate"),
    "mean_score": ("平均分", "mean score", "score"),
    "missing": ("缺失", "missing", "share"),
    "missing_share": ("缺失率", "missing", "share"),
    "model": ("模型", "model", ""),
    "moved": ("迁移级数", "grades moved", ""),
    "n": ("行数", "rows", "count"),
    "name": ("名称", "name", ""),
    "now": ("本期", "now", ""),
    "observed": ("实际", "observed", ""),
    "observed_share": ("本期占比", "share now", "share"),
    "p_value": ("p值", "p", "p"),
    "pd": ("PD", "PD", "rate"),
    "pd_after": ("变动后PD", "PD after", "rate"),
    "pd_before": ("变动前PD", "PD before", "rate"),
    "psi": ("PSI", "PSI", "index"),
    "quantile": ("分位点", "quantile", "share"),
    "rate": ("比率", "rate", "rate"),
    "ratio": ("比值", "ratio", "factor"),
    "reason": ("原因", "reason", ""),
    "red": ("红灯线", "red line", ""),
    "rows": ("行数", "rows", "count"),
    "rule": ("规则", "rule", ""),
    "scenario": ("情景", "scenario", ""),
    "score": ("评分", "score", "score"),
    "section": ("部分", "section", ""),
    "segment": ("客群", "segment", ""),
    "share": ("占比", "share", "share"),
    "share_now": ("本期占比", "share now", "share"),
    "share_then": ("训练期占比", "share in training", "share"),
    "shown": ("数值", "number", ""),
    "special": ("特殊值", "special", "share"),
    "standard_error": ("标准误", "standard error", "area"),
    "step": ("步骤", "step", ""),
    "term": ("分项", "term", "index"),
    "test": ("检验", "test", ""),
    "then": ("训练期", "in training", ""),
    "threshold": ("阈值", "threshold", ""),
    "total": ("合计", "total", ""),
    "tpr": ("命中率", "hits", "share"),
    "trend": ("趋势", "trend", ""),
    "undecided": ("无法判定", "undecided", "count"),
    "value": ("取值", "value", ""),
    "weight": ("权重", "weight", "count"),
    "weighted_bad_rate": ("加权坏账率", "weighted bad rate", "rate"),
    "what": ("结论项", "finding", ""),
    "window": ("窗口", "window", ""),
    "year": ("年份", "year", "year"),
}
_SUFFIXES = {
    "_low": ("下限", "low"), "_high": ("上限", "high"), "_se": ("标准误", "standard error"),
    "_p": ("p值", "p"), "_then": ("（训练期）", "in training"), "_now": ("（本期）", "now"),
    "_share": ("占比", "share"), "_rate": ("比率", "rate"), "_gap": ("差距", "gap"),
    "_ratio": ("之比", "ratio"),
}  # fmt: skip
_FORM_OF_SUFFIX = {
    "_share": "share", "_rate": "rate", "_ratio": "factor", "_gap": "gap", "_p": "p",
    "_factor": "factor", "_auc": "area", "_psi": "index",
}  # fmt: skip

#: Columns whose name means something else elsewhere.
_OWN = {
    "discrimination.segments.gap": "difference",
    "monotonicity.features.missing": "log-odds",
}

#: Words that stand in cells.
_CELLS = {
    "all": ("全部", "all"),
    "answering": ("应答模型", "answering model"),
    "ascending": ("递增", "ascending"),
    "boosted": ("提升树模型", "boosted model"),
    "answers": ("应答", "answers"),
    "at training, in time, cross-fitted": (
        "训练时，时间内（交叉拟合）",
        "at training, in time, cross-fitted",
    ),
    "at training, out of time": ("训练时，时间外", "at training, out of time"),
    "champion": ("现任模型", "champion"),
    "descending": ("递减", "descending"),
    "grades": ("等级", "grades"),
    "downturn": ("经济下行", "downturn"),
    "feature": ("特征", "feature"),
    "female": ("女", "female"),
    "in the file, valid under the contract": (
        "文件中合乎契约者",
        "in the file, valid under the contract",
    ),
    "judged period": ("被评价时期", "judged period"),
    "judged rows": ("被评价样本", "judged rows"),
    "of these in time, before exclusions": (
        "其中时间内，排除之前",
        "of these in time, before exclusions",
    ),
    "of these out of time, before exclusions": (
        "其中时间外，排除之前",
        "of these out of time, before exclusions",
    ),
    "outcome known": ("结果已知", "outcome known"),
    "through the cycle": ("跨周期", "through the cycle"),
    "in time": ("时间内", "in time"),
    "in time, as learnt": ("时间内（学习所用）", "in time, as learnt"),
    "judged": ("被评价样本", "judged"),
    "male": ("男", "male"),
    "missing": ("缺失", "missing"),
    "none": ("无", "none"),
    "others": ("其他", "others"),
    "not stated": ("未填报", "not stated"),
    "out of time": ("时间外", "out of time"),
    "riskier": ("风险升高", "riskier"),
    "safer": ("风险降低", "safer"),
    "score": ("评分", "score"),
    "scorecard": ("评分卡", "scorecard"),
    "second": ("包内另一模型", "second opinion"),
    "total": ("合计", "total"),
    "training": ("训练时", "training"),
}
_LIGHT_WORDS = {
    "green": Words("绿灯", "green"),
    "amber": Words("黄灯", "amber"),
    "red": Words("红灯", "red"),
    "grey": Words("灰灯", "grey"),
}


def heading(name: str) -> Words:
    """Return what a column is called; an unknown one reads as its own name.

    >>> heading("bad_rate").en, heading("bad_rate_low").en, heading("odd_thing").en
    ('bad rate', 'bad rate, low', 'odd thing')
    """
    if name in _COLUMNS:
        zh, en, _ = _COLUMNS[name]
        return Words(zh, en)
    for suffix, (zh, en) in _SUFFIXES.items():
        stem = name.removesuffix(suffix)
        if stem != name and stem in _COLUMNS:
            known = heading(stem)
            return Words(f"{known.zh}{zh}", f"{known.en}, {en}")
    plain = name.replace("_", " ").strip() or name
    return Words(plain, plain)


def forms(names: Sequence[str], table: str = "") -> dict[str, str]:
    """Return the form of each column's numbers; ends of an interval are written as its middle.

    ``table`` is ``section.table``: in some a common name means something of its own.
    """
    found: dict[str, str] = {}
    last = ""
    for name in names:
        stem = name.removesuffix("_low").removesuffix("_high")
        if name in ("low", "high"):
            form = last
        elif stem != name and stem in found:
            form = found[stem]
        else:
            form = _form(stem)
            last = form if form not in ("", "count", "p", "year") else last
        found[name] = _OWN.get(f"{table}.{name}", form)
    return found


def paired(names: Sequence[str]) -> set[str]:
    """Return the columns that hold one text in two languages: ``x_zh`` with ``x_en``, zh with en.

    >>> sorted(paired(["rule_zh", "rule_en", "size_en"]))
    ['rule_en', 'rule_zh']
    """
    held = set(names)
    found = set()
    for name in names:
        other = f"{name.removesuffix('zh')}en"
        if (name == "zh" or name.endswith("_zh")) and other in held:
            found |= {name, other}
    return found


def _form(name: str) -> str:
    if name in _COLUMNS:
        return _COLUMNS[name][2]
    if name.startswith("p_"):
        return "p"
    for suffix, form in _FORM_OF_SUFFIX.items():
        if name.endswith(suffix):
            return form
    for stem, (_, _, form) in _COLUMNS.items():
        if form and name.startswith(f"{stem}_"):
            return form
    return ""


def light_word(light: str) -> Words:
    """Return the word for a light."""
    return _LIGHT_WORDS[light]


def written(
    value: Any, form: str = "", labels: Mapping[str, Mapping[str, str]] | None = None
) -> Words:
    """Return a cell's value as people read it; ``labels`` say what features and columns are called.

    >>> written(0.04471, "rate").en, written(1234567).en, written(None).en, written(0.123456).en
    ('4.47%', '1,234,567', '–', '0.1235')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return _same("–")
    if isinstance(value, bool):
        return Words("是", "yes") if value else Words("否", "no")
    if isinstance(value, (int, float)):
        return _same(number(value, form))
    if isinstance(value, date):
        return _same(value.isoformat())
    if isinstance(value, str):
        if labels and value in labels:
            return Words(labels[value]["zh"] or value, labels[value]["en"] or value)
        if value in _CELLS:
            return Words(*_CELLS[value])
        if value.startswith(EXCLUDING):
            reason = written(value.removeprefix(EXCLUDING), labels=labels)
            return Words(f"排除：{reason.zh}", f"{EXCLUDING}{reason.en}")
        return _LIGHT_WORDS.get(value) or _same(value)
    return _same(json.dumps(value, ensure_ascii=False, default=str))


def number(value: float, form: str = "") -> str:
    """Write one number, infinities and p-values too."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if form == "p":
        return p_value(value)
    if form == "share" and 0 < abs(value) < 0.01:
        form = "rate"
    if form in FORMS:
        return f"{value:{FORMS[form]}}".replace("-", "−")
    if isinstance(value, int):
        return (f"{value}" if form == "year" else f"{value:,}").replace("-", "−")
    if value == 0:
        return "0"
    size = abs(value)
    text = f"{value:,.0f}" if size >= 10_000 else f"{value:.4g}"
    return text.replace("-", "−") if size >= 1e-4 else f"{value:.2e}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Write a p-value; the very small ones as a bound.

    >>> p_value(0.00001), p_value(0.0312), p_value(None)
    ('< 0.0001', '0.031', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    if value < 1e-4:
        return "< 0.0001"
    return f"{value:.4f}" if value < 0.001 else f"{value:.3f}"


def _same(text: str) -> Words:
    return Words(text, text)
