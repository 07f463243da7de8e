"""Names of the rules a value can break, and the rules between fields."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from scorecard.errors import ProductError

# A field reports the first of these that it breaks.
RULES: tuple[str, ...] = (
    "required", "unknown", "type", "null", "finite", "length", "range", "isin", "pattern",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition between fields: a SQL expression that must not be false, blamed on ``field``.

    ``sql`` is of the language of features. It runs on rows whose fields are all valid, and only
    FALSE rejects: where an operand is missing the expression is null and the row passes. ``zh`` and
    ``en`` say the condition in words.

    Raises `ProductError` for a name that is no identifier or that is one of `RULES`, and for an
    empty text.
    """

    name: str
    field: str
    sql: str
    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name in RULES:
            raise ProductError(
                f"A cross-field rule's name must be an identifier other than {', '.join(RULES)}; "
                f"got {self.name!r}."
            )
        for part in ("field", "sql", "zh", "en"):
            if not getattr(self, part).strip():
                raise ProductError(f"Rule {self.name}: {part} must not be empty; fill it in.")

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Rule:
        """Rebuild a rule from `to_dict`'s output."""
        return cls(**data)
