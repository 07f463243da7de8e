"""A proof that a binning is optimal, independent of how it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scorecard.binning.solver import InfeasibleBinning, Solution, solve
from scorecard.errors import InputError

_MIRRORED = {"ascending": "descending", "descending": "ascending"}


@dataclass(frozen=True, slots=True)
class Certificate:
    """``objective`` of a binning and ``bound``, which no binning under the constraints exceeds.

    ``gap`` is ``bound − objective``: 0 up to rounding proves the binning optimal.
    """

    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """How much a better binning could still gain."""
        return max(0.0, self.bound - self.objective)

    @property
    def proven(self) -> bool:
        """Whether the binning is optimal up to rounding."""
        return self.gap <= 1e-9 * max(1.0, self.bound)


def certify(solution: Solution, bads: ArrayLike, goods: ArrayLike, **rules: Any) -> Certificate:
    """Return the certificate of ``solution`` for the arguments that `solve` took.

    The objective is that of the very cuts: a problem in which they are the only candidates and all
    fixed, so that a cut which breaks a rule is found out. The bound is the optimum of the mirrored
    problem, solved from the last prebin to the first over other states. Raises
    `InfeasibleBinning` where the cuts break a constraint.
    """
    b, g = np.asarray(bads, dtype=np.float64), np.asarray(goods, dtype=np.float64)
    cuts = np.array(solution.cuts, dtype=np.int64)
    if cuts.size and not (cuts[0] > 0 and cuts[-1] < b.size and (np.diff(cuts) > 0).all()):
        raise InputError(f"Cuts must rise between 1 and {b.size - 1}; got {solution.cuts}.")
    starts = np.concatenate(([0], cuts))
    periods = rules.pop("periods", None)
    try:
        held = solve(
            np.add.reduceat(b, starts),
            np.add.reduceat(g, starts),
            **{
                **rules,
                "totals": rules.get("totals") or (float(b.sum()), float(g.sum())),
                "trend": solution.trend,
                "fixed_cuts": range(1, starts.size),
            },
            periods=None
            if periods is None
            else [(np.add.reduceat(x, starts), np.add.reduceat(y, starts)) for x, y in periods],
        )
    except InfeasibleBinning as error:
        raise InfeasibleBinning(
            f"The cuts {solution.cuts} break {error.constraint}; they are no binning of this "
            "problem.",
            error.constraint,
        ) from None
    trend = rules.get("trend", "none")
    mirrored = solve(
        b[::-1],
        g[::-1],
        **{
            **rules,
            "trend": _MIRRORED.get(trend, trend),
            "fixed_cuts": [b.size - cut for cut in rules.get("fixed_cuts", ())],
        },
        periods=None
        if periods is None
        else [(np.asarray(x)[::-1], np.asarray(y)[::-1]) for x, y in periods],
    )
    return Certificate(held.objective, mirrored.objective)
