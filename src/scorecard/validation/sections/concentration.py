"""Concentration: whether rows crowd into few grades."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from scorecard import metrics
from scorecard.logodds import Floats
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import at_most, proven
from scorecard.validation.lines import above, borne_out
from scorecard.validation.section import Finding, Section
from scorecard.validation.tested import p_above, p_of
from scorecard.validation.words import Words


def section(evidence: Evidence) -> Section:
    """Judge the Herfindahl index of the grades, and whether it rose since training."""
    judged, base = evidence.judged, evidence.baseline
    then = np.array(base.grades)
    now = np.bincount(judged.grade, weights=judged.weight, minlength=len(then)).astype(np.float64)
    found = metrics.concentration(then * base.rows, now)
    limits = evidence.rules.concentration.herfindahl
    rows = float(judged.weight.sum() ** 2 / (judged.weight**2).sum())
    rise = float(found) - found.hi_initial
    p = p_above(rise, float(np.hypot(_error(then, base.rows), _error(now, rows))))
    largest = int(np.argmax(now))
    share = float(now[largest] / now.sum())
    return Section(
        key="concentration",
        title=Words("集中度", "Concentration"),
        findings=(
            Finding(
                "herfindahl",
                Words("等级的赫芬达尔指数", "Herfindahl index of the grades"),
                float(found),
                f"{float(found):.3f} ({found.hi_initial:.3f} → {float(found):.3f}); "
                f"{evidence.grades[largest]} {share:.0%}",
                borne_out(above(limits), evidence.alpha),
                proven(at_most(float(found), limits), p, evidence.alpha),
                p,
            ),
        ),
        tables={
            "shares": pl.DataFrame(
                {
                    "grade": list(evidence.grades),
                    "share_then": (then / then.sum()).tolist(),
                    "share_now": (now / now.sum()).tolist(),
                    "weight": now.tolist(),
                }
            ),
            "variation": pl.DataFrame(
                {
                    "when": ["training", "judged"],
                    "cv": [found.cv_initial, found.cv_current],
                    "herfindahl": [found.hi_initial, float(found)],
                }
            ),
        },
        notes=(
            Words(
                "指数已标准化：0 为均匀分布，1 为全部落入一个等级。灯看指数较训练时的上升是否超出"
                f"抽样误差；欧洲央行 2019 年 §2.5.5.3 的检验给出 p = {p_of(found):.3g}，"
                "但它只计等级数、不计行数，越集中越难显著。",
                "Normalised: 0 is spread evenly, 1 all in one grade. The light asks whether the "
                "index rose since training by more than the sampling of rows explains; the ECB's "
                f"test (2019, §2.5.5.3) gives p = {p_of(found):.3g}, but it counts grades and not "
                "rows, and finds the less the more they crowd.",
            ),
        ),
    )


def _error(counted: Floats, rows: float) -> float:
    """Return the standard error of a Herfindahl index of so many rows (the delta method).

    The index is 1 + ln(Σp²)/ln K of multinomial shares p.
    """
    p = counted / counted.sum()
    square = float((p**2).sum())
    variance = max(0.0, float((p**3).sum()) - square**2) / rows
    return 2 * math.sqrt(variance) / (square * math.log(len(p)))
