"""One thing that an applicant can do, and every field of the application that it moves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scorecard.contract.identity import coefficients
from scorecard.errors import ProductError


@dataclass(frozen=True)
class Lever:
    """An action of some amount x ≥ 0: each field of ``moves`` changes by its coefficient times x.

    The first field leads: x is counted in its unit, so that its coefficient is 1 or −1; the others
    follow to keep the books balanced. Repaying a loan from own money, for instance, lowers the
    debt, the liabilities, the own money and the assets together. A field that is null is not known,
    and stays so.

    ``step`` is how finely the leading field is set: it comes to lie on a multiple of it. Without
    one it is a twentieth of the field's spread at training, rounded down to a power of ten.
    ``most`` is a SQL expression over the application's fields, in the language of features: the
    largest x that is realistic within a year. Where it is null the lever cannot be used; without
    one the leading field stays within the 5–95 % range seen at training. ``zh`` and ``en`` say what
    is done, as one says it to a shop owner.

    Raises `ProductError` for a name that is no identifier, an empty text, a coefficient or a step
    that is no such number.
    """

    name: str
    moves: Mapping[str, float]
    zh: str
    en: str
    step: float | None = None
    most: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise ProductError(f"A lever's name must be an identifier; got {self.name!r}.")
        for part in ("zh", "en"):
            value = getattr(self, part)
            if not isinstance(value, str) or not value.strip():
                raise ProductError(f"Lever {self.name}: {part} must be a text; fill it in.")
        object.__setattr__(self, "moves", coefficients(f"Lever {self.name}: moves", self.moves))
        if abs(self.moves[self.leads]) != 1:
            raise ProductError(
                f"Lever {self.name}: the first field, {self.leads}, counts the amount; its "
                f"coefficient must be 1 or -1; got {self.moves[self.leads]:g}."
            )
        step = self.step
        if step is not None:
            number = isinstance(step, (int, float)) and not isinstance(step, bool)
            if not number or not 0 < step < math.inf:
                raise ProductError(f"Lever {self.name}: step must be above 0; got {step!r}.")
        if self.most is not None and not isinstance(self.most, str):
            raise ProductError(
                f"Lever {self.name}: most must be a SQL text; got {type(self.most).__name__}."
            )

    @property
    def leads(self) -> str:
        """The field that counts the amount."""
        return next(iter(self.moves))

    def to_dict(self) -> dict[str, Any]:
        """Return the lever as JSON values; ``moves`` as pairs, since their order matters."""
        return {
            "name": self.name,
            "moves": [[field, coefficient] for field, coefficient in self.moves.items()],
            "zh": self.zh,
            "en": self.en,
            "step": self.step,
            "most": self.most,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Lever:
        """Rebuild a lever from `to_dict`'s output."""
        return cls(**{**data, "moves": dict(data["moves"])})
