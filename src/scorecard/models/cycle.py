"""Through the cycle and point in time: the same PD with the state of the economy made explicit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scorecard.errors import InputError
from scorecard.logodds import Floats


@dataclass(frozen=True, slots=True)
class CycleModel:
    """One systematic factor Z moves every PD: the index of the cycle, above 0 in good times.

    With ρ = ``asset_correlation`` the PD at index Z is Φ((Φ⁻¹(PD) − √ρ·Z)/√(1 − ρ)). Z is standard
    normal over the cycle, and the mean over it is the through-the-cycle PD again. Z = 0 is not
    neutral: a PD is skewed, so at Z = 0 it lies below its mean.

    Raises `InputError` unless ρ lies in (0, 1).

    Source: O. Vasicek, "Loan portfolio value", *Risk*, December 2002.

    >>> round(float(CycleModel(0.15).point_in_time(0.02, 0.0)), 4)
    0.013
    """

    asset_correlation: float

    def __post_init__(self) -> None:
        if not 0 < self.asset_correlation < 1:
            raise InputError(
                f"The asset correlation must lie in (0, 1); got {self.asset_correlation}."
            )

    def point_in_time(self, pd: ArrayLike, index: float) -> Floats:
        """Return the PDs (n,) at ``index`` of through-the-cycle PDs (n,)."""
        from scipy.special import ndtr, ndtri

        shifted = ndtri(_probability(pd)) - math.sqrt(self.asset_correlation) * _index(index)
        out: Floats = ndtr(shifted / math.sqrt(1 - self.asset_correlation))
        return out

    def through_the_cycle(self, pd: ArrayLike, index: float) -> Floats:
        """Return the through-the-cycle PDs (n,) of PDs (n,) at ``index``: the way back."""
        from scipy.special import ndtr, ndtri

        scaled = math.sqrt(1 - self.asset_correlation) * ndtri(_probability(pd))
        out: Floats = ndtr(scaled + math.sqrt(self.asset_correlation) * _index(index))
        return out

    def implied_index(
        self, pd: ArrayLike, default_rate: float, weight: ArrayLike | None = None
    ) -> float:
        """Return the index at which the mean PD of a portfolio is a period's default rate.

        ``pd`` (n,) are through-the-cycle PDs within (0, 1), ``weight`` (n,) positive. The mean is
        taken over the PDs at the index, not at their mean. Raises `InputError` for a rate or PDs
        outside (0, 1): a period without defaults implies no index.
        """
        from scipy.optimize import brentq
        from scipy.special import ndtri

        p = np.atleast_1d(_probability(pd))
        if not 0 < default_rate < 1 or not len(p) or p.min() <= 0 or p.max() >= 1:
            raise InputError(
                "An index is implied by a default rate and PDs within (0, 1); got a rate of "
                f"{default_rate} and {len(p)} PDs."
            )
        w = None if weight is None else np.asarray(weight, dtype=np.float64)

        def gap(index: float) -> float:
            return float(np.average(self.point_in_time(p, index), weights=w)) - default_rate

        # Each PD alone implies an index; the portfolio's lies between the least and the largest.
        rho = self.asset_correlation
        alone = (ndtri(p) - math.sqrt(1 - rho) * ndtri(default_rate)) / math.sqrt(rho)
        return float(brentq(gap, alone.min() - 1e-6, alone.max() + 1e-6, xtol=1e-12))


def _probability(pd: ArrayLike) -> Floats:
    p = np.asarray(pd, dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise InputError("PDs must lie in [0, 1].")
    return p


def _index(index: float) -> float:
    if not math.isfinite(index):
        raise InputError(f"The index of the cycle must be finite; got {index}.")
    return float(index)
