"""The binning table: a frame that draws itself in a notebook and prints what people read of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.aligned import aligned, shortened
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.labels import MOST, printed_labels, remarks, short_labels
from scorecard.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from scorecard.binning.analysis import BinAnalysis

_STYLE = """<style scoped>
.sc-bins{border-collapse:collapse;font:13px/1.5 system-ui,sans-serif;color:#1c2733}
.sc-bins caption{text-align:left;font-weight:600;padding:.3em 0}
.sc-bins caption small,.sc-bins .bin small{font-weight:400;color:#5c6873}
.sc-bins th{font-weight:500;color:#5c6873;border-bottom:1px solid #c9cfd4}
.sc-bins th,.sc-bins td{padding:.15em .7em;text-align:right;white-space:nowrap}
.sc-bins td:first-child,.sc-bins th:first-child{text-align:left}
.sc-bins tr:last-child td{border-top:1px solid #c9cfd4;font-weight:600}
.sc-bins .bar{position:relative;width:9em;min-width:9em}
.sc-bins .bar i{position:absolute;top:.25em;bottom:.25em;opacity:.85;
print-color-adjust:exact;-webkit-print-color-adjust:exact}
.sc-bins.sc-pairs{font-size:12px}.sc-bins.sc-pairs tr:last-child td{border:0;font-weight:400}
.sc-facts{font:13px/1.5 system-ui,sans-serif;color:#5c6873;margin:.6em 0 .3em}
.sc-facts b{color:#1c2733;font-weight:600}
</style>"""
_GOOD, _BAD, _SHARE = "#3f8f7b", "#c2603f", "#9fb4c4"
_HEADS = (
    ("bin", "分箱 bin"), ("count", "数量 count"), ("share", "占比 share"), ("bads", "坏 bads"),
    ("goods", "好 goods"), ("bad_rate", "坏账率 bad rate"), ("woe", "WOE"), ("bar", ""),
    ("iv", "IV"),
)  # fmt: skip


class BinningTable(pl.DataFrame):
    """A binning table (see `OptimalBinner.binning_table`): a polars frame of one row per bin.

    In a notebook it is drawn with bars, printed it is aligned text; both shorten long lists of
    levels, which the column ``bin`` holds in full, and show the `analysis` below.
    """

    _title: str = ""
    _said: str = ""
    _bins: FeatureBins | None = None

    @classmethod
    def of(cls, bins: FeatureBins, *, note: str = "") -> BinningTable:
        """Return the table of one feature's bins."""
        table = cls(bins.table())
        table._title = f"{bins.name}, {bins.trend}"
        table._said = note or f"objective {bins.objective:.4f}"
        table._bins = bins
        return table

    @property
    def analysis(self) -> BinAnalysis:
        """What the bins say together and whether neighbours differ; see `BinAnalysis`.

        Raises `InputError` for a part of a table, which no longer knows its bins.
        """
        from scorecard.binning.analysis import BinAnalysis  # brings scipy; serving does without

        return BinAnalysis.of(self._known())

    def plot(self, kind: str = "rate") -> Figure:  # type: ignore[override]
        """Draw the bins; ``kind`` and errors as `OptimalBinner.plot` and `analysis`."""
        from scorecard.binning.figures import bins_figure

        return bins_figure(self._known(), kind)

    def _known(self) -> FeatureBins:
        if self._bins is None:
            raise InputError(
                "A part of a binning table does not know its bins; ask "
                "binner.binning_table(feature) for a whole one."
            )
        return self._bins

    def __str__(self) -> str:
        if not self._whole:
            return super().__str__()
        names = [name for name, _ in _HEADS if name != "bar"]
        rows = [
            [label, *(_text(name, row[name]) for name in names[1:])]
            for label, row in zip(
                self._labels(printed_labels), self.iter_rows(named=True), strict=True
            )
        ]
        title = ". ".join(said for said in (self._title, self._said) if said)
        heads = [name.replace("_", " ") for name in names]
        lines = [*([title] if title else []), aligned(heads, rows)]
        if self._bins is not None:
            lines += ["", str(self.analysis)]
        return "\n".join(lines)

    __repr__ = __str__

    @property
    def _whole(self) -> bool:
        """Whether the columns that are read are all there still."""
        return {name for name, _ in _HEADS if name != "bar"} <= set(self.columns)

    def _labels(self, labels: Callable[[FeatureBins], Sequence[str]]) -> list[str]:
        """Return what the rows are called in short; a part of a table knows no bins."""
        if self._bins is None:
            return [shortened(str(label), MOST) for label in self["bin"]]
        return [*labels(self._bins)[: self.height - 1], "total"]

    def _repr_html_(self, **_: Any) -> str:
        if not self._whole:
            return str(super()._repr_html_())
        rows = list(self.iter_rows(named=True))
        widest = max((abs(row["woe"]) for row in rows if row["woe"] is not None), default=0.0)
        said = {} if self._bins is None else remarks(self._bins)
        labels = self._labels(short_labels)
        body = "".join(
            f"<tr>{named(labels[k], row['bin'], said.get(k))}"
            + "".join(_cell(name, row, widest) for name, _ in _HEADS[1:])
            + "</tr>"
            for k, row in enumerate(rows)
        )
        head = "".join(f"<th>{escape(label)}</th>" for _, label in _HEADS)
        below = "" if self._bins is None else self.analysis._repr_html_()
        return (
            f"{_STYLE}<table class='sc-bins'><caption>{escape(self._title)} "
            f"<small>{escape(self._said)}</small></caption><tr>{head}</tr>{body}</table>{below}"
        )


def _cell(name: str, row: dict[str, Any], widest: float) -> str:
    if name == "bar":
        return f"<td class='bar'>{_bar(row['woe'], widest)}</td>"
    return f"<td>{_text(name, row[name])}</td>"


def _text(name: str, value: float | None) -> str:
    if value is None:
        return ""
    form = {"share": ".1%", "bad_rate": ".2%", "woe": "+.3f", "iv": ".4f"}.get(name)
    return counted(value) if form is None else format(value, form)


def named(short: str, whole: str, remark: tuple[str, str] | None = None) -> str:
    """Return the cell of a bin's name; where it was cut, the whole of it shows on hover."""
    title = "" if short == whole else f' title="{escape(whole)}"'
    said = f" <small>{remark[0]} {remark[1]}</small>" if remark else ""
    return f"<td class='bin'{title}>{escape(short)}{said}</td>"


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
