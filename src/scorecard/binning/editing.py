"""An expert's wishes on fitted bins, each with what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real
from typing import TYPE_CHECKING

import numpy as np

from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.fitting import FeatureFit, Partition
from scorecard.binning.number_prebins import NumberPrebins
from scorecard.binning.prebins import TextPrebins
from scorecard.binning.table import BinningTable
from scorecard.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class BinEditor:
    """Bins of one feature as edited by hand; every edit is a new value.

    ``objective`` is what these bins are worth, ``optimum`` what the solver's are under the same
    constraints and ``cost`` the difference: an edit that leaves the constraints can have a negative
    one. ``bins`` is the frozen value, ``table`` its binning table, both counted again from the
    training sample's pieces. Bins are numbered from 0 in their order; only ordinary ones can be
    edited.

    Raises `InputError` for bins that are not there, and for cuts inside a piece, whose two sides
    were never counted apart; the error names the nearest cuts that can be had.
    """

    fit: FeatureFit
    partition: Partition

    @cached_property
    def bins(self) -> FeatureBins:
        """The edited bins as a frozen value."""
        if self.partition == self.fit.partition:
            return self.fit.bins
        return self.fit.frozen(self.partition, self._trend(), self.objective)

    @cached_property
    def objective(self) -> float:
        """The divergence of the edited bins."""
        if self.partition == self.fit.partition:
            return self.optimum
        return self.fit.objective(self.partition)

    @property
    def optimum(self) -> float:
        """The divergence of the solver's bins."""
        return self.fit.solution.objective

    @property
    def cost(self) -> float:
        """What the edits cost: optimum − objective."""
        return self.optimum - self.objective

    @property
    def table(self) -> BinningTable:
        """The binning table of the edited bins."""
        return BinningTable.of(self.bins, note=self._note())

    def plot(self, kind: str = "rate") -> Figure:
        """Draw the edited bins over those fitted, their bad rates or with ``"woe"`` their WOE.

        Bins are as wide as their share of the weight, so that both stand on one axis; special and
        missing values, which no edit concerns, are left out.
        """
        from scorecard.binning.figures import edited_figure

        return edited_figure(self.bins, self.fit.bins, f"{self.fit.name}: {self._note()}", kind)

    def merge(self, first: int, last: int | None = None) -> BinEditor:
        """Make one bin of bins ``first`` to ``last`` (the next one where not given)."""
        self._check(first)
        last = first + 1 if last is None else last
        self._check(last)
        if first >= last:
            raise InputError(f"Merging needs two bins in order; got {first} and {last}.")
        whole = tuple(sorted(p for bin_ in self.partition[first : last + 1] for p in bin_))
        return self._with((*self.partition[:first], whole, *self.partition[last + 1 :]))

    def split(self, at: float) -> BinEditor:
        """Cut the bin of numbers that holds ``at`` into the values below it and the rest."""
        piece = self._piece(at)
        for k, bin_ in enumerate(self.partition):
            if bin_[0] == piece:
                raise InputError(f"{self._named} is cut at {at!r} already.")
            if piece in bin_:
                cut = piece - bin_[0]
                return self._with(
                    (*self.partition[:k], bin_[:cut], bin_[cut:], *self.partition[k + 1 :])
                )
        raise InputError(f"{self._named} has no bin that holds {at!r}.")

    def move(self, cut: int, to: float) -> BinEditor:
        """Move the cut between bins ``cut`` and ``cut + 1`` to another number."""
        return self.merge(cut).split(to)

    def group(self, levels: Iterable[str]) -> BinEditor:
        """Put levels of a text into a bin of their own, out of the bins that they are in."""
        if not isinstance(self.fit.pieces, TextPrebins):
            raise InputError(f"{self._named} is no text; move or split its cuts.")
        wanted = {levels} if isinstance(levels, str) else set(levels)
        pools = self.fit.pieces.groups
        if strangers := sorted(wanted - {level for pool in pools for level in pool}):
            raise InputError(f"{self._named} has no level {', '.join(map(repr, strangers))}.")
        chosen = tuple(k for k, pool in enumerate(pools) if wanted & set(pool))
        for k in chosen:
            if not set(pools[k]) <= wanted:
                raise InputError(
                    f"{self._named} was fitted with the levels {', '.join(pools[k])} as one, too "
                    "rare to be told apart; group all of them, or give user_splits and fit again."
                )
        rest = (tuple(p for p in bin_ if p not in chosen) for bin_ in self.partition)
        rates = self.fit.pieces.counts
        bins = [bin_ for bin_ in (*rest, chosen) if bin_]
        bins.sort(key=lambda bin_: _rate(rates.bads, rates.goods, bin_))
        return self._with(tuple(bins))

    def undo(self) -> BinEditor:
        """Return the solver's bins."""
        return BinEditor(self.fit, self.fit.partition)

    def _repr_html_(self) -> str:
        return self.table._repr_html_()

    def __repr__(self) -> str:
        return str(self.table)

    @property
    def _named(self) -> str:
        return f"Feature {self.fit.name}"

    def _note(self) -> str:
        share = f", {self.cost / self.optimum:.1%}" if self.optimum > 0 else ""
        return (
            f"objective {self.objective:.4f}; optimum {self.optimum:.4f}; "
            f"cost {self.cost:.4f}{share}"
        )

    def _with(self, partition: Partition) -> BinEditor:
        return BinEditor(self.fit, partition)

    def _check(self, *bins: int) -> None:
        for k in bins:
            whole = isinstance(k, Integral) and not isinstance(k, bool)
            if not whole or k not in range(len(self.partition)):
                raise InputError(
                    f"{self._named} has bins 0 to {len(self.partition) - 1}; got {k!r}."
                )

    def _piece(self, at: float) -> int:
        """Return the piece that begins at the cut ``at``."""
        pieces = self.fit.pieces
        if not isinstance(pieces, NumberPrebins):
            raise InputError(f"{self._named} is no number; merge its bins or group its levels.")
        if not isinstance(at, Real):
            raise InputError(f"{self._named} is cut at a number; got {at!r}.")
        k = int(np.searchsorted(pieces.lows, at))
        if 0 < k < pieces.lows.size and pieces.highs[k - 1] < at <= pieces.lows[k]:
            return k
        near = [pieces.cut(j) for j in (k - 1, k, k + 1) if 0 < j < pieces.lows.size]
        raise InputError(
            f"{self._named} cannot be cut at {at!r}: its pieces end at "
            f"{', '.join(f'{cut:g}' for cut in near)}. Take one of these, or name the cut in "
            "fixed_splits and fit again."
        )

    def _trend(self) -> str:
        counts = self.fit.counts(self.partition)
        if isinstance(self.fit.pieces, TextPrebins) or len(self.partition) < 2:
            return "none"
        steps = np.diff(counts.bads / (counts.bads + counts.goods))
        if (steps >= 0).all():
            return "ascending"
        return "descending" if (steps <= 0).all() else "none"


def _rate(bads: np.ndarray, goods: np.ndarray, pieces: Sequence[int]) -> float:
    at = list(pieces)
    return float(bads[at].sum() / (bads[at].sum() + goods[at].sum()))
