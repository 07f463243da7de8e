"""The waterfall of one rating: from a starting point, feature by feature, to the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.errors import InputError
from scorecard.explain.canvas import (
    ENDS,
    INK,
    RISKIER,
    SAFER,
    Language,
    bare,
    finish,
    name_rows,
    new_figure,
    say,
)
from scorecard.values import Explanation, Rating

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_AXIS = {
    "points": ("评分（分）：越靠右越安全", "score in points: to the right is safer"),
    "log_odds": ("违约对数几率：越靠右风险越高", "log-odds of bad: to the right is riskier"),
}
_ENDS = {
    "base": ("起点", "base"),
    "reference": ("参照人群", "reference"),
    "score": ("评分", "score"),
    "margin": ("对数几率", "margin"),
}


def waterfall_table(
    explanation: Explanation,
    *,
    reference: Mapping[str, float] | None = None,
    most: int = 12,
) -> pl.DataFrame:
    """Return the bars of a waterfall, top to bottom: ``label``, ``start``, ``end``, ``riskier``.

    The first bar runs from 0 to the starting point, the last from 0 to the number explained; each
    bar between them starts where the one above ends. ``most`` features are shown, those that move
    the number most, and the others are one bar. ``reference`` (feature → contribution) is what each
    contribution is measured against: the starting point becomes the base plus its sum, the number
    stays. In a scorecard every feature brings points, so that its mean points make the readable
    reference.

    ``riskier`` is None for the first and last bar. Raises `InputError` for ``most`` below 1 or a
    reference of other features.
    """
    if most < 1:
        raise InputError(f"most must be at least 1; got {most}.")
    given = explanation.contributions
    if reference is not None and set(reference) != set(given):
        odd = ", ".join(sorted(set(reference) ^ set(given)))
        raise InputError(f"reference must hold the features explained, no others; differs in {odd}")
    held = dict.fromkeys(given, 0.0) if reference is None else reference
    change = {name: value - held[name] for name, value in given.items()}
    order = sorted(change, key=lambda name: -abs(change[name]))
    # A bar that stands for a single feature may as well name it.
    shown = order if len(order) <= most + 1 else order[:most]
    start = explanation.base + sum(held.values())
    rows: list[tuple[str, float, float, bool | None]] = [
        ("base" if reference is None else "reference", 0.0, start, None)
    ]
    sign = -1 if explanation.space == "points" else 1
    for name in shown:
        rows.append((name, start, start + change[name], sign * change[name] > 0))
        start += change[name]
    total = explanation.total
    if rest := len(order) - len(shown):
        rows.append((f"{rest} other features", start, total, sign * (total - start) > 0))
    rows.append(("score" if explanation.space == "points" else "margin", 0.0, total, None))
    schema = {
        "label": pl.String, "start": pl.Float64, "end": pl.Float64, "riskier": pl.Boolean
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def waterfall_figure(
    rating: Rating,
    *,
    reference: Mapping[str, float] | None = None,
    labels: Mapping[str, str] | None = None,
    most: int = 12,
    language: Language = "en",
) -> Figure:
    """Draw how one rating's number comes about; see `waterfall_table` for what the bars are.

    ``labels`` maps a feature to what it is called, its name where left out; `labels_of` gives them
    in the ``language`` of the other texts: ``"en"``, ``"zh"`` or ``"both"``.
    """
    explanation = rating.explanation
    table = waterfall_table(explanation, reference=reference, most=most)
    lines = 2 if language == "both" else 1
    figure, axes = new_figure(7.5, 0.9 + (0.15 + 0.14 * lines) * table.height)
    middle = table["end"].to_list()[:-1]
    margin = 0.12 * (max(middle) - min(middle) or 1.0)
    left, right = min(middle) - margin, max(middle) + margin
    decimals = 1 if explanation.space == "points" else 2
    last = table.height - 1
    for i, (label, start, end, riskier) in enumerate(table.iter_rows()):
        if riskier is None:
            # Only the ends' ends matter: their bars would reach far beyond the others.
            axes.plot(end, i, "D", color=ENDS, markersize=6, gid=label)
            text, toward = f"{end:.{decimals}f}", 1
        else:
            axes.barh(i, end - start, left=start, height=0.66, color=RISKIER if riskier else SAFER)
            text, toward = f"{end - start:+.{decimals}f}", 1 if end >= start else -1
        if i < last:
            axes.plot([end, end], [i, i + 1], color="#bbbbbb", linewidth=0.8, zorder=0)
        _write(axes, text, end, i, toward)
    names = {
        **{end: say(language, *said, between="\n") for end, said in _ENDS.items()},
        **{
            each: say(language, f"其余{each.split()[0]}项", each, between="\n")
            for each in table["label"]
            if each not in explanation.contributions and each not in _ENDS
        },
        **(labels or {}),
    }
    shown = [names.get(each, each) for each in table["label"]]
    name_rows(axes, shown)
    axes.set(
        xlim=(left, right),
        ylim=(last + 0.6, -0.6),
        xlabel=say(language, *_AXIS[explanation.space], between="\n"),
        title=say(
            language,
            f"{rating.product}：等级 {rating.grade}，违约概率 {rating.pd:.2%}，"
            f"评分 {rating.score:.0f}",
            f"{rating.product}: grade {rating.grade}, PD {rating.pd:.2%}, score {rating.score:.0f}",
            between="\n",
        ),
    )
    bare(axes)
    axes.tick_params(axis="y", length=0)
    return finish(figure, _told(table, shown, decimals))


def _told(table: pl.DataFrame, shown: list[str], decimals: int) -> str:
    """Return the bars in words, for readers who do not see them."""
    said = []
    for label, (start, end, riskier) in zip(
        shown, table.select("start", "end", "riskier").rows(), strict=True
    ):
        name = label.replace("\n", " / ")
        number = f"{end:.{decimals}f}" if riskier is None else f"{end - start:+.{decimals}f}"
        said.append(f"{name} {number}")
    return "; ".join(said)


def _write(axes: Any, text: str, x: float, y: int, toward: int) -> None:
    axes.annotate(
        text, (x, y), xytext=(7 * toward, 0), textcoords="offset points", fontsize=8,
        ha="left" if toward > 0 else "right", va="center", color=INK,
    )  # fmt: skip
