"""Pictures with a bar for each name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scorecard.explain.canvas import INK, RISKIER, SAFER, finish
from scorecard.validation.pictures.look import (
    AMBER,
    NOW,
    RED,
    THEN,
    Look,
    beside,
    mark_lines,
    numbers,
    row_axes,
    whiskers,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 20


def psi(table: pl.DataFrame, look: Look) -> Figure:
    """Draw the stability index of the score, the grades and the features that moved most."""
    own = table.filter(pl.col("kind") != "feature")
    moved = table.filter(pl.col("kind") == "feature").sort(
        "psi", descending=True, maintain_order=True
    )
    shown = pl.concat([own, moved.head(MOST - own.height)])
    names = [look.name(name) for name in shown["name"]]
    value = numbers(shown, "psi")
    figure, axes, place = row_axes(names)
    lines = look.lines("stability", "psi")
    axes.barh(place, value, height=0.62, color=_colours(value, lines))
    mark_lines(axes, lines)
    beside(axes, place, [f"{each:.3f}" for each in value], at=value)
    axes.set_xlim(0, 1.12 * max(float(np.nanmax(value)), *lines.values(), 1e-6))
    axes.set_xlabel(
        look.say("群体稳定性指数（PSI）", "population stability index (PSI)"), fontsize=8.5
    )
    left = moved.height - (shown.height - own.height)
    title = look.say("与训练时相比的变动", "Moved since training")
    if left > 0:
        title += look.say(f"（另有{left}个特征更小）", f" ({left} more features moved less)")
    axes.set_title(title, fontsize=10, loc="left", pad=14)
    told = "; ".join(f"{name}: {each:.3f}" for name, each in zip(names, value, strict=True))
    return finish(figure, told)


def tornado(table: pl.DataFrame, look: Look) -> Figure:
    """Draw what each feature does to the mean PD between its best and its worst plausible value."""
    ranked = table.sort("factor", descending=True, maintain_order=True)
    shown = ranked.head(MOST)
    names = [
        f"{look.name(name, 30)} = {look.name(worst, 14)}"
        for name, worst in shown.select("feature", "worst").rows()
    ]
    best, worst = numbers(shown, "best_factor"), numbers(shown, "factor")
    figure, axes, place = row_axes(names)
    low, high = np.fmin(best, 1.0), np.fmax(worst, 1.0)
    axes.barh(
        place,
        1 - low,
        left=low,
        height=0.6,
        color=SAFER,
        label=look.say("最好合理值", "best plausible value"),
    )
    axes.barh(
        place,
        high - 1,
        left=1,
        height=0.6,
        color=RISKIER,
        label=look.say("最差合理值", "worst plausible value"),
    )
    axes.axvline(1, color=INK, linewidth=0.9)
    beside(axes, place, [f"×{each:.2f}" for each in worst], at=high)
    span = float(np.nanmax(high)) - float(np.nanmin(low))
    right = float(np.nanmax(high)) + 0.16 * span
    axes.set_xlim(float(np.nanmin(low)) - 0.04 * span, right)
    lines = look.lines("sensitivity", "single_factor")
    mark_lines(axes, {light: at for light, at in lines.items() if at <= right})
    axes.set_xlabel(look.say("平均PD的倍数", "factor on the mean PD"), fontsize=8.5)
    axes.legend(fontsize=8, frameon=False, loc="lower right")
    title = look.say(
        "单一特征取最好与最差合理值", "One feature at its best and worst plausible value"
    )
    axes.set_title(title, fontsize=10, loc="left", pad=14)
    told = "; ".join(f"{name}: ×{each:.2f}" for name, each in zip(names, worst, strict=True))
    return finish(figure, told)


def alone(table: pl.DataFrame, look: Look) -> Figure:
    """Draw the AUC that each feature reaches alone, the highest first."""
    shown = table.sort("auc", descending=True, maintain_order=True).head(MOST)
    names = [look.name(name) for name in shown["feature"]]
    figure, axes, place = row_axes(names)
    whiskers(axes, shown, place, ("auc", "auc_low", "auc_high"))
    lines = look.lines("leakage", "auc")
    mark_lines(axes, lines)
    auc, high = numbers(shown, "auc"), numbers(shown, "auc_high")
    beside(axes, place, [f"{each:.3f}" for each in auc], at=np.fmax(auc, high))
    axes.set_xlim(0.5, max(*lines.values(), float(np.nanmax(high)), 0.6) + 0.04)
    axes.set_xlabel("AUC", fontsize=8.5)
    title = look.say("单一特征的 AUC", "AUC of each feature alone")
    axes.set_title(title, fontsize=10, loc="left", pad=14)
    told = "; ".join(f"{name}: {each:.3f}" for name, each in zip(names, auc, strict=True))
    return finish(figure, told)


def kept(table: pl.DataFrame, look: Look) -> Figure:
    """Draw how often each reason is still given once the application is shaken, the worst first."""
    from matplotlib.ticker import PercentFormatter

    shown = table.sort("kept", maintain_order=True).head(12)
    names = [look.name(code) for code in shown["code"]]
    value = numbers(shown, "kept")
    figure, axes, place = row_axes(names)
    axes.barh(place, value, height=0.62, color=NOW)
    beside(axes, place, [f"{each:.0%}" for each in value], at=value)
    axes.set_xlim(0, 1.1)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_title(
        look.say("受扰后仍给出的原因", "Reasons still given after noise"), fontsize=10, loc="left"
    )
    told = "; ".join(f"{name}: {each:.0%}" for name, each in zip(names, value, strict=True))
    return finish(figure, told)


def approvals(table: pl.DataFrame, look: Look) -> Figure:
    """Draw each group's approval rate over the highest one; groups too small to judge in grey."""
    rate = numbers(table, "approval_rate")
    judged = np.ones(len(rate), dtype=bool)
    if "judged" in table.columns:
        judged = table["judged"].fill_null(value=False).to_numpy()
    highest = float(np.nanmax(rate[judged] if judged.any() else rate))
    ratio = rate / highest if highest > 0 else np.full(len(rate), np.nan)
    names = [look.name(group) for group in table["group"]]
    figure, axes, place = row_axes(names, row=0.32)
    axes.barh(place, np.nan_to_num(ratio), height=0.55, color=np.where(judged, NOW, THEN))
    lines = look.lines("fairness", "impact_ratio")
    mark_lines(axes, lines)
    few = look.say("，样本太少不评判", ", too few to judge")
    texts = [
        f"{a:.2f} ({b:.1%}{'' if ok else few})"
        for a, b, ok in zip(ratio, rate, judged, strict=True)
    ]
    beside(axes, place, texts, at=ratio)
    axes.set_xlim(0, 1.3 * max(1.0, float(np.nanmax(ratio, initial=0.0))))
    axes.set_xlabel(
        look.say("通过率与最高群体之比", "approval rate over the highest group's"), fontsize=8.5
    )
    axes.set_title(
        look.say("各群体的通过率", "Approvals by group"), fontsize=10, loc="left", pad=14
    )
    told = "; ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True))
    return finish(figure, told)


def _colours(value: np.ndarray, lines: dict[str, float]) -> list[str]:
    amber, red = lines.get("amber", np.inf), lines.get("red", np.inf)
    return [RED if v > red else AMBER if v > amber else NOW for v in value]
