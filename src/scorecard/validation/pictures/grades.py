"""Pictures with a place for each grade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scorecard.explain.canvas import GRID, INK, LINE, RISKIER, bare, finish, new_figure
from scorecard.validation.pictures.look import HALF, NOW, THEN, WIDE, Look, numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def calibration(table: pl.DataFrame, look: Look) -> Figure:
    """Draw each grade's bad rate with its Jeffreys interval, and the PD it should meet."""
    from matplotlib.ticker import FuncFormatter

    shown = table.filter(pl.col("mean_pd") > 0, pl.col("bad_rate").is_not_null())
    x = np.arange(shown.height)
    rate, low, high = (numbers(shown, name) for name in ("bad_rate", "low", "high"))
    pd = numbers(shown, "mean_pd")
    figure, axes = new_figure(WIDE, 3.5)
    bare(axes, left=True)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    least = np.nanmin(np.concatenate([pd, low[low > 0], rate[rate > 0]])) / 1.6
    axes.set_yscale("log")
    mark = {"marker": "_", "markersize": 15}
    axes.plot(
        x, pd, color=LINE, markeredgewidth=2.4, linewidth=0.8, linestyle=":", **mark,
        label=look.say("等级平均PD（跨周期）", "mean PD, through the cycle"),
    )  # fmt: skip
    if "pd_at_level" in shown.columns:
        axes.plot(
            x, numbers(shown, "pd_at_level"), color=INK, markeredgewidth=1.4, linewidth=0, **mark,
            label=look.say("移到本期水平的PD", "PD at the level of the period"),
        )  # fmt: skip
    at = np.maximum(rate, least)  # no bad at all lies on the lower edge
    reach = np.stack([at - np.maximum(low, least), np.maximum(high - at, 0)])
    axes.errorbar(
        x, at, yerr=np.abs(np.nan_to_num(reach)), fmt="o", color=RISKIER, ecolor=RISKIER,
        elinewidth=1.2, capsize=3, markersize=4.5,
        label=look.say("坏账率与 Jeffreys 区间", "bad rate, Jeffreys interval"),
    )  # fmt: skip
    axes.set_ylim(least, min(1.0, 2.2 * float(np.nanmax(np.concatenate([pd, rate])))))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}%"))
    axes.yaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    axes.set_xticks(x, _with_rows(shown, look))
    axes.legend(fontsize=8, frameon=False, loc="lower right")
    axes.set_title(
        look.say("各等级的校准（对数刻度）", "Calibration by grade (log scale)"),
        fontsize=10,
        loc="left",
    )
    told = "; ".join(
        f"{grade}: {a:.2%} bad, PD {b:.2%}"
        for grade, a, b in zip(shown["grade"], rate, pd, strict=True)
    )
    return finish(figure, told)


def level(table: pl.DataFrame, look: Look) -> Figure:
    """Draw each cohort's bad rate beside its mean PD."""
    return _pairs(
        table, look, "cohort", ("mean_pd", "bad_rate"), "PD {:.2%}, {:.2%} bad",
        called=(look.say("平均PD", "mean PD"), look.say("实际坏账率", "bad rate")),
        title=look.say("各期的水平", "Level of each cohort"), width=HALF,
    )  # fmt: skip


def shares(table: pl.DataFrame, look: Look) -> Figure:
    """Draw the share of each grade, in training and now."""
    return _pairs(
        table, look, "grade", ("share_then", "share_now"), "{:.1%}, now {:.1%}",
        called=(look.say("训练时", "in training"), look.say("本期", "now")),
        title=look.say("等级分布：训练时与本期", "Grades, in training and now"),
    )  # fmt: skip


def downturn(table: pl.DataFrame, look: Look) -> Figure:
    """Draw the share of rows in each grade, by the PDs as they are and in a downturn."""
    return _pairs(
        table, look, "grade", ("share", "downturn_share"), "{:.1%}, in a downturn {:.1%}",
        called=(look.say("跨周期", "through the cycle"), look.say("经济下行", "in a downturn")),
        title=look.say("经济下行时的等级分布", "Grades in a downturn"),
    )  # fmt: skip


def matrix(table: pl.DataFrame, look: Look) -> Figure:
    """Draw a migration matrix: from each grade (row) the share that moved to each (column)."""
    to = [name for name in table.columns if name != "from"]
    counts = np.column_stack([numbers(table, name) for name in to])
    total = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    figure, axes = new_figure(WIDE * 0.8, 0.9 + 0.34 * table.height)
    axes.pcolormesh(
        np.arange(len(to) + 1) - 0.5, np.arange(len(share) + 1) - 0.5, share, cmap="Blues", vmin=0,
        vmax=max(0.6, float(share.max())),
    )  # fmt: skip
    axes.invert_yaxis()
    for i, j in zip(*np.nonzero(share >= 0.005), strict=True):
        axes.text(j, i, f"{share[i, j]:.0%}", ha="center", va="center", fontsize=8,
                  color="white" if share[i, j] > 0.4 else INK)  # fmt: skip
    for k in range(min(share.shape)):
        axes.add_patch(_edge(k))
    axes.set_xticks(range(len(to)), [look.name(each) for each in to])
    axes.set_yticks(
        range(table.height),
        [f"{look.name(g)} ({int(n):,})" for g, n in zip(table["from"], total[:, 0], strict=True)],
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8.5, colors=INK)
    axes.spines[:].set_visible(False)
    axes.set_ylabel(look.say("最早评级（户数）", "first rating (borrowers)"), fontsize=8.5)
    axes.set_title(look.say("最晚评级，占各行之比", "last rating, share of each row"), fontsize=8.5)
    told = "; ".join(
        f"{grade}: {share[k, k]:.0%} stayed" for k, grade in enumerate(table["from"]) if k < len(to)
    )
    return finish(figure, told)


def _edge(k: int) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((k - 0.5, k - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=0.8)


def _pairs(
    table: pl.DataFrame,
    look: Look,
    place: str,
    columns: tuple[str, str],
    told: str,
    *,
    called: tuple[str, str],
    title: str,
    width: float = WIDE,
) -> Figure:
    """Draw two shares beside each other at every ``place``; ``told`` says them to who hears it."""
    from matplotlib.ticker import PercentFormatter

    pair = [numbers(table, name) for name in columns]
    x = np.arange(table.height)
    figure, axes = new_figure(width, 2.6)
    bare(axes, left=True)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    for each, label, colour, aside in zip(pair, called, (THEN, NOW), (-0.2, 0.2), strict=True):
        axes.bar(x + aside, each, width=0.38, color=colour, label=label)
    axes.set_xticks(x, [look.name(each) for each in table[place]])
    axes.set_ylim(0, 1.22 * max(float(np.nanmax(np.concatenate(pair))), 1e-6))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    axes.legend(fontsize=8, frameon=False, ncols=2, loc="upper right")
    axes.set_title(title, fontsize=10, loc="left")
    said = (f"{name}: {told.format(a, b)}" for name, a, b in zip(table[place], *pair, strict=True))
    return finish(figure, "; ".join(said))


def _with_rows(table: pl.DataFrame, look: Look) -> list[str]:
    names = [look.name(grade) for grade in table["grade"]]
    if "rows" not in table.columns:
        return names
    return [f"{name}\n{rows:,}" for name, rows in zip(names, table["rows"], strict=True)]
