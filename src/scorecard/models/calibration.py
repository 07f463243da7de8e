"""From a model's margin to a PD of the population it is used on."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scorecard.errors import InputError, NotFittedError
from scorecard.logodds import Floats, expit, logit


@dataclass(frozen=True, slots=True)
class Calibration:
    """Frozen calibration: log-odds of PD = ``intercept + slope · (margin − correction)``.

    ``correction`` takes the sample's bad rate back to the population's, ln[(ρ/(1−ρ))·((1−π)/π)]; it
    is zero where the sample weights restore the population already. ``target`` is the central
    tendency that the mean PD was set to.

    Raises `InputError` for numbers that are not finite, a slope that is not positive, or a target
    outside (0, 1).
    """

    intercept: float
    slope: float
    correction: float
    target: float

    def __post_init__(self) -> None:
        if not (
            math.isfinite(self.intercept)
            and math.isfinite(self.correction)
            and 0 < self.slope < math.inf
            and 0 < self.target < 1
        ):
            raise InputError(
                "A calibration needs a finite intercept and correction, a positive slope and a "
                f"target in (0, 1); got {self.intercept}, {self.correction}, {self.slope}, "
                f"{self.target}."
            )

    def log_odds(self, margin: Floats) -> Floats:
        """Return calibrated log-odds (n,) of margins (n,)."""
        out: Floats = self.intercept + self.slope * (margin - self.correction)
        return out

    def pd(self, margin: Floats) -> Floats:
        """Return PDs (n,) of margins (n,)."""
        return expit(self.log_odds(margin))

    def to_dict(self) -> dict[str, Any]:
        """Return the calibration as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Calibration:
        """Rebuild a calibration from `to_dict`'s output."""
        return cls(**data)


class PDCalibrator:
    """Fits a `Calibration`: slope by logistic regression, intercept by the central tendency.

    ``central_tendency`` is the mean PD wanted over the reference population, a decision of the
    product's policy. ``sample_bad_rate`` and ``population_bad_rate`` give the correction for a
    sample whose weights do not restore the population; leave both None where they do.

    Raises `InputError` when the rates are not in (0, 1) or the slope is not positive (a PD that
    falls as the margin rises is no calibration).
    """

    def __init__(
        self,
        central_tendency: float,
        *,
        sample_bad_rate: float | None = None,
        population_bad_rate: float | None = None,
    ) -> None:
        self.central_tendency = central_tendency
        self.sample_bad_rate = sample_bad_rate
        self.population_bad_rate = population_bad_rate

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

        The slope comes from ``margin``, ``y`` and ``sample_weight``; the intercept makes the mean
        PD over ``reference_margin`` (default: ``margin``) equal the central tendency.
        """
        from scipy.optimize import brentq
        from sklearn.linear_model import LogisticRegression

        rates = [self.central_tendency]
        correction = 0.0
        if self.sample_bad_rate is not None and self.population_bad_rate is not None:
            rates += [self.sample_bad_rate, self.population_bad_rate]
        elif self.sample_bad_rate is not None or self.population_bad_rate is not None:
            raise InputError("Give both the sample's and the population's bad rate, or neither.")
        if not all(0 < rate < 1 for rate in rates):
            raise InputError(f"Bad rates and central tendency must lie in (0, 1); got {rates}.")
        if len(rates) == 3:
            correction = float(logit(rates[1]) - logit(rates[2]))
        x = np.asarray(margin, dtype=np.float64) - correction
        line = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
        line.fit(x.reshape(-1, 1), np.asarray(y), sample_weight=sample_weight)
        slope = float(line.coef_[0, 0])
        if slope <= 0:
            raise InputError(
                f"The calibration slope must be positive; it is {slope:.3f}: the margin does not "
                "rank risk on the rows it is calibrated on."
            )
        if reference_margin is None:
            reference, given = x, sample_weight
        else:
            reference = np.asarray(reference_margin, dtype=np.float64) - correction
            given = reference_weight
        weight = None if given is None else np.asarray(given, dtype=np.float64)
        shape = slope * reference

        def gap(intercept: float) -> float:
            mean = np.average(expit(intercept + shape), weights=weight)
            return float(mean) - self.central_tendency

        low, high = float(-40 - shape.max()), float(40 - shape.min())
        intercept = float(brentq(gap, low, high, xtol=1e-12))
        self.calibration_ = Calibration(intercept, slope, correction, self.central_tendency)
        return self

    def predict(self, margin: ArrayLike) -> Floats:
        """Return PDs (n,) of margins (n,); raises `NotFittedError` before `fit`."""
        if not hasattr(self, "calibration_"):
            raise NotFittedError("PDCalibrator is not fitted; call fit first.")
        return self.calibration_.pd(np.asarray(margin, dtype=np.float64))
