"""From one column and its outcome to a `FeatureFit`, and from that to `FeatureBins`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.binning.divergence import DIVERGENCES, shares, woe
from scorecard.binning.evidence import TURN, log_likelihood
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.periods import Parts, Periods, stability
from scorecard.binning.prebins import (
    FREE,
    ByHand,
    Counts,
    NumberPrebins,
    TextPrebins,
    below_share,
    count,
    number_prebins,
    text_prebins,
)
from scorecard.binning.rules import TIE
from scorecard.binning.solver import InfeasibleBinning, Solution, solve
from scorecard.errors import InputError

Floats = NDArray[np.float64]
Partition = tuple[tuple[int, ...], ...]  # the pieces of every ordinary bin, in order

MISSING_POLICIES = ("bin", "neutral", "worst")
UNSEEN_POLICIES = ("neutral", "worst")


@dataclass(frozen=True, slots=True)
class Settings:
    """How one feature is to be binned; ``constraints`` go to the solver as they are.

    ``groups`` are groups of text levels given by hand, the only candidates (None: not asked);
    ``distinct`` is the sample's number of distinct rows, by which ``auto`` judges a turn.
    """

    trend: str
    special_values: tuple[float, ...]
    max_prebins: int
    rare_share: float
    missing: str
    special: str
    unseen: str
    min_bin_share: float
    constraints: dict[str, Any]
    by_hand: ByHand = FREE
    groups: tuple[tuple[str, ...], ...] | None = None
    stable: bool = False
    distinct: int = 0

    def __post_init__(self) -> None:
        if len(set(self.special_values)) < len(self.special_values) or not all(
            np.isfinite(self.special_values)
        ):
            raise InputError(
                f"special_values must be different finite numbers; got {self.special_values}. "
                "Missing values have a bin of their own."
            )


@dataclass(frozen=True)
class FeatureFit:
    """One fitted feature before it is frozen: its pieces, and how the bins are made of them.

    ``pieces`` is None where no ordinary value has weight. ``extra`` counts special values, missing
    and unseen; ``totals`` are the bads and goods of the whole sample; ``parts`` those of every
    piece in every period, empty where no periods were given.
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

    def frozen(self, partition: Partition, trend: str, objective: float) -> FeatureBins:
        """Return bins made of these pieces as a frozen value."""
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
            splits = tuple(self.pieces.cut(bin_[0]) for bin_ in partition[1:])
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

    Raises `InfeasibleBinning` naming the feature and the constraint that cannot be met.
    """
    totals = (float(bad.sum()), float((weight - bad).sum()))
    extra, apart = _set_apart(column, bad, weight, settings.special_values)
    kept = ~apart
    if not apart.any():
        values = column
    else:
        values = column.filter(pl.Series(kept)) if isinstance(column, pl.Series) else column[kept]
        bad, weight = bad[kept], weight[kept]
        periods = None if periods is None else periods.of(kept)
    pieces: NumberPrebins | TextPrebins | None
    codes = None
    if isinstance(values, pl.Series):
        pieces = texts = text_prebins(values, bad, weight, settings.rare_share, settings.groups)
        if periods is not None and texts is not None:
            codes = texts.codes(values)
    else:
        pieces = numbers = number_prebins(
            values, bad, weight, settings.max_prebins, settings.by_hand
        )
        if periods is not None and numbers is not None:
            codes = numbers.codes(values)
    parts: Parts = []
    if periods is not None and pieces is not None and codes is not None:
        known = codes >= 0
        parts = periods.of(known).count(
            codes[known], bad[known], weight[known], len(pieces.counts.rows)
        )
    return FeatureFit(
        name=name,
        kind="text" if isinstance(column, pl.Series) else "number",
        settings=settings,
        pieces=pieces,
        extra=extra,
        totals=totals,
        solution=_solve(name, pieces, totals, settings, parts if settings.stable else None),
        parts=parts,
        period_names=() if periods is None else periods.labels,
    )


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
    column: Column, bad: Floats, weight: Floats, special_values: tuple[float, ...]
) -> tuple[Counts, NDArray[np.bool_]]:
    """Count the special values, the missing and (never any) the unseen; say which rows they are."""
    size = len(special_values) + 2
    missing = column.is_null().to_numpy() if isinstance(column, pl.Series) else np.isnan(column)
    if not special_values and not missing.any():
        return Counts(np.zeros(size, np.int64), np.zeros(size), np.zeros(size)), missing
    codes = np.full(len(column), -1, dtype=np.int64)
    codes[missing] = size - 2
    for k, special in enumerate(special_values):
        codes[column == special] = k
    apart = codes >= 0
    return count(codes[apart], bad[apart], weight[apart], size), apart


def _solve(
    name: str,
    pieces: NumberPrebins | TextPrebins | None,
    totals: tuple[float, float],
    settings: Settings,
    parts: Sequence[tuple[Floats, Floats]] | None,
) -> Solution:
    if pieces is None:
        return Solution((), 0.0, "none")
    counts = pieces.counts
    ordinary = float((counts.bads + counts.goods).sum()) / sum(totals)
    share = settings.min_bin_share

    def ask(trend: str) -> Solution:
        return solve(
            counts.bads,
            counts.goods,
            trend=trend,
            min_bin_share=min(share, ordinary) if share else share,
            totals=totals,
            fixed_cuts=pieces.fixed,
            periods=parts,
            **settings.constraints,
        )

    try:
        if settings.trend != "auto":
            return ask(settings.trend)
        return _shape(ask, counts, settings.distinct / sum(totals))
    except InfeasibleBinning as error:
        raise InfeasibleBinning(f"Feature {name}: {error}", error.constraint) from None


def _shape(ask: Callable[[str], Solution], counts: Counts, rows: float) -> Solution:
    """Return the better monotone binning, or the better that turns where it must be believed.

    ``rows`` is the number of distinct rows for a unit of weight.
    """

    def better(*trends: str) -> Solution | None:
        found = []
        for trend in trends:
            with suppress(InfeasibleBinning):
                found.append(ask(trend))
        return max(found, key=lambda each: each.objective, default=None)  # the first of equals

    def fit(solution: Solution) -> float:
        starts = [0, *solution.cuts]
        bads, goods = (np.add.reduceat(c, starts) for c in (counts.bads, counts.goods))
        return log_likelihood(bads, goods)

    straight = better("ascending", "descending")
    if straight is None:
        return ask("auto")  # what turns, or the error that says why nothing does
    free = ask("none")
    best = straight
    if free.objective > straight.objective + TIE:  # else there is nothing to gain
        turned = better("peak", "valley")
        if turned is not None and 2 * rows * (fit(turned) - fit(straight)) > TURN:
            best = turned
    loss = max(0.0, free.objective - best.objective)
    return replace(best, trend=best.trend if best.cuts else "none", loss=loss)
