"""Folds of the training sample, and the WOE of rows by bins that never saw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.binner import OptimalBinner
from scorecard.binning.columns import Column
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.fitting import counted_woe
from scorecard.binning.solver import InfeasibleBinning
from scorecard.errors import InputError
from scorecard.selection.evidence import Evidence, Floats


def fold_of(evidence: Evidence, folds: int, seed: int) -> NDArray[np.int64]:
    """Return each row's fold 0..folds−1, shape (n,), goods and bads dealt separately.

    Rows are numbered by what they hold, then dealt at random, so that their order is no matter.
    Raises `InputError` where some fold would be empty, or its rest without goods or without bads.
    """
    counts = [int((evidence.bad == outcome).sum()) for outcome in (0.0, 1.0)]
    if min(counts) < 2 or evidence.rows < folds:
        raise InputError(
            f"{folds} folds need as many rows with weight, two of each outcome at least; got "
            f"{counts[0]} good and {counts[1]} bad. Take fewer folds, or cross_fit=None and no l1."
        )
    rng = np.random.default_rng(seed)
    order = np.lexsort((evidence.weight, evidence.row_key))
    fold = np.empty(evidence.rows, dtype=np.int64)
    for outcome, first in ((0.0, 0), (1.0, counts[0])):
        rows = order[evidence.bad[order] == outcome]
        fold[rows[rng.permutation(len(rows))]] = (first + np.arange(len(rows))) % folds
    return fold


@dataclass(frozen=True, slots=True)
class Sample:
    """The columns behind an `Evidence`: all rows, in the order of ``names``.

    ``held`` says that bins stand as they are, in every fold as well.
    """

    names: Sequence[str]
    columns: Sequence[Column]
    weight: Floats
    held: bool = False

    def cross_fitted(
        self,
        evidence: Evidence,
        features: Sequence[int],
        binner: OptimalBinner,
        folds: int,
        seed: int,
    ) -> Evidence:
        """Return the evidence with the WOE of ``features`` taken out of fold.

        Each fold's rows get the WOE of bins that ``binner`` finds in the other folds, whose weight
        is scaled up to that of all rows so that absolute constraints mean the same. Noise then
        predicts nothing, where bins fitted to the same rows would make it look useful. Of bins that
        are held the cuts stay and WOE alone is counted in the other folds. Information values and
        correlations stay those of all rows.
        """
        features = [j for j in features if not evidence.single[j]]
        chosen = [evidence.names[j] for j in features]
        fold = fold_of(evidence, folds, seed)
        rows = np.flatnonzero(self.weight > 0)
        bad, weight = evidence.bad > 0, self.weight[rows]
        parts = dict(zip(self.names, self.columns, strict=True))
        columns = [_rows(parts[name], rows) for name in chosen]
        woe = evidence.woe.copy(order="F")
        for k in range(folds):
            test, train = np.flatnonzero(fold == k), np.flatnonzero(fold != k)
            scaled = weight[train] * (weight.sum() / weight[train].sum())
            rest = _Rest(chosen, [_rows(c, train) for c in columns], bad[train], scaled)
            told = rest.counted(binner) if self.held else rest.refitted(binner, folds)
            for j, (bins, values), column in zip(features, told, columns, strict=True):
                woe[test, j] = values[bins.index_read(_rows(column, test))]
        return replace(evidence, woe=woe)


Told = list[tuple[FeatureBins, Floats]]  # bins, and the WOE of each of them


@dataclass(frozen=True, slots=True)
class _Rest:
    """The rows of all folds but one."""

    names: list[str]
    columns: Sequence[Column]
    bad: NDArray[np.bool_]
    weight: Floats

    def counted(self, binner: OptimalBinner) -> Told:
        """Return the bins as they stand with the WOE that these rows give them."""
        bads, found = self.bad * self.weight, []
        for name, column in zip(self.names, self.columns, strict=True):
            bins, asked = binner.bins_[name], binner.editors_[name].fit.settings
            index = bins.index_read(column)
            found.append((bins, counted_woe(bins, asked, index, bads, self.weight)))
        return found

    def refitted(self, binner: OptimalBinner, folds: int) -> Told:
        """Return the bins that a copy of ``binner`` finds in these rows."""
        local = binner.unfitted(self.names)
        try:
            local.fit_columns(self.names, list(self.columns), self.bad, self.weight, part=True)
        except InfeasibleBinning as error:
            raise InfeasibleBinning(
                f"{error} This came up in cross-fitting, without the rows of one of {folds} "
                "folds; loosen the constraint or set cross_fit=None.",
                error.constraint,
            ) from None
        return [(bins, np.array(bins.woe)) for bins in local.bins_.values()]


def _rows(column: Column, rows: NDArray[np.intp]) -> Column:
    return column[rows]
