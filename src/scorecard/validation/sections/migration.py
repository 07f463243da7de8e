"""Migration: how borrowers that stand in the table at two dates changed their grade."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import binom

from scorecard import metrics
from scorecard.validation.evidence import Evidence
from scorecard.validation.holm import holm
from scorecard.validation.light import Light, at_most, proven
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
    pairs = _pairs(evidence)
    if pairs is None or pairs.height < FEWEST:
        found = 0 if pairs is None else pairs.height
        none = f"{found:,} borrowers stand at two dates"
        rule = Words(f"少于 {FEWEST} 户时不作评价", f"not judged below {FEWEST} borrowers")
        return Section("migration", _TITLE, (Finding("far", _WHAT, None, none, rule, Light.GREY),))
    matrix = _matrix(pairs, len(evidence.grades))
    moved = (pairs["last"] - pairs["first"]).abs().to_numpy()
    far = int((moved > FAR).sum())
    share = far / len(moved)
    p = float(binom.sf(far - 1, len(moved), limits.red if share > limits.red else limits.amber))
    width = metrics.migration_bandwidth(matrix)
    steady = metrics.migration_stability(matrix)
    cells = steady.table.with_columns(pl.col("p_value").fill_nan(1.0))
    cells = cells.with_columns(p_holm=pl.Series(holm(cells["p_value"].to_list())))
    least = float(cells["p_holm"].min())  # type: ignore[arg-type]
    return Section(
        key="migration",
        title=_TITLE,
        findings=(
            Finding(
                "far",
                _WHAT,
                share,
                f"{share:.1%} ({far:,} of {len(moved):,})",
                borne_out(above(limits, ".0%"), evidence.alpha),
                proven(at_most(share, limits), p, evidence.alpha),
                p,
            ),
            Finding(
                "monotone",
                _STEADY,
                least,
                f"smallest corrected p-value {least:.3f}",
                Words("p 值不高于 0.05 为黄灯，从不为红灯", "amber at a p-value of .05, never red"),
                Light.AMBER if least <= 0.05 else Light.GREEN,
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
                "每个借款人取表中最早与最晚的评级；带宽与单调性检验按欧洲央行 2019 年 §2.5.5。",
                "Of each borrower the first and the last rating in the table; bandwidths and tests "
                "as the ECB asks (2019, §2.5.5).",
            ),
        ),
    )


def _pairs(evidence: Evidence) -> pl.DataFrame | None:
    """Return the first and the last grade of every borrower that stands at two dates."""
    date = evidence.policy.sample.observation_date
    if date is None:
        return None
    rated = [each for each in (evidence.early, evidence.judged) if each is not None]
    best: pl.DataFrame | None = None
    for column in evidence.rater.product.columns:
        if column.role != "identifier":
            continue
        rows = pl.concat(
            [
                pl.DataFrame(
                    {
                        "who": each.part.table[column.name],
                        "when": each.part.table[date],
                        "grade": pl.Series(each.grade, dtype=pl.Int64),
                    }
                )
                for each in rated
            ]
        ).drop_nulls()
        pairs = (
            rows.sort("when", maintain_order=True)
            .group_by("who")
            .agg(
                first=pl.col("grade").first(),
                last=pl.col("grade").last(),
                dates=pl.col("when").n_unique(),
            )
            .filter(pl.col("dates") > 1)
            .sort("who")
            .select("first", "last")
        )
        if best is None or pairs.height > best.height:
            best = pairs
    return best


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
