"""Logistic regression on a handful of columns, in sums that need no BLAS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scorecard.errors import InputError
from scorecard.logodds import Floats, expit

_STEPS = 100
_FLAT = 1e-11  # gradient of the mean log-likelihood at which the fit is done
_NO_ERROR = 1e-8  # mean log-loss of a fit that is on its way to infinity


@dataclass(frozen=True)
class LogOddsFit:
    """Coefficients (k,) of a logistic regression and their covariance (k, k).

    The covariance is the inverse information where all weights are equal, so that their unit does
    not matter, and the sandwich HC0 where they differ (H. White, *Econometrica* 50, 1982).
    """

    coefficients: Floats
    covariance: Floats


def fit_log_odds(
    columns: Sequence[Floats], y: Floats, weight: Floats, offset: Floats | float = 0.0
) -> LogOddsFit:
    """Maximise the weighted log-likelihood of log-odds = offset + Σ coefficient·column.

    ``columns`` hold (n,) each, the constant among them; ``y`` (n,) in [0, 1], ``weight`` (n,)
    positive. Newton's method; a step that does not help is halved. Raises `InputError` where no
    finite coefficients are best (the columns tell goods from bads without error) or the columns
    are copies of each other.
    """
    weight = weight / weight.mean()
    theta = np.zeros(len(columns))
    z = np.zeros(len(y)) + offset
    loss = _loss(z, y, weight)
    for _ in range(_STEPS):
        if loss <= _NO_ERROR * len(y):
            break
        p = expit(z)
        slope = np.array([float((weight * (y - p) * c).sum()) for c in columns])
        if np.abs(slope).max() <= _FLAT * len(y):
            return LogOddsFit(theta, _covariance(columns, y, weight, p))
        step = np.linalg.lstsq(_products(columns, weight * p * (1 - p)), slope, rcond=None)[0]
        for halved in range(40):
            moved = theta + step * 0.5**halved
            z = _sum(columns, moved, offset)
            there = _loss(z, y, weight)
            if there <= loss:
                break
        settled = np.abs(moved - theta).max() <= 1e-14 * max(1.0, np.abs(theta).max())
        theta, loss = moved, there
        if settled:
            return LogOddsFit(theta, _covariance(columns, y, weight, expit(z)))
    raise InputError(
        "The logistic regression has no finite solution on these rows: they tell goods from bads "
        "without error, or nearly so. Give more rows."
    )


def _sum(columns: Sequence[Floats], theta: Floats, offset: Floats | float) -> Floats:
    total = np.zeros(len(columns[0])) + offset
    for c, t in zip(columns, theta, strict=True):
        total = total + t * c
    return total


def _loss(z: Floats, y: Floats, weight: Floats) -> float:
    return float((weight * (np.logaddexp(0.0, z) - y * z)).sum())


def _products(columns: Sequence[Floats], weight: Floats) -> Floats:
    return np.array([[float((weight * a * b).sum()) for b in columns] for a in columns])


def _covariance(columns: Sequence[Floats], y: Floats, weight: Floats, p: Floats) -> Floats:
    information = _products(columns, weight * p * (1 - p))
    inverse = np.asarray(np.linalg.pinv(information, hermitian=True), dtype=np.float64)
    if weight.min() == weight.max():
        return inverse
    spread: Floats = inverse @ _products(columns, (weight * (y - p)) ** 2) @ inverse
    return spread
