"""The picture of a `dependence_table`: contribution above, bad rate and data under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.explain.canvas import (
    DATA,
    ENDS,
    GRID,
    INK,
    LINE,
    RISKIER,
    SAFER,
    Language,
    bare,
    finish,
    new_figure,
    say,
)  # fmt: skip
from scorecard.explain.wording import shown, unit_words
from scorecard.features import Feature

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CALLED = {"missing": ("缺失", "missing"), "others": ("其他取值", "other levels")}
_PARTS = (
    ("贡献（对数几率）", "contribution (log-odds)"),
    ("实际坏账率", "observed bad rate"),
    ("数据占比", "share of the data"),
)


def dependence_figure(
    table: pl.DataFrame, feature: Feature, *, title: str = "", language: Language = "en"
) -> Figure:
    """Draw a `dependence_table`.

    Along the values of a number: the mean contribution with the band of the middle 80 %, the bad
    rate with its interval, and where the data lie; what is missing or special stands apart at the
    right. For texts and numbers of few values: bars, a row each. The range shown of a number is
    its 1st to 99th percentile. Raises `InputError` for a table without rows.
    """
    if table.is_empty():
        raise InputError("The table has no rows; nothing can be drawn.")
    zh, en = unit_words(feature.unit)
    name = say(language, f"{feature.zh or feature.name}{zh}", f"{feature.en or feature.name}{en}")
    if (table["kind"] == "range").any():
        figure = _along(table, feature, title or name, name, language)
    else:
        figure = _bars(table, feature, title or name, language)
    told = "; ".join(
        f"{label or kind}: {risk:+.3f} log-odds, {share:.1%} of the data"
        + ("" if rate is None else f", {rate:.1%} bad")
        for kind, label, risk, share, rate in table.select(
            "kind", "label", "contribution", "share", "bad_rate"
        ).rows()
    )
    return finish(figure, told)


def _along(
    table: pl.DataFrame, feature: Feature, title: str, name: str, language: Language
) -> Figure:
    from matplotlib.ticker import PercentFormatter, StrMethodFormatter

    ranges = table.filter(pl.col("kind") == "range")
    aside = table.filter(pl.col("kind") != "range")
    rated = bool(table["bad_rate"].is_not_null().any())
    parts = [0, 1, 2] if rated else [0, 2]
    heights = [(3.0, 1.3, 1.0)[part] for part in parts]
    wide = 2 if aside.height else 1
    figure, grid = new_figure(
        7.5, 1.2 + 0.85 * sum(heights), nrows=len(parts), ncols=wide, sharex="col", sharey="row",
        squeeze=False,
        gridspec_kw={"height_ratios": heights, "width_ratios": [9, 0.9 * aside.height][:wide]},
    )  # fmt: skip
    low, high = ranges["low"].to_numpy(), ranges["high"].to_numpy()
    middle = (low + high) / 2
    for i, part in enumerate(parts):
        axes = grid[i, 0]
        _part(axes, part, middle, ranges, high - low)
        axes.set_ylabel(say(language, *_PARTS[part], between="\n"), fontsize=8.5)
        if aside.height:
            _part(grid[i, 1], part, np.arange(aside.height), aside, np.full(aside.height, 0.7))
            grid[i, 1].tick_params(axis="y", length=0)
        if part:
            axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
            axes.set_ylim(0, _top(table, part))
    bottom = grid[-1, 0]
    bottom.set_xlabel(name)
    if feature.unit == "fraction":
        bottom.xaxis.set_major_formatter(PercentFormatter(1))
    elif high[-1] >= 10_000:
        bottom.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    grid[0, 0].set_title(title)
    if aside.height:
        names = [
            say(language, *_CALLED[kind], between="\n") if kind in _CALLED else label
            for kind, label in aside.select("kind", "label").rows()
        ]
        grid[-1, 1].set_xticks(range(aside.height), names)
        grid[-1, 1].set_xlim(-0.8, aside.height - 0.2)
    return figure


def _part(axes: Any, part: int, x: Any, table: pl.DataFrame, width: Any) -> None:
    bare(axes, left=True)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    line = "-" if len(x) > 1 and table["kind"][0] == "range" else "none"
    if part == 0:
        y = table["contribution"].to_numpy()
        p10, p90 = (table[f"contribution_{p}"].to_numpy() for p in ("p10", "p90"))
        axes.axhline(0, color=ENDS, linewidth=0.9)
        if line == "-":
            axes.fill_between(x, p10, p90, color=LINE, alpha=0.18, linewidth=0)
        else:
            axes.vlines(x, p10, p90, color=LINE, alpha=0.3, linewidth=6)
        axes.plot(x, y, color=LINE, linestyle=line, marker="o", markersize=3.2, linewidth=1.6)
    elif part == 1:
        y, reach = _rates(table)
        axes.errorbar(
            x, y, yerr=reach, fmt="o", color=RISKIER, ecolor=RISKIER, elinewidth=0.9, markersize=3,
            alpha=0.85,
        )  # fmt: skip
    else:
        axes.bar(x, table["share"].to_numpy(), width=width, color=DATA, edgecolor="white")


def _rates(table: pl.DataFrame) -> tuple[Any, Any]:
    """Return bad rates and the two arms of their intervals, NaN where not known."""
    rate, low, high = (
        table[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for name in ("bad_rate", "bad_rate_low", "bad_rate_high")
    )
    return rate, np.abs(np.stack([rate - low, high - rate]))


def _top(table: pl.DataFrame, part: int) -> float:
    """Return where an axis ends: intervals of the rarest places may run out of it."""
    if part == 2:
        return 1.08 * float(table["share"].to_numpy().max())
    rate, reach = _rates(table)
    return float(max(min(np.nanmax(rate + reach[1]), 2 * np.nanmax(rate)), 1e-3))


def _bars(table: pl.DataFrame, feature: Feature, title: str, language: Language) -> Figure:
    from matplotlib.ticker import PercentFormatter

    rated = bool(table["bad_rate"].is_not_null().any())
    parts = [0, 1, 2] if rated else [0, 2]
    figure, grid = new_figure(
        7.5, 1.25 + 0.3 * table.height, ncols=len(parts), sharey=True, squeeze=False,
        gridspec_kw={"width_ratios": [(2.2, 1.3, 1.0)[part] for part in parts]},
    )  # fmt: skip
    y = np.arange(table.height)
    for axes, part in zip(grid[0], parts, strict=True):
        bare(axes)
        axes.grid(axis="x", color=GRID, linewidth=0.8)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(say(language, *_PARTS[part], between="\n"), fontsize=8.5)
        if part == 0:
            risk = table["contribution"].to_numpy()
            axes.barh(y, risk, height=0.62, color=np.where(risk > 0, RISKIER, SAFER))
            p10, p90 = (table[f"contribution_{p}"].to_numpy() for p in ("p10", "p90"))
            axes.hlines(y, p10, p90, color=INK, linewidth=1)
            axes.axvline(0, color=ENDS, linewidth=0.9)
        elif part == 1:
            rate, reach = _rates(table)
            axes.errorbar(
                rate, y, xerr=reach, fmt="o", color=RISKIER, ecolor=RISKIER, elinewidth=0.9,
                markersize=3.5,
            )  # fmt: skip
        else:
            axes.barh(y, table["share"].to_numpy(), height=0.62, color=DATA)
        if part:
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=None))
            axes.set_xlim(0, _top(table, part))
    names = [_name(row, feature, language) for row in table.select("kind", "label", "low").rows()]
    grid[0, 0].set_yticks(y, names)
    grid[0, 0].set_ylim(table.height - 0.4, -0.6)
    figure.suptitle(title)
    return figure


def _name(row: tuple[str, str, float | None], feature: Feature, language: Language) -> str:
    kind, label, value = row
    if kind in _CALLED:
        return say(language, *_CALLED[kind])
    if kind in ("value", "level"):
        zh, en = shown(feature, label if value is None else value)
        return en if zh == en else say(language, zh, en)
    return label
