"""Challenger: whether another model ranks the same rows better."""

from __future__ import annotations

from typing import Any

import polars as pl

from scorecard import metrics
from scorecard.logodds import Floats
from scorecard.validation.evidence import Evidence
from scorecard.validation.holm import holm
from scorecard.validation.light import at_most, proven
from scorecard.validation.lines import above, borne_out
from scorecard.validation.section import Finding, Section
from scorecard.validation.tested import p_of
from scorecard.validation.words import Words

_TABLE = {
    "model": pl.String, "role": pl.String, "auc": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "brier": pl.Float64, "log_loss": pl.Float64, "gain": pl.Float64,
    "gain_low": pl.Float64, "gain_high": pl.Float64, "p_value": pl.Float64,
}  # fmt: skip


def section(evidence: Evidence) -> Section:
    """Compare the model that answers with the other of its bundle, and with the champion."""
    judged, limits = evidence.judged, evidence.rules.challenger.gain
    answering = evidence.rater.answering
    second = next(name for name in evidence.baseline.areas if name != answering)
    rivals = {"second": (second, judged.numbers("second_margin"), judged.numbers("second_pd"))}
    if evidence.other is not None:
        named = evidence.other_name or "champion"
        rivals["champion"] = (named, evidence.other.margin, evidence.other.pd)
    gains = {
        key: metrics.delong_test(judged.y, margin, judged.margin, judged.weight)
        for key, (_, margin, _) in rivals.items()
    }
    # One-sided: only a rival that ranks better is news.
    p_values = [p_of(g) / 2 if g > 0 else 1 - p_of(g) / 2 for g in gains.values()]
    corrected = dict(zip(gains, holm(p_values), strict=True))
    what = {
        "second": Words("模型包内另一模型的 AUC 优势", "AUC gain of the bundle's other model"),
        "champion": Words("现任冠军模型的 AUC 优势", "AUC gain of the champion"),
    }
    rows: list[tuple[Any, ...]] = [
        (answering, "answers", *_row(evidence, judged.margin, judged.pd), *[None] * 4)
    ]
    for key, (name, margin, pd) in rivals.items():
        gain = gains[key]
        low, high = gain.interval or (None, None)
        rows.append((name, key, *_row(evidence, margin, pd), float(gain), low, high, gain.p_value))
    return Section(
        key="challenger",
        title=Words("挑战者比较", "Challenger"),
        findings=tuple(
            Finding(
                key,
                what[key],
                float(gain),
                f"{float(gain):+.4f} ({rivals[key][0]} against {answering})",
                borne_out(above(limits), evidence.alpha),
                proven(at_most(float(gain), limits), corrected[key], evidence.alpha),
                corrected[key],
            )
            for key, gain in gains.items()
        ),
        tables={"models": pl.DataFrame(rows, schema=_TABLE, orient="row")},
        notes=(
            Words(
                "同一批行上的成对 DeLong 检验；表中为双侧 p 值，灯按单侧判定。",
                "Paired DeLong tests on the same rows; the table has two-sided p-values, the light "
                "goes by one side.",
            ),
        ),
    )


def _row(evidence: Evidence, margin: Floats, pd: Floats) -> tuple[Any, ...]:
    y, w = evidence.judged.y, evidence.judged.weight
    area = metrics.delong(y, margin, w)
    low, high = area.interval or (None, None)
    brier, loss = metrics.brier(y, pd, w), metrics.log_loss(y, pd, w)
    return float(area), low, high, float(brier), float(loss)
