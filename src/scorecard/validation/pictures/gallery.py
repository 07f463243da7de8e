"""Which table has which picture."""

from __future__ import annotations

import polars as pl

from scorecard.validation.pictures import bars, grades, ranking
from scorecard.validation.pictures.look import Picture
from scorecard.validation.words import Words

#: By ``section.table``; ``section.*`` is for the section's tables that are named after a column.
#: A table without its picture's columns, or without rows enough, has none.
PICTURES: dict[str, Picture] = {
    "discrimination.roc": Picture(
        ("false_rate", "true_rate"),
        ranking.roc,
        Words(
            "从最高风险起逐步拒绝：识别坏样本与误拒好样本。虚线为随机排序。",
            "Refusing from the riskiest down: bads found against goods lost. Dotted: no ranking.",
        ),
        half=True,
    ),
    "discrimination.gains": Picture(
        ("share", "capture"),
        ranking.gains,
        Words(
            "风险最高的一部分样本中包含多少坏样本。",
            "How many of all bads stand among the riskiest rows.",
        ),
        half=True,
    ),
    "discrimination.areas": Picture(
        ("model", "window", "auc", "low", "high"),
        ranking.areas,
        Words(
            "AUC 及其 95% 区间；竖线为规则的红（实线）、黄（虚线）界限。",
            "AUC with its 95% interval; the lines are the rule's, red solid and amber dashed.",
        ),
    ),
    "discrimination.segments": Picture(
        ("column", "segment", "auc", "low", "high"),
        ranking.segments,
        Words(
            "样本足够的各客群，同一模型的 AUC 及其区间。",
            "The same model within each segment that has enough rows.",
        ),
    ),
    "calibration.grades": Picture(
        ("grade", "mean_pd", "bad_rate", "low", "high"),
        grades.calibration,
        Words(
            "点在区间内触及横线，即该等级名副其实；等级下方为行数。",
            "A grade keeps its word where the interval reaches its mark; under it, its rows.",
        ),
    ),
    "calibration.level": Picture(
        ("cohort", "mean_pd", "bad_rate"),
        grades.level,
        Words(
            "各期坏账率与平均 PD；PD 为跨周期口径，单期偏离不足为奇。",
            "Bad rate beside mean PD of each period; PDs are through the cycle, a period is not.",
        ),
        half=True,
        least=2,
    ),
    "stability.psi": Picture(
        ("kind", "name", "psi"),
        bars.psi,
        Words(
            "变动最大者在前；竖线为规则的红（实线）、黄（虚线）界限。",
            "What moved most comes first; the lines are the rule's, red solid and amber dashed.",
        ),
    ),
    "stability.grades": Picture(
        ("grade", "share_then", "share_now"),
        grades.shares,
        Words(
            "训练时与本期落入各等级的比例。", "Share of weight in each grade, in training and now."
        ),
    ),
    "migration.matrix": Picture(
        ("from",),
        grades.matrix,
        Words(
            "每行之和为 100%；框内为未移动者。",
            "Each row adds to 100%; the framed cells are those who stayed.",
        ),
    ),
    "explanation.steadiness": Picture(
        ("code", "kept"),
        bars.kept,
        Words(
            "填报数字加少量噪声后，同一原因仍被给出的比例；最不稳者在前。",
            "How often a reason is still given once stated numbers are shaken; the worst first.",
        ),
    ),
    "leakage.features": Picture(
        ("feature", "auc", "auc_low", "auc_high"),
        bars.alone,
        Words(
            "单一特征好得出奇，多半知道了申请时不可知之事；竖线为规则的界限。",
            "A feature too good alone may know what nobody knew; the lines are the rule's.",
        ),
    ),
    "sensitivity.features": Picture(
        ("feature", "worst", "factor", "best_factor"),
        bars.tornado,
        Words(
            "所有样本的某一特征都取该值时，平均 PD 变为几倍；名称旁为最差值。",
            "What the mean PD becomes if every row had that value; beside the name the worst.",
        ),
    ),
    "sensitivity.downturn_grades": Picture(
        ("grade", "share", "downturn_share"),
        grades.downturn,
        Words(
            "按跨周期 PD 与按下行时 PD 落入各等级的比例。",
            "Shares of the grades by the PDs as they are, and by those of a downturn.",
        ),
    ),
    "fairness.*": Picture(
        ("group", "approval_rate"),
        bars.approvals,
        Words(
            "各群体通过率与最高者之比；竖线为规则的红（实线，五分之四）、黄（虚线）界限。",
            "Approval rate over that of the highest group; the lines are the rule's, red solid "
            "and amber dashed.",
        ),
    ),
    "challenger.models": Picture(
        ("model", "gain", "gain_low", "gain_high"),
        ranking.rivals,
        Words(
            "右侧：对方排序更好；区间跨过 0：未能证实。",
            "To the right the other ranks better; an interval over 0 proves nothing.",
        ),
    ),
}


def picture_of(section: str, table: str, frame: pl.DataFrame) -> Picture | None:
    """Return the picture of a table; None where it has none."""
    for name in (f"{section}.{table}", f"{section}.*"):
        if name in PICTURES:
            found = PICTURES[name]
            return found if found.fits(frame) else None
    return None
