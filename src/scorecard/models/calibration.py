"""From a model's margin to a PD of the population it is used on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scorecard.errors import InputError
from scorecard.logodds import Floats, expit
from scorecard.models.calibration_curve import BetaCurve, Curve, curve_from_dict


@dataclass(frozen=True, slots=True)
class Calibration:
    """Frozen calibration: log-odds of PD = ``intercept + slope · curve(margin − correction)``.

    ``curve`` is None for the straight line of logistic calibration, a `BetaCurve` or an
    `IsotonicCurve`; all rise strictly, so that a calibration never changes who is riskier.
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
    curve: Curve | None = None

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

    @property
    def method(self) -> str:
        """The kind of calibration: logistic, beta or isotonic."""
        if self.curve is None:
            return "logistic"
        return "beta" if isinstance(self.curve, BetaCurve) else "isotonic"

    def log_odds(self, margin: Floats) -> Floats:
        """Return calibrated log-odds (n,) of margins (n,)."""
        x = margin - self.correction
        out: Floats = self.intercept + self.slope * (x if self.curve is None else self.curve(x))
        return out

    def pd(self, margin: Floats) -> Floats:
        """Return PDs (n,) of margins (n,)."""
        return expit(self.log_odds(margin))

    def to_dict(self) -> dict[str, Any]:
        """Return the calibration as JSON values."""
        return {
            "intercept": self.intercept,
            "slope": self.slope,
            "correction": self.correction,
            "target": self.target,
            "curve": None if self.curve is None else self.curve.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Calibration:
        """Rebuild a calibration from `to_dict`'s output."""
        curve = data["curve"]
        return cls(**{**data, "curve": None if curve is None else curve_from_dict(curve)})
