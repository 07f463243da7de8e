"""From one column and its outcome to `FeatureBins`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.binning.divergence import woe
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.prebins import Counts, below_share, count, number_prebins, text_prebins
from scorecard.binning.solver import InfeasibleBinning, Solution, solve
from scorecard.errors import InputError

Floats = NDArray[np.float64]

MISSING_POLICIES = ("bin", "neutral", "worst")
UNSEEN_POLICIES = ("neutral", "worst")


@dataclass(frozen=True, slots=True)
class Settings:
    """How one feature is to be binned; ``constraints`` go to the solver as they are."""

    trend: str
    special_values: tuple[float, ...]
    max_prebins: int
    rare_share: float
    missing: str
    special: str
    unseen: str
    min_bin_share: float
    constraints: dict[str, Any]

    def __post_init__(self) -> None:
        if len(set(self.special_values)) < len(self.special_values) or not all(
            np.isfinite(self.special_values)
        ):
            raise InputError(
                f"special_values must be different finite numbers; got {self.special_values}. "
                "Missing values have a bin of their own."
            )


def fit_feature(
    name: str, column: Column, bad: Floats, weight: Floats, settings: Settings
) -> FeatureBins:
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
    splits: tuple[float, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    if isinstance(values, pl.Series):
        text = text_prebins(values, bad, weight, settings.rare_share)
        counts = None if text is None else text.counts
        solution = _solve(name, counts, totals, settings)
        if text is not None:
            ends = (*solution.cuts, len(text.groups))
            starts = (0, *solution.cuts)
            groups = tuple(
                tuple(level for group in text.groups[a:b] for level in sorted(group))
                for a, b in zip(starts, ends, strict=True)
            )
    else:
        number = number_prebins(values, bad, weight, settings.max_prebins)
        counts = None if number is None else number.counts
        solution = _solve(name, counts, totals, settings)
        if number is not None:
            splits = tuple(number.cut(k) for k in solution.cuts)
    if counts is None:  # no ordinary value has weight: one empty bin of numbers, no group of text
        size = 0 if isinstance(values, pl.Series) else 1
        counts = Counts(np.zeros(size, np.int64), np.zeros(size), np.zeros(size))
    else:
        counts = counts.merged(np.array((0, *solution.cuts)))
    every = [
        np.concatenate((one, other))
        for one, other in zip(
            (counts.rows, counts.bads, counts.goods),
            (extra.rows, extra.bads, extra.goods),
            strict=True,
        )
    ]
    thin = _thin(extra, len(counts.rows), totals, settings.rare_share)
    return FeatureBins(
        name=name,
        kind="text" if isinstance(column, pl.Series) else "number",
        trend=solution.trend,
        objective=solution.objective,
        splits=splits,
        groups=groups,
        special_values=settings.special_values,
        woe=tuple(_woe(Counts(*every), len(counts.rows), thin, totals, settings)),
        rows=tuple(every[0].tolist()),
        bads=tuple(every[1].tolist()),
        goods=tuple(every[2].tolist()),
        thin=thin,
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
    name: str, counts: Counts | None, totals: tuple[float, float], settings: Settings
) -> Solution:
    if counts is None:
        return Solution((), 0.0, "none")
    ordinary = float((counts.bads + counts.goods).sum()) / sum(totals)
    share = settings.min_bin_share
    try:
        return solve(
            counts.bads,
            counts.goods,
            trend=settings.trend,
            min_bin_share=min(share, ordinary) if share else share,
            totals=totals,
            **settings.constraints,
        )
    except InfeasibleBinning as error:
        raise InfeasibleBinning(f"Feature {name}: {error}", error.constraint) from None
