"""One gate of a promotion: a number, the rule it is held against, and whether it holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scorecard.validation.words import Words


@dataclass(frozen=True, slots=True)
class Gate:
    """What one gate says of a candidate.

    ``number`` is the number that decides, None where there is none, and ``shown`` says it to a
    reader with what it is made of. A gate that is not ``forcible`` holds against everybody.
    """

    key: str
    title: Words
    number: float | None
    shown: Words
    rule: Words
    passed: bool
    forcible: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values; a number that is none is null."""
        number = self.number
        return {
            "key": self.key,
            "title": self.title.to_dict(),
            "number": number if number is not None and math.isfinite(number) else None,
            "shown": self.shown.to_dict(),
            "rule": self.rule.to_dict(),
            "passed": self.passed,
            "forcible": self.forcible,
        }
