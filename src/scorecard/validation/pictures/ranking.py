"""How well risks are ranked: curves, and AUCs with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scorecard.explain.canvas import ENDS, GRID, bare, finish, new_figure
from scorecard.validation.pictures.look import (
    HALF,
    NOW,
    Look,
    beside,
    mark_lines,
    numbers,
    row_axes,
    whiskers,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def roc(table: pl.DataFrame, look: Look) -> Figure:
    """Draw the ROC curve: bads found against goods refused."""
    x, y = numbers(table, "false_rate"), numbers(table, "true_rate")
    figure, axes = _square(look)
    axes.fill_between(x, y, x, color=NOW, alpha=0.12, linewidth=0)
    axes.plot(x, y, color=NOW, linewidth=2)
    axes.set_xlabel(look.say("被误报的好样本", "goods refused"), fontsize=8.5)
    axes.set_ylabel(look.say("被识别的坏样本", "bads found"), fontsize=8.5)
    axes.set_title(look.say("ROC 曲线", "ROC curve"), fontsize=10)
    gap = int(np.argmax(y - x))
    told = f"{y[gap]:.1%} of bads found where {x[gap]:.1%} of goods are refused (the widest gap)"
    return finish(figure, told)


def gains(table: pl.DataFrame, look: Look) -> Figure:
    """Draw the share of all bads among the riskiest rows."""
    x = np.concatenate(([0.0], numbers(table, "share")))
    y = np.concatenate(([0.0], numbers(table, "capture")))
    figure, axes = _square(look)
    axes.plot(x, y, color=NOW, linewidth=2, marker="o", markersize=4)
    for k in (1, 3):
        if k < len(x):
            axes.annotate(
                f"{y[k]:.0%}", (x[k], y[k]), xytext=(7, -9), textcoords="offset points",
                fontsize=8.5, color=NOW,
            )  # fmt: skip
    axes.set_xlabel(look.say("风险最高的样本占比", "riskiest rows"), fontsize=8.5)
    axes.set_ylabel(look.say("包含的坏样本", "bads among them"), fontsize=8.5)
    axes.set_title(look.say("增益曲线", "Gains"), fontsize=10)
    told = "; ".join(f"{b:.1%} of bads in the riskiest {a:.0%}" for a, b in zip(x, y, strict=True))
    return finish(figure, told)


def areas(table: pl.DataFrame, look: Look) -> Figure:
    """Draw each model's AUC with its interval, then and now."""
    names = [
        f"{look.name(m)} · {look.name(w, 40)}" for m, w in table.select("model", "window").rows()
    ]
    return _areas(table, names, look, look.say("AUC：本期与训练时", "AUC, now and at training"))


def segments(table: pl.DataFrame, look: Look) -> Figure:
    """Draw each segment's AUC with its interval; segments too small for one are left out."""
    known = table.filter(pl.col("auc").is_not_null())
    names = [
        f"{look.name(c, 24)} = {look.name(s, 22)}"
        for c, s in known.select("column", "segment").rows()
    ]
    return _areas(known, names, look, look.say("各客群的 AUC", "AUC of each segment"))


def _areas(table: pl.DataFrame, names: list[str], look: Look, title: str) -> Figure:
    figure, axes, place = row_axes(names)
    whiskers(axes, table, place, ("auc", "low", "high"))
    lines = look.lines("discrimination", "auc")
    mark_lines(axes, lines)
    auc, high = numbers(table, "auc"), numbers(table, "high")
    beside(axes, place, [f"{each:.3f}" for each in auc], at=np.fmax(auc, high))
    _room(axes, [*numbers(table, "low"), *auc, *high, *lines.values()])
    axes.set_xlabel("AUC", fontsize=8.5)
    axes.set_title(title, fontsize=10, loc="left", pad=14)
    told = "; ".join(f"{name}: {value:.3f}" for name, value in zip(names, auc, strict=True))
    return finish(figure, told)


def rivals(table: pl.DataFrame, look: Look) -> Figure:
    """Draw by how much each other model's AUC is higher on the same rows, with its interval."""
    shown = table.filter(pl.col("gain").is_not_null())
    names = [look.name(model) for model in shown["model"]]
    figure, axes, place = row_axes(names, row=0.34)
    axes.axvline(0, color=ENDS, linewidth=1)
    whiskers(axes, shown, place, ("gain", "gain_low", "gain_high"))
    lines = look.lines("challenger", "gain")
    mark_lines(axes, lines)
    gain, high = numbers(shown, "gain"), numbers(shown, "gain_high")
    beside(axes, place, [f"{each:+.4f}" for each in gain], at=np.fmax(gain, high))
    _room(axes, [*numbers(shown, "gain_low"), *gain, *high, *lines.values(), 0.0])
    axes.set_xlabel(
        look.say(
            "AUC 之差（对方减应答模型），同一批样本",
            "AUC of the other less the answering model's, same rows",
        ),
        fontsize=8.5,
    )
    axes.set_title(
        look.say("成对 AUC 之差", "Paired difference of AUC"), fontsize=10, loc="left", pad=14
    )
    told = "; ".join(f"{name}: {value:+.4f}" for name, value in zip(names, gain, strict=True))
    return finish(figure, told)


def _square(look: Look) -> tuple[Figure, Any]:
    from matplotlib.ticker import PercentFormatter

    figure, axes = new_figure(HALF, HALF - 0.3)
    bare(axes, left=True)
    axes.grid(color=GRID, linewidth=0.8)
    axes.plot([0, 1], [0, 1], color=ENDS, linewidth=0.9, linestyle=":")
    axes.set(xlim=(0, 1.01), ylim=(0, 1.01))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    return figure, axes


def _room(axes: Any, values: Any) -> None:
    """Leave room at both ends, at the right for a number."""
    finite = np.asarray([value for value in values if np.isfinite(value)])
    low, high = float(finite.min()), float(finite.max())
    span = max(high - low, 1e-3)
    axes.set_xlim(low - 0.06 * span, high + 0.14 * span)
