"""One section of a report: numbers with their rules and lights, and the tables behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from scorecard.validation.light import Light
from scorecard.validation.words import Words


@dataclass(frozen=True)
class Finding:
    """One number, the rule it is held against, and the light.

    ``shown`` is the number as a reader sees it, with what it is made of; ``p_value`` is corrected
    for the tests beside it, None where nothing was tested. A finding without a number is grey.
    """

    key: str
    what: Words
    number: float | None
    shown: str
    rule: Words
    light: Light
    p_value: float | None = None

    def __post_init__(self) -> None:
        if self.number is None and self.light is not Light.GREY:
            raise ValueError(f"{self.key}: a light needs its number.")

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "key": self.key,
            "what": self.what.to_dict(),
            "number": self.number,
            "shown": self.shown,
            "rule": self.rule.to_dict(),
            "light": self.light.value,
            "p_value": self.p_value,
        }


@dataclass(frozen=True)
class Section:
    """A section's findings, tables (by name) and what a reader must know beside them.

    Its ``light`` is the worst of its findings.
    """

    key: str
    title: Words
    findings: tuple[Finding, ...]
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    notes: tuple[Words, ...] = ()

    @property
    def light(self) -> Light:
        """The worst light of the findings; grey where nothing could be judged."""
        return Light.worst(finding.light for finding in self.findings)

    def finding(self, key: str) -> Finding:
        """Return the finding called ``key``; `KeyError` if there is none."""
        for each in self.findings:
            if each.key == key:
                return each
        raise KeyError(key)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values, tables as lists of rows."""
        return {
            "key": self.key,
            "title": self.title.to_dict(),
            "light": self.light.value,
            "findings": [finding.to_dict() for finding in self.findings],
            "tables": {name: frame.to_dicts() for name, frame in self.tables.items()},
            "notes": [note.to_dict() for note in self.notes],
        }
