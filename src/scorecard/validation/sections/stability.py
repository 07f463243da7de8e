"""Stability: whether score, grades and features are spread as they were in training."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from scorecard import metrics
from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.validation.evidence import Evidence
from scorecard.validation.holm import holm
from scorecard.validation.light import Light, at_most, proven
from scorecard.validation.lines import above, borne_out
from scorecard.validation.section import Finding, Section
from scorecard.validation.words import Words

SCORE, GRADES = "score", "grades"

_PSI = {
    "kind": pl.String, "name": pl.String, "psi": pl.Float64, "p_value": pl.Float64,
    "p_holm": pl.Float64, "bins": pl.Int64, "missing_then": pl.Float64, "missing_now": pl.Float64,
}  # fmt: skip


def section(evidence: Evidence) -> Section:
    """Judge the population stability index of the score, the grades and every feature."""
    table = _table(evidence)
    return Section(
        key="stability",
        title=Words("稳定性", "Stability"),
        findings=(
            _finding(evidence, table.filter(pl.col("kind") == SCORE), Words("评分", "Score")),
            _finding(evidence, table.filter(pl.col("kind") == GRADES), Words("等级", "Grades")),
            _finding(
                evidence,
                table.filter(pl.col("kind") == "feature"),
                Words("变动最大的特征", "Feature that has moved most"),
            ),
        ),
        tables={"psi": table, "grades": _shares(evidence)},
        notes=(
            Words(
                "群体稳定性指数与训练（时间内）相比，分箱冻结于模型包；p 值来自 χ²，经 Holm 校正："
                "样本小时，0.1 也常出于偶然。",
                "Against training, in time, by bins frozen in the bundle. p-values are of the χ² "
                "that the index follows where nothing moved, corrected by Holm: on few rows .1 is "
                "often chance.",
            ),
        ),
    )


def _table(evidence: Evidence) -> pl.DataFrame:
    judged, base = evidence.judged, evidence.baseline
    w = judged.weight
    worth = float(w.sum() ** 2 / (w**2).sum())
    score = pl.Series("score", judged.numbers("score"))
    now = np.bincount(judged.grade, weights=w, minlength=len(base.grades)).astype(np.float64)
    then = np.array(base.grades) * base.rows
    counted: list[tuple[str, str, Floats, Floats, float | None, float | None]] = [
        (SCORE, SCORE, np.array(base.score.expected), base.score.count(score, w), None, None),
        (GRADES, GRADES, then, now, None, None),
    ]
    for name, bins in base.features.items():
        frame = judged.part.features[name]
        expected, actual = np.array(bins.expected), bins.count(frame, w)
        # The cell of missing values is the last; after a text's there is one for unseen levels.
        at = -1 if bins.kind == "number" else -2
        missing = [float(each[at] / each.sum()) for each in (expected, actual)]
        counted.append(("feature", name, expected, actual, missing[0], missing[1]))
    rows: list[tuple[Any, ...]] = []
    for kind, name, expected, actual, before, after in counted:
        try:
            index = metrics.psi(expected, actual, n_expected=base.rows, n_actual=worth)
        except InputError:  # one bin, then and now: nothing that could move
            rows.append((kind, name, 0.0, 1.0, None, 1, before, after))
            continue
        rows.append((kind, name, float(index), index.p_value, None, index.bins, before, after))
    table = pl.DataFrame(rows, schema=_PSI, orient="row")
    table = table.with_columns(p_holm=pl.Series(holm(table["p_value"].to_list()), dtype=pl.Float64))
    return pl.concat(
        [
            table.filter(pl.col("kind") != "feature"),
            table.filter(pl.col("kind") == "feature").sort("psi", descending=True),
        ]
    )


def _finding(evidence: Evidence, table: pl.DataFrame, what: Words) -> Finding:
    limits = evidence.rules.stability.psi
    lights = [
        proven(at_most(psi, limits), p, evidence.alpha)
        for psi, p in table.select("psi", "p_holm").rows()
    ]
    row = table.row(0, named=True)
    shown = f"PSI {row['psi']:.3f}"
    if row["kind"] == "feature":
        shown += f" ({row['name']}); {sum(at is not Light.GREEN for at in lights)} of {len(lights)}"
        shown += " not green"
    return Finding(
        row["kind"] if row["kind"] != "feature" else "features",
        Words(f"群体稳定性指数：{what.zh}", f"Population stability index: {what.en}"),
        row["psi"],
        shown,
        borne_out(above(limits), evidence.alpha),
        Light.worst(lights),
        row["p_holm"],
    )


def _shares(evidence: Evidence) -> pl.DataFrame:
    """Return the share of weight in each grade, in training and now."""
    judged = evidence.judged
    now = np.bincount(judged.grade, weights=judged.weight, minlength=len(evidence.baseline.grades))
    return pl.DataFrame(
        {
            "grade": list(evidence.grades),
            "share_then": list(evidence.baseline.grades),
            "share_now": (now / now.sum()).tolist(),
        }
    )
