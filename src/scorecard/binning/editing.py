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
from scorecard.binning.rules import direction
from scorecard.binning.table import BinningTable
from scorecard.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class BinEditor:
    """Bins of one feature as edited by hand; every edit is a new value.

    ``objective`` is what these bins are worth, ``optimum`` what the solver's are under the same
    constraints and ``cost`` the difference: an edit that leaves the constraints can have a negative
    one. Where bins were given exactly, as ``splits``, nothing was sought: both are None, and the
    bins themselves are the pieces, which can be merged and parted again. ``bins`` is the frozen
    value, ``table`` its binning table, both counted again from the training sample's pieces. Bins
    are numbered from 0 in their order; only ordinary ones can be edited. ``asked`` holds the cuts
    that were asked for as other numbers than the pieces' own, by the piece that begins there: no
    value of the sample tells the two apart, but a new one may.

    Raises `InputError` for bins that are not there, and for cuts inside a piece, whose two sides
    were never counted apart; the error names the nearest cuts that can be had.
    """

    fit: FeatureFit
    partition: Partition
    asked: tuple[tuple[int, float], ...] = ()

    @property
    def edited(self) -> bool:
        """Whether these are other bins than those of the fit."""
        return self._moved or bool(self.asked) or self.fit.was_edited

    @property
    def _moved(self) -> bool:
        return self.partition != self.fit.partition

    @cached_property
    def bins(self) -> FeatureBins:
        """The edited bins as a frozen value."""
        if not (self._moved or self.asked):
            return self.fit.bins
        trend = self._trend() if self._moved else self.fit.solution.trend
        return self.fit.frozen(self.partition, trend, self.objective, dict(self.asked))

    @cached_property
    def objective(self) -> float:
        """The divergence of the edited bins."""
        if not self._moved:
            return self.fit.solution.objective
        return self.fit.objective(self.partition)

    @property
    def optimum(self) -> float | None:
        """The divergence of the solver's bins; None where bins were given as ``splits``."""
        return None if self.fit.settings.exact else self.fit.solution.objective

    @property
    def cost(self) -> float | None:
        """What the edits cost, optimum − objective; None where there is no optimum."""
        return None if self.optimum is None else self.optimum - self.objective

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
        """Cut the bin of numbers that holds ``at`` into the values below it and the rest.

        The cut stays the number asked for, also where no value of the sample lies between it and
        the end of a piece.
        """
        piece = self._piece(at)
        own = [*self.asked, *([] if at == self._cut(piece) else [(piece, float(at))])]
        for k, bin_ in enumerate(self.partition):
            if bin_[0] == piece:
                cut = dict(self.asked).get(piece, self._cut(piece))
                if at == cut:
                    raise InputError(f"{self._named} is cut at {at!r} already.")
                raise InputError(
                    f"{self._named} is cut at {cut:.15g} already, and no value of the sample lies "
                    f"between that and {at!r}; move({k - 1}, {at!r}) moves the cut."
                )
            if piece in bin_:
                cut = piece - bin_[0]
                return self._with(
                    (*self.partition[:k], bin_[:cut], bin_[cut:], *self.partition[k + 1 :]), own
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
        """Return the bins as they were fitted."""
        return BinEditor(self.fit, self.fit.partition)

    def _repr_html_(self) -> str:
        return self.table._repr_html_()

    def __repr__(self) -> str:
        return str(self.table)

    @property
    def _named(self) -> str:
        return f"Feature {self.fit.name}"

    def _note(self) -> str:
        if self.optimum is None or self.cost is None:
            return f"objective {self.objective:.4f}; given as splits, no optimum was sought"
        share = f", {self.cost / self.optimum:.1%}" if self.optimum > 0 else ""
        return (
            f"objective {self.objective:.4f}; optimum {self.optimum:.4f}; "
            f"cost {self.cost:.4f}{share}"
        )

    def _with(
        self, partition: Partition, asked: Iterable[tuple[int, float]] | None = None
    ) -> BinEditor:
        """Return other bins, with the cuts asked for that are still there."""
        starts = {bin_[0] for bin_ in partition[1:]}
        kept = [each for each in (self.asked if asked is None else asked) if each[0] in starts]
        return BinEditor(self.fit, partition, tuple(sorted(kept)))

    def _cut(self, piece: int) -> float:
        assert isinstance(self.fit.pieces, NumberPrebins)  # only numbers are cut
        return self.fit.pieces.cut(piece)

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
            f"{'splits' if self.fit.settings.exact else 'fixed_splits'} and fit again."
        )

    def _trend(self) -> str:
        if isinstance(self.fit.pieces, TextPrebins):
            return "none"
        counts = self.fit.counts(self.partition)
        return direction(counts.bads / (counts.bads + counts.goods))


def _rate(bads: np.ndarray, goods: np.ndarray, pieces: Sequence[int]) -> float:
    at = list(pieces)
    return float(bads[at].sum() / (bads[at].sum() + goods[at].sum()))
