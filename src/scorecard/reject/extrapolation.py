"""Extrapolation: the riskiest of the rejected are called bad, the others good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.reject.applicants import Applicants, Floats, stack
from scorecard.reject.augmented import AugmentedSample, with_rejected
from scorecard.reject.inference import RejectInference
from scorecard.reject.known_model import known_pds


@dataclass(frozen=True, slots=True)
class Extrapolation(RejectInference):
    """Label a rejected row bad if its PD by the accepted's model is at least a cutoff.

    Give one of two: ``cutoff``, a PD in (0, 1); or ``bad_rate``, the share in (0, 1) of the
    rejected's weight expected to be bad, which sets the cutoff at the PD whose share comes nearest
    (rows of equal PD stay together). Both are decisions of the lender and have no default
    (J. Crook and J. Banasik, "Does reject inference really improve the performance of application
    scoring models?", Journal of Banking & Finance 28, 2004).

    Assumes more than that the model holds for the rejected: that it is certain about each of them.
    Bad and good are rarely so clean, so the refit becomes too sure of itself: slopes too steep,
    PDs of the safest rejected too low and of the riskiest too high, whatever the rate. A cutoff of
    .5 calls nearly all rejected good in a portfolio of low default. Use it to see how far a result
    bends, seldom to fit the final model.

    ``details``, one row: cutoff (infinite where nobody is bad), bad_rate (of the rejected, as
    labelled), expected (the rate asked for; null with a cutoff). Raises `InputError` unless exactly
    one of the two is given, inside (0, 1).
    """

    bad_rate: float | None = None
    cutoff: float | None = None

    method: ClassVar[str] = "extrapolation"

    def __post_init__(self) -> None:
        given = [v for v in (self.bad_rate, self.cutoff) if v is not None]
        if len(given) != 1 or not 0 < given[0] < 1:
            raise InputError(
                "Extrapolation takes bad_rate or cutoff, one of them, inside (0, 1); "
                f"got bad_rate={self.bad_rate!r}, cutoff={self.cutoff!r}."
            )

    def _augment(self, estimator: Any, applicants: Applicants, acceptance: Any) -> AugmentedSample:
        X = stack(applicants)
        _, pd = known_pds(estimator, applicants, accepted=False)
        weight = applicants.weight_rejected
        if self.cutoff is not None:
            cutoff = self.cutoff
        else:
            assert self.bad_rate is not None  # one of the two is given
            cutoff = cutoff_of(pd, weight, self.bad_rate)
        bad = pd >= cutoff
        details = pl.DataFrame(
            {
                "cutoff": [cutoff],
                "bad_rate": [float(weight @ bad / weight.sum())],
                "expected": pl.Series([self.bad_rate], dtype=pl.Float64),
            }
        )
        return with_rejected(self.method, applicants, X, bad=bad, weight=weight, details=details)


def cutoff_of(pd: Floats, weight: Floats, bad_rate: float) -> float:
    """Return the PD at or above which the share of weight is nearest to ``bad_rate``.

    Of two equally near the lower PD, hence the larger share, is taken; infinity if none of the
    shares is as near as 0.
    """
    values, at = np.unique(pd, return_inverse=True)
    above = np.cumsum(np.bincount(at, weight)[::-1])[::-1] / weight.sum()
    cutoffs, shares = np.append(values, np.inf), np.append(above, 0.0)
    return float(cutoffs[np.argmin(np.abs(shares - bad_rate))])
