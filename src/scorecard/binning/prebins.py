"""Prebins: the fine, ordered pieces out of which the solver builds bins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EVEN = 1e-9  # rounding allowance where a cumulative weight meets a boundary exactly


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows and weighted bads and goods of consecutive pieces, each of shape (n,)."""

    rows: Ints
    bads: Floats
    goods: Floats

    def merged(self, starts: NDArray[np.integer]) -> Counts:
        """Return the counts of the coarser pieces that begin at ``starts`` (the first is 0)."""
        return Counts(
            np.add.reduceat(self.rows, starts),
            np.add.reduceat(self.bads, starts),
            np.add.reduceat(self.goods, starts),
        )


def count(codes: NDArray[np.integer], bad: Floats, weight: Floats, size: int) -> Counts:
    """Count rows, bads and goods per code 0..size−1; ``bad`` is the weight of the bads."""
    rows: Ints = np.bincount(codes, minlength=size).astype(np.int64)
    bads: Floats = np.bincount(codes, bad, minlength=size).astype(np.float64)
    goods: Floats = np.bincount(codes, weight - bad, minlength=size).astype(np.float64)
    return Counts(rows, bads, goods)


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


def number_prebins(
    values: Floats, bad: Floats, weight: Floats, max_prebins: int, by_hand: ByHand = FREE
) -> NumberPrebins | None:
    """Cut numbers into at most ``max_prebins`` pieces of about equal weight, ties together.

    ``values`` are finite, ``bad`` is the weight where the row is bad and 0 elsewhere. A value that
    alone weighs four pieces or more stands by itself, and the others share the rest of the pieces.
    Cut points by hand come in addition, or instead; one that parts no two values is left out. Rows
    of weight zero are ignored; None if no row has weight.
    """
    weighed = weight > 0
    if not weighed.all():
        values, bad, weight = values[weighed], bad[weighed], weight[weighed]
    if values.size == 0:
        return None
    alike = float(weight[0]) if weight.min() == weight.max() else None
    held = _Alike(values, bad > 0, alike) if alike else _Weighed(values, bad, weight)
    distinct = held.distinct
    own = _parting(distinct, (*(by_hand.only or ()), *by_hand.fixed))
    begins = [np.array(sorted(own), dtype=np.int64)]
    if by_hand.only is None:
        begins.append(_quantile_starts(held.weights, max_prebins))
    starts = np.unique(np.concatenate(([0], *begins))).astype(np.int64)
    lasts = np.concatenate((starts[1:], [distinct.size])) - 1
    piece = {int(start): k for k, start in enumerate(starts)}
    return NumberPrebins(
        distinct[starts],
        distinct[lasts],
        held.counts(starts),
        given={piece[start]: cut for start, cut in own.items()},
        fixed=tuple(sorted(piece[start] for start in _parting(distinct, by_hand.fixed))),
    )


class _Weighed:
    """Values in order with any weights."""

    def __init__(self, values: Floats, bad: Floats, weight: Floats) -> None:
        order = np.argsort(values)
        ordered = values[order]
        self._firsts = _firsts(ordered)
        self.distinct: Floats = ordered[self._firsts]
        self._rows = np.diff(self._firsts, append=values.size)
        self._bads = np.add.reduceat(bad[order], self._firsts)
        self.weights: Floats = np.add.reduceat(weight[order], self._firsts)

    def counts(self, starts: Ints) -> Counts:
        """Count the pieces that begin at ``starts`` among the distinct values."""
        goods = np.maximum(self.weights - self._bads, 0.0)
        return Counts(self._rows, self._bads, goods).merged(starts)


class _Alike:
    """Values in order with one weight: sorting values alone is far quicker than their order."""

    def __init__(self, values: Floats, bad: NDArray[np.bool_], weight: float) -> None:
        ordered = np.sort(values)
        self._firsts = _firsts(ordered)
        self.distinct: Floats = ordered[self._firsts]
        self.weights: Floats = np.diff(self._firsts, append=values.size) * weight
        self._size, self._weight = values.size, weight
        self._bad_values = np.sort(values[bad])

    def counts(self, starts: Ints) -> Counts:
        """Count the pieces that begin at ``starts`` among the distinct values."""
        rows = np.diff(self._firsts[starts], append=self._size)
        before = np.searchsorted(self._bad_values, self.distinct[starts])
        bads = np.diff(before, append=self._bad_values.size)
        return Counts(rows.astype(np.int64), bads * self._weight, (rows - bads) * self._weight)


def _firsts(ordered: Floats) -> Ints:
    """Return where each distinct value begins among sorted ones."""
    return np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1))


def _parting(distinct: Floats, cuts: Iterable[float]) -> dict[int, float]:
    """Map where a piece begins among distinct values to the cut that makes it begin there."""
    found: dict[int, float] = {}
    for cut in cuts:
        start = int(np.searchsorted(distinct, cut))  # left < cut ≤ right
        if 0 < start < distinct.size:
            found.setdefault(start, float(cut))
    return found


def _quantile_starts(weights: Floats, max_prebins: int) -> Ints:
    """Return where pieces begin among distinct values of the given weights."""
    if weights.size <= max_prebins:
        return np.arange(weights.size, dtype=np.int64)
    heavy = np.flatnonzero(weights >= 4 * weights.sum() / max_prebins * (1 - _EVEN))
    light = weights.copy()
    light[heavy] = 0.0
    upto = np.cumsum(light)
    size = upto[-1] / (max_prebins - 2 * heavy.size)
    upto -= light / 2  # a value belongs to the piece that holds its middle
    quantiles = (np.arange(1, max_prebins) - _EVEN) * size
    begins = np.concatenate(([0], np.searchsorted(upto, quantiles), heavy, heavy + 1))
    starts = np.unique(begins)
    return starts[starts < weights.size].astype(np.int64)


def short_between(left: float, right: float) -> float:
    """Return the number with the fewest decimals in (left, right], nearest to the middle.

    >>> short_between(0.15317, 0.15392), short_between(1.0, 2.0), short_between(1234.0, 5678.0)
    (0.1535, 2.0, 3000.0)
    """
    middle = left / 2 + right / 2
    if not left < middle <= right:
        return right
    for digits in range(-int(np.ceil(np.log10(right - left))) - 1, 18):
        for toward in (0.0, 0.5):
            candidate = round(middle + toward * 10.0**-digits, digits)
            if left < candidate <= right:
                return candidate + 0.0  # no negative zero
    return middle


@dataclass(frozen=True, slots=True)
class TextPrebins:
    """Prebins of text: groups of levels in order of rising bad rate; none is fixed."""

    groups: tuple[tuple[str, ...], ...]
    counts: Counts
    fixed: tuple[int, ...] = ()

    def codes(self, values: pl.Series) -> Ints:
        """Return the piece of each level, −1 for levels without one."""
        pieces = {level: k for k, group in enumerate(self.groups) for level in group}
        return level_codes(values, pieces, -1)


def text_prebins(
    values: pl.Series,
    bad: Floats,
    weight: Floats,
    rare_share: float,
    groups: Sequence[Sequence[str]] | None = None,
) -> TextPrebins | None:
    """Order levels by weighted bad rate, pooling those below ``rare_share`` of the weight.

    ``values`` is a String series without nulls. ``groups`` given by hand stay together, and are
    never pooled. Levels of weight zero are left out, so they are unseen; None if no level has
    weight. Equal rates are ordered by name.
    """
    levels = values.unique().sort()
    if levels.len() == 0:
        return None
    codes = level_codes(values, {level: k for k, level in enumerate(levels)}, -1)
    counts = count(codes, bad, weight, levels.len())
    weights = counts.bads + counts.goods
    names = levels.to_list()
    at = {level: k for k, level in enumerate(names)}
    weighed = weights > 0
    pools = [[at[v] for v in group if v in at and weighed[at[v]]] for group in groups or ()]
    taken = {k for pool in pools for k in pool}
    rare = below_share(weights, rare_share, float(weights.sum()))
    left = [int(k) for k in np.flatnonzero(weighed) if int(k) not in taken]
    pools += [[k] for k in left if not rare[k]]
    pools.append([k for k in left if rare[k]])
    pools = [pool for pool in pools if pool]
    if not pools:
        return None
    totals = [
        (int(counts.rows[p].sum()), float(counts.bads[p].sum()), float(counts.goods[p].sum()))
        for p in pools
    ]
    rates = [round(b / (b + g), 12) for _, b, g in totals]
    order = sorted(range(len(pools)), key=lambda k: (rates[k], names[pools[k][0]]))
    rows, bads, goods = (np.array(c) for c in zip(*(totals[k] for k in order), strict=True))
    return TextPrebins(
        tuple(tuple(names[level] for level in pools[k]) for k in order),
        Counts(rows, bads, goods),
    )


def below_share(weights: Floats, share: float, whole: float) -> NDArray[np.bool_]:
    """Return which weights are less than ``share`` of ``whole``; what meets it exactly is not."""
    # A share that is met exactly must not fail by rounding, else the unit of weights would matter.
    return weights < share * whole * (1 - _EVEN)


def level_codes(values: pl.Series, codes: dict[str, int], otherwise: int) -> Ints:
    """Return each level's code, ``otherwise`` for levels without one; shape (n,)."""
    if not codes:
        return np.full(values.len(), otherwise, dtype=np.int64)
    known = pl.Series(list(codes), dtype=pl.String)
    mapped = values.replace_strict(
        known, pl.Series(list(codes.values()), dtype=pl.Int64), default=otherwise,
        return_dtype=pl.Int64,
    )  # fmt: skip
    return mapped.to_numpy()
