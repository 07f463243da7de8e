"""Rounded points that rank as well as they can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.errors import InputError
from scorecard.models.rounding_search import Steps, auc_of, search
from scorecard.models.scorecard import Scorecard

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COARSEST, FINEST = -3, 3  # decimals
_LARGEST = 2.0**52  # in units; beyond it a float has no room for halves
_SNAP = 1e-9  # a point this near to a unit is that unit


@dataclass(frozen=True, slots=True)
class Rounding:
    """What rounding cost on the training sample, beside rounding every point to the nearest.

    ``digits`` are decimals (0: whole points, −1: tens). ``auc_exact``, ``auc`` and ``auc_nearest``
    rank by the exact card, the rounded one, and points rounded to the nearest; ties count half.
    ``largest_error`` is the largest difference, in points, between the rounded and the exact score
    of a training row; ``bound`` is the largest that any application can have: each feature's
    largest, and the base's, added up. The same for rounding to the nearest ends in ``_nearest``.
    ``searched`` is False where the card spans so many units that the nearest were taken.
    """

    digits: int
    auc_exact: float
    auc: float
    auc_nearest: float
    largest_error: float
    bound: float
    largest_error_nearest: float
    bound_nearest: float
    searched: bool

    @property
    def auc_loss(self) -> float:
        """What the AUC lost; negative where the rounded card ranks better than the exact one."""
        return self.auc_exact - self.auc


def check_digits(digits: Any) -> int:
    """Return ``digits`` as an int; raises `InputError` unless it is one from −3 to 3."""
    whole = isinstance(digits, (int, np.integer)) and not isinstance(digits, bool)
    if not whole or not COARSEST <= digits <= FINEST:
        raise InputError(
            "points_digits must be None or a whole number of decimals from "
            f"{COARSEST} to {FINEST}; got {digits!r}."
        )
    return int(digits)


def round_card(
    card: Scorecard,
    index: Sequence[NDArray[np.integer[Any]]],
    bad: Floats,
    good: Floats,
    *,
    digits: int,
    ends: tuple[float, float] | None = None,
) -> tuple[Scorecard, Rounding]:
    """Return the card in points of ``digits`` decimals, and what that cost.

    ``index`` is the bin of every training row, (n,) by feature of the card; ``bad`` and ``good``
    are the row's weight as a bad and as a good, (n,) each. Every point becomes one of the two units
    around it; which, is decided by `search` on the training AUC, beginning with the nearest and
    taking only steps that gain: the result never ranks worse than the nearest. Bins of higher WOE
    keep no fewer points, bins of the same WOE the same; of a card that is not ordered, bins of more
    points keep no fewer. With ``ends`` the least and the greatest
    attainable score are exactly these, whatever that costs.

    Raises `InputError` for a card with crosses, wrong digits, points too large to be rounded so,
    and ends that are no multiples of the unit or too near to each other.
    """
    digits = check_digits(digits)
    if card.crosses:
        raise InputError("Grids of crosses are not rounded; fit with crosses=0 for rounded points.")
    unit = 10.0**-digits
    exact_base = _units(card.base, digits)
    base = round(exact_base)
    groups = [
        np.unique(bins.woe if card.ordered else table, return_inverse=True)[1]
        for bins, table in zip(card.bins, card.bin_points, strict=True)
    ]
    exact = [
        _stepped(np.array([_units(point, digits) for point in table]), group)
        for table, group in zip(card.bin_points, groups, strict=True)
    ]
    if max(abs(exact_base), *(np.abs(e).max() for e in exact)) > _LARGEST:
        raise InputError(f"The card's points are too large for {digits} decimals; use fewer.")
    limits = [
        (np.floor(e + _SNAP).astype(np.int64), np.ceil(e - _SNAP).astype(np.int64)) for e in exact
    ]
    if ends is not None:
        seen = [
            np.unique(group[: len(bins.woe) - (bins.kind == "number")])
            for bins, group in zip(card.bins, groups, strict=True)
        ]
        limits = _between(exact, limits, seen, [_goal(end, digits) - base for end in ends])
    features = [
        Steps(e, low, high, group[np.asarray(bins)].astype(np.intp))
        for e, (low, high), group, bins in zip(exact, limits, groups, index, strict=True)
    ]
    off = base - exact_base
    found, searched = search(features, bad, good, level=off)
    nearest = [np.rint(e).astype(np.int64) for e in exact]
    truth = exact_base + _summed(exact, features)

    def cost(units: list[Ints]) -> tuple[float, float, float]:
        score = base + _summed(units, features)
        most = sum(float(np.abs(u - e).max()) for u, e in zip(units, exact, strict=True))
        error = float(np.abs(score - truth).max())
        return auc_of(score, bad, good), error * unit, (most + abs(off)) * unit

    auc, error, bound = cost(found)
    auc_nearest, error_nearest, bound_nearest = cost(nearest)
    tables = tuple(
        tuple(_points(int(u), digits) for u in units[group])
        for units, group in zip(found, groups, strict=True)
    )
    return card.with_points(tables, _points(base, digits)), Rounding(
        digits=digits,
        auc_exact=auc_of(truth, bad, good),
        auc=auc,
        auc_nearest=auc_nearest,
        largest_error=error,
        bound=bound,
        largest_error_nearest=error_nearest,
        bound_nearest=bound_nearest,
        searched=searched,
    )


def _summed(units: Sequence[NDArray[Any]], features: Sequence[Steps]) -> NDArray[Any]:
    """Return the sum of every row's units, shape (n,)."""
    total: NDArray[Any] = units[0][features[0].rows]
    for own, feature in zip(units[1:], features[1:], strict=True):
        total = total + own[feature.rows]
    return total


def _units(points: float, digits: int) -> float:
    return float(points * 10**digits if digits >= 0 else points / 10**-digits)


def _points(units: int, digits: int) -> float:
    return float(units / 10**digits if digits >= 0 else units * 10**-digits)


def _stepped(points: Floats, group: NDArray[np.intp]) -> Floats:
    """Return the points of every step; bins of one WOE have the same."""
    steps = np.empty(group.max() + 1)
    steps[group] = points
    return steps


def _goal(end: float, digits: int) -> int:
    units = _units(end, digits)
    if abs(units - round(units)) > _SNAP:
        raise InputError(
            f"min_score and max_score must be multiples of {10.0**-digits:g} where points_digits "
            f"is {digits}; got {end!r}."
        )
    return round(units)


def _between(
    exact: list[Floats],
    limits: list[tuple[Ints, Ints]],
    seen: list[NDArray[np.intp]],
    goals: list[int],
) -> list[tuple[Ints, Ints]]:
    """Fix the least and the greatest point of every feature so that they add up to the goals."""
    first, last = [int(s[0]) for s in seen], [int(s[-1]) for s in seen]
    least = _shared_out(
        [float(e[k]) for e, k in zip(exact, first, strict=True)],
        [int(low[k]) for (low, _), k in zip(limits, first, strict=True)],
        [int(high[k]) for (_, high), k in zip(limits, first, strict=True)],
        goals[0],
    )
    most = _shared_out(
        [float(e[k]) for e, k in zip(exact, last, strict=True)],
        [max(int(low[k]), m) for (low, _), k, m in zip(limits, last, least, strict=True)],
        [
            int(high[k]) if k > i else m
            for (_, high), i, k, m in zip(limits, first, last, least, strict=True)
        ],
        goals[1],
    )
    fixed = []
    for (low, high), i, k, start, end in zip(limits, first, last, least, most, strict=True):
        at_least, at_most = low.clip(start, end), high.clip(start, end)
        at_least[k:], at_most[: i + 1] = end, start
        fixed.append((at_least, at_most))
    return fixed


def _shared_out(exact: list[float], low: list[int], high: list[int], goal: int) -> list[int]:
    """Round each number down or up so that they add up to ``goal``: largest remainders go up."""
    left = goal - sum(low)
    free = [j for j in range(len(exact)) if high[j] > low[j]]
    if not 0 <= left <= len(free):
        raise InputError(
            "min_score and max_score are too near to each other for points of this size; raise "
            "points_digits or move them apart."
        )
    up = sorted(free, key=lambda j: low[j] - exact[j])[:left]
    return [low[j] + (j in up) for j in range(len(exact))]
