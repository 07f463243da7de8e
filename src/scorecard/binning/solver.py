"""Exact optimal binning: a dynamic programme over contiguous prebins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scorecard.binning.curves import best_by_triples
from scorecard.binning.divergence import DIVERGENCES
from scorecard.binning.pairs import best_by_pairs
from scorecard.binning.rules import CURVES, LARGEST, TIE, Rules
from scorecard.binning.segments import Segments
from scorecard.errors import InputError

Floats = NDArray[np.float64]

SHAPES = ("ascending", "descending", "peak", "valley")  # concave is a peak, convex a valley


class InfeasibleBinning(InputError, ValueError):  # noqa: N818 (a public name)
    """No binning meets the constraints; ``constraint`` names the tightest of them.

    That is the one without which the best binning is worth most; the message names it, how many
    bins there are without it, and what could be dropped in its place.
    """

    def __init__(self, message: str, constraint: str) -> None:
        super().__init__(message)
        self.constraint = constraint

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (str(self), self.constraint)


@dataclass(frozen=True, slots=True)
class Solution:
    """An optimal binning.

    ``cuts`` are the indices of the prebins that begin a new bin, the first excluded;
    ``objective`` is the sum of the divergence over the bins; ``trend`` is the one that holds
    (what ``"auto"`` chose, ``"none"`` if it chose a single bin); ``loss`` is what ``"auto"``'s
    trend costs against no trend under the same constraints, None for any other.
    """

    cuts: tuple[int, ...]
    objective: float
    trend: str
    loss: float | None = None


def solve(
    bads: ArrayLike,
    goods: ArrayLike,
    *,
    divergence: str = "iv",
    trend: str = "none",
    min_bins: int | None = None,
    max_bins: int | None = None,
    min_bin_share: float | None = None,
    max_bin_share: float | None = None,
    min_bin_bads: float | None = None,
    min_bin_goods: float | None = None,
    min_rate_gap: float = 0.0,
    max_p_value: float | None = None,
    totals: tuple[float, float] | None = None,
    fixed_cuts: Sequence[int] = (),
    periods: Sequence[tuple[ArrayLike, ArrayLike]] | None = None,
) -> Solution:
    """Merge neighbouring prebins so that the divergence between bads and goods is greatest.

    Parameters: ``bads`` and ``goods`` are weighted counts per prebin, shape (n,). ``trend`` speaks
    of the bad rate: ``none``, ``ascending``, ``descending``, ``peak``, ``valley``, ``concave`` or
    ``convex`` (its steps never grow, never shrink), or ``auto`` (the best of
    all of these, the simplest of equals, its loss against ``none`` told). ``min_bin_share`` and
    ``max_bin_share`` are shares of the total weight; ``min_bin_bads`` and ``min_bin_goods`` are
    weighted counts. Neighbouring bins must differ by ``min_rate_gap`` in bad rate and by a
    two-sided pooled two-proportion z-test at ``max_p_value``, weights read as counts. ``totals``
    are (bads, goods) of the whole sample where it is more than the prebins (missing and special
    values). ``fixed_cuts`` are prebins that must begin a bin. ``periods`` are (bads, goods) per
    prebin of parts of the sample: neighbouring bins must keep their order of bad rates in each,
    where both have weight.

    A table over (start, end) of the last bin, of the last two for curves, makes constraints between
    neighbours exact: O(n³), once more per bin counted where their number is bounded. Among equal
    objectives fewer bins win. A bin without bads or without goods has finite divergence by
    `scorecard.binning.divergence.shares`, the same quantity as in the binning table. One bin is a
    valid result.

    Raises `InfeasibleBinning` if no binning meets the constraints, `InputError` for bad input.

    >>> solve([1, 2, 8, 9], [9, 8, 2, 1], trend="ascending", max_bins=2).cuts
    (2,)
    """
    b, g = _counts("bads", bads), _counts("goods", goods)
    if b.shape != g.shape or b.size == 0:
        raise InputError(
            f"bads and goods must be equally long, one prebin at least; got {b.size} and {g.size}."
        )
    if divergence not in DIVERGENCES:
        raise InputError(f"divergence must be one of {', '.join(DIVERGENCES)}; got {divergence!r}.")
    rules = Rules(
        trend, min_bins, max_bins, min_bin_share, max_bin_share, min_bin_bads, min_bin_goods,
        min_rate_gap or None, max_p_value, tuple(fixed_cuts) or None, periods is not None,
    )  # fmt: skip
    if not all(isinstance(cut, Integral) and 0 < cut < b.size for cut in fixed_cuts):
        raise InputError(
            f"fixed_cuts must be whole numbers between 1 and {b.size - 1}; got {fixed_cuts}."
        )
    parts = [(_counts("periods", x), _counts("periods", y)) for x, y in periods or ()]
    if any(x.shape != b.shape or y.shape != b.shape for x, y in parts):
        raise InputError("Every period needs the bads and goods of every prebin.")
    whole = (float(b.sum()), float(g.sum())) if totals is None else totals
    if not (whole[0] > 0 and whole[1] > 0):
        raise InputError(f"Binning needs both bads and goods; got totals {whole}.")
    table = Segments(b, g, whole, divergence, parts)
    best = _best(table, rules)
    if best is None:
        raise _blame(table, rules)
    return best


def _counts(name: str, values: ArrayLike) -> Floats:
    try:
        counts = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):  # texts, lists of different lengths
        counts = np.array(np.nan)
    if counts.ndim != 1 or not np.isfinite(counts).all() or (counts < 0).any():
        raise InputError(f"{name} must be a list of finite weights, none negative.")
    if counts.max(initial=0.0) > LARGEST:
        raise InputError(f"{name} must be weights up to {LARGEST:g}; divide all by a number.")
    return counts


def _best(table: Segments, rules: Rules) -> Solution | None:
    if rules.trend != "auto":
        return _optimum(table, rules)
    best = None
    for trend in SHAPES:
        found = _optimum(table, replace(rules, trend=trend))
        if found is not None and (best is None or found.objective > best.objective + TIE):
            best = found
    if best is None:
        return None
    free = _optimum(table, replace(rules, trend="none"))
    assert free is not None  # whatever a trend allows, no trend allows
    loss = max(0.0, free.objective - best.objective)
    return replace(best, trend=best.trend if best.cuts else "none", loss=loss)


def _optimum(table: Segments, rules: Rules) -> Solution | None:
    layers = rules.layers(table.n)
    if layers is None:
        return None
    programme = best_by_triples if rules.trend in CURVES else best_by_pairs
    cuts = programme(table, rules, layers)
    if cuts is None:
        return None
    ends = (*(cut - 1 for cut in cuts), table.n - 1)
    bins = zip((0, *cuts), ends, strict=True)
    return Solution(cuts, float(sum(table.value[start, end] for start, end in bins)), rules.trend)


def _blame(table: Segments, rules: Rules) -> InfeasibleBinning:
    """Name the tightest constraint: the one whose absence alone leaves the best binning.

    Where no single one will do, a least set of constraints that have to go together.
    """
    free: dict[str, Any] = {
        "min_bins": None, "max_p_value": None, "min_rate_gap": None, "max_bin_share": None,
        "min_bin_share": None, "min_bin_bads": None, "min_bin_goods": None, "max_bins": None,
        "stable": False, "trend": "none", "fixed_cuts": None,
    }  # fmt: skip
    asked = [name for name, value in free.items() if getattr(rules, name) != value]

    def without(names: Sequence[str]) -> Solution | None:
        return _best(table, replace(rules, **{name: free[name] for name in names}))

    alone = {name: found for name in asked if (found := without([name])) is not None}
    if alone:
        tightest = max(  # cuts that a person fixed are the last to be blamed
            alone, key=lambda name: (name != "fixed_cuts", round(alone[name].objective, 9))
        )
        fact = f"without it {_bins(alone[tightest])}"
        if others := [name for name in alone if name != tightest]:
            fact += f"; to drop {' or '.join(others)} instead would do as well"
        return _sentence(rules, [tightest], fact)
    together = list(asked)
    for name in asked:
        fewer = [other for other in together if other != name]
        if without(fewer) is not None:
            together = fewer
    found = without(together)
    if found is None:
        return _sentence(rules, asked, "no bin has weight")
    return _sentence(rules, together, f"no single one will do; without them all {_bins(found)}")


def _bins(found: Solution) -> str:
    bins = len(found.cuts) + 1
    return f"there is one of {bins} bin{'s' if bins > 1 else ''}"


def _sentence(rules: Rules, names: Sequence[str], fact: str) -> InfeasibleBinning:
    listed = ", ".join(f"{name}={getattr(rules, name)!r}" for name in names)
    return InfeasibleBinning(
        f"No binning of the prebins meets {listed}; {fact}. Relax it or use more prebins.",
        names[-1] if names else "",
    )
