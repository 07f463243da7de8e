"""Bands of a score, and what approving from each band up would mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from scorecard.aligned import aligned
from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import numbers, probabilities, ranked

_STYLE = """<style scoped>
.sc-bands.sc-bands{border-collapse:collapse;font:13px/1.5 system-ui,sans-serif;color:#1c2733}
.sc-bands caption{text-align:left;padding:.3em 0;color:#5c6873}
.sc-bands.sc-bands th{font-weight:500;color:#5c6873;border-bottom:1px solid #c9cfd4}
.sc-bands.sc-bands th,.sc-bands.sc-bands td{padding:.15em .6em;text-align:right;background:none;
white-space:nowrap}
.sc-bands.sc-bands .cut{border-left:1px solid #c9cfd4;padding-left:1em}
.sc-bands tr:last-child td{border-top:1px solid #c9cfd4;font-weight:600}
.sc-bands .most{background:#eef3f6}
</style>"""
_HEADS = {
    "band": ("分数段", "band"), "count": ("数量", "count"), "share": ("占比", "share"),
    "bads": ("坏", "bads"), "goods": ("好", "goods"), "bad_rate": ("坏账率", "bad rate"),
    "mean_pd": ("平均 PD", "mean PD"), "approval_rate": ("通过率", "approved"),
    "bad_rate_of_approved": ("通过坏账率", "bad rate of approved"),
    "bads_refused": ("拒绝坏占比", "bads refused"),
    "goods_refused": ("拒绝好占比", "goods refused"), "ks": ("", "KS"),
}  # fmt: skip
_CUMULATIVE = "approval_rate"  # the first column that speaks of approving from the band up


@dataclass(frozen=True)
class BandTable:
    """Bands of a score, the highest (safest) first; see `bands`.

    ``table`` has one row a band: band (1 is the highest), from, to (from ≤ score < to, infinite at
    the ends), count, weight, bads and goods (weighted), bad_rate, mean_pd (where PDs were given);
    then, of approving this band and all above it: approval_rate, bad_rate_of_approved,
    bads_refused and goods_refused (shares of all bads and goods below), and ks, the first less the
    second. ``edges`` are the scores at which bands begin, ascending; ``ks`` the largest |ks| of a
    row. Bands without rows have no rates.
    """

    table: pl.DataFrame
    edges: tuple[float, ...]
    ks: float

    def __str__(self) -> str:
        names, rows = self._rows()
        return aligned([_HEADS[name][1] for name in names], [*rows, self._total(names)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        names, rows = self._rows()
        css = {_CUMULATIVE: " class='cut'"}
        best = [abs(ks) == self.ks for ks in self.table["ks"]]
        head = "".join(
            f"<th{css.get(name, '')}>{zh}{'<br>' if zh else ''}{en}</th>"
            for name, (zh, en) in ((name, _HEADS[name]) for name in names)
        )
        body = "".join(
            f"<tr{' class=most' if most else ''}>"
            + "".join(
                f"<td{css.get(name, '')}>{escape(each)}</td>"
                for name, each in zip(names, row, strict=True)
            )
            + "</tr>"
            for row, most in zip([*rows, self._total(names)], [*best, False], strict=True)
        )
        return (
            f"{_STYLE}<table class='sc-bands'><caption>右侧各列：通过该分数段及以上。right of the "
            f"line: approving this band and all above it · KS {self.ks:.4f}</caption>"
            f"<tr>{head}</tr>{body}</table>"
        )

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        names = [name for name in _HEADS if name != "mean_pd" or name in self.table.columns]
        total = self.table["weight"].sum()
        rows = []
        for row in self.table.iter_rows(named=True):
            told = {
                **row,
                "band": _interval(row["from"], row["to"]),
                "share": row["weight"] / total,
            }
            rows.append([_text(name, told[name]) for name in names])
        return names, rows

    def _total(self, names: Sequence[str]) -> list[str]:
        table = self.table
        told: dict[str, Any] = {name: table[name].sum() for name in ("count", "bads", "goods")}
        told |= {"band": "total", "share": 1.0}
        told["bad_rate"] = told["bads"] / (told["bads"] + told["goods"])
        if "mean_pd" in names:
            there = table.filter(pl.col("weight") > 0)
            told["mean_pd"] = np.average(there["mean_pd"], weights=there["weight"])
        return [_text(name, told.get(name)) for name in names]


def bands(
    y: ArrayLike,
    score: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    edges: Sequence[float] | None = None,
    bands: int = 10,
    pd: ArrayLike | None = None,
) -> BandTable:
    """Return bands of a score, and at each what approving from there up would mean.

    The table that others call KS buckets or gains. Higher scores are safer. ``y`` (n,) in {0, 1},
    ``score`` (n,) finite, ``weight`` (n,) not negative (rows of weight 0 are left out), ``pd`` (n,)
    probabilities, whose weighted mean stands beside each bad rate. ``edges`` are the scores at
    which bands begin, ascending: those of another sample (`BandTable.edges`), or of a policy; what
    is below the first is a band too. Without them there are at most ``bands`` of about equal
    weight: each begins at the score whose weight below comes nearest to its share. Rows of one
    score always share a band.

    Per band with B bads, G goods, and b, g of them in this band and above: approval_rate
    (b + g)/(B + G), bad_rate_of_approved b/(b + g), bads_refused 1 − b/B, goods_refused 1 − g/G,
    ks their difference. Its largest is `ks` of the score where every score is an edge.

    Raises `InputError` where only one class is there, and for edges that do not ascend.

    Source: N. Siddiqi, *Credit Risk Scorecards*, 2006, ch. 6 (gains tables and cutoffs); L. Thomas,
    *Consumer Credit Models*, 2009, ch. 2 (Kolmogorov-Smirnov by score).

    >>> y, score = [1, 1, 0, 1, 0, 0, 1, 0, 0, 0], [1, 2, 2, 3, 4, 5, 6, 7, 8, 9]
    >>> found = bands(y, score, bands=3)
    >>> found.edges, round(found.ks, 4)
    ((3.0, 7.0), 0.5)
    >>> print(found.table.select("from", "count", "bads", "approval_rate", "bads_refused").rows())
    [(7.0, 3, 0.0, 0.3, 1.0), (3.0, 4, 2.0, 0.7, 0.5), (-inf, 3, 2.0, 1.0, 0.0)]
    """
    bad, x, w = ranked(y, score, weight, "score")
    p = None
    if pd is not None:
        p = probabilities(pd)
        size = np.size(np.asarray(y))
        if len(p) != size:
            raise InputError(f"pd must have one entry for each of y's {size}; got {len(p)}.")
        if weight is not None:
            p = p[np.asarray(weight, dtype=np.float64) > 0]
    cuts = _equal(x, w, bands) if edges is None else _given(edges)
    at = np.searchsorted(cuts, x, side="right")
    size = len(cuts) + 1

    def held(values: Floats) -> Floats:
        sums: Floats = np.bincount(at, values, size)[::-1].astype(np.float64)
        return sums

    bads, goods, weights = held(w * bad), held(w * (1 - bad)), held(w)
    b, g = np.cumsum(bads), np.cumsum(goods)
    refused_bads, refused_goods = 1 - b / b[-1], 1 - g / g[-1]
    refused_bads[-1] = refused_goods[-1] = 0.0
    ends = np.concatenate(([-np.inf], cuts, [np.inf]))
    table = {
        "band": np.arange(1, size + 1),
        "from": ends[-2::-1],
        "to": ends[:0:-1],
        "count": np.bincount(at, minlength=size)[::-1],
        "weight": weights,
        "bads": bads,
        "goods": goods,
        "bad_rate": _rate(bads, weights),
    }
    if p is not None:
        table["mean_pd"] = _rate(held(w * p), weights)
    table |= {
        _CUMULATIVE: np.cumsum(weights) / weights.sum(),
        "bad_rate_of_approved": _rate(b, b + g),
        "bads_refused": refused_bads,
        "goods_refused": refused_goods,
        "ks": refused_bads - refused_goods,
    }
    frame = pl.DataFrame(table).with_columns(pl.selectors.float().fill_nan(None))
    return BandTable(frame, tuple(cuts.tolist()), float(np.abs(table["ks"]).max()))


def _equal(x: Floats, w: Floats, bands: int) -> Floats:
    """Return the scores at which bands of about equal weight begin."""
    if isinstance(bands, bool) or not isinstance(bands, int | np.integer) or bands < 1:
        raise InputError(f"bands must be a whole number of at least 1; got {bands!r}.")
    scores, at = np.unique(x, return_inverse=True)
    below = np.cumsum(np.bincount(at, w))[:-1]  # the weight below each score but the first
    if not len(below):
        return np.empty(0)
    targets = w.sum() * np.arange(1, bands) / bands
    above = np.clip(np.searchsorted(below, targets), 1, len(below) - 1) if len(below) > 1 else 0
    nearer = np.where(
        np.abs(below[above - 1] - targets) <= np.abs(below[above] - targets), above - 1, above
    )
    return np.unique(scores[1:][np.maximum(nearer, 0)])


def _given(edges: Sequence[float]) -> Floats:
    found = numbers(edges, "edges")
    if not (np.diff(found) > 0).all():
        raise InputError("edges must be scores that ascend; got some that do not.")
    return found


def _rate(part: Floats, whole: Floats) -> Floats:
    found: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found


def _interval(start: float, end: float) -> str:
    if np.isinf(start):
        return "all" if np.isinf(end) else f"< {end:.7g}"
    return f"≥ {start:.7g}" if np.isinf(end) else f"{start:.7g} – {end:.7g}"


def _text(name: str, value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if name == "ks":
        return f"{value:.4f}"
    if name in ("count", "bads", "goods"):
        return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.3g}"
    return f"{value:.2%}" if "rate" in name or name == "mean_pd" else f"{value:.1%}"
