"""Concentration: whether rows crowd into few grades."""

from __future__ import annotations

import numpy as np
import polars as pl

from scorecard import metrics
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import at_most, proven
from scorecard.validation.lines import above, borne_out
from scorecard.validation.section import Finding, Section
from scorecard.validation.tested import p_of
from scorecard.validation.words import Words


def section(evidence: Evidence) -> Section:
    """Judge the Herfindahl index of the grades, and whether it rose since training."""
    judged, base = evidence.judged, evidence.baseline
    then = np.array(base.grades)
    now = np.bincount(judged.grade, weights=judged.weight, minlength=len(then))
    found = metrics.concentration(then * base.rows, now)
    limits = evidence.rules.concentration.herfindahl
    p = p_of(found)
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
                f"{float(found):.3f} (training {found.hi_initial:.3f}); "
                f"{share:.0%} in {evidence.grades[largest]}",
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
                "指数已标准化：0 为均匀分布，1 为全部落入一个等级；"
                "与训练时相比的检验依欧洲央行 2019 年 §2.5.5.3。",
                "Normalised: 0 is spread evenly, 1 all in one grade; tested against training as "
                "the ECB asks (2019, §2.5.5.3).",
            ),
        ),
    )
