"""What each decision of a selection says to a reviewer, in Chinese and English."""

from __future__ import annotations

import math

# {v} is the value, {t} the threshold, {a} the feature it was held against, {x} one more number.
REASONS: dict[str, tuple[str, str]] = {
    "constant": (
        "所有取值落在同一分箱，无法区分好坏客户",
        "all its values share one bin, so it cannot tell good from bad",
    ),
    "copy": ("分箱后与 {a} 完全一致", "binned, it is a copy of {a}"),
    "missing_above": (
        "缺失占比 {v} 高于上限 {t}",
        "missing in a share {v} of the weight, above {t}",
    ),
    "missing_within": (
        "缺失占比 {v} 不超过上限 {t}",
        "missing in a share {v} of the weight, within {t}",
    ),
    "same_above": (
        "最常见取值的占比 {v} 高于上限 {t}",
        "its commonest value has a share {v} of the weight, above {t}",
    ),
    "same_within": (
        "最常见取值的占比 {v} 不超过上限 {t}",
        "its commonest value has a share {v} of the weight, within {t}",
    ),
    "iv_low": (
        "信息值 {v} 低于下限 {t}",
        "information value {v} is below {t}",
    ),
    "iv_enough": ("信息值 {v} 达到下限 {t}", "information value {v} reaches {t}"),
    "iv_suspicious": (
        "信息值 {v} 达到下限 {t}，但高于 0.5：请核查是否泄露了结果",
        "information value {v} reaches {t}, but is above 0.5: check that it does not leak the "
        "outcome",
    ),
    "correlated": (
        "与 {a} 的相关系数绝对值为 {v}，高于上限 {t}；{a} 优先（指定保留或信息值不低于它）",
        "|correlation| {v} with {a} is above {t}; {a} comes first (forced, or of no less "
        "information value)",
    ),
    "uncorrelated": (
        "与已入选特征的相关系数绝对值最高为 {v}（{a}），不超过上限 {t}",
        "|correlation| with features already in is at most {v} ({a}), within {t}",
    ),
    "first": (
        "在它之前没有其他特征入选",
        "no feature came before it",
    ),
    "inflated": (
        "方差膨胀因子 {v} 高于上限 {t}，在可剔除特征中最大；与 {a} 最为重叠",
        "VIF {v} is above {t} and the largest that may go; it overlaps most with {a}",
    ),
    "inflated_forced": (
        "方差膨胀因子 {v} 高于上限 {t}；与 {a} 最为重叠",
        "VIF {v} is above {t}; it overlaps most with {a}",
    ),
    "uninflated": ("方差膨胀因子 {v} 不超过上限 {t}", "VIF {v} is within {t}"),
    "entered": (
        "第 {x} 步进入模型：{c} {v}",
        "enters the model in step {x}: {c} {v}",
    ),
    "left": (
        "离开模型：不再值得保留，{c} {v}",
        "leaves the model: no longer worth its place, {c} {v}",
    ),
    "turned": (
        "离开模型：{a} 的加入或离开使其系数变为正，与分箱方向相反",
        "leaves the model: {a} coming or going would turn its coefficient positive, against its "
        "bins",
    ),
    "positive": (
        "与其他特征同时入模时系数为正（{v}），与分箱方向相反；最相近的是 {a}",
        "beside the others its coefficient would be positive ({v}), against its bins; the nearest "
        "is {a}",
    ),
    "turns_other": (
        "它的加入会使 {a} 的系数变为正",
        "with it the coefficient of {a} would turn positive",
    ),
    "dependent": (
        "是已入选特征的线性组合，没有新增信息；最相近的是 {a}",
        "it is a linear combination of the features in the model and adds nothing; the nearest is "
        "{a}",
    ),
    "worthwhile": (
        "在最终模型中：{c} {v}，系数 {x}",
        "in the final model: {c} {v}, coefficient {x}",
    ),
    "never_removed": (
        "在最终模型中，尽管 {c} {v}，系数 {x}；按设定只进不出",
        "in the final model despite {c} {v}, coefficient {x}: the forward direction never removes",
    ),
    "useless": ("不在最终模型中：{c} {v}", "not in the final model: {c} {v}"),
    "never_added": (
        "不在最终模型中，尽管 {c} {v}；按设定只出不进",
        "not in the final model despite {c} {v}: the backward direction never adds",
    ),
    "full": (
        "{c} {v}，但特征数已达上限 {x}",
        "{c} {v}, but the model holds {x} features already, the most allowed",
    ),
    "too_many": (
        "特征数超过上限，它在模型中的贡献最小：{c} {v}",
        "too many features for the limit, and it is worth least: {c} {v}",
    ),
    "lasso_in": (
        "L1 惩罚 C={c}（交叉验证选定）下系数为 {v}",
        "its coefficient is {v} under the L1 penalty of C={c} that cross-validation chose",
    ),
    "lasso_out": (
        "L1 惩罚 C={c}（交叉验证选定）下系数为 0",
        "its coefficient is 0 under the L1 penalty of C={c} that cross-validation chose",
    ),
    "lasso_none": (
        "在指定保留的特征之外没有新增信息，任何 L1 惩罚下系数均为 0",
        "beside the forced features its coefficient is 0 under any L1 penalty",
    ),
    "refit_positive": (
        "去掉 L1 惩罚重新拟合时系数为正，与分箱方向相反；最相近的是 {a}",
        "refitted without the penalty its coefficient would be positive, against its bins; the "
        "nearest is {a}",
    ),
    "ranked_out": (
        "信息值 {v} 不在前 {t} 名之内",
        "information value {v} is not among the {t} largest",
    ),
    "ranked_in": ("信息值 {v} 在前 {t} 名之内", "information value {v} is among the {t} largest"),
    "held": (
        "与其他特征同时入模时系数为正（{v}），评分卡会将其系数置为 0；最相近的是 {a}",
        "beside the others its coefficient would be positive ({v}), and a scorecard will hold it "
        "at 0; the nearest is {a}",
    ),
}
SUSPICIOUS = (
    "；可疑：单独即有信息值 {iv}、AUC {auc}，请核查申请时是否已知",
    "; suspicious: alone it has an information value of {iv} and an AUC of {auc}, check that it is "
    "known at application",
)
FORCED = ("指定保留；", "forced to stay; ")
NO_LABEL = ("", "")


def shown(value: float | None) -> str:
    """Return a number as reviewers read it: three digits, no needless exponent."""
    if value is None:
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        return f"{value:.2e}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def reason(
    key: str,
    *,
    value: float | None = None,
    threshold: float | None = None,
    against: str | None = None,
    extra: float | None = None,
    label: tuple[str, str] = NO_LABEL,
    forced: bool = False,
) -> tuple[str, str]:
    """Return the Chinese and English text of a reason of `REASONS`.

    ``label`` is what the value is called in each language, for reasons that do not name it.
    """
    zh, en = (
        (before if forced else "")
        + text.format(v=shown(value), t=shown(threshold), a=against, x=shown(extra), c=called)
        for before, text, called in zip(FORCED, REASONS[key], label, strict=True)
    )
    return zh, en
