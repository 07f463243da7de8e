"""Data and contract: what of the table could be judged, and what was lost on the way."""

from __future__ import annotations

import polars as pl

from scorecard.sample import FEWEST
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light, at_most
from scorecard.validation.lines import above
from scorecard.validation.section import Finding, Section
from scorecard.validation.words import Words

_PROBLEM = r"(?:^|; )([^:;]+): (\w+) \("


def section(evidence: Evidence) -> Section:
    """Judge the share of rows that the contract refuses and that meet an exclusion."""
    sample, rules = evidence.sample, evidence.rules.data
    valid = int(sample.steps["rows"][0])
    rejected = sample.rejected.height
    refused, outside = rejected / (valid + rejected), sample.outside / valid
    judged = evidence.judged
    bads = int(judged.y.sum())
    fewest = min(bads, len(judged) - bads)
    return Section(
        key="data",
        title=Words("数据与契约", "Data and contract"),
        findings=(
            Finding(
                "rejected",
                Words("契约拒绝的行", "Rows that the contract refuses"),
                refused,
                f"{refused:.2%} ({rejected:,} of {valid + rejected:,})",
                above(rules.rejected, ".0%"),
                at_most(refused, rules.rejected),
            ),
            Finding(
                "outside",
                Words("不在适用人群内的行", "Rows outside the population"),
                outside,
                f"{outside:.2%} ({sample.outside:,} of {valid:,})",
                above(rules.outside, ".0%"),
                at_most(outside, rules.outside),
            ),
            Finding(
                "judged",
                Words("被评价样本的坏样本数", "Bads among the judged rows"),
                float(bads),
                f"{bads:,} of {len(judged):,}",
                Words(
                    f"好、坏样本各不少于 {FEWEST}，否则不作评价",
                    f"at least {FEWEST} bads and {FEWEST} goods, else nothing is judged",
                ),
                Light.GREEN if fewest >= FEWEST else Light.RED,
            ),
        ),
        tables={"steps": sample.steps, "refused": _refused(sample.rejected)},
        notes=tuple(_notes(evidence)),
    )


def _refused(rejected: pl.DataFrame) -> pl.DataFrame:
    """Return how many rows break which rule of which field; no value of any row."""
    return (
        rejected.select(pl.col("problems").str.extract_all(_PROBLEM).alias("each"))
        .explode("each")
        .drop_nulls()
        .select(
            field=pl.col("each").str.extract(_PROBLEM, 1),
            rule=pl.col("each").str.extract(_PROBLEM, 2),
        )
        .group_by("field", "rule")
        .agg(rows=pl.len().cast(pl.Int64))
        .sort(pl.col("rows").neg(), "field", "rule")
    )


def _notes(evidence: Evidence) -> list[Words]:
    sample = evidence.sample
    said = []
    if sample.unknown:
        said.append(
            Words(
                f"{sample.unknown:,} 行的结果尚未可知，不参与评价。",
                f"The outcome of {sample.unknown:,} rows is not known yet; they judge nothing.",
            )
        )
    if sample.fingerprint == evidence.bundle.manifest.get("data_sha256"):
        said.append(
            Words(
                "本表即训练所用的表：时间外的行曾用于选定作答模型，因此略偏乐观。",
                "This is the very table that the model was trained on: its out-of-time rows chose "
                "which model answers, so they judge it a little kindly.",
            )
        )
    if sample.ignored:
        said.append(
            Words(
                f"未声明而被忽略的列：{'、'.join(sample.ignored)}。",
                f"Columns that are not declared, and ignored: {', '.join(sample.ignored)}.",
            )
        )
    return said
