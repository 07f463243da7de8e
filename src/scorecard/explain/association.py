"""Which numbers go together, and which reason codes therefore say the same thing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scorecard.logodds import Floats

#: A correlation known from fewer rows than this is not called one.
FEWEST = 30

#: Correlations are compared after rounding, so that equal columns are equal on every machine.
DIGITS = 4

_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Tie:
    """The two features that tie two merged codes together, and their rank correlation."""

    features: tuple[str, str]
    correlation: float


@dataclass(frozen=True, slots=True)
class Merged:
    """Codes that are one reason, in the product's order, and the tie of each pair of them."""

    codes: tuple[str, ...]
    ties: tuple[Tie, ...]


def rank_correlation(columns: Sequence[Floats], weight: Floats) -> Floats:
    """Return the weighted rank correlation of each pair of columns, shape (k, k).

    Spearman's: the product-moment correlation of mid-ranks, a row of weight w counting as w copies.
    ``columns`` are k arrays (n,) with NaN where not known. A column is ranked once, among its own
    known rows; a pair is correlated over the rows where both are known, 0 where these are fewer
    than `FEWEST` or one of the two does not vary there. Rounded to `DIGITS` decimals.
    """
    k = len(columns)
    if k == 0:
        return np.zeros((0, 0))
    ranks = np.stack([_ranks(column, weight) for column in columns])
    known = ~np.isnan(ranks)
    ranks[~known] = 0.0
    rows, mass, sums, squares, products = (np.zeros((k, k)) for _ in range(5))
    for start in range(0, len(weight), _CHUNK):
        x, has = ranks[:, start : start + _CHUNK], known[:, start : start + _CHUNK].astype(float)
        w = weight[start : start + _CHUNK]
        rows += has @ has.T
        mass += (has * w) @ has.T
        sums += (x * w) @ has.T
        squares += (x * x * w) @ has.T
        products += (x * w) @ x.T
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums / mass
        variance = np.maximum(squares / mass - mean * mean, 0.0)
        spread = np.sqrt(variance * variance.T)
        found = (products / mass - mean * mean.T) / spread
    # Ranks lie within ±½: less spread than this is none, but rounding.
    found[(rows < FEWEST) | ~(spread > 1e-12)] = 0.0
    return np.asarray(np.round(np.clip(found, -1.0, 1.0), DIGITS))


def merge_codes(
    members: Mapping[str, Sequence[str]],
    names: Sequence[str],
    correlation: Floats,
    threshold: float,
) -> tuple[Merged, ...]:
    """Return the groups of two or more codes that count as one reason.

    ``members`` maps each code to its features, ``correlation`` (k, k) belongs to the features
    ``names``. Two codes are as close as the two closest features of them, by absolute correlation.
    Groups are made by complete linkage: the closest two are joined as long as *every* code of the
    one is at least ``threshold`` close to every code of the other. So no chain joins codes that
    have nothing to do with each other. Ties go to the codes declared first.
    """
    at = {name: i for i, name in enumerate(names)}
    codes = list(members)
    pairs: dict[tuple[str, str], Tie] = {}
    for a, b in combinations(codes, 2):
        found = [
            Tie((x, y), float(correlation[at[x], at[y]]))
            for x in members[a]
            for y in members[b]
            if x in at and y in at
        ]
        if found:
            pairs[a, b] = max(found, key=lambda tie: abs(tie.correlation))
    groups: list[tuple[str, ...]] = [(code,) for code in codes]
    while True:
        best, joined = threshold, None
        for i, j in combinations(range(len(groups)), 2):
            ties = [pairs.get(_ordered(codes, a, b)) for a in groups[i] for b in groups[j]]
            loosest = min(0.0 if tie is None else abs(tie.correlation) for tie in ties)
            if loosest > best or (joined is None and loosest >= best):
                best, joined = loosest, (i, j)
        if joined is None:
            break
        i, j = joined
        groups[i] = tuple(sorted((*groups[i], *groups[j]), key=codes.index))
        del groups[j]
    return tuple(
        Merged(group, tuple(pairs[pair] for pair in combinations(group, 2)))
        for group in groups
        if len(group) > 1
    )


def _ordered(codes: Sequence[str], a: str, b: str) -> tuple[str, str]:
    return (a, b) if codes.index(a) < codes.index(b) else (b, a)


def _ranks(column: Floats, weight: Floats) -> Floats:
    """Return mid-ranks as shares of the known weight, centred; NaN where not known."""
    known = ~np.isnan(column)
    ranks = np.full(len(column), np.nan)
    if not known.any():
        return ranks
    _, place = np.unique(column[known], return_inverse=True)
    each = np.bincount(place, weight[known]).astype(np.float64)
    ranks[known] = ((np.cumsum(each) - each / 2) / each.sum() - 0.5)[place]
    return ranks
