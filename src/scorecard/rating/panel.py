"""The two models of a bundle, each heard, calibrated and graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.logodds import Floats, expit
from scorecard.models.calibration import Calibration
from scorecard.models.master_scale import MasterScale
from scorecard.rating.voice import Account, Values, Voice


@dataclass(frozen=True)
class Verdict:
    """An account with what calibration and the master scale make of it; n rows."""

    account: Account
    pd: Floats
    grade: list[str]


@dataclass(frozen=True)
class Panel:
    """The voice that answers, and the second opinion; ``calibrations`` by the voice's name."""

    first: Voice
    second: Voice
    calibrations: Mapping[str, Calibration]
    scale: MasterScale

    @property
    def voices(self) -> tuple[Voice, Voice]:
        """Return both voices, the one that answers first."""
        return self.first, self.second

    def voice(self, name: str | None) -> Voice:
        """Return the voice of that name, by default the one that answers.

        Raises `InputError` for another name.
        """
        for voice in self.voices:
            if name in (None, voice.name):
                return voice
        raise InputError(f"model must be scorecard or boosted; got {name!r}.")

    def hear(self, features: pl.DataFrame) -> tuple[Verdict, Verdict]:
        """Return both verdicts on a frame of features."""
        return (
            self._verdict(self.first, self.first.hear(features)),
            self._verdict(self.second, self.second.hear(features)),
        )

    def hear_one(self, values: Values) -> tuple[Verdict, Verdict]:
        """Return both verdicts on one row of feature values; the same bits as `hear`."""
        return (
            self._verdict(self.first, self.first.hear_one(values)),
            self._verdict(self.second, self.second.hear_one(values)),
        )

    def answers(self, features: pl.DataFrame) -> pl.DataFrame:
        """Return the numbers of both models on a frame of features; see `Rater.answers`."""
        found: dict[str, Any] = {}
        for prefix, voice in zip(("", "second_"), self.voices, strict=True):
            account = voice.hear(features)
            log_odds = self.calibrations[voice.name].log_odds(account.margin)
            found |= {
                f"{prefix}pd": self._pd(log_odds),
                f"{prefix}score": account.score,
                f"{prefix}margin": account.margin,
                f"{prefix}grade": self.scale.index(log_odds),
            }
        return pl.DataFrame(found)

    def log_odds(self, features: pl.DataFrame, name: str | None) -> Floats:
        """Return the calibrated log-odds (n,) of one model, unexplained."""
        voice = self.voice(name)
        margin, _ = voice.margin(features)
        return np.asarray(self.calibrations[voice.name].log_odds(margin), dtype=np.float64)

    def _verdict(self, voice: Voice, account: Account) -> Verdict:
        log_odds = self.calibrations[voice.name].log_odds(account.margin)
        return Verdict(account, self._pd(log_odds), self.scale.grades(log_odds).tolist())

    def _pd(self, log_odds: Floats) -> Floats:
        return np.maximum(expit(log_odds), self.scale.pd_floor)
