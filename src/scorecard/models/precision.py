"""How precisely a sample tells a regression's coefficients: what statsmodels says, and no row."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from scorecard.errors import InputError

Floats = NDArray[np.float64]

_TOLERANCE = 1e-12  # of the deviance, relative, at which statsmodels stops
_FLAT = 1e-10  # of the largest eigenvalue: curvature below it tells two features apart no more


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Coefficients of highest likelihood and their standard errors, (k,) each."""

    coef: Floats
    error: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """Estimates under both readings of weights, the intercept first.

    ``sampling`` reads weights as sampling weights, ``counts`` as numbers of rows (None where they
    are not whole); see `ScorecardClassifier.coefficients`. Where there are none, ``note`` says why.
    """

    sampling: Estimates | None
    counts: Estimates | None
    whole: bool
    note: str | None

    @classmethod
    def of(cls, woe: Floats, bad: NDArray[np.bool_], weight: Floats, theta: Floats) -> Self:
        """Ask statsmodels; ``woe`` (n, k) begins with ones, ``theta`` (k,) is where it starts.

        Raises `InputError` where statsmodels is not installed.
        """
        kept = weight > 0
        woe, bad, weight = woe[kept], bad[kept], weight[kept]
        whole = bool((weight == np.rint(weight)).all())
        scaled = weight * (len(weight) / weight.sum())
        p = expit(woe @ theta)
        values = np.linalg.eigvalsh(woe.T @ (woe * (scaled * p * (1 - p))[:, None]))
        if values[0] <= _FLAT * values[-1]:
            note = "the sample cannot tell the features apart (copies, or perfect separation)"
            return cls(None, None, whole, note)
        if weight.min() == weight.max():
            sampling = _fit(woe, bad, theta)
        else:
            sampling = _fit(woe, bad, theta, robust=True, var_weights=scaled)
        counts = _fit(woe, bad, theta, freq_weights=weight) if whole else None
        return cls(sampling, counts, whole, None)


def _fit(
    woe: Floats, bad: NDArray[np.bool_], theta: Floats, *, robust: bool = False, **weights: Floats
) -> Estimates:
    statsmodels = _statsmodels()
    family = statsmodels.families.Binomial()
    model = statsmodels.GLM(bad.astype(np.float64), woe, family=family, **weights)
    how = {"cov_type": "HC0"} if robust else {}
    fitted = model.fit(start_params=theta, tol=0.0, rtol=_TOLERANCE, **how)
    return Estimates(np.asarray(fitted.params), np.asarray(fitted.bse))


def _statsmodels() -> Any:
    try:
        return import_module("statsmodels.api")
    except ImportError:
        raise InputError(
            "Standard errors come from statsmodels, which is not installed; install it "
            "(pip install statsmodels) and ask again."
        ) from None
