"""What a validation calls amber and red, and what promotion asks for: lines of ``policy.yaml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from scorecard.policy.section import Section

Worst = Literal["green", "amber"]


class Above(Section):
    """Numbers above ``amber`` are to be looked at; none is red."""

    amber: float = Field(ge=0)


class AtMost(Above):
    """Numbers above ``amber`` and above ``red`` turn a light."""

    red: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> AtMost:
        if self.amber > self.red:
            raise ValueError("amber must not be above red")
        return self


class AtLeast(Section):
    """Numbers below ``amber`` and below ``red`` turn a light."""

    amber: float = Field(ge=0)
    red: float = Field(ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> AtLeast:
        if self.amber < self.red:
            raise ValueError("amber must not be below red")
        return self


class DataRules(Section):
    """Shares of rows: that the contract rejects; that meet an exclusion."""

    rejected: AtMost
    outside: AtMost


class DiscriminationRules(Section):
    """The AUC itself, its fall since training, and the columns whose levels are segments."""

    auc: AtLeast
    fall: AtMost
    segments: list[str] = Field(default_factory=list)


class CalibrationRules(Section):
    """A grade's bad rate over its PD: as a factor, once the level of the period is allowed for."""

    grade_factor: AtMost
    level_factor: AtMost


class StabilityRules(Section):
    """Population stability index of the score, of the grades and of each feature."""

    psi: AtMost


class ConcentrationRules(Section):
    """Herfindahl index of the grades, normalised: 0 spread evenly, 1 all in one."""

    herfindahl: AtMost


class MigrationRules(Section):
    """Share of borrowers that moved by more than two grades between two dates."""

    far: AtMost


class LeakageRules(Section):
    """What a single feature may reach alone on rows that training did not see."""

    auc: AtMost
    iv: AtMost


class SensitivityRules(Section):
    """How far one feature at its worst plausible value, and a downturn, lift the mean PD.

    Both tell what the portfolio is exposed to, and no fault of the model: a ``red`` line is for a
    lender who will not bear more.
    """

    single_factor: AtMost | Above
    downturn_index: float = Field(lt=0)
    downturn_factor: AtMost | Above


class FairnessRules(Section):
    """Audit groups and the gaps between them.

    ``groups`` maps an audit-only column to the ages (or other numbers) that divide it, or to an
    empty list where its levels are the groups. ``impact_ratio`` is the lowest approval rate over
    the highest, ``opportunity_gap`` the difference of approval rates among goods,
    ``calibration_gap`` that of bad rate less mean PD, ``proxy_auc`` how well features tell a group.
    """

    groups: dict[str, list[float]]
    impact_ratio: AtLeast
    opportunity_gap: AtMost
    calibration_gap: AtMost
    proxy_auc: AtMost


class ChallengerRules(Section):
    """By how much the other model's AUC may be higher."""

    gain: AtMost


class ValidationRules(Section):
    """The lights' rules. ``alpha`` is the chance that a report on a good model shows any red.

    It is shared out over the sections that test something and, inside a section, over its tests
    (Holm), so that a light means the same however many numbers stand beside it.
    """

    source: str
    alpha: float = Field(gt=0, lt=1)
    data: DataRules
    discrimination: DiscriminationRules
    calibration: CalibrationRules
    stability: StabilityRules
    concentration: ConcentrationRules
    migration: MigrationRules
    leakage: LeakageRules
    sensitivity: SensitivityRules
    fairness: FairnessRules
    challenger: ChallengerRules


class ChampionGate(Section):
    """Discrimination against the champion on the same rows, by a paired test.

    Refused where the champion's AUC is higher by more than ``max_loss`` and a one-sided paired test
    says at ``alpha`` that it is higher.
    """

    max_loss: float = Field(ge=0)
    alpha: float = Field(gt=0, lt=1)


class PromotionRules(Section):
    """The gates of a promotion: the champion, and the worst light of each section named."""

    source: str
    champion: ChampionGate
    lights: dict[str, Worst]
