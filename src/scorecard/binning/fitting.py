"""From one column and its outcome to a `FeatureFit`, and from that to `FeatureBins`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.binning.divergence import DIVERGENCES, shares, woe
from scorecard.binning.exact import Exact
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.number_prebins import NumberPrebins
from scorecard.binning.periods import Parts, Periods, stability
from scorecard.binning.prebins import Counts, TextPrebins, below_share, count
from scorecard.binning.search import Rows, Search
from scorecard.binning.settings import Settings
from scorecard.binning.solver import Solution

Floats = NDArray[np.float64]
Partition = tuple[tuple[int, ...], ...]  # the pieces of every ordinary bin, in order


@dataclass(frozen=True)
class FeatureFit:
    """One fitted feature before it is frozen: its pieces, and how the bins are made of them.

    ``pieces`` is None where no ordinary value has weight. ``extra`` counts special values, missing
    and unseen; ``totals`` are the bads and goods of the whole sample; ``parts`` those of every
    piece in every period, empty where no periods were given. ``was_edited`` says that these bins
    were edited before they were saved.
    """

    name: str
    kind: Any
    settings: Settings
    pieces: NumberPrebins | TextPrebins | None
    extra: Counts
    totals: tuple[float, float]
    solution: Solution
    parts: Parts
    period_names: tuple[Any, ...]
    was_edited: bool = False

    @cached_property
    def partition(self) -> Partition:
        """The optimum's bins as runs of pieces."""
        if self.pieces is None:
            return ()
        n = len(self.pieces.counts.rows)
        ends = (*self.solution.cuts, n)
        return tuple(
            tuple(range(a, b)) for a, b in zip((0, *self.solution.cuts), ends, strict=True)
        )

    def counts(self, partition: Partition) -> Counts:
        """Return the counts of bins made of these pieces."""
        if self.pieces is None:  # one empty bin of numbers, no group of text
            size = 0 if self.kind == "text" else 1
            return Counts(np.zeros(size, np.int64), np.zeros(size), np.zeros(size))
        every = self.pieces.counts
        return Counts(
            *(
                np.array([column[list(bin_)].sum() for bin_ in partition])
                for column in (every.rows, every.bads, every.goods)
            )
        )

    def objective(self, partition: Partition) -> float:
        """Return the divergence of bins made of these pieces, that of the solver."""
        counts = self.counts(partition)
        divergence = DIVERGENCES[self.settings.constraints.get("divergence", "iv")]
        return float(divergence(*shares(counts.bads, counts.goods, *self.totals)).sum())

    def frozen(
        self,
        partition: Partition,
        trend: str,
        objective: float,
        asked: Mapping[int, float] | None = None,
    ) -> FeatureBins:
        """Return bins made of these pieces as a frozen value.

        ``asked`` are cuts other than the pieces' own, by the piece that begins there.
        """
        own = asked or {}
        counts = self.counts(partition)
        rows, bads, goods = (
            np.concatenate((one, other))
            for one, other in zip(
                (counts.rows, counts.bads, counts.goods),
                (self.extra.rows, self.extra.bads, self.extra.goods),
                strict=True,
            )
        )
        ordinary = len(counts.rows)
        thin = _thin(self.extra, ordinary, self.totals, self.settings.rare_share)
        values = _woe(Counts(rows, bads, goods), ordinary, thin, self.totals, self.settings)
        splits: tuple[float, ...] = ()
        groups: tuple[tuple[str, ...], ...] = ()
        if isinstance(self.pieces, NumberPrebins):
            begins = [bin_[0] for bin_ in partition[1:]]
            splits = tuple(own[k] if k in own else self.pieces.cut(k) for k in begins)
        elif self.pieces is not None:
            levels = self.pieces.groups
            groups = tuple(
                tuple(level for piece in bin_ for level in sorted(levels[piece]))
                for bin_ in partition
            )
        return FeatureBins(
            name=self.name,
            kind=self.kind,
            trend=trend,
            objective=objective,
            splits=splits,
            groups=groups,
            special_values=self.settings.special_values,
            woe=tuple(values),
            rows=tuple(rows.tolist()),
            bads=tuple(bads.tolist()),
            goods=tuple(goods.tolist()),
            thin=thin,
            special_names=self.settings.special_names,
        )

    def stability(self, bins: FeatureBins, partition: Partition) -> pl.DataFrame:
        """Return how bins made of these pieces stand in every period; see `stability`."""
        return stability(bins.labels[: bins.ordinary], self.parts, self.period_names, partition)

    @cached_property
    def bins(self) -> FeatureBins:
        """The optimum's bins as a frozen value."""
        return self.frozen(self.partition, self.solution.trend, self.solution.objective)


def fit_feature(
    name: str,
    column: Column,
    bad: Floats,
    weight: Floats,
    settings: Settings,
    *,
    periods: Periods | None = None,
) -> FeatureFit:
    """Bin one column; ``bad`` is the weight where the row is bad and 0 elsewhere, shape (n,).

    Raises `InfeasibleBinning` naming the feature and the constraint that cannot be met, and what
    `Exact` refuses.
    """
    totals = (float(bad.sum()), float((weight - bad).sum()))
    extra, apart = _set_apart(column, bad, weight, settings.special_bins)
    kept = ~apart
    if not apart.any():
        values = column
    else:
        values = column.filter(pl.Series(kept)) if isinstance(column, pl.Series) else column[kept]
        bad, weight = bad[kept], weight[kept]
        periods = None if periods is None else periods.of(kept)
    way = (Exact if settings.exact else Search)(name, settings, totals)
    found = way.best(Rows(values, bad, weight, periods))
    return FeatureFit(
        name=name,
        kind="text" if isinstance(column, pl.Series) else "number",
        settings=settings,
        pieces=found.pieces,
        extra=extra,
        totals=totals,
        solution=found.solution,
        parts=found.parts,
        period_names=() if periods is None else periods.labels,
    )


def counted_woe(
    bins: FeatureBins, settings: Settings, index: NDArray[np.int64], bad: Floats, weight: Floats
) -> Floats:
    """Return the WOE of bins as they stand, counted in other rows: ``index`` is their bin, (n,).

    ``bad`` is the weight where the row is bad and 0 elsewhere. Bins without rows are neutral.
    """
    counts = count(index, bad, weight, len(bins.woe))
    totals = (float(bad.sum()), float((weight - bad).sum()))
    k = bins.ordinary
    extra = Counts(counts.rows[k:], counts.bads[k:], counts.goods[k:])
    thin = _thin(extra, k, totals, settings.rare_share)
    return np.array(_woe(counts, k, thin, totals, settings))


def _thin(
    extra: Counts, ordinary: int, totals: tuple[float, float], rare_share: float
) -> tuple[int, ...]:
    """Return the special and missing bins that were never seen, or below ``rare_share``.

    A handful of rows without a bad would otherwise be the best bin of the card, and leaving a
    field out the surest way to a better grade.
    """
    weights = (extra.bads + extra.goods)[:-1]  # the last is unseen, which no row ever is
    thin = (weights <= 0) | below_share(weights, rare_share, sum(totals))
    return tuple((ordinary + np.flatnonzero(thin)).tolist())


def _woe(
    counts: Counts,
    ordinary: int,
    thin: tuple[int, ...],
    totals: tuple[float, float],
    settings: Settings,
) -> list[float]:
    """Return the WOE of every bin under the three policies; what was hardly seen is neutral."""
    values = woe(counts.bads, counts.goods, *totals)
    values[list(thin)] = 0.0
    worst = float(values[:ordinary].min()) if ordinary else 0.0
    for policy, where in (
        (settings.special, slice(ordinary, -2)),
        (settings.missing, slice(-2, -1)),
        (settings.unseen, slice(-1, None)),
    ):
        if policy != "bin":
            values[where] = worst if policy == "worst" else 0.0
    return [float(v) for v in values]


def _set_apart(
    column: Column, bad: Floats, weight: Floats, special_bins: list[tuple[float, int]]
) -> tuple[Counts, NDArray[np.bool_]]:
    """Count the special values, the missing and (never any) the unseen; say which rows they are."""
    size = len({k for _, k in special_bins}) + 2
    missing = column.is_null().to_numpy() if isinstance(column, pl.Series) else np.isnan(column)
    if not special_bins and not missing.any():
        return Counts(np.zeros(size, np.int64), np.zeros(size), np.zeros(size)), missing
    codes = np.full(len(column), -1, dtype=np.int64)
    codes[missing] = size - 2
    for special, k in special_bins:
        codes[column == special] = k
    apart = codes >= 0
    return count(codes[apart], bad[apart], weight[apart], size), apart
