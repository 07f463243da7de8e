"""Migration: how borrowers that stand in the table at two dates changed their grade."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import binom

from scorecard import metrics
from scorecard.validation.claim import DOUBT, Claim, verdicts
from scorecard.validation.evidence import Evidence
from scorecard.validation.holm import holm
from scorecard.validation.light import Light, at_most
from scorecard.validation.lines import above, borne_out
from scorecard.validation.section import Finding, Section
from scorecard.validation.words import Words

#: Fewer borrowers than this tell no matrix.
FEWEST = 50
FAR = 2

_TITLE = Words("迁徙", "Migration")
_WHAT = Words(f"移动超过 {FAR} 级的借款人占比", f"Borrowers that moved by more than {FAR} grades")
_STEADY = Words("较远等级反比较近等级更常到达", "Farther grades reached more often than nearer")


def section(evidence: Evidence) -> Section:
    """Judge the moves between each borrower's first and last rating in the table."""
    limits = evidence.rules.migration.far
    borrower = _borrower(evidence)
    pairs = None if borrower is None else _pairs(evidence, borrower)
    if pairs is None or pairs.height < FEWEST:
        found = 0 if pairs is None else pairs.height
        none = Words(
            f"{found:,} 个借款人在两个日期均有记录", f"{found:,} borrowers stand at two dates"
        )
        if borrower is None:
            none = Words(
                "规则未指明借款人（sample.borrower）",
                "the policy names no borrower (sample.borrower)",
            )
        rule = Words(f"少于 {FEWEST} 户时不作评价", f"not judged below {FEWEST} borrowers")
        return Section("migration", _TITLE, (Finding("far", _WHAT, None, none, rule, Light.GREY),))
    matrix = _matrix(pairs, len(evidence.grades))
    moved = (pairs["last"] - pairs["first"]).abs().to_numpy()
    far = int((moved > FAR).sum())
    share = far / len(moved)
    chances = (float(binom.sf(far - 1, len(moved), line)) for line in (limits.red, limits.amber))
    (verdict,) = verdicts([Claim(at_most(share, limits), *chances)], evidence.alpha)
    width = metrics.migration_bandwidth(matrix)
    steady = metrics.migration_stability(matrix)
    cells = steady.table.with_columns(pl.col("p_value").fill_nan(1.0))
    cells = cells.with_columns(p_holm=pl.Series(holm(cells["p_value"].to_list())))
    least = min(cells["p_holm"], default=1.0)  # nobody moved: nothing is against the order
    return Section(
        key="migration",
        title=_TITLE,
        findings=(
            Finding(
                "far",
                _WHAT,
                share,
                f"{share:.1%} ({far:,} / {len(moved):,})",
                borne_out(above(limits, ".0%"), evidence.alpha),
                verdict.light,
                verdict.p_value,
            ),
            Finding(
                "monotone",
                _STEADY,
                least,
                f"p = {least:.3f}",
                Words("p 值不高于 0.05 为黄灯，从不为红灯", "amber at a p-value of .05, never red"),
                Light.AMBER if least <= DOUBT else Light.GREEN,
                least,
            ),
        ),
        tables={
            "matrix": _shown(matrix, evidence.grades),
            "bandwidth": pl.DataFrame(
                {"way": ["riskier", "safer"], "bandwidth": [width.upper, width.lower]}
            ),
            "cells": _named(cells, evidence.grades),
        },
        notes=(
            Words(
                "每个借款人取表中最早与最晚的评级，同日多笔取风险最高者；"
                "带宽与单调性检验按欧洲央行 2019 年 §2.5.5。",
                "Of each borrower the first and the last rating in the table, of several on one "
                "day the riskiest; bandwidths and tests as the ECB asks (2019, §2.5.5).",
            ),
        ),
    )


def _borrower(evidence: Evidence) -> str | None:
    """Return the identifier of the borrower: the one that is declared, or the only one there is.

    Others name a consent or a customer, which borrowers may share or change.
    """
    identifiers = [c.name for c in evidence.rater.product.columns if c.role == "identifier"]
    declared = evidence.policy.sample.borrower
    return identifiers[0] if declared is None and len(identifiers) == 1 else declared


def _pairs(evidence: Evidence, borrower: str) -> pl.DataFrame | None:
    """Return the first and the last grade of every borrower that stands at two dates.

    Of several ratings on one day the riskiest counts, so that the order of rows says nothing.
    """
    date = evidence.policy.sample.observation_date
    if date is None:
        return None
    rated = [each for each in (evidence.early, evidence.judged) if each is not None]
    rows = pl.concat(
        [
            pl.DataFrame(
                {
                    "who": each.part.table[borrower],
                    "when": each.part.table[date],
                    "grade": pl.Series(each.grade, dtype=pl.Int64),
                }
            )
            for each in rated
        ]
    ).drop_nulls()
    return (
        rows.group_by("who", "when")
        .agg(pl.col("grade").max())
        .group_by("who")
        .agg(
            first=pl.col("grade").sort_by("when").first(),
            last=pl.col("grade").sort_by("when").last(),
            dates=pl.len(),
        )
        .filter(pl.col("dates") > 1)
        .sort("who")
        .select("first", "last")
    )


def _matrix(pairs: pl.DataFrame, grades: int) -> NDArray[np.float64]:
    cells = pairs["first"].to_numpy() * grades + pairs["last"].to_numpy()
    counted = np.bincount(cells, minlength=grades * grades)
    return counted.reshape(grades, grades).astype(np.float64)


def _shown(matrix: NDArray[np.float64], grades: tuple[str, ...]) -> pl.DataFrame:
    data: dict[str, Any] = {"from": list(grades)}
    data |= {label: matrix[:, k].astype(int).tolist() for k, label in enumerate(grades)}
    return pl.DataFrame(data)


def _named(cells: pl.DataFrame, grades: tuple[str, ...]) -> pl.DataFrame:
    names = dict(enumerate(grades, start=1))
    return cells.with_columns(
        pl.col("from_grade", "to_grade").replace_strict(names, return_dtype=pl.String)
    )
