"""The search for one feature's bins: pieces, the trend, and ever finer pieces around the cuts."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.binning.evidence import TURN, log_likelihood
from scorecard.binning.number_prebins import NumberPrebins, Sample
from scorecard.binning.periods import Parts, Periods
from scorecard.binning.prebins import TextPrebins, text_prebins
from scorecard.binning.rules import TIE
from scorecard.binning.settings import Settings
from scorecard.binning.solver import InfeasibleBinning, Solution, solve

Floats = NDArray[np.float64]
Pieces = NumberPrebins | TextPrebins

ROUNDS = 6
"""How often the pieces beside the chosen cuts are divided at most."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Ordinary values of a feature, ``bad`` the weight of a bad row and 0 elsewhere; each (n,)."""

    values: Column
    bad: Floats
    weight: Floats
    periods: Periods | None

    def parts(self, pieces: Pieces) -> Parts:
        """Count the pieces in every period; empty where no periods were given."""
        if self.periods is None:
            return []
        codes = pieces.codes(self.values)  # type: ignore[arg-type]  # of the same kind
        known = codes >= 0
        return self.periods.of(known).count(
            codes[known], self.bad[known], self.weight[known], len(pieces.counts.rows)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The best binning of these pieces; ``pieces`` is None where no ordinary value has weight."""

    pieces: Pieces | None
    parts: Parts
    solution: Solution


NOTHING = Found(None, [], Solution((), 0.0, "none"))


@dataclass(frozen=True, slots=True)
class Search:
    """The search of one feature; ``totals`` are the bads and goods of the whole sample."""

    name: str
    settings: Settings
    totals: tuple[float, float]

    def best(self, rows: Rows) -> Found:
        """Return the best binning of the feature's ordinary values.

        The optimum of even pieces comes first. Then the pieces beside its cuts are divided and the
        optimum sought again, a few times; at last it is sought among the even pieces and the best
        cuts together, so that what is returned is the optimum of the pieces returned.

        Raises `InfeasibleBinning` naming the feature and the constraint that cannot be met.
        """
        try:
            if isinstance(rows.values, pl.Series):
                return self._best_groups(rows.values, rows)
            return self._best_cuts(rows.values, rows)
        except InfeasibleBinning as error:
            raise self._in_own_words(error) from None

    def _in_own_words(self, error: InfeasibleBinning) -> InfeasibleBinning:
        """Name the feature, and fixed cuts as they were given, not as numbers of prebins."""
        told = re.sub(
            r"fixed_cuts=\([^)]*\)", f"fixed_splits={self.settings.by_hand.fixed}", str(error)
        ).replace("fixed_cuts", "fixed_splits")
        constraint = error.constraint.replace("fixed_cuts", "fixed_splits")
        return InfeasibleBinning(f"Feature {self.name}: {told}", constraint)

    def _best_groups(self, values: pl.Series, rows: Rows) -> Found:
        rare, groups = self.settings.rare_share, self.settings.groups
        texts = text_prebins(values, rows.bad, rows.weight, rare, groups)
        return NOTHING if texts is None else self._first(texts, rows)

    def _best_cuts(self, values: Floats, rows: Rows) -> Found:
        sample = Sample.of(values, rows.bad, rows.weight, self.settings.by_hand)
        if sample is None:
            return NOTHING
        even = sample.evenly(self.settings.max_prebins)
        first = self._first(even, rows)
        trend, pieces, cuts = first.solution.trend, even, first.solution.cuts
        for _ in range(ROUNDS):
            finer = sample.finer(pieces, cuts)
            if finer is None:
                break
            pieces, cuts = finer, self._ask(finer, rows.parts(finer), trend).cuts
        if pieces is even:
            return first
        joined = sample.joined(even, pieces, cuts)
        parts = rows.parts(joined)
        solution = self._ask(joined, parts, trend)
        if self.settings.trend == "auto":
            free = self._ask(joined, parts, "none").objective
            solution = replace(solution, loss=max(0.0, free - solution.objective))
        return Found(joined, parts, solution)

    def _first(self, pieces: Pieces, rows: Rows) -> Found:
        """Return the optimum of the trend asked for, or of the one that ``auto`` chooses."""
        parts, trend = rows.parts(pieces), self.settings.trend
        if trend == "auto":
            return Found(pieces, parts, self._shape(pieces, parts))
        return Found(pieces, parts, self._ask(pieces, parts, trend))

    def _shape(self, pieces: Pieces, parts: Parts) -> Solution:
        """Return the better monotone binning, or the better that turns where it is believed."""

        def better(*trends: str) -> Solution | None:
            found = []
            for trend in trends:
                with suppress(InfeasibleBinning):
                    found.append(self._ask(pieces, parts, trend))
            return max(found, key=lambda each: each.objective, default=None)  # the first of equals

        straight = better("ascending", "descending")
        if straight is None:
            return self._ask(pieces, parts, "auto")  # what turns, or why nothing does
        free = self._ask(pieces, parts, "none")
        best = straight
        if free.objective > straight.objective + TIE:  # else there is nothing to gain
            turned = better("peak", "valley")
            if turned is not None and self._gain(pieces, straight, turned) > TURN:
                best = turned
        loss = max(0.0, free.objective - best.objective)
        return replace(best, trend=best.trend if best.cuts else "none", loss=loss)

    def _gain(self, pieces: Pieces, before: Solution, after: Solution) -> float:
        """Return twice what the log-likelihood gains, in distinct rows."""

        def fit(solution: Solution) -> float:
            counts = pieces.counts.merged(np.array([0, *solution.cuts]))
            return log_likelihood(counts.bads, counts.goods)

        return 2 * self.settings.distinct / sum(self.totals) * (fit(after) - fit(before))

    def _ask(self, pieces: Pieces, parts: Parts, trend: str) -> Solution:
        counts, share = pieces.counts, self.settings.min_bin_share
        ordinary = float((counts.bads + counts.goods).sum()) / sum(self.totals)
        return solve(
            counts.bads,
            counts.goods,
            trend=trend,
            min_bin_share=min(share, ordinary) if share else share,
            totals=self.totals,
            fixed_cuts=pieces.fixed,
            periods=parts if self.settings.stable else None,
            **self.settings.constraints,
        )
