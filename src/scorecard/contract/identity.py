"""A sum between fields that every change must keep, as an accountant would insist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scorecard.errors import ProductError


@dataclass(frozen=True)
class Identity:
    """``total`` is the sum of ``parts``, each times its coefficient.

    ``Identity("net_assets", {"total_assets": 1, "total_liabilities": -1}, …)`` says that net assets
    are assets less liabilities. It binds what is moved, not what is stored: books that were a yuan
    out before a change are a yuan out after it. ``zh`` and ``en`` say it in words.

    Raises `ProductError` for no parts, a coefficient that is no number other than zero, or an empty
    text.
    """

    total: str
    parts: Mapping[str, float]
    zh: str
    en: str

    def __post_init__(self) -> None:
        for part in ("total", "zh", "en"):
            value = getattr(self, part)
            if not isinstance(value, str) or not value.strip():
                raise ProductError(
                    f"Identity of {self.total!r}: {part} must be a text; fill it in."
                )
        object.__setattr__(self, "parts", coefficients(f"Identity of {self.total}", self.parts))
        if self.total in self.parts:
            raise ProductError(f"Identity of {self.total}: the total cannot be one of its parts.")

    def drift(self, moves: Mapping[str, float]) -> float:
        """Return by how much a move of one unit takes the total off the sum of its parts."""
        out = moves.get(self.total, 0.0)
        for field, coefficient in self.parts.items():
            out -= coefficient * moves.get(field, 0.0)
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return the identity as JSON values."""
        parts = [[field, coefficient] for field, coefficient in self.parts.items()]
        return {"total": self.total, "parts": parts, "zh": self.zh, "en": self.en}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Identity:
        """Rebuild an identity from `to_dict`'s output."""
        return cls(**{**data, "parts": dict(data["parts"])})


def coefficients(what: str, given: Any) -> dict[str, float]:
    """Return a mapping of fields to coefficients as floats, in its order.

    Raises `ProductError`, naming ``what`` declares them.
    """
    if not isinstance(given, Mapping) or not given:
        raise ProductError(f"{what} must map at least one field to a coefficient; got {given!r}.")
    out = {}
    for field, value in given.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not isinstance(field, str) or not number or not 0 < abs(value) < 1e6:
            raise ProductError(
                f"{what} must map fields to numbers other than 0, within ±1e6; got "
                f"{field!r}: {value!r}."
            )
        out[field] = float(value)
    return out
