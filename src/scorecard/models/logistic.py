"""Logistic regression on WOE with every coefficient held at or below 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from scorecard.errors import ScorecardError

Floats = NDArray[np.float64]

_GRADIENT = 1e-7  # of the mean log-likelihood: beyond it the fit has not converged
_TINY = 1e-8  # keeps copies of one feature apart from nothing, and finite what has no optimum
_BLOCK = 1 << 14  # rows at a time: they stay in the processor's cache between two products


def fit_logistic(woe: Floats, bad: NDArray[np.bool_], weight: Floats, l2: float) -> Floats:
    """Return intercept and coefficients ≤ 0 that maximise the weighted log-likelihood.

    ``woe`` (n, k) begins with a column of ones, ``bad`` and ``weight`` are (n,). ``l2`` pulls the
    coefficients towards each other: l2/2·Σ(β − mean β)² is added to the mean negative
    log-likelihood, so that what is common to them, the spread of the log-odds, is free. Newton's
    method finds the optimum; where that would turn a sign, L-BFGS-B finds which coefficients the
    bound holds at 0, and Newton polishes the others.

    Raises `ScorecardError` where the fit does not converge.
    """
    weight = weight / weight.sum()
    size = woe.shape[1]
    ridge = np.zeros((size, size))
    ridge[1:, 1:] = (l2 + _TINY) * np.eye(size - 1) - l2 / max(size - 1, 1)

    def derivatives(theta: Floats) -> tuple[Floats, Floats]:
        """Return slope (k,) and curvature (k, k) of the penalised loss."""
        slope, curvature = ridge @ theta, ridge.copy()
        for start in range(0, len(woe), _BLOCK):
            rows = slice(start, start + _BLOCK)
            part, w = woe[rows], weight[rows]
            p = expit(part @ theta)
            slope += (w * (p - bad[rows])) @ part
            curvature += part.T @ (part * (w * p * (1 - p))[:, None])
        return slope, curvature

    def loss(theta: Floats) -> tuple[float, Floats]:
        z = woe @ theta
        value = weight @ (np.logaddexp(0.0, z) - bad * z) + theta @ ridge @ theta / 2
        return float(value), (weight * (expit(z) - bad)) @ woe + ridge @ theta

    def polish(theta: Floats) -> Floats:
        """Take Newton steps in the coefficients off the bound while they flatten the slope."""
        free = np.concatenate(([True], theta[1:] < 0))
        slope, curvature = derivatives(theta)
        for _ in range(20):
            following = theta.copy()
            following[free] -= np.linalg.lstsq(
                curvature[np.ix_(free, free)], slope[free], rcond=None
            )[0]
            slope_there, curvature = derivatives(following)
            if not np.abs(slope_there[free]).max() < np.abs(slope[free]).max():
                break
            theta, slope = following, slope_there
        return theta

    rate = float(weight @ bad)
    start = np.full(size, -0.5)
    start[0] = np.log(rate / (1 - rate))
    ceiling = np.concatenate(([np.inf], np.zeros(size - 1)))
    theta = polish(start)
    if (theta[1:] > 0).any() or np.abs(derivatives(theta)[0]).max() > _GRADIENT:
        theta = minimize(
            loss, np.minimum(theta, ceiling), jac=True, method="L-BFGS-B",
            bounds=[(None, None)] + [(None, 0.0)] * (size - 1),
            options={"maxiter": 1000, "maxcor": 20, "ftol": 1e-15, "gtol": 1e-9},
        ).x  # fmt: skip
        theta = polish(theta)
        while (theta[1:] > 0).any():  # a step across the bound: put it on the bound and go on
            theta[1:] = np.minimum(theta[1:], 0.0)
            theta = polish(theta)
    slope = derivatives(theta)[0]
    slope[1:] = np.where(theta[1:] < 0, slope[1:], np.maximum(slope[1:], 0.0))
    if np.abs(slope).max() > _GRADIENT:
        raise ScorecardError(
            f"The logistic regression did not converge: gradient {np.abs(slope).max():.2g} is "
            f"above {_GRADIENT}. Raise l2 or remove features that are copies of each other."
        )
    return theta
