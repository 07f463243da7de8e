"""Fitted bins on another sample: how far it has moved, and whether the bins still rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.aligned import aligned, p_text, shortened
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.labels import printed_labels
from scorecard.binning.prebins import Counts, count
from scorecard.errors import InputError
from scorecard.metrics.stability import of_counts, parts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

STYLE = """<style scoped>
.sc-cmp table{border-collapse:collapse;font:13px/1.5 system-ui,sans-serif;color:#1c2733}
.sc-cmp.sc-cmp th{font-weight:500;color:#5c6873;border-bottom:1px solid #c9cfd4;
vertical-align:bottom}
.sc-cmp.sc-cmp th,.sc-cmp.sc-cmp td{padding:.15em .6em;text-align:right;background:none;
white-space:nowrap}
.sc-cmp.sc-cmp td:first-child,.sc-cmp.sc-cmp th:first-child{text-align:left}
.sc-cmp summary{cursor:pointer;font:13px/1.6 system-ui,sans-serif;color:#1c2733}
.sc-cmp p{font:13px/1.5 system-ui,sans-serif;color:#5c6873;margin:.3em 0}
.sc-cmp .off{color:#a33122}
</style>"""
EMPTY = 0.5  # rows that a bin empty on one side counts as, see `scorecard.metrics.psi`
SAME = 1e-12  # rates that differ by less are equal
_NAME = 32  # columns that a feature's name takes at most


@dataclass(frozen=True)
class BinCounts:
    """What one sample has in the bins of every feature; ``rows`` is what its weights are worth."""

    counts: tuple[Counts, ...]
    rows: float
    outcome: bool = True

    @classmethod
    def of_training(cls, bins: Sequence[FeatureBins]) -> BinCounts:
        """Return what bins keep of the sample that they were fitted on."""
        counts = tuple(Counts(*map(np.array, (b.rows, b.bads, b.goods))) for b in bins)
        return cls(counts, float(sum(bins[0].rows)))

    @classmethod
    def of(
        cls,
        bins: Sequence[FeatureBins],
        index: Sequence[NDArray[np.integer]],
        bad: NDArray[np.bool_] | None,
        weight: Floats,
    ) -> BinCounts:
        """Count rows by the bin that each is in; ``index`` (n,) by feature."""
        bads = np.zeros(len(weight)) if bad is None else bad * weight
        counts = tuple(
            count(at, bads, weight, len(b.woe)) for b, at in zip(bins, index, strict=True)
        )
        even = weight / weight.max()  # squares must not overflow
        rows = float(even.sum() ** 2 / (even**2).sum())
        return cls(counts, rows, bad is not None)


@dataclass(frozen=True)
class BinComparison:
    """The bins of every feature then, at training, and now; see `OptimalBinner.compare`.

    ``summary`` has one row a feature, by falling PSI: feature, psi and p_value (see
    `scorecard.metrics.psi`), and where outcomes were given iv_then, iv_now (with the shares of
    bads and goods of now), order_kept (neighbouring ordinary bins rank as they did) and breaks (k
    where bins k and k + 1 have changed places, so that `BinEditor.merge` would join them).
    ``bins`` are the features' bins, ``tables`` what `table` returns.
    """

    summary: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    bins: Mapping[str, FeatureBins]

    @classmethod
    def of(cls, bins: Sequence[FeatureBins], then: BinCounts, now: BinCounts) -> BinComparison:
        """Compare two samples in the same bins."""
        rows, tables = [], {}
        for own, before, after in zip(bins, then.counts, now.counts, strict=True):
            p, q = before.bads + before.goods, after.bads + after.goods
            moved = of_counts(p, q, n_expected=then.rows, n_actual=now.rows, empty=EMPTY)
            row: dict[str, Any] = {
                "feature": own.name, "psi": moved.value, "p_value": moved.p_value,
            }  # fmt: skip
            frame = _table(own, before, after, parts(p, q, then.rows, now.rows, EMPTY))
            tables[own.name] = frame if now.outcome else frame.drop("bad_rate_now")
            if now.outcome:
                breaks = _breaks(_rates(before), _rates(after), own.ordinary)
                row |= {
                    "iv_then": sum(own.information(before.bads, before.goods)),
                    "iv_now": sum(own.information(after.bads, after.goods)),
                    "order_kept": not breaks,
                    "breaks": breaks,
                }
            rows.append(row)
        schema: dict[str, Any] = {"feature": pl.String, "psi": pl.Float64, "p_value": pl.Float64}
        if now.outcome:
            schema |= {"iv_then": pl.Float64, "iv_now": pl.Float64, "order_kept": pl.Boolean}
            schema["breaks"] = pl.List(pl.Int64)
        rows.sort(key=lambda row: (-round(row["psi"], 12), row["feature"]))
        return cls(pl.DataFrame(rows, schema=schema), tables, {own.name: own for own in bins})

    def table(self, feature: str) -> pl.DataFrame:
        """Return one row per bin of ``feature``.

        Columns: bin, count_then, count_now (rows), share_then, share_now (of the weight), psi (the
        bin's part; they sum to the feature's), bad_rate_then and, where outcomes were given,
        bad_rate_now. Bins without weight have no bad rate. Raises `InputError` for a feature that
        is not there.
        """
        self._check(feature)
        return self.tables[feature]

    def plot(self, feature: str) -> Figure:
        """Draw the shares (bars) and bad rates (lines) of ``feature`` then and now."""
        from scorecard.binning.figures import comparison_figure

        self._check(feature)
        row = self.summary.row(by_predicate=pl.col("feature") == feature, named=True)
        title = f"{feature}: PSI {row['psi']:.4f}, p {p_text(row['p_value'])}"
        return comparison_figure(self.bins[feature], self.tables[feature], title)

    def __str__(self) -> str:
        names, rows = self._rows()
        heads = [name.replace("_", " ") for name in names]
        return aligned(heads, [[shortened(row[0], _NAME), *row[1:]] for row in rows])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        names, rows = self._rows()
        head = "".join(f"<th>{_HEADS[name]}</th>" for name in names)
        body = "".join(
            f'<tr><td title="{escape(row[0])}">{escape(shortened(row[0], _NAME))}</td>'
            + "".join(
                _order(cell) if name == "order" else f"<td>{escape(cell)}</td>"
                for name, cell in zip(names[1:], row[1:], strict=True)
            )
            + "</tr>"
            for row in rows
        )
        below = "".join(
            f"<details><summary>{escape(shortened(row[0], _NAME))}</summary>"
            f"{self._html_table(row[0])}</details>"
            for row in rows
        )
        return f"{STYLE}<div class='sc-cmp'><table><tr>{head}</tr>{body}</table>{below}</div>"

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        names = ["feature", "psi", "p_value"]
        outcome = "order_kept" in self.summary.columns
        if outcome:
            names += ["iv_then", "iv_now", "order"]
        rows = []
        for row in self.summary.iter_rows(named=True):
            told = [row["feature"], f"{row['psi']:.4f}", p_text(row["p_value"])]
            if outcome:
                told += [f"{row[name]:.4f}" for name in ("iv_then", "iv_now")]
                pairs = ", ".join(f"{k}–{k + 1}" for k in row["breaks"])
                told.append(f"breaks at {pairs}" if pairs else "kept")
            rows.append(told)
        return names, rows

    def _html_table(self, feature: str) -> str:
        frame = self.tables[feature]
        names = [name for name in frame.columns if name != "bin"]
        short = printed_labels(self.bins[feature])
        head = "".join(f"<th>{_HEADS[name]}</th>" for name in ("bin", *names))
        body = "".join(
            f'<tr><td title="{escape(row["bin"])}">{k}&ensp;{escape(short[k])}</td>'
            + "".join(f"<td>{_cell(name, row[name])}</td>" for name in names)
            + "</tr>"
            for k, row in enumerate(frame.iter_rows(named=True))
        )
        return f"<table><tr>{head}</tr>{body}</table>"

    def _check(self, feature: str) -> None:
        if feature not in self.tables:
            raise InputError(f"feature must be one of {', '.join(self.tables)}; got {feature!r}.")


_HEADS = {
    "feature": "特征<br>feature", "psi": "PSI", "p_value": "p", "iv_then": "当时 IV<br>then",
    "iv_now": "现在 IV<br>now", "order": "坏账率次序<br>order of bad rates",
    "bin": "分箱<br>bin", "count_then": "当时数量<br>count then",
    "count_now": "现在数量<br>count now", "share_then": "当时占比<br>share then",
    "share_now": "现在占比<br>share now", "bad_rate_then": "当时坏账率<br>bad rate then",
    "bad_rate_now": "现在坏账率<br>bad rate now",
}  # fmt: skip


def _order(said: str) -> str:
    return "<td>保持 kept</td>" if said == "kept" else f"<td class=off>颠倒 {said}</td>"


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return ""
    if name.startswith("count"):
        return f"{value:,}"
    return f"{value:.4f}" if name == "psi" else f"{value:.2%}"


def _table(bins: FeatureBins, then: Counts, now: Counts, parts: Floats) -> pl.DataFrame:
    """Return the table of one feature; unseen is left out for numbers, which are all seen."""
    shares = [(c.bads + c.goods) / (c.bads + c.goods).sum() for c in (then, now)]
    size = len(bins.woe) - (bins.kind == "number")
    return pl.DataFrame(
        {
            "bin": bins.labels,
            "count_then": then.rows,
            "count_now": now.rows,
            "share_then": shares[0],
            "share_now": shares[1],
            "psi": parts,
            "bad_rate_then": pl.Series(_rates(then), nan_to_null=True),
            "bad_rate_now": pl.Series(_rates(now), nan_to_null=True),
        }
    ).head(size)


def _rates(counts: Counts) -> Floats:
    weight = counts.bads + counts.goods
    return np.where(weight > 0, counts.bads / np.where(weight > 0, weight, 1.0), np.nan)


def _breaks(then: Floats, now: Floats, ordinary: int) -> list[int]:
    """Return the ordinary bins that have changed places with the next; NaN contradicts nobody."""
    return [
        left
        for left, right in pairwise(range(ordinary))
        if (then[right] - then[left]) * (now[right] - now[left]) < 0
        and abs(now[right] - now[left]) > SAME < abs(then[right] - then[left])
    ]
