"""The pooled test that two shares are one."""

from __future__ import annotations

import math


def pooled_z(rate: float, size: float, other: float, other_size: float) -> float:
    """Return z of ``other`` less ``rate``, shares of ``size`` and ``other_size`` rows.

    The variance is that of the two taken together; where it is 0, so is z.

    Source: J. Fleiss, B. Levin, M. Paik, *Statistical Methods for Rates and Proportions*, 2003,
    ch. 3.

    >>> round(pooled_z(0.8, 200, 0.7, 200), 3)
    -2.309
    """
    pooled = (rate * size + other * other_size) / (size + other_size)
    variance = pooled * (1 - pooled) * (1 / size + 1 / other_size)
    return (other - rate) / math.sqrt(variance) if variance > 0 else 0.0
