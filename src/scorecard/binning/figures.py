"""Figures of binning, drawn from the same tables that are printed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scorecard.aligned import shortened
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.labels import short_labels
from scorecard.errors import InputError
from scorecard.fonts import chinese_font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = ("rate", "woe")
GOOD, BAD, SHARE = "#3f8f7b", "#c2603f", "#9fb4c4"
BAD_THEN, SHARE_THEN = "#e0b09f", "#d5dde4"  # the same, fainter: what was before
_LABEL, _SMALL = 24, 22  # columns that the name of a bin, and of a small picture, takes at most
_COLUMNS = 4  # of a grid


def bins_figure(bins: FeatureBins, kind: str = "rate") -> Figure:
    """Draw every bin with weight: share (bars) and bad rate (line), or with ``"woe"`` its WOE.

    Raises `InputError` for another ``kind``.
    """
    from matplotlib.figure import Figure

    check_kind(kind)
    held = _held(bins)
    figure = Figure(figsize=_size(len(held)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(f"{bins.name}: IV {sum(bins.iv):.3f}, {bins.trend}", loc="left", fontsize=11)
    if kind == "woe":
        _woe(axes, bins, held)
        _name_bins(axes, bins, held)
        axes.set_ylabel("WOE")
    else:
        _shares(axes, bins, held)
        rate = _shares_and_rates(axes, bins, held)
        _line(rate, bins, held, _rates(bins, held), BAD)
        rate.set_ylim(bottom=0)
    return finished(figure)


def grid_figure(every: Iterable[FeatureBins], kind: str = "rate") -> Figure:
    """Draw all features small, the strongest first; see `bins_figure`."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    check_kind(kind)
    bins = sorted(every, key=lambda each: (-round(sum(each.iv), 12), each.name))
    columns = min(_COLUMNS, len(bins))
    rows = -(-len(bins) // columns)
    figure = Figure(figsize=(2.9 * columns + 0.3, 1.9 * rows + 0.3), layout="constrained")
    for k, own in enumerate(bins):
        axes, held = figure.add_subplot(rows, columns, k + 1), _held(own)
        name = shortened(own.name, _SMALL)
        axes.set_title(f"{name}  {sum(own.iv):.3f}", loc="left", fontsize=9)
        drawn = [axes]
        if kind == "woe":
            _woe(axes, own, held)
        else:
            _shares(axes, own, held)
            rate = axes.twinx()
            _line(rate, own, held, _rates(own, held), BAD, size=3)
            rate.set_ylim(bottom=0)
            rate.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            axes.set_yticks([])
            drawn.append(rate)
        for each in drawn:
            each.set_xticks([])
            each.tick_params(labelsize=7)
            each.spines[["top", "left"]].set_visible(False)
        axes.spines["left"].set_visible(kind == "woe")
        axes.spines["right"].set_visible(kind != "woe")
    return finished(figure)


def edited_figure(edited: FeatureBins, fitted: FeatureBins, title: str, kind: str) -> Figure:
    """Draw ordinary bins as wide as their share: those fitted (faint), and a line of the edited.

    So that bins of different cuts stand on one axis. Raises `InputError` for another ``kind``.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    check_kind(kind)
    figure = Figure(figsize=(7.5, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for bins, front in ((fitted, False), (edited, True)):
        held = list(range(bins.ordinary))
        share = np.array(bins.weights[: bins.ordinary]) / sum(bins.weights)
        ends = np.concatenate(([0.0], np.cumsum(share)))
        height = list(bins.woe[: bins.ordinary]) if kind == "woe" else _rates(bins, held)
        if front:
            axes.stairs(height, ends, baseline=None, color=BAD, linewidth=2, label="edited")
            axes.vlines(ends[1:-1], *axes.get_ylim(), color=BAD, linewidth=0.6, linestyle=":")
        else:
            axes.bar(
                ends[:-1], height, share, align="edge", color=SHARE_THEN, edgecolor="white",
                label="as fitted",
            )  # fmt: skip
    names = short_labels(edited, _LABEL)
    axes.set_xticks((ends[1:] + ends[:-1]) / 2, names[: edited.ordinary], rotation=30, ha="right")
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_ylabel("WOE" if kind == "woe" else "bad rate")
    axes.set_xlabel("as wide as the share of weight", fontsize=9)
    if kind == "rate":
        axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    return finished(figure)


def check_kind(kind: str) -> None:
    """Raise `InputError` for what cannot be drawn."""
    if kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}.")


def _held(bins: FeatureBins) -> list[int]:
    return [k for k, weight in enumerate(bins.weights) if weight > 0]


def _rates(bins: FeatureBins, held: Sequence[int]) -> list[float]:
    return [bins.bads[k] / bins.weights[k] if bins.weights[k] else math.nan for k in held]


def _shares(axes: Axes, bins: FeatureBins, held: Sequence[int]) -> None:
    total = sum(bins.weights)
    axes.bar(range(len(held)), [bins.weights[k] / total for k in held], color=SHARE, width=0.75)


def _woe(axes: Axes, bins: FeatureBins, held: Sequence[int]) -> None:
    """Draw WOE as bars: safer up, riskier down, those of special and missing values paler."""
    for at, k in enumerate(held):
        colour, alpha = GOOD if bins.woe[k] >= 0 else BAD, 1.0 if k < bins.ordinary else 0.55
        axes.bar(at, bins.woe[k], width=0.75, color=colour, alpha=alpha)
    axes.axhline(0, color="#5c6873", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)


def _name_bins(axes: Axes, bins: FeatureBins, held: Sequence[int]) -> None:
    names = short_labels(bins, _LABEL)
    axes.set_xticks(range(len(held)), [names[k] for k in held], rotation=30, ha="right")


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

    axes.set_ylabel("share of weight")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    _name_bins(axes, bins, held)
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
    size: float = 6,
) -> None:
    """Draw ordinary bins as a line, the others as points beside it."""
    at = [float("nan") if value is None else value for value in values]
    ordinary = sum(k < bins.ordinary for k in held)
    style: dict[str, Any] = {"color": colour, "marker": "o", "markersize": size}
    rate.plot(range(ordinary), at[:ordinary], label=label, **style)
    rate.plot(range(ordinary, len(at)), at[ordinary:], linestyle="none", **style)


def finished(figure: Figure) -> Figure:
    """Draw Chinese where this machine can, and take a dollar in a level for a dollar."""
    from matplotlib.text import Text

    fonts = ["DejaVu Sans", *([chinese] if (chinese := chinese_font()) else [])]
    for text in figure.findobj(Text):
        text.set_fontfamily(fonts)
        text.set_parse_math(False)
    return figure
