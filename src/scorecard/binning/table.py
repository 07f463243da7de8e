"""The binning table: a frame that draws itself in a notebook, and a figure of the same numbers."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.binning.feature_bins import FeatureBins
from scorecard.fonts import chinese_font

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE = """<style scoped>
.sc-bins{border-collapse:collapse;font:13px/1.5 system-ui,sans-serif;color:#1c2733}
.sc-bins caption{text-align:left;font-weight:600;padding:.3em 0}
.sc-bins caption small{font-weight:400;color:#5c6873}
.sc-bins th{font-weight:500;color:#5c6873;border-bottom:1px solid #c9cfd4}
.sc-bins th,.sc-bins td{padding:.15em .7em;text-align:right;white-space:nowrap}
.sc-bins td:first-child,.sc-bins th:first-child{text-align:left}
.sc-bins tr:last-child td{border-top:1px solid #c9cfd4;font-weight:600}
.sc-bins .bar{position:relative;width:9em;min-width:9em}
.sc-bins .bar i{position:absolute;top:.25em;bottom:.25em;opacity:.85;
print-color-adjust:exact;-webkit-print-color-adjust:exact}
</style>"""
_GOOD, _BAD, _SHARE = "#3f8f7b", "#c2603f", "#9fb4c4"
_HEADS = (
    ("bin", "分箱 bin"), ("count", "数量 count"), ("share", "占比 share"), ("bads", "坏 bads"),
    ("goods", "好 goods"), ("bad_rate", "坏账率 bad rate"), ("woe", "WOE"), ("bar", ""),
    ("iv", "IV"),
)  # fmt: skip


class BinningTable(pl.DataFrame):
    """A binning table (see `OptimalBinner.binning_table`): a polars frame, drawn in notebooks."""

    _title: str = ""
    _said: str = ""

    @classmethod
    def of(cls, bins: FeatureBins, *, note: str = "") -> BinningTable:
        """Return the table of one feature's bins."""
        table = cls(bins.table())
        table._title = f"{bins.name}, {bins.trend}"
        table._said = note or f"objective {bins.objective:.4f}"
        return table

    def _repr_html_(self, **_: Any) -> str:
        if not {name for name, _ in _HEADS if name != "bar"} <= set(self.columns):
            return str(super()._repr_html_())
        rows = list(self.iter_rows(named=True))
        widest = max((abs(row["woe"]) for row in rows if row["woe"] is not None), default=0.0)
        body = "".join(
            "<tr>" + "".join(_cell(name, row, widest) for name, _ in _HEADS) + "</tr>"
            for row in rows
        )
        head = "".join(f"<th>{escape(label)}</th>" for _, label in _HEADS)
        return (
            f"{_STYLE}<table class='sc-bins'><caption>{escape(self._title)} "
            f"<small>{escape(self._said)}</small></caption><tr>{head}</tr>{body}</table>"
        )


def _cell(name: str, row: dict[str, Any], widest: float) -> str:
    if name == "bar":
        return f"<td class='bar'>{_bar(row['woe'], widest)}</td>"
    value = row[name]
    if value is None:
        return "<td></td>"
    if name == "bin":
        return f"<td>{escape(str(value))}</td>"
    form = {"share": ".1%", "bad_rate": ".2%", "woe": "+.3f", "iv": ".4f"}.get(name)
    return f"<td>{counted(value) if form is None else format(value, form)}</td>"


def counted(value: float) -> str:
    """Return a count or a weight in short: whole from 100 on, else with three digits."""
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.3g}"


def _bar(woe: float | None, widest: float) -> str:
    """Draw WOE from the middle: safer to the right, riskier to the left."""
    if woe is None or widest == 0:
        return ""
    width = 50 * abs(woe) / widest
    side, colour = ("left:50%", _GOOD) if woe >= 0 else (f"left:{50 - width:.1f}%", _BAD)
    return f"<i style='{side};width:{width:.1f}%;background:{colour}'></i>"


def bins_figure(bins: FeatureBins) -> Figure:
    """Draw the share (bars) and the bad rate (line) of every bin with weight."""
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.ticker import PercentFormatter

    rows = [r for r in bins.table().iter_rows(named=True) if r["bin"] != "total" and r["weight"]]
    labels = [_short(str(row["bin"])) for row in rows]
    at = range(len(rows))
    figure = Figure(figsize=(max(5.0, 0.9 * len(rows) + 1.5), 3.6), layout="constrained")
    axes = figure.add_subplot()
    axes.bar(at, [row["share"] for row in rows], color=_SHARE, width=0.75)
    axes.set_ylabel("share of weight")
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xticks(list(at), labels, rotation=30, ha="right")
    rate = axes.twinx()
    ordinary = sum(1 for k, row in enumerate(rows) if k < bins.ordinary)
    rate.plot(list(at)[:ordinary], [r["bad_rate"] for r in rows[:ordinary]], color=_BAD, marker="o")
    rate.plot(
        list(at)[ordinary:], [r["bad_rate"] for r in rows[ordinary:]], color=_BAD, marker="o",
        linestyle="none",
    )  # fmt: skip
    rate.set_ylabel("bad rate", color=_BAD)
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


def _short(label: str) -> str:
    return label if len(label) <= 24 else label[:23] + "…"
