"""A training in plain words (Markdown), for whoever opens its page in MLflow."""

from __future__ import annotations

from scorecard.sample import Part
from scorecard.training.comparison import IN_TIME, OUT_OF_TIME, value
from scorecard.training.result import TrainingResult

EXPERIMENT = (
    "Trainings of the product **{name}**: a run each, and inside it one a model and one a trial of "
    "a search."
)
PRODUCT = (
    "Ratings of the product **{name}**. Every version is a bundle of plain files with two models "
    "(scorecard and boosted): the one that answers, and a second opinion. `champion` is the "
    "version that the service loads."
)


def in_short(result: TrainingResult) -> str:
    """Return one plain paragraph, the number first: how well, on what, who answers."""
    late = result.sample.out_of_time
    auc = value(result.table, result.answering, OUT_OF_TIME, "auc")
    aim = "" if result.target is None else f" {result.target} took the declared outcome's place."
    return (
        f"AUC {auc:.4f} out of time ({len(late):,} rows, {span(late)}, {late.bad_rate:.2%} bad). "
        f"The {result.answering} answers, the other model is the second opinion.{aim}"
    )


def in_full(result: TrainingResult, source: str) -> str:
    """Return the paragraph, where the rows came from, both windows, all models, and the notes."""
    sample = result.sample
    lines = [
        in_short(result),
        "",
        f"Product **{result.product}**; {sample.steps['rows'][0]:,} rows valid under the contract, "
        f"from: {source}.",
        "",
        _window(IN_TIME, sample.in_time),
        _window(OUT_OF_TIME, sample.out_of_time),
        *(_model(result, name) for name in result.table["model"].unique(maintain_order=True)),
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
    return (
        f"- {name}: {span(part)}, {len(part):,} rows, {int(part.y.sum()):,} bad "
        f"({part.bad_rate:.2%})"
    )


def _model(result: TrainingResult, name: str) -> str:
    early = value(result.table, name, IN_TIME, "auc")
    auc, ks, mean_pd = (
        value(result.table, name, OUT_OF_TIME, what) for what in ("auc", "ks", "mean_pd")
    )
    answers = " (answers)" if name == result.answering else ""
    return (
        f"- **{name}**{answers}: AUC {auc:.4f} out of time, {early:.4f} in time; out of time KS "
        f"{ks:.4f}, mean PD {mean_pd:.2%}"
    )
