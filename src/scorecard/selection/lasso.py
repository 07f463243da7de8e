"""L1-penalised logistic regression on WOE, its penalty chosen by cross-validation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.logodds import expit
from scorecard.selection.evidence import Evidence, Floats
from scorecard.selection.folds import fold_of
from scorecard.selection.log import DecisionLog
from scorecard.selection.logistic import fit_logistic
from scorecard.selection.wording import shown

_PATH = 40  # penalties, from the least that allows no feature to a thousandth of it
_DEPTH = 1e-3
_FLAT = 1e-7


@dataclass(frozen=True, slots=True)
class Path:
    """Coefficients (l, p) along falling ``penalties`` (l,) of the mean log-likelihood.

    ``deviance`` (l,) is twice the mean negative log-likelihood of rows left out, ``error`` (l,) its
    standard error over the folds, ``chosen`` the place of the penalty taken.
    """

    penalties: Floats
    coefs: Floats
    deviance: Floats
    error: Floats
    chosen: int

    def frame(self, rows: int) -> pl.DataFrame:
        """Return one row a penalty: C as scikit-learn counts it, features, deviance, its error."""
        return pl.DataFrame(
            {
                "C": 1.0 / (self.penalties * rows),
                "features": (self.coefs < 0).sum(axis=1),
                "deviance": self.deviance,
                "standard_error": self.error,
                "chosen": np.arange(len(self.penalties)) == self.chosen,
            }
        )


def by_lasso(
    evidence: Evidence,
    features: list[int],
    log: DecisionLog,
    *,
    folds: int,
    seed: int,
    max_features: int | None,
) -> tuple[list[int], Path | None]:
    """Keep the features whose coefficient the chosen penalty leaves below 0; forced ones are free.

    The penalty is the largest whose cross-validated deviance is within one standard error of the
    smallest (Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 2009, 7.10),
    or the smallest allowed by ``max_features``. The features left are refitted without penalty, and
    whatever the sign rule then holds at 0 is out as well.
    """
    order = evidence.by_power(features)
    forced = np.array([evidence.names[j] in log.forced for j in order], dtype=bool)
    woe = evidence.woe[:, order]
    path = _path(evidence, woe, forced, folds=folds, seed=seed, max_features=max_features)
    if path is None:
        for j in order:
            _tell(log, evidence.names[j], "lasso_none", 0.0)
        return [j for j, stays in zip(order, forced, strict=True) if stays], None
    coef = path.coefs[path.chosen]
    strength = shown(1.0 / (path.penalties[path.chosen] * evidence.rows))
    stay = [k for k in range(len(order)) if forced[k] or coef[k] < 0]
    refit = fit_logistic(woe[:, stay], evidence.bad, evidence.weight).coef
    turned = {k for k, c in zip(stay, refit, strict=True) if c == 0 and not forced[k]}
    kept = [order[k] for k in stay if k not in turned]
    for k, j in enumerate(order):
        key = "lasso_in" if coef[k] < 0 else "lasso_out"
        near = evidence.nearest(j, kept) if k in turned else None
        _tell(
            log, evidence.names[j], "refit_positive" if k in turned else key, float(coef[k]),
            strength=strength, against=None if near is None else evidence.names[near],
        )  # fmt: skip
    return kept, path


def _tell(
    log: DecisionLog,
    feature: str,
    key: str,
    coef: float,
    *,
    strength: str = "",
    against: str | None = None,
) -> None:
    log.write(
        "l1", feature, key, stays=key == "lasso_in", statistic="l1_coefficient", value=coef,
        threshold=0.0, against=against, label=(strength, strength),
    )  # fmt: skip


def _path(
    evidence: Evidence,
    woe: Floats,
    forced: NDArray[np.bool_],
    *,
    folds: int,
    seed: int,
    max_features: int | None,
) -> Path | None:
    """Return the path of ``woe`` (n, p); None if beside the forced no feature has its own sign."""
    bad, weight = evidence.bad, evidence.weight
    alone = fit_logistic(woe[:, forced], bad, weight)
    # At this penalty the steepest slope that has the right sign is just held back.
    slopes = (weight * (bad - expit(alone.margin))) @ woe
    steepest = float(-slopes[~forced].min(initial=0.0))
    if steepest <= _FLAT:
        return None
    penalties = steepest * np.geomspace(1.0, _DEPTH, _PATH)
    coefs = np.array([coef for _, coef in _along(woe, bad, weight, penalties, forced)])
    losses = np.zeros((folds, _PATH))
    fold = fold_of(evidence, folds, seed)
    for k in range(folds):
        test = fold == k
        train = ~test
        share = weight[train] / weight[train].sum()
        held = weight[test] / weight[test].sum()
        fits = _along(np.asfortranarray(woe[train]), bad[train], share, penalties, forced)
        woe_out, bad_out = woe[test], bad[test]
        for at, (intercept, coef) in enumerate(fits):
            margin = intercept + woe_out @ coef
            losses[k, at] = 2 * held @ (np.logaddexp(0.0, margin) - bad_out * margin)
    deviance = losses.mean(axis=0)
    error = losses.std(axis=0, ddof=1) / np.sqrt(folds)
    best = int(np.argmin(deviance))
    chosen = int(np.flatnonzero(deviance <= deviance[best] + error[best])[0])
    if max_features is not None:
        small = (forced | (coefs < 0)).sum(axis=1) <= max_features
        chosen = int(np.flatnonzero(small[: chosen + 1])[-1])
    return Path(penalties, coefs, deviance, error, chosen)


def _along(
    woe: Floats, bad: Floats, weight: Floats, penalties: Floats, forced: NDArray[np.bool_]
) -> Iterator[tuple[float, Floats]]:
    """Yield intercept and coefficients at each penalty, each fit begun at the one before."""
    start = None
    for penalty in penalties:
        fit = fit_logistic(
            woe, bad, weight, penalty=np.where(forced, 0.0, penalty), start=start, flat=_FLAT
        )
        start = fit.intercept, fit.coef
        yield start
