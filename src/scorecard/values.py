"""Frozen results that travel along the road: comparable, and JSON both ways."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Space = Literal["points", "log_odds"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule of the contract.

    ``field`` is the column's name, ``rule`` one of `scorecard.contract.RULES` or the name of a
    cross-field rule, ``expected`` the rule's limit in words, ``kind`` the kind of value received
    (``"string"``, ``"null"``, …). The value itself is never carried.
    """

    field: str
    rule: str
    expected: str
    kind: str

    def __str__(self) -> str:
        return f"{self.field}: {self.rule} ({self.expected}; got {self.kind})"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a rating is riskier than the reference population, or one of its strengths.

    ``value`` is the applicant's value of ``feature`` (None when missing), ``reference`` the value
    that is typical of the reference population (None when training knew none). ``contribution``
    is in log-odds of bad: positive, i.e. toward risk, for a reason, negative for a strength.
    """

    code: str
    text_zh: str
    text_en: str
    feature: str
    value: float | str | None
    reference: float | str | None
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The exact account of one number: ``base + sum(contributions.values())`` is that number.

    In space ``"points"`` the number is the score and positive is safer; in space ``"log_odds"``
    it is the model's margin (log-odds of bad) and positive is riskier.
    """

    space: Space
    base: float
    contributions: dict[str, float]

    @property
    def total(self) -> float:
        """Base plus contributions, summed left to right in float64."""
        total = self.base
        for value in self.contributions.values():
            total += value
        return total


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What the product's other model says of the same application."""

    model: str
    pd: float
    score: float
    grade: str


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model answered: its registered name, version, and the SHA-256 of its manifest."""

    name: str
    version: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a reviewer should know about one field or feature of this rating."""

    code: str
    feature: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Rating:
    """The answer to one application; two ratings of the same application compare equal.

    ``pd`` is a probability in (0, 1), through the cycle; ``score`` is in points (higher is safer);
    ``grade`` is a label of the master scale. ``strengths`` are given on request, None otherwise.
    The decision fields stay None until a policy decides.
    """

    product: str
    pd: float
    score: float
    margin: float
    grade: str
    reasons: tuple[Reason, ...]
    explanation: Explanation
    second_opinion: SecondOpinion | None
    answered_by: str
    model: ModelRef
    policy_version: str
    feature_hash: str
    warnings: tuple[Warned, ...] = ()
    strengths: tuple[Reason, ...] | None = None
    decision: str | None = None
    limit: float | None = None
    price: float | None = None
    conditions: tuple[str, ...] = ()
    rule_hits: tuple[str, ...] = ()
    ledger: dict[str, Any] | None = field(default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the rating as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Rating:
        """Rebuild a rating from `to_dict`'s output; the two compare equal."""
        second, strengths = data["second_opinion"], data["strengths"]
        return cls(
            **{
                **data,
                "reasons": tuple(Reason(**r) for r in data["reasons"]),
                "explanation": Explanation(**data["explanation"]),
                "second_opinion": None if second is None else SecondOpinion(**second),
                "model": ModelRef(**data["model"]),
                "warnings": tuple(Warned(**w) for w in data["warnings"]),
                "strengths": None if strengths is None else tuple(Reason(**r) for r in strengths),
                "conditions": tuple(data["conditions"]),
                "rule_hits": tuple(data["rule_hits"]),
            }
        )
