"""A training in plain words (Markdown), for whoever opens its page in MLflow."""

from __future__ import annotations

import polars as pl

from scorecard.training.comparison import IN_TIME, OUT_OF_TIME, value
from scorecard.training.result import TrainingResult
from scorecard.training.sample import Part

EXPERIMENT = (
    "Trainings of the product **{name}**. Each run is one training; inside it stand one run a "
    "model and, where settings were searched, one a trial. Sort by `metrics.out_of_time.auc`."
)
PRODUCT = (
    "Ratings of the product **{name}**. Every version is a bundle of plain files with two models "
    "(scorecard and boosted): the one that answers, and a second opinion. `champion` is the "
    "version that the service loads."
)


def in_short(result: TrainingResult) -> str:
    """Return one paragraph: the product, who answers, how well, when."""
    late = result.sample.out_of_time
    auc, gini = (
        value(result.table, result.answering, OUT_OF_TIME, name) for name in ("auc", "gini")
    )
    aim = (
        "" if result.target is None else f" **{result.target}** took the declared outcome's place."
    )
    return (
        f"Product **{result.product}**: the **{result.answering}** answers, the other model is the "
        f"second opinion. AUC {auc:.4f} (Gini {gini:.4f}) on {len(late):,} rows out of time "
        f"({span(late)}), {late.bad_rate:.2%} bad.{aim}"
    )


def in_full(result: TrainingResult, source: str) -> str:
    """Return the paragraph, where the rows came from, both windows, all models, and the notes."""
    sample = result.sample
    windows = {IN_TIME: sample.in_time, OUT_OF_TIME: sample.out_of_time}
    lines = [
        in_short(result),
        "",
        f"Rows: {source}; {sample.steps['rows'][0]:,} valid under the contract.",
        "",
        "| window | dates | rows | bad | bad rate |",
        "|---|---|---|---|---|",
        *(_window(name, part) for name, part in windows.items()),
        "",
        "| model | AUC in time | AUC out of time | KS out of time | mean PD out of time |",
        "|---|---|---|---|---|",
        *(_model(result.table, name) for name in result.table["model"].unique(maintain_order=True)),
        "",
        "**Notes**",
        "",
        *(f"- {note}" for note in result.notes),
    ]
    return "\n".join(lines)


def span(part: Part) -> str:
    """Return the first and last observation date of a window."""
    return "undated" if part.first is None else f"{part.first} to {part.last}"


def _window(name: str, part: Part) -> str:
    bads = int(part.y.sum())
    return f"| {name} | {span(part)} | {len(part):,} | {bads:,} | {part.bad_rate:.2%} |"


def _model(table: pl.DataFrame, name: str) -> str:
    early = value(table, name, IN_TIME, "auc")
    auc, ks, mean_pd = (value(table, name, OUT_OF_TIME, what) for what in ("auc", "ks", "mean_pd"))
    return f"| {name} | {early:.4f} | {auc:.4f} | {ks:.4f} | {mean_pd:.2%} |"
