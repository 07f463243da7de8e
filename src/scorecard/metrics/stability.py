"""Whether a population has moved: the population stability index and its test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import numbers
from scorecard.metrics.measure import Measure

MOST_BINS = 1_000  # nobody cuts a variable finer; longer arrays are raw values


class Stability(Measure):
    """A PSI with what it was counted on."""

    n_expected: float = 0.0
    n_actual: float = 0.0
    bins: int = 0


def psi(
    expected: ArrayLike,
    actual: ArrayLike,
    *,
    n_expected: float | None = None,
    n_actual: float | None = None,
    empty: float = 0.5,
) -> Stability:
    """Return the population stability index Σ(q − p)·ln(q/p) of two counts of the same bins.

    ``statistic`` = PSI/(1/N + 1/M) is χ² on ``bins`` − 1 where nothing has moved, ``p_value`` its
    tail. With N = M = 200 and 10 bins, PSI exceeds 0.1 in a third of samples that have not moved:
    the limits 0.1 and 0.25 alone are noise.

    A bin empty on one side counts there as ``empty`` rows (share ``empty``/N, others unchanged),
    so that a population that has left its bins has a large PSI, and a finite one. A bin empty on
    both sides is no bin; where only one is left, nothing can move and PSI is 0.

    ``expected``, ``actual`` (b,) are counts or sums of weights, whole or not; N and M are their
    totals, unless ``n_expected`` and ``n_actual`` say how many rows the weights are worth. Raw
    values are for `StabilityBins`, which counts them first. Raises `InputError` where totals are 1
    or less and no rows are given, and for what can be no counts of the same bins: negative numbers,
    more than 1,000 of them, other lengths.

    Source: S. Kullback, *Information Theory and Statistics*, 1959, ch. 6 (the divergence J and its
    χ²); B. Yurdakul, *Statistical Properties of Population Stability Index*, 2018.

    >>> psi([100, 200, 400, 200, 100], [50, 150, 500, 200, 100])
    PSI 0.07135582; statistic 35.6779; p_value 3.37052e-07; n_expected 1000; n_actual 1000; bins 5
    """
    return of_counts(
        _bins(expected, "expected"), _bins(actual, "actual"),
        n_expected=n_expected, n_actual=n_actual, empty=empty,
    )  # fmt: skip


def of_counts(
    p: Floats, q: Floats, *, n_expected: float | None, n_actual: float | None, empty: float
) -> Stability:
    """Return the `psi` of two counts that are known to be counts, of any number of bins."""
    if len(p) != len(q):
        raise InputError(
            f"actual must have a count for each of expected's {len(p)} bins; got {len(q)}. {_RAW}"
        )
    if not 0 < empty < np.inf:
        raise InputError(f"empty must be a positive number of rows; got {empty!r}.")
    n, m = _rows(p, n_expected, "expected"), _rows(q, n_actual, "actual")
    bins = int(((p > 0) | (q > 0)).sum())
    value = float(parts(p, q, n, m, empty).sum())
    statistic = value / (1 / n + 1 / m)
    return Stability(
        value,
        name="PSI",
        statistic=statistic,
        p_value=float(chi2.sf(statistic, bins - 1)) if bins > 1 else 1.0,
        n_expected=n,
        n_actual=m,
        bins=bins,
    )


def parts(p: Floats, q: Floats, n: float, m: float, empty: float) -> Floats:
    """Return every bin's part of the `psi` of two counts worth ``n`` and ``m`` rows, (b,) each."""
    there = (p > 0) | (q > 0)
    p, q = p / p.sum(), q / q.sum()
    p, q = np.where(p > 0, p, empty / n), np.where(q > 0, q, empty / m)
    found: Floats = np.where(there, (q - p) * np.log(q / p), 0.0)
    return found


_RAW = "For raw values: StabilityBins.fit(expected).psi(actual)."


def _bins(values: ArrayLike, name: str) -> Floats:
    found = numbers(values, name)
    got = f"{len(found):,} numbers"
    if (found < 0).any():
        got = "negative ones"
    elif not found.any():
        got = "zeros only"
    elif len(found) <= MOST_BINS:
        return found
    raise InputError(f"{name} must be counts of bins, one of them positive; got {got}. {_RAW}")


def _rows(given: Floats, rows: float | None, name: str) -> float:
    found = float(given.sum()) if rows is None else float(rows)
    if rows is None and found <= 1 + 1e-9:
        raise InputError(
            f"{name} must be counts; got numbers that sum to 1 or less, like shares. Say how many "
            f"rows they stand for: n_{name}."
        )
    if not 0 < found < np.inf:
        raise InputError(f"n_{name} must be a positive number of rows; got {rows!r}.")
    return found
