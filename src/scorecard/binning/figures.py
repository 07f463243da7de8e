"""Figures of binning, drawn from the same tables that are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.labels import short_labels
from scorecard.fonts import chinese_font

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BAD, SHARE = "#c2603f", "#9fb4c4"


def bins_figure(bins: FeatureBins) -> Figure:
    """Draw the share (bars) and the bad rate (line) of every bin with weight."""
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.ticker import PercentFormatter

    held = [k for k, weight in enumerate(bins.weights) if weight > 0]
    rows = [bins.table().row(k, named=True) for k in held]
    names = short_labels(bins, 24)
    labels = [names[k] for k in held]
    at = range(len(rows))
    figure = Figure(figsize=(max(5.0, 0.9 * len(rows) + 1.5), 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.bar(at, [row["share"] for row in rows], color=SHARE, width=0.75)
    axes.set_ylabel("share of weight")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xticks(list(at), labels, rotation=30, ha="right")
    rate = axes.twinx()
    ordinary = sum(k < bins.ordinary for k in held)
    rate.plot(list(at)[:ordinary], [r["bad_rate"] for r in rows[:ordinary]], color=BAD, marker="o")
    rate.plot(
        list(at)[ordinary:], [r["bad_rate"] for r in rows[ordinary:]], color=BAD, marker="o",
        linestyle="none",
    )  # fmt: skip
    rate.set_ylabel("bad rate", color=BAD)
    rate.yaxis.set_major_formatter(PercentFormatter(1))
    rate.set_ylim(bottom=0)
    for each in (axes, rate):
        each.spines[["top"]].set_visible(False)
    iv = sum(bins.iv)
    axes.set_title(f"{bins.name}: IV {iv:.3f}, {bins.trend}", loc="left", fontsize=11)
    fonts = ["DejaVu Sans", *([chinese] if (chinese := chinese_font()) else [])]
    for text in figure.findobj(Text):
        text.set_fontfamily(fonts)
        text.set_parse_math(False)  # a dollar in a level is a dollar
    return figure
