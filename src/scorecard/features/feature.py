"""One declared feature: its SQL text and what it means to people."""

from __future__ import annotations

import math
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
    lists numbers that are codes rather than amounts. ``levels`` says what the levels of a text
    mean, where they do not say it themselves: (level, Chinese, English) each.

    Raises `ProductError` for an unknown trend, a name that is no identifier, and whatever is not of
    its declared type.
    """

    name: str
    sql: str
    trend: Trend = "auto"
    reason: str = ""
    zh: str = ""
    en: str = ""
    unit: str | None = None
    special_values: tuple[float, ...] = ()
    levels: tuple[tuple[str, str, str], ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise ProductError(f"A feature's name must be an identifier; got {self.name!r}.")
        for part in ("sql", "reason", "zh", "en"):
            _check_text(f"Feature {self.name}: {part}", getattr(self, part))
        if self.unit is not None:
            _check_text(f"Feature {self.name}: unit", self.unit)
        if not isinstance(self.special_values, tuple) or not all(
            isinstance(value, (int, float)) and math.isfinite(value)
            for value in self.special_values
        ):
            raise ProductError(
                f"Feature {self.name}: special_values must be a tuple of finite numbers; "
                f"got {self.special_values!r}."
            )
        if not isinstance(self.levels, tuple) or not all(
            isinstance(level, tuple)
            and len(level) == 3
            and all(isinstance(part, str) and part for part in level)
            for level in self.levels
        ):
            raise ProductError(
                f"Feature {self.name}: levels must be a tuple of (level, zh, en), three texts "
                f"each; got {self.levels!r}."
            )
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
            "levels": [list(level) for level in self.levels],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Feature:
        """Rebuild a feature from `to_dict`'s output."""
        levels = tuple(tuple(level) for level in data["levels"])
        special = tuple(data["special_values"])
        return cls(**{**data, "special_values": special, "levels": levels})


@dataclass(frozen=True, slots=True)
class ReasonText:
    """What a reason code says to the applicant, in both languages, without numbers.

    A contribution is relative to the reference population, so the texts compare, and must be true
    of every firm for which a feature of this code can be a reason: "firms with … carry less risk",
    not "the firm has little …".

    Raises `ProductError` for a part that is no text or is empty.
    """

    code: str
    zh: str
    en: str

    def __post_init__(self) -> None:
        for part in ("code", "zh", "en"):
            value = getattr(self, part)
            _check_text(f"Reason {self.code!r}: {part}", value)
            if not value.strip():
                raise ProductError(f"Reason {self.code!r}: {part} must not be empty; fill it in.")


def _check_text(what: str, value: object) -> None:
    if not isinstance(value, str):
        raise ProductError(f"{what} must be a text; got {type(value).__name__}.")
