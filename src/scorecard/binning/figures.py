"""Figures of binning, drawn from the same tables that are printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.labels import short_labels
from scorecard.fonts import chinese_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BAD, SHARE = "#c2603f", "#9fb4c4"
BAD_THEN, SHARE_THEN = "#e0b09f", "#d5dde4"  # the same, fainter: what was before
_LABEL = 24  # columns that a bin's name takes at most


def bins_figure(bins: FeatureBins) -> Figure:
    """Draw the share (bars) and the bad rate (line) of every bin with weight."""
    from matplotlib.figure import Figure

    held = [k for k, weight in enumerate(bins.weights) if weight > 0]
    rows = [bins.table().row(k, named=True) for k in held]
    figure = Figure(figsize=_size(len(held)), layout="constrained")
    axes = figure.add_subplot()
    axes.bar(range(len(held)), [row["share"] for row in rows], color=SHARE, width=0.75)
    axes.set_title(f"{bins.name}: IV {sum(bins.iv):.3f}, {bins.trend}", loc="left", fontsize=11)
    rate = _shares_and_rates(axes, bins, held)
    _line(rate, bins, held, [row["bad_rate"] for row in rows], BAD)
    rate.set_ylim(bottom=0)
    return finished(figure)


def comparison_figure(bins: FeatureBins, table: pl.DataFrame, title: str) -> Figure:
    """Draw share (bars) and bad rate (lines) of every bin then and now."""
    from matplotlib.figure import Figure

    share = table.select(pl.max_horizontal("share_then", "share_now")).to_series()
    held = [k for k, each in enumerate(share) if each > 0]
    figure = Figure(figsize=_size(len(held)), layout="constrained")
    axes = figure.add_subplot()
    for side, colour, when in ((-0.2, SHARE_THEN, "then"), (0.2, SHARE, "now")):
        axes.bar(
            [k + side for k in range(len(held))], table[f"share_{when}"].gather(held).to_list(),
            color=colour, width=0.38, label=f"share {when}",
        )  # fmt: skip
    axes.set_title(title, loc="left", fontsize=11)
    rate = _shares_and_rates(axes, bins, held)
    for colour, when in ((BAD_THEN, "then"), (BAD, "now")):
        if f"bad_rate_{when}" in table.columns:
            rates = table[f"bad_rate_{when}"].gather(held).to_list()
            _line(rate, bins, held, rates, colour, label=f"bad rate {when}")
    rate.set_ylim(bottom=0)
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return finished(figure)


def _size(bins: int) -> tuple[float, float]:
    return max(5.0, 0.9 * bins + 1.5), 3.6


def _shares_and_rates(axes: Axes, bins: FeatureBins, held: Sequence[int]) -> Axes:
    """Write what the axes are for, and return the axis of bad rates on the right."""
    from matplotlib.ticker import PercentFormatter

    names = short_labels(bins, _LABEL)
    axes.set_ylabel("share of weight")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xticks(range(len(held)), [names[k] for k in held], rotation=30, ha="right")
    rate = axes.twinx()
    rate.set_ylabel("bad rate", color=BAD)
    rate.yaxis.set_major_formatter(PercentFormatter(1))
    for each in (axes, rate):
        each.spines[["top"]].set_visible(False)
    return rate


def _line(
    rate: Axes,
    bins: FeatureBins,
    held: Sequence[int],
    values: Sequence[float | None],
    colour: str,
    *,
    label: str | None = None,
) -> None:
    """Draw ordinary bins as a line, the others as points beside it."""
    at = [float("nan") if value is None else value for value in values]
    ordinary = sum(k < bins.ordinary for k in held)
    rate.plot(range(ordinary), at[:ordinary], color=colour, marker="o", label=label)
    rate.plot(range(ordinary, len(at)), at[ordinary:], color=colour, marker="o", linestyle="none")


def finished(figure: Figure) -> Figure:
    """Draw Chinese where this machine can, and take a dollar in a level for a dollar."""
    from matplotlib.text import Text

    fonts = ["DejaVu Sans", *([chinese] if (chinese := chinese_font()) else [])]
    for text in figure.findobj(Text):
        text.set_fontfamily(fonts)
        text.set_parse_math(False)
    return figure
