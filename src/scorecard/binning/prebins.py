"""Prebins: the fine, ordered pieces out of which the solver builds bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EVEN = 1e-9  # rounding allowance where a cumulative weight meets a boundary exactly


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
    never pooled; a level of theirs that no row with weight has keeps its place in its group, if
    another has rows. Other levels of weight zero are left out, so they are unseen; None if no level
    has weight. Equal rates are ordered by name.
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
    whole = {pool[0]: tuple(group) for pool, group in zip(pools, groups or (), strict=True) if pool}
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
        tuple(whole.get(pools[k][0]) or tuple(names[p] for p in pools[k]) for k in order),
        Counts(rows, bads, goods),
    )


def exact_groups(
    values: pl.Series, bad: Floats, weight: Floats, groups: Sequence[Sequence[str]]
) -> tuple[TextPrebins, int]:
    """Return a piece for each group, in the order given, and how many levels no group has.

    Levels of weight zero do not count; without groups all levels are one.
    """
    seen = values.filter(pl.Series(weight > 0)).unique().sort().to_list()
    pools = tuple(tuple(group) for group in groups) or ((tuple(seen),) if seen else ())
    at = {level: k for k, pool in enumerate(pools) for level in pool}
    codes = level_codes(values, at, -1)
    here = (codes >= 0) & (weight > 0)
    counts = count(codes[here], bad[here], weight[here], len(pools))
    return TextPrebins(pools, counts), sum(level not in at for level in seen)


def below_share(weights: Floats, share: float, whole: float) -> NDArray[np.bool_]:
    """Return which weights are less than ``share`` of ``whole``; what meets it exactly is not."""
    # A share that is met exactly must not fail by rounding, else the unit of weights would matter.
    return weights < share * whole * (1 - EVEN)


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
