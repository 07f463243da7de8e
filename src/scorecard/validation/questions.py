"""What each section of a report asks, and what its tables are called."""

from __future__ import annotations

from collections.abc import Mapping

from scorecard.validation.words import Words

#: By section: the question that its lights answer.
QUESTIONS: dict[str, Words] = {
    "data": Words(
        "数据是否合乎契约，被评价的样本是否就是模型面向的人群？",
        "Does the data keep the contract, and are the judged rows those the model is meant for?",
    ),
    "discrimination": Words(
        "模型是否仍把坏样本排在好样本之前，如同训练时一样？",
        "Does the model still rank bads before goods, as well as it did in training?",
    ),
    "calibration": Words(
        "PD 是否名副其实：总体如此，每个等级也如此？",
        "Do PDs mean what they say, as a whole and grade by grade?",
    ),
    "stability": Words(
        "申请人群是否仍与训练时相似？",
        "Are the applications still like those the model learned from?",
    ),
    "concentration": Words(
        "等级是否仍能区分客户，而非集中于少数几级？",
        "Do the grades still spread applicants out, or do most fall into a few?",
    ),
    "migration": Words(
        "同一借款人的等级从一期到下一期是否稳定？",
        "How far do the grades of the same borrowers move from one date to the next?",
    ),
    "monotonicity": Words(
        "每个特征对风险的方向是否如声明，模型与数据皆然？",
        "Does every feature move risk the declared way, in the model and in the data?",
    ),
    "explanation": Words(
        "给出的解释是否精确、可加、稳定？",
        "Are the explanations exact, do they add up, and do they stay the same?",
    ),
    "leakage": Words(
        "是否有特征好得不像申请时可知的信息？",
        "Is any feature too good to have been known when the application was made?",
    ),
    "sensitivity": Words(
        "单个特征或经济下行能把 PD 推高多少？",
        "How far can one feature, or a downturn, lift the PDs?",
    ),
    "fairness": Words(
        "对各受审群体的通过率、机会与校准是否相近？",
        "Are approvals, chances and PDs alike for the audited groups?",
    ),
    "challenger": Words(
        "在同一批样本上，是否有另一模型排序更好？",
        "Does another model rank the same rows better?",
    ),
}

#: By ``section.rule``: what the rule limits.
RULES: dict[str, Words] = {
    "data.rejected": Words("契约拒绝的行占比", "share of rows that the contract refuses"),
    "data.outside": Words("适用人群之外的行占比", "share of rows outside the population"),
    "discrimination.auc": Words("AUC（不低于）", "AUC (at least)"),
    "discrimination.fall": Words("AUC 较训练时的下降", "fall of the AUC since training"),
    "calibration.grade_factor": Words("等级坏账率为 PD 的倍数", "bad rate of a grade over its PD"),
    "calibration.level_factor": Words("总体坏账率为 PD 的倍数", "bad rate of all over the mean PD"),
    "stability.psi": Words("群体稳定性指数", "population stability index"),
    "concentration.herfindahl": Words("等级的赫芬达尔指数", "Herfindahl index of the grades"),
    "migration.far": Words(
        "移动超过两级的借款人占比", "borrowers that moved by more than two grades"
    ),
    "leakage.auc": Words("单一特征的 AUC", "AUC of a feature alone"),
    "leakage.iv": Words("单一特征的信息值", "information value of a feature alone"),
    "sensitivity.single_factor": Words(
        "单一特征对平均 PD 的倍数", "factor of one feature on the mean PD"
    ),
    "sensitivity.downturn_factor": Words(
        "经济下行对平均 PD 的倍数", "factor of a downturn on the mean PD"
    ),
    "fairness.impact_ratio": Words("通过率之比（不低于）", "ratio of approval rates (at least)"),
    "fairness.opportunity_gap": Words("好样本通过率之差", "gap of approval rates among goods"),
    "fairness.calibration_gap": Words("坏账率与平均 PD 之差的差距", "gap of bad rate less mean PD"),
    "fairness.proxy_auc": Words("特征辨认群体的 AUC", "AUC of features telling a group"),
    "challenger.gain": Words("另一模型的 AUC 优势", "AUC gain of another model"),
}

#: By ``section.table``: its title.
TABLES: dict[str, Words] = {
    "data.steps": Words("从文件到被评价的样本", "From the file to the judged rows"),
    "data.refused": Words("契约拒绝的行，按规则", "Rows that the contract refuses, by rule"),
    "discrimination.areas": Words("两个模型的区分能力", "Both models, now and at training"),
    "discrimination.gains": Words("增益表", "Table of gains"),
    "discrimination.roc": Words("ROC 曲线的点", "Points of the ROC curve"),
    "discrimination.segments": Words("各客群", "Segments"),
    "calibration.grades": Words("各等级的 PD 与坏账率", "PD and bad rate of each grade"),
    "calibration.level": Words("各期水平", "Level of each period"),
    "calibration.tests": Words("总体检验", "Tests of all PDs together"),
    "stability.psi": Words("稳定性指数", "Stability indices"),
    "stability.grades": Words("等级分布", "Distribution of the grades"),
    "concentration.shares": Words("各等级占比", "Shares of the grades"),
    "concentration.variation": Words("集中度，训练时与本期", "Concentration, then and now"),
    "migration.matrix": Words("迁徙矩阵（户数）", "Migration matrix (borrowers)"),
    "migration.bandwidth": Words("带宽", "Bandwidths"),
    "migration.cells": Words("逐格检验", "Tests of each cell"),
    "monotonicity.features": Words("逐特征扫描", "Every feature swept"),
    "monotonicity.grades": Words("各等级坏账率", "Bad rate of each grade"),
    "explanation.sums": Words("加总核对", "Sums checked"),
    "explanation.recomputed": Words("按定义重算", "Recomputed by definition"),
    "explanation.direction": Words("贡献的方向", "Direction of the contributions"),
    "explanation.steadiness": Words("各原因的稳定性", "Steadiness of the reasons"),
    "leakage.features": Words("各特征单独的能力", "Every feature alone"),
    "sensitivity.features": Words("单一特征的影响", "One feature at a time"),
    "sensitivity.downturn": Words("经济下行时的平均 PD", "Mean PD in a downturn"),
    "sensitivity.downturn_grades": Words("经济下行时的各等级", "Grades in a downturn"),
    "fairness.proxies": Words("最能推断群体的特征", "Features that tell a group best"),
    "challenger.models": Words("同一批样本上的各模型", "The models on the same rows"),
}


def table_title(
    section: str, table: str, labels: Mapping[str, Mapping[str, str]] | None = None
) -> Words:
    """Return what a table is called; one named after a column by the column's label."""
    if f"{section}.{table}" in TABLES:
        return TABLES[f"{section}.{table}"]
    if labels and table in labels:
        return Words(labels[table]["zh"], labels[table]["en"])
    plain = table.replace("_", " ").strip().capitalize() or table
    return Words(plain, plain)
