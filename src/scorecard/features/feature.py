"""One declared feature: its SQL text and what it means to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from scorecard.errors import ProductError

Trend = Literal["ascending", "descending", "auto", "none"]
TRENDS: tuple[str, ...] = get_args(Trend)


@dataclass(frozen=True, slots=True)
class Feature:
    """A named SQL scalar expression over the columns of an application.

    ``sql`` is written in DuckDB's dialect. ``trend`` is the declared direction of risk:
    ``"ascending"`` means the PD rises with the value; ``"auto"`` lets the data choose and
    ``"none"`` leaves the feature free; text features take ``"none"``. ``reason`` is a code of the
    product's reason texts. ``zh``/``en`` label it, ``unit`` says what it counts, ``special_values``
    lists numbers that are codes rather than amounts.

    Raises `ProductError` for an unknown trend or an empty name.
    """

    name: str
    sql: str
    trend: Trend = "auto"
    reason: str = ""
    zh: str = ""
    en: str = ""
    unit: str | None = None
    special_values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ProductError(f"A feature's name must be an identifier; got {self.name!r}.")
        if self.trend not in TRENDS:
            raise ProductError(
                f"Feature {self.name}: trend must be one of {', '.join(TRENDS)}; "
                f"got {self.trend!r}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the declaration as JSON values."""
        return {
            "name": self.name, "sql": self.sql, "trend": self.trend, "reason": self.reason,
            "zh": self.zh, "en": self.en, "unit": self.unit,
            "special_values": list(self.special_values),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Feature:
        """Rebuild a feature from `to_dict`'s output."""
        return cls(**{**data, "special_values": tuple(data["special_values"])})


@dataclass(frozen=True, slots=True)
class ReasonText:
    """What a reason code says to the applicant, in both languages, without numbers."""

    code: str
    zh: str
    en: str
