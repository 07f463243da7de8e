"""A card on another sample: what has moved, feature by feature and in points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.aligned import aligned, p_text, shortened
from scorecard.binning.comparison import STYLE, BinComparison, BinCounts
from scorecard.metrics.stability import Stability
from scorecard.metrics.stability_bins import StabilityBins
from scorecard.models.cross import places
from scorecard.models.scorecard import Scorecard

Floats = NDArray[np.float64]
Index = Sequence[NDArray[np.integer]]  # the bin of every row, (n,) by feature

_NAME = 32  # columns that a feature's name takes at most
_BLOCK = 1 << 15  # rows at a time, so that points need not lie in memory at once


@dataclass(frozen=True)
class CardComparison:
    """A card's training sample against another; see `ScorecardClassifier.compare`.

    ``table`` is the characteristic analysis, by falling size of the shift: feature, psi and
    p_value, points_then and points_now (the weighted means of its points), shift (the latter less
    the former: Σ (share now − share then)·points over its bins, and half of its crosses). The
    shifts sum to ``score_now`` − ``score_then``, the mean scores. ``score`` is the PSI of the score
    on ten bands of equal weight at training. ``bins`` compares the bins one by one.

    Source: N. Siddiqi, *Credit Risk Scorecards*, 2006, ch. 9 (characteristic analysis).
    """

    table: pl.DataFrame
    score: Stability
    score_then: float
    score_now: float
    bins: BinComparison

    def __str__(self) -> str:
        rows = self._rows()
        heads = ("feature", "psi", "p value", "points then", "points now", "shift")
        return "\n".join((f"{self._said()[1]}", "", aligned(heads, rows)))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(
            f"<th>{each}</th>"
            for each in (
                "特征<br>feature", "PSI", "p", "当时平均分值<br>mean points then",
                "现在平均分值<br>mean points now", "变动<br>shift",
            )
        )  # fmt: skip
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._rows()
        )
        zh, en = self._said()
        return (
            f"{STYLE}<div class='sc-cmp'><p>{zh}<br>{en}</p><table><tr>{head}</tr>{body}</table>"
            f"</div>{self.bins._repr_html_()}"
        )

    def _said(self) -> tuple[str, str]:
        moved = (
            f"{self.score_then:.2f} → {self.score_now:.2f} "
            f"({self.score_now - self.score_then:+.2f})"
        )
        psi = f"PSI {self.score.value:.4f}, p {p_text(self.score.p_value or 0.0)}"
        return f"平均分 {moved}；评分 {psi}", f"mean score {moved}; score {psi}"

    def _rows(self) -> list[list[str]]:
        rows = [
            [
                shortened(row["feature"], _NAME), f"{row['psi']:.4f}", p_text(row["p_value"]),
                f"{row['points_then']:.2f}", f"{row['points_now']:.2f}", f"{row['shift']:+.2f}",
            ]
            for row in self.table.iter_rows(named=True)
        ]  # fmt: skip
        return [*rows, ["total", "", "", "", "", f"{self.table['shift'].sum():+.2f}"]]


@dataclass(frozen=True)
class CardSample:
    """What a card keeps of the rows that it was fitted on, to hold other rows against them.

    No row is kept: counts of bins, the mean points of every feature, the mean score, and the score
    on ten bands of equal weight.
    """

    counts: BinCounts
    means: tuple[float, ...]
    score: float
    bands: StabilityBins

    @classmethod
    def of(
        cls, card: Scorecard, index: Index, bad: NDArray[np.bool_], weight: Floats
    ) -> CardSample:
        """Return it of rows by their bins, (n,) by feature."""
        weight = weight / weight.max()  # the unit means nothing, and squares must not overflow
        means, score = _scored(card, index, weight)
        return cls(
            BinCounts.of(card.bins, index, bad, weight),
            tuple(means.tolist()),
            float(np.average(score, weights=weight)),
            StabilityBins.fit(score, weight),
        )

    def compare(
        self, card: Scorecard, index: Index, bad: NDArray[np.bool_] | None, weight: Floats
    ) -> CardComparison:
        """Return the comparison with other rows of the same card."""
        weight = weight / weight.max()
        now = BinCounts.of(card.bins, index, bad, weight)
        bins = BinComparison.of(card.bins, self.counts, now)
        means, score = _scored(card, index, weight)
        moved = pl.DataFrame(
            {
                "feature": card.features,
                "points_then": self.means,
                "points_now": means,
                "shift": means - np.array(self.means),
            }
        )
        table = bins.summary.select("feature", "psi", "p_value").join(moved, on="feature")
        return CardComparison(
            table=table.sort(pl.col("shift").abs().round(9), "feature", descending=[True, False]),
            score=self.bands.psi(score, weight),
            score_then=self.score,
            score_now=float(np.average(score, weights=weight)),
            bins=bins,
        )


def _scored(card: Scorecard, index: Index, weight: Floats) -> tuple[Floats, Floats]:
    """Return the weighted means of every feature's points, and the score of every row (n,)."""
    sums, score = np.zeros(len(card.bins)), np.empty(len(weight))
    for start in range(0, len(weight), _BLOCK):
        part = slice(start, start + _BLOCK)
        points = points_at(card, [at[part] for at in index])
        sums += weight[part] @ points
        score[part] = card.score(points)
    return sums / weight.sum(), score


def points_at(card: Scorecard, index: Index) -> Floats:
    """Return the points of rows whose bins are known, the same bits as `Scorecard.points`."""
    points = np.column_stack(
        [np.array(table)[at] for table, at in zip(card.bin_points, index, strict=True)]
    )
    for (a, b), cross in zip(places(card.crosses, card.bins), card.crosses, strict=True):
        half = cross.halves[index[a], index[b]]
        points[:, a] += half
        points[:, b] += half
    return points
