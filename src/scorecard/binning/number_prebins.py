"""Pieces of numbers: even ones at first, ever finer ones around the cuts that were chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.prebins import EVEN, Counts
from scorecard.binning.rules import LARGEST

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FINER = 4
"""Into how many parts a piece beside a chosen cut is divided."""

LEAST = 200
"""Distinct values of a piece that is worth dividing; a finer cut would follow the noise.

Distinct values, since neither weights nor copies of rows make a sample more telling.
"""


@dataclass(frozen=True, slots=True)
class ByHand:
    """Cut points that a person gave: ``only`` (None: not asked) the candidates, ``fixed`` musts."""

    only: tuple[float, ...] | None = None
    fixed: tuple[float, ...] = ()


FREE = ByHand()


@dataclass(frozen=True, slots=True)
class NumberPrebins:
    """Prebins of numbers; piece k covers values from ``lows[k]`` to ``highs[k]``, both seen.

    ``given`` maps a piece to the cut point that a person chose for its lower end; ``fixed`` lists
    the pieces whose lower end must be a cut.
    """

    lows: Floats
    highs: Floats
    counts: Counts
    given: Mapping[int, float] = field(default_factory=dict)
    fixed: tuple[int, ...] = ()

    def cut(self, k: int) -> float:
        """Return the point that separates piece k−1 from piece k: left < cut ≤ right."""
        if k in self.given:
            return self.given[k]
        return short_between(float(self.highs[k - 1]), float(self.lows[k]))

    def codes(self, values: Floats) -> Ints:
        """Return the piece of each value; −1 below all that was seen with weight."""
        return np.searchsorted(self.lows, values, side="right").astype(np.int64) - 1


@dataclass(frozen=True)
class Sample:
    """Numbers in order, from which pieces are cut, coarse or fine."""

    held: _Alike | _Weighed
    by_hand: ByHand

    @classmethod
    def of(cls, values: Floats, bad: Floats, weight: Floats, by_hand: ByHand = FREE) -> Self | None:
        """Put finite ``values`` in order; ``bad`` is the weight of a bad row and 0 elsewhere.

        Rows of weight zero are ignored; None if no row has weight.
        """
        least, most = (weight.min(), weight.max()) if weight.size else (0.0, 0.0)
        if most == 0:
            return None
        if least == most:
            return cls(_Alike(values, bad > 0, float(most)), by_hand)
        if least == 0:
            weighed = weight > 0
            return cls.of(values[weighed], bad[weighed], weight[weighed], by_hand)
        return cls(_Weighed(values, bad, weight), by_hand)

    def evenly(self, max_prebins: int) -> NumberPrebins:
        """Cut at most ``max_prebins`` pieces of about equal weight, ties together.

        A value that alone weighs four pieces or more stands by itself, and the others share the
        rest of the pieces. Cut points by hand come in addition, or instead; one that parts no two
        values is left out.
        """
        if self.by_hand.only is not None:
            return self._pieces(())
        return self._pieces(_even_starts(self.held.upto, max_prebins))

    def finer(self, pieces: NumberPrebins, cuts: Sequence[int]) -> NumberPrebins | None:
        """Divide the two pieces beside each chosen cut, and leave every other cut out.

        The chosen cuts stay, so that no binning of these pieces is worth less than theirs. None
        where nothing is left that is worth dividing.
        """
        if self.by_hand.only is not None:
            return None
        upto, starts = self.held.upto, np.append(self._starts(pieces), self.held.distinct.size)
        beside = sorted({k for cut in cuts for k in (cut - 1, cut)})
        runs = [(a, b) for k in beside if (b := starts[k + 1]) - (a := starts[k]) >= LEAST]
        if not runs:
            return None
        parts = [a + _quantiles(upto[a : b + 1], FINER) for a, b in runs]
        return self._pieces(np.concatenate((starts[beside], *parts)))

    def joined(
        self, some: NumberPrebins, other: NumberPrebins, cuts: Sequence[int]
    ) -> NumberPrebins:
        """Return ``some`` pieces cut also where ``cuts`` of ``other`` ones are."""
        return self._pieces(np.union1d(self._starts(some), self._starts(other)[list(cuts)]))

    def _starts(self, pieces: NumberPrebins) -> Ints:
        return np.searchsorted(self.held.distinct, pieces.lows).astype(np.int64)

    @cached_property
    def _own(self) -> dict[int, float]:
        by_hand = self.by_hand
        return _parting(self.held.distinct, (*(by_hand.only or ()), *by_hand.fixed))

    def _pieces(self, begins: Sequence[int] | Ints) -> NumberPrebins:
        """Return the pieces that begin there, and where a person said."""
        distinct, own = self.held.distinct, self._own
        starts = np.unique(np.concatenate(([0], sorted(own), begins))).astype(np.int64)
        lasts = np.append(starts[1:], distinct.size) - 1
        piece = {int(start): k for k, start in enumerate(starts)}
        return NumberPrebins(
            distinct[starts],
            distinct[lasts],
            self.held.counts(starts),
            given={piece[start]: cut for start, cut in own.items()},
            fixed=tuple(sorted(piece[start] for start in _parting(distinct, self.by_hand.fixed))),
        )


class _Weighed:
    """Values in order with any weights; ``upto`` is the weight below each distinct value."""

    def __init__(self, values: Floats, bad: Floats, weight: Floats) -> None:
        order = pl.Series(values).arg_sort().to_numpy()
        ordered = values[order]
        ends = _ends(ordered)
        firsts = ends[:-1]
        self.distinct: Floats = ordered[firsts]
        weights = np.add.reduceat(weight[order], firsts)
        bads = np.add.reduceat(bad[order], firsts)
        self.upto: Floats = np.concatenate(([0.0], np.cumsum(weights)))
        self._each = Counts(np.diff(ends), bads, np.maximum(weights - bads, 0.0))

    def counts(self, starts: Ints) -> Counts:
        """Count the pieces that begin at ``starts`` among the distinct values."""
        return self._each.merged(starts)


class _Alike:
    """Values in order with one weight: sorting values alone is far quicker than their order.

    ``upto`` counts the rows below each distinct value.
    """

    def __init__(self, values: Floats, bad: NDArray[np.bool_], weight: float) -> None:
        ordered = _sorted(values)
        self.upto: Ints = _ends(ordered)
        different = self.upto.size == ordered.size + 1
        self.distinct: Floats = ordered if different else ordered[self.upto[:-1]]
        self._weight = weight
        self._bad_values = _sorted(values[bad])

    def counts(self, starts: Ints) -> Counts:
        """Count the pieces that begin at ``starts`` among the distinct values."""
        rows = np.diff(self.upto[starts], append=self.upto[-1])
        before = np.searchsorted(self._bad_values, self.distinct[starts])
        bads = np.diff(before, append=self._bad_values.size)
        return Counts(rows, bads * self._weight, (rows - bads) * self._weight)


def _sorted(values: Floats) -> Floats:
    """Return the values in order; polars sorts floats in about half of numpy's time."""
    return pl.Series(values).sort().to_numpy()


def _ends(ordered: Floats) -> Ints:
    """Return where each distinct value begins among sorted ones, and the end of the last."""
    changed = ordered[1:] != ordered[:-1]
    if changed.all():  # no value twice: nothing to gather, and a column's memory saved
        return np.arange(ordered.size + 1, dtype=np.int64)
    changes = np.flatnonzero(changed)
    changes += 1
    return np.concatenate(([0], changes, [ordered.size]))


def _parting(distinct: Floats, cuts: Iterable[float]) -> dict[int, float]:
    """Map where a piece begins among distinct values to the cut that makes it begin there."""
    found: dict[int, float] = {}
    for cut in cuts:
        start = int(np.searchsorted(distinct, cut))  # left < cut ≤ right
        if 0 < start < distinct.size:
            found.setdefault(start, float(cut))
    return found


def _even_starts(upto: Floats | Ints, pieces: int) -> Ints:
    """Return where ``pieces`` of even weight begin among distinct values; see `Sample.evenly`."""
    size = upto.size - 1
    if size <= pieces:
        return np.arange(size, dtype=np.int64)
    weights = np.diff(upto)
    heavy = np.flatnonzero(weights >= 4 * upto[-1] / pieces * (1 - EVEN))
    if heavy.size == 0:
        return _quantiles(upto, pieces)
    weights[heavy] = 0
    light = np.concatenate(([0], np.cumsum(weights)))
    begins = np.concatenate((_quantiles(light, pieces - 2 * heavy.size), heavy, heavy + 1))
    starts = np.unique(begins)
    return starts[starts < size].astype(np.int64)


def _quantiles(upto: Floats | Ints, pieces: int) -> Ints:
    """Return where ``pieces`` of even weight begin; a value lies where its middle lies."""
    low, high = upto[0], upto[-1]
    quantiles = low + (np.arange(1, pieces) - EVEN) * ((high - low) / pieces)
    after = np.searchsorted(upto, quantiles)
    middles = (upto[after - 1] + upto[after]) / 2
    starts = np.unique(np.concatenate(([0], after - (middles >= quantiles))))
    return starts[starts < upto.size - 1].astype(np.int64)


def short_between(left: float, right: float) -> float:
    """Return the number with the fewest decimals in (left, right], nearest to the middle.

    >>> short_between(0.15317, 0.15392), short_between(1.0, 2.0), short_between(1234.0, 5678.0)
    (0.1535, 2.0, 3000.0)
    """
    middle = left / 2 + right / 2
    if not left < middle <= right:
        return right
    if right - left > LARGEST:  # whose powers of ten overflow
        return middle
    for digits in range(-int(np.ceil(np.log10(right - left))) - 1, 18):
        for toward in (0.0, 0.5):
            candidate = round(middle + toward * 10.0**-digits, digits)
            if left < candidate <= right:
                return candidate + 0.0  # no negative zero
    return middle
