"""How customers move between grades: bandwidth and monotonicity of a migration matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.special import ndtr

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import counts


@dataclass(frozen=True, slots=True)
class MigrationBandwidth:
    """How far customers move, as a share of the farthest they could: down and up the scale.

    ``upper`` is of moves to later (riskier) grades, ``lower`` of moves to earlier ones; None where
    nobody moved that way.
    """

    upper: float | None
    lower: float | None

    @property
    def value(self) -> tuple[float | None, float | None]:
        """Upper and lower."""
        return self.upper, self.lower


@dataclass(frozen=True, slots=True, eq=False)
class MigrationStability:
    """Each off-diagonal cell of a migration matrix against its neighbour towards the diagonal.

    ``statistic`` and ``p_value`` (K, K), NaN on the diagonal and where both cells are empty; not
    writable.
    """

    statistic: Floats
    p_value: Floats

    @property
    def table(self) -> pl.DataFrame:
        """One row a cell, grades counted from 1: from_grade, to_grade, statistic, p_value."""
        rows, columns = np.nonzero(~np.isnan(self.statistic))
        return pl.DataFrame(
            {
                "from_grade": rows + 1,
                "to_grade": columns + 1,
                "statistic": self.statistic[rows, columns],
                "p_value": self.p_value[rows, columns],
            }
        )


def migration_bandwidth(matrix: ArrayLike) -> MigrationBandwidth:
    """Return the weighted bandwidths of a migration matrix, 0 (nobody moves) to 1 (all the way).

    upper = Σ_{j>i}|i − j|·N_ij / Σ_i max(K − i, i − 1)·Σ_{j>i}N_ij, lower with j < i. ``matrix``
    (K, K) counts from grade i (rows, the best first) to grade j; further columns (default, left)
    are left out. Raises `InputError` for anything but counts of two grades or more.

    Source: European Central Bank, *Instructions for reporting the validation results of internal
    models*, 2019, §2.5.5.1.

    >>> found = migration_bandwidth([[10, 8, 15, 9, 10], [11, 9, 13, 9, 8], [0, 10, 10, 11, 10],
    ...                              [0, 0, 9, 11, 11], [0, 0, 0, 11, 10]])
    >>> round(found.upper, 6), round(found.lower, 6)
    (0.606607, 0.330645)
    """
    moves, size = _matrix(matrix)
    moves = moves[:, :size]
    i, j = np.indices((size, size))
    farthest = np.maximum(size - 1 - i, i)
    ends = []
    for way in (j > i, j < i):
        reach = float((farthest * moves)[way].sum())
        ends.append(float((np.abs(i - j) * moves)[way].sum()) / reach if reach else None)
    return MigrationBandwidth(*ends)


def migration_stability(matrix: ArrayLike) -> MigrationStability:
    """Test in each row that nearer grades are reached at least as often as farther ones.

    Cell j beyond the diagonal against its neighbour k one step nearer: z = (p_k − p_j)/
    √((p_j(1 − p_j) + p_k(1 − p_k) + 2·p_j·p_k)/N_i), ``p_value`` Φ(z): a low one says that the
    farther grade is the more frequent. Many cells are tested at once; some low ones are chance.
    ``matrix`` (K, K or more) counts as in `migration_bandwidth`; further columns (default, left)
    count into N_i only.

    Source: European Central Bank, *Instructions for reporting the validation results of internal
    models*, 2019, §2.5.5.2.

    >>> found = migration_stability([[80, 15, 5], [10, 70, 20], [30, 10, 60]])
    >>> found.table.filter(pl.col("p_value") < 0.05).select("from_grade", "to_grade").rows()
    [(3, 1)]
    >>> found.statistic[2].round(4).tolist()
    [-3.3333, 7.4536, nan]
    """
    moves, size = _matrix(matrix)
    rows = moves.sum(axis=1, keepdims=True)
    p = np.divide(moves, rows, out=np.zeros_like(moves), where=rows > 0)[:, :size]
    i, j = np.indices((size, size))
    nearer = p[i, np.where(j > i, j - 1, np.minimum(j + 1, size - 1))]
    variance = p * (1 - p) + nearer * (1 - nearer) + 2 * p * nearer
    known = (i != j) & (variance > 0)
    z = np.full((size, size), np.nan)
    error = np.sqrt(np.divide(variance, rows, out=np.ones_like(variance), where=known))
    z[known] = ((nearer - p) / error)[known]
    p_value: Floats = ndtr(z)
    for each in (z, p_value):
        each.flags.writeable = False
    return MigrationStability(z, p_value)


def _matrix(matrix: ArrayLike) -> tuple[Floats, int]:
    found = np.asarray(matrix)
    if found.ndim != 2 or not 2 <= found.shape[0] <= found.shape[1]:
        raise InputError(
            "matrix must have a row for each of two grades or more and a column for each row; "
            f"got shape {found.shape}."
        )
    return counts(found.ravel(), "matrix").reshape(found.shape), found.shape[0]
