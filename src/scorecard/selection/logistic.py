"""Logistic regression on WOE whose coefficients cannot be positive, with an optional L1 penalty.

The scorecard's own fit has no such penalty and cannot begin at a neighbour's solution; a search
fits hundreds of neighbours. Where both apply they agree, and a test holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import nnls

from scorecard.errors import ScorecardError
from scorecard.logodds import expit

Floats = NDArray[np.float64]

RIDGE = 1e-8  # that of the scorecard itself: keeps copies and separated classes solvable
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Fit:
    """One fitted model: ``coef`` (k,) ≤ 0, the log-odds of bad of every row ``margin`` (n,).

    ``log_likelihood`` is the weighted mean, for weights that sum to 1.
    """

    intercept: float
    coef: Floats
    margin: Floats
    log_likelihood: float


def fit_logistic(
    woe: Floats,
    bad: Floats,
    weight: Floats,
    *,
    penalty: Floats | float = 0.0,
    start: tuple[float, Floats] | None = None,
    flat: float = 1e-7,
) -> Fit:
    """Maximise Σ w·log-likelihood − Σ penalty·|coef| over all coefficients ≤ 0.

    ``woe`` (n, k), ``bad`` (n,) of 0.0 and 1.0, ``weight`` (n,) summing to 1, ``penalty`` one for
    all or (k,), ``start`` an intercept and coefficients to begin at. Newton's method: each step
    minimises the quadratic model under the sign rule exactly, as a non-negative least-squares
    problem (Lawson and Hanson, *Solving Least Squares Problems*, 1974), and is halved until the
    objective falls. Coefficients that the rule holds back are 0 exactly. Done when no slope is
    above ``flat``.

    Raises `ScorecardError` if that is not reached.
    """
    rate = float(weight @ bad)
    intercept = float(np.log(rate / (1 - rate)))
    size = np.zeros(woe.shape[1])  # of the coefficients, which are its negative
    if start is not None:
        intercept, size = start[0], np.maximum(-start[1], 0.0)
    penalties = np.broadcast_to(np.asarray(penalty, dtype=np.float64), size.shape)

    def loss(margin: Floats, risk: Floats, size: Floats) -> float:
        mean = float(weight @ (np.maximum(margin, 0.0) + np.log(1.0 + risk) - bad * margin))
        return mean + float(penalties @ size) + RIDGE / 2 * float(size @ size)

    margin = intercept - woe @ size
    risk = np.exp(-np.abs(margin))
    value = loss(margin, risk, size)
    steepest = np.inf
    for _ in range(_STEPS):
        chance = np.where(margin >= 0, 1.0, risk) / (1.0 + risk)
        off = weight * (chance - bad)
        tilt = float(off.sum())
        slope = penalties + RIDGE * size - off @ woe
        work = np.flatnonzero((size > 0) | (slope < 0))  # the others stay at the bound
        steepest = max(abs(tilt), float(np.abs(slope[work]).max(initial=0.0)))
        if steepest <= flat:
            break
        curve = weight * chance * (1.0 - chance)
        part = woe if len(work) == len(size) else woe[:, work]
        total = max(float(curve.sum()), 1e-300)
        cross = -(curve @ part)
        matrix = part.T @ (part * curve[:, None]) - np.outer(cross, cross) / total
        matrix += RIDGE * np.eye(len(work))
        there = _bounded(matrix, matrix @ size[work] - slope[work] + cross * tilt / total)
        move = np.zeros_like(size)
        move[work] = there - size[work]
        turn = -(tilt + float(cross @ move[work])) / total
        swing = turn - part @ move[work]
        share = 1.0
        for _ in range(40):
            next_margin = margin + share * swing
            next_risk = np.exp(-np.abs(next_margin))
            next_size = size + share * move
            next_value = loss(next_margin, next_risk, next_size)
            if next_value <= value + 1e-15 * abs(value):
                break
            share /= 2
        else:
            break  # rounding leaves nothing to gain
        if share == 1.0:
            next_size[work] = there  # zeros exactly
        intercept += share * turn
        margin, risk, size, value = next_margin, next_risk, next_size, next_value
    if steepest > max(flat, 1e-6):
        raise ScorecardError(
            f"The logistic regression on WOE did not converge: slope {steepest:.2g} is above "
            f"{max(flat, 1e-6):.2g}. Remove features that decide the outcome by themselves."
        )
    plain = value - float(penalties @ size) - RIDGE / 2 * float(size @ size)
    return Fit(intercept, -size, margin, -plain)


def _bounded(matrix: Floats, target: Floats) -> Floats:
    """Return x ≥ 0 that minimises ½·x'Mx − target'x for a positive definite M."""
    if not len(target):
        return target
    root = cholesky(matrix)
    found: Floats = nnls(
        root, solve_triangular(root, target, trans="T"), maxiter=100 + 10 * len(target)
    )[0]
    return found


@dataclass(frozen=True, slots=True)
class Scores:
    """Rao's score test of each candidate (c,) beside a fitted model.

    ``slope`` is the derivative of the log-likelihood: where it is not negative, the candidate's
    coefficient in the joint model would not be negative either, because the log-likelihood is
    concave. ``statistic`` approaches twice the gain in log-likelihood; ``information`` is what the
    candidate knows beyond the model's features, ``share`` its part of what it knows alone.
    """

    slope: Floats
    statistic: Floats
    information: Floats
    share: Floats


def score_test(fit: Fit, inside: Floats, candidates: Floats, bad: Floats, weight: Floats) -> Scores:
    """Test ``candidates`` (n, c) beside ``fit``, a model of ``inside`` (n, k); see `Scores`.

    ``weight`` as for `fit_logistic`, but in units of rows: it sums to n.
    """
    chance = expit(fit.margin)
    curve = weight * chance * (1.0 - chance)
    model = np.column_stack((np.ones(len(bad)), inside[:, fit.coef < 0]))
    bent = model * curve[:, None]
    known = model.T @ bent
    cross = candidates.T @ bent
    alone = curve @ (candidates * candidates)
    explained = np.einsum("ij,ji->i", cross, np.linalg.lstsq(known, cross.T, rcond=None)[0])
    information = np.maximum(alone - explained, 0.0)
    slope: Floats = (weight * (bad - chance)) @ candidates
    fresh = information > 0
    floor = np.where(fresh, information, 1.0)
    return Scores(
        slope,
        np.where(fresh, slope**2 / floor, 0.0),
        information,
        np.where(alone > 0, information / np.where(alone > 0, alone, 1.0), 0.0),
    )


def wald(fit: Fit, woe: Floats, weight: Floats) -> Floats:
    """Return (coefficient / standard error)² of each feature of ``fit``, 0 where it is 0; (k,).

    ``woe`` (n, k) is what was fitted; ``weight`` is in units of rows: it sums to n.
    """
    chance = expit(fit.margin)
    active = np.flatnonzero(fit.coef < 0)
    model = np.column_stack((np.ones(len(woe)), woe[:, active]))
    known = model.T @ (model * (weight * chance * (1.0 - chance))[:, None])
    known += RIDGE * weight.sum() * np.eye(len(known))
    found = np.zeros(len(fit.coef))
    found[active] = fit.coef[active] ** 2 / np.diag(np.linalg.inv(known))[1:]
    return found
