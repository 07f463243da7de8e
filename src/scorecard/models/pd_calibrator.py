"""Fits a calibration: its shape by the data, its level by the central tendency."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from scorecard.errors import InputError, NotFittedError
from scorecard.logodds import Floats, expit, logit
from scorecard.models.calibration import Calibration


class PDCalibrator:
    """Fits a `Calibration`: shape by the data, intercept by the central tendency.

    ``central_tendency`` is the mean PD wanted over the reference population, a decision of the
    product's policy. ``method`` is ``logistic`` (a line in log-odds), ``beta``, ``isotonic``, or
    ``auto``: the three are compared by their log-loss on held-out ``folds`` of the rows, and the
    simplest is taken that is within one standard error of the best. ``sample_bad_rate`` and
    ``population_bad_rate`` give the correction for a sample whose weights do not restore the
    population; leave both None where they do. ``random_state`` draws the folds.

    After `fit`, ``calibration_`` is the frozen value and ``comparison_`` the table of the
    comparison, see `compare_methods`; a method that was named is its only row.

    Raises `InputError` when the rates are not in (0, 1) or the slope is not positive (a PD that
    falls as the margin rises is no calibration).

    >>> import numpy as np
    >>> margin = np.linspace(-5.0, 0.0, 2000)
    >>> y = (np.arange(2000) * 0.618 % 1 < 1 / (1 + np.exp(-margin))).astype(int)
    >>> fitted = PDCalibrator(0.05).fit(margin, y)
    >>> fitted.calibration_.method, round(float(fitted.predict(margin).mean()), 6)
    ('logistic', 0.05)
    """

    def __init__(
        self,
        central_tendency: float,
        *,
        method: str = "auto",
        sample_bad_rate: float | None = None,
        population_bad_rate: float | None = None,
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.central_tendency = central_tendency
        self.method = method
        self.sample_bad_rate = sample_bad_rate
        self.population_bad_rate = population_bad_rate
        self.folds = folds
        self.random_state = random_state

    def fit(
        self,
        margin: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        reference_margin: ArrayLike | None = None,
        reference_weight: ArrayLike | None = None,
    ) -> PDCalibrator:
        """Fit on margins (n,) the model was not fitted on, and set the mean on a reference.

        The shape comes from ``margin``, ``y`` (1 is bad) and ``sample_weight``; the intercept makes
        the mean PD over ``reference_margin`` (default: ``margin``) equal the central tendency.
        """
        from scorecard.models.calibration_choice import compare_methods, comparison_frame
        from scorecard.models.calibration_fit import METHODS, parameters

        correction = self._correction()
        if self.method not in ("auto", *METHODS):
            raise InputError(
                f"method must be one of auto, {', '.join(METHODS)}; got {self.method!r}."
            )
        x, bad, weight = _rows(margin, y, sample_weight)
        x = x - correction
        method, table = self.method, None
        if method == "auto":
            table = compare_methods(
                x, bad, weight, folds=self.folds, random_state=self.random_state
            )
            method = str(table.filter("chosen")["method"].item())
        shape = METHODS[method](x, bad, weight)
        if table is None:
            table = comparison_frame([(method, parameters(shape), None, None, None, True)])
        if reference_margin is not None:
            x, _, weight = _rows(reference_margin, None, reference_weight)
            x = x - correction
        intercept = self._level(shape.log_odds(x) - shape.intercept, weight)
        self.calibration_: Calibration = replace(
            shape, intercept=intercept, correction=correction, target=self.central_tendency
        )
        self.comparison_: pl.DataFrame = table
        return self

    def predict(self, margin: ArrayLike) -> Floats:
        """Return PDs (n,) of margins (n,); raises `NotFittedError` before `fit`."""
        if not hasattr(self, "calibration_"):
            raise NotFittedError("PDCalibrator is not fitted; call fit first.")
        return self.calibration_.pd(np.asarray(margin, dtype=np.float64))

    def _correction(self) -> float:
        rates = [self.central_tendency]
        if self.sample_bad_rate is not None and self.population_bad_rate is not None:
            rates += [self.sample_bad_rate, self.population_bad_rate]
        elif self.sample_bad_rate is not None or self.population_bad_rate is not None:
            raise InputError("Give both the sample's and the population's bad rate, or neither.")
        if not all(0 < rate < 1 for rate in rates):
            raise InputError(f"Bad rates and central tendency must lie in (0, 1); got {rates}.")
        return float(logit(rates[1]) - logit(rates[2])) if len(rates) == 3 else 0.0

    def _level(self, shape: Floats, weight: Floats) -> float:
        """Return the intercept that makes the mean PD the central tendency."""
        from scipy.optimize import brentq

        def gap(intercept: float) -> float:
            mean = np.average(expit(intercept + shape), weights=weight)
            return float(mean) - self.central_tendency

        low, high = float(-40 - shape.max()), float(40 - shape.min())
        return float(brentq(gap, low, high, xtol=1e-12))


def _rows(
    margin: ArrayLike, y: ArrayLike | None, weight: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return margins, outcomes and weights as arrays of one length, or raise `InputError`."""
    x = np.asarray(margin, dtype=np.float64)
    bad = np.zeros(x.shape) if y is None else np.asarray(y, dtype=np.float64)
    w = np.ones(x.shape) if weight is None else np.asarray(weight, dtype=np.float64)
    if x.ndim != 1 or not len(x) or not x.shape == bad.shape == w.shape:
        raise InputError(
            "Margins, outcomes and weights must be three arrays of one length; got shapes "
            f"{x.shape}, {bad.shape}, {w.shape}."
        )
    if not (np.isfinite(x).all() and np.isfinite(w).all() and (w > 0).all()):
        raise InputError("Margins must be finite and weights positive; drop the rows that are not.")
    if y is not None and not (np.isin(bad, (0.0, 1.0)).all() and 0 < bad.sum() < len(bad)):
        raise InputError("Outcomes must be 0 (good) and 1 (bad), and both must occur.")
    return x, bad, w
