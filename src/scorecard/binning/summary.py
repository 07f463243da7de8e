"""All features of a binner in one table, the strongest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import polars as pl

from scorecard.aligned import aligned, shortened
from scorecard.binning.analysis import power
from scorecard.binning.feature_bins import FeatureBins

_STYLE = """<style scoped>
.sc-sum.sc-sum{border-collapse:collapse;font:13px/1.4 system-ui,sans-serif;color:#1c2733}
.sc-sum caption{text-align:left;padding:.3em 0;color:#5c6873}
.sc-sum.sc-sum th{font-weight:500;color:#5c6873;border-bottom:1px solid #c9cfd4;
vertical-align:bottom}
.sc-sum.sc-sum th,.sc-sum.sc-sum td{padding:.1em .5em;text-align:right;background:none;
white-space:nowrap}
.sc-sum.sc-sum .t{text-align:left}
.sc-sum .bar{display:inline-block;height:.7em;background:#7f9db3;print-color-adjust:exact;
-webkit-print-color-adjust:exact}
.sc-sum svg{display:block}.sc-sum small{color:#8a5a1a}
</style>"""
_HEADS = (
    ("特征<br>feature", True), ("类型<br>kind", True), ("分箱<br>bins", False),
    ("趋势<br>trend", True), ("IV", False), ("", True), ("WOE", True), ("Gini", False),
    ("KS", False), ("缺失<br>missing", False), ("特殊值<br>special", False), ("备注<br>note", True),
)  # fmt: skip
_NAME = 32  # columns that a feature's name takes at most
_WIDTH, _HEIGHT, _MOST = 88, 22, 1.5  # of a line in pixels, and the |WOE| that it shows at most
_COLOUR = "#3f6f8f"


@dataclass(frozen=True)
class BinningSummary:
    """One row per feature, by falling information value; see `OptimalBinner.summary`.

    Columns of ``table``: feature, kind (``number`` or ``text``), bins (ordinary ones), trend, iv,
    gini and ks (see `BinAnalysis`), missing and special (shares of the weight), single_bin (all
    ordinary values share one), thin (special and missing bins with rows, too few of them to speak).
    ``woe`` holds the WOE of the ordinary bins by feature.

    In a notebook it shows a bar for IV and a line for WOE, from −1.5 to 1.5 in every row (what is
    beyond touches the edge); printed it is aligned text.
    """

    table: pl.DataFrame
    woe: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, bins: Iterable[FeatureBins]) -> BinningSummary:
        """Return the summary of fitted bins."""
        every = sorted(bins, key=lambda each: (-round(sum(each.iv), 12), each.name))
        schema = {
            "feature": pl.String, "kind": pl.String, "bins": pl.Int64, "trend": pl.String,
            **dict.fromkeys(("iv", "gini", "ks", "missing", "special"), pl.Float64),
            "single_bin": pl.Boolean, "thin": pl.Int64,
        }  # fmt: skip
        return cls(
            pl.DataFrame([_row(each) for each in every], schema=schema),
            {each.name: each.woe[: each.ordinary] for each in every},
        )

    def __str__(self) -> str:
        heads = ("feature", "kind", "trend", "bins", "iv", "gini", "ks", "missing", "special", "")
        rows = [
            [
                shortened(row["feature"], _NAME), row["kind"], row["trend"], str(row["bins"]),
                *(f"{row[name]:.4f}" for name in ("iv", "gini", "ks")),
                *(_share(row[name]) for name in ("missing", "special")), _note(row)[1],
            ]
            for row in self.table.iter_rows(named=True)
        ]  # fmt: skip
        return aligned(heads, rows, left=3)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        top = max([1e-12, *self.table["iv"]])
        head = "".join(f"<th{' class=t' if text else ''}>{name}</th>" for name, text in _HEADS)
        body = "".join(self._html_row(row, top) for row in self.table.iter_rows(named=True))
        return (
            f"{_STYLE}<table class='sc-sum'><caption>{self.table.height} 个特征 features · WOE "
            f"±{_MOST:g}</caption><tr>{head}</tr>{body}</table>"
        )

    def _html_row(self, row: dict[str, Any], top: float) -> str:
        name, (zh, en) = row["feature"], _note(row)
        short = shortened(name, _NAME)
        title = "" if short == name else f' title="{escape(name)}"'
        cells = (
            (f" class=t{title}", escape(short)), (" class=t", row["kind"]),
            ("", str(row["bins"])), (" class=t", row["trend"]), ("", f"{row['iv']:.4f}"),
            (" class=t", f'<i class="bar" style="width:{7 * row["iv"] / top:.2f}em"></i>'),
            ("", _line(self.woe[name])), ("", f"{row['gini']:.4f}"), ("", f"{row['ks']:.4f}"),
            ("", _share(row["missing"])), ("", _share(row["special"])),
            (" class=t", f"<small>{zh} {en}</small>" if en else ""),
        )  # fmt: skip
        return "<tr>" + "".join(f"<td{css}>{cell}</td>" for css, cell in cells) + "</tr>"


def _row(bins: FeatureBins) -> dict[str, Any]:
    gini, ks = power(bins)
    weights = bins.weights
    total = sum(weights)
    return {
        "feature": bins.name,
        "kind": bins.kind,
        "bins": bins.ordinary,
        "trend": bins.trend,
        "iv": sum(bins.iv),
        "gini": gini,
        "ks": ks,
        "missing": weights[bins.missing_index] / total,
        "special": sum(weights[bins.ordinary : bins.missing_index]) / total,
        "single_bin": bins.ordinary == 1,
        "thin": sum(weights[k] > 0 for k in bins.thin),
    }


def _share(share: float) -> str:
    return f"{share:.1%}" if share else ""


def _note(row: dict[str, Any]) -> tuple[str, str]:
    said = [("单箱", "single bin")] if row["single_bin"] else []
    if row["thin"]:
        said.append((f"{row['thin']} 箱过少", f"{row['thin']} too thin"))
    return ", ".join(zh for zh, _ in said), ", ".join(en for _, en in said)


def _line(woe: tuple[float, ...]) -> str:
    """Draw the WOE of ordinary bins as a small line about 0, riskier bins lower."""
    middle, step = _HEIGHT / 2, _WIDTH / max(1, len(woe))
    points = [
        (step * (k + 0.5), middle - (middle - 3) * max(-1.0, min(1.0, each / _MOST)))
        for k, each in enumerate(woe)
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.8"/>' for x, y in points)
    told = ", ".join(f"{each:+.2f}" for each in woe)
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" fill="{_COLOUR}"><title>{told}'
        f'</title><path d="M0 {middle:g}H{_WIDTH}" stroke="#c9cfd4"/>'
        f'<polyline points="{path}" fill="none" stroke="{_COLOUR}"/>{dots}</svg>'
    )
