"""The gate that every explanation passes: it adds up to the margin it explains."""

from __future__ import annotations

import numpy as np

from scorecard.errors import ExplanationError
from scorecard.explain.decisions import Floats

TOLERANCE = 1e-5


def check_additivity(base: float, contributions: Floats, margin: Floats) -> None:
    """Hold the gate: base plus contributions is the booster's margin.

    ``contributions`` has shape (rows, features), ``margin`` (rows,). Raises `ExplanationError`
    where a row's gap exceeds 1e-5·max(1, |margin|), or is not a number.
    """
    contributions = np.atleast_2d(contributions)
    margin = np.atleast_1d(np.asarray(margin, dtype=np.float64))
    if contributions.shape[:1] != margin.shape:
        raise ExplanationError(
            "contributions must have one row for each margin; "
            f"got {len(contributions)} rows and {len(margin)} margins."
        )
    total = np.full(len(margin), base, dtype=np.float64)
    for column in contributions.T:
        total += column
    gap = np.abs(total - margin)
    bad = ~(gap <= TOLERANCE * np.maximum(1.0, np.abs(margin)))
    if bad.any():
        raise ExplanationError(
            f"Contributions must add up to the margin within {TOLERANCE}·max(1, |margin|); "
            f"{int(bad.sum())} of {len(margin)} rows do not, worst gap {gap[bad].max():.3g}. "
            "The explanation is not of this model: rebuild the tables from the bundle."
        )
