"""A product's ``policy.yaml``: every business decision, with a version and a source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from scorecard.errors import ProductError
from scorecard.policy.section import Section
from scorecard.policy.validation import PromotionRules, ValidationRules

#: Of a policy that breaks more rules, the first are named.
MOST_PROBLEMS = 8


class Named(Section):
    """What something is called."""

    zh: str
    en: str


class Exclusion(Section):
    """A SQL rule that takes rows out of the population, and why."""

    rule: str
    reason_zh: str
    reason_en: str


class Population(Section):
    """Who the model is about."""

    exclusions: list[Exclusion] = Field(default_factory=list)


class Outcome(Section):
    """What bad means: SQL over outcome columns, where it is known, and after how many months."""

    bad: str
    known: str
    horizon_months: int | None = Field(ge=1)
    zh: str
    en: str


class Sample(Section):
    """Which rows train and which test: by time, or held out where there is no date (null).

    ``borrower`` is the identifier that stays the same from one application of a borrower to the
    next; a product with a single identifier need not name it.
    """

    observation_date: str | None
    weight: str | None
    in_time: str
    out_of_time: str
    borrower: str | None = None


class Calibration(Section):
    """The mean PD to calibrate to, the rows to calibrate on, and how PDs move with the cycle.

    ``period`` is a SQL condition within the in-time window: the rows that it holds for are set
    apart, no answering model learns from them, and the calibration is chosen and fitted on them.
    Null: on all in-time rows, by cross-fitting. ``asset_correlation`` is what takes a PD through
    the cycle to one point in time. Each of the three lines has its source.
    """

    central_tendency: float = Field(gt=0, lt=1)
    source: str
    period: str | None
    period_source: str
    asset_correlation: float = Field(gt=0, lt=1)
    asset_correlation_source: str


class Answering(Section):
    """Which model answers: ``default`` unless the other wins out of time by ``min_gain``."""

    default: Literal["scorecard", "boosted"]
    metric: Literal["auc"]
    min_gain: float = Field(ge=0)


class Reasons(Section):
    """What counts as a reason, and what the applicant is compared with.

    Contributions of less than ``min_contribution`` log-odds are none; codes whose features are at
    least ``merge_correlation`` rank correlated are one; ``compared_with`` names the population.
    """

    min_contribution: float = Field(gt=0)
    merge_correlation: float = Field(gt=0, le=1)
    compared_with: Named


class Score(Section):
    """Points: ``base_score`` at ``base_odds`` goods to one bad, ``pdo`` points double the odds."""

    pdo: float = Field(gt=0)
    base_score: float
    base_odds: float = Field(gt=0)


class Grades(Section):
    """The master scale's edges, ``first_edge·ratio^(k/count)``, and the smallest PD."""

    first_edge: float = Field(gt=0, lt=1)
    ratio: float = Field(gt=1)
    count: int = Field(ge=2)
    pd_floor: float = Field(ge=0, lt=1)


class Models(Section):
    """Constructor arguments of the two estimators."""

    scorecard: dict[str, Any] = Field(default_factory=dict)
    boosted: dict[str, Any] = Field(default_factory=dict)


class Policy(Section):
    """The whole document, parsed; ``cutoff_grade`` is the worst grade that can be approved."""

    version: str
    effective_date: str
    source: str
    product: Named
    population: Population
    outcome: Outcome
    sample: Sample
    calibration: Calibration
    answering: Answering
    reasons: Reasons
    score: Score
    grades: Grades
    cutoff_grade: str
    validation: ValidationRules
    promotion: PromotionRules
    models: Models
    remarks: list[Named] = Field(default_factory=list)

    @field_validator("cutoff_grade")
    @classmethod
    def _is_a_grade(cls, label: str, info: ValidationInfo) -> str:
        grades = info.data.get("grades")  # absent where it is wrong itself
        if isinstance(grades, Grades) and label not in {f"R{k + 1}" for k in range(grades.count)}:
            raise ValueError(f"must be a grade from R1 to R{grades.count}")
        return label

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Policy:
        """Parse the plain mapping of ``policy.yaml``.

        Raises `ProductError` naming each line that is missing, unknown or out of its limits.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            lines = "; ".join(
                f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
                for each in found[:MOST_PROBLEMS]
            )
            if len(found) > MOST_PROBLEMS:
                lines += f"; and {len(found) - MOST_PROBLEMS} more"
            raise ProductError(f"policy.yaml: {lines}.") from None
