"""The report: sections with their lights, as tables, JSON and a page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from scorecard.validation.light import Light
from scorecard.validation.section import Section
from scorecard.validation.verdict import verdict
from scorecard.validation.words import Language, Words


@dataclass(frozen=True)
class ValidationReport:
    """What a validation found; in a notebook it renders as its summary.

    ``sections`` in the order of reading; ``about`` says what was validated: model, hashes, data,
    window, versions, rules.
    """

    about: Mapping[str, Any]
    sections: tuple[Section, ...]

    @property
    def light(self) -> Light:
        """The worst light of all sections."""
        return Light.worst(section.light for section in self.sections)

    @property
    def lights(self) -> dict[str, Light]:
        """The light of each section, by its key."""
        return {section.key: section.light for section in self.sections}

    def section(self, key: str) -> Section:
        """Return the section called ``key``; `KeyError` if there is none."""
        for each in self.sections:
            if each.key == key:
                return each
        raise KeyError(key)

    @cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table: ``summary`` (a row per section), ``findings``, and ``section.table``."""
        tables = {"summary": self._summary(), "findings": self._findings()}
        for section in self.sections:
            tables |= {f"{section.key}.{name}": frame for name, frame in section.tables.items()}
        return tables

    def to_dict(self) -> dict[str, Any]:
        """Return the whole report as JSON values."""
        return {
            "about": dict(self.about),
            "light": self.light.value,
            "sections": [section.to_dict() for section in self.sections],
        }

    def to_json(self, path: str | Path) -> Path:
        """Write `to_dict` to a file; numbers that are none are null."""
        path = Path(path)
        path.write_text(self.as_json(), encoding="utf-8")
        return path

    def as_json(self) -> str:
        """Return what `to_json` writes."""
        return json.dumps(_finite(self.to_dict()), ensure_ascii=False, indent=1, default=str)

    def to_html(self, path: str | Path, *, language: Language = "en") -> Path:
        """Write the report as one page that needs nothing else; ``language`` is shown first.

        Both languages are on the page. Raises `InputError` for a language other than en and zh.
        """
        path = Path(path)
        path.write_text(self.as_html(language), encoding="utf-8")
        return path

    def as_html(self, language: Language = "en") -> str:
        """Return what `to_html` writes."""
        from scorecard.validation.page import page

        return page(self, language=language)

    @property
    def verdict(self) -> Words:
        """The report in one sentence: which sections are red and amber, with their numbers."""
        return verdict(self.sections)

    def __repr__(self) -> str:
        about = self.about.get("model") or {}
        name = about.get("name") or self.about.get("product") or "no name"
        return f"ValidationReport({name}, {self.light.value}: {self.verdict.en})"

    def _repr_html_(self) -> str:
        """Return the verdict and the sections with their lights, small enough for a notebook."""
        from scorecard.validation.glance import glance

        return glance(self)

    def _summary(self) -> pl.DataFrame:
        rows = [
            (s.key, s.title.en, s.title.zh, s.light.value, len(s.findings)) for s in self.sections
        ]
        schema = ["section", "title_en", "title_zh", "light", "findings"]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _findings(self) -> pl.DataFrame:
        rows = [
            (s.key, f.key, f.what.en, f.number, f.shown, f.rule.en, f.light.value, f.p_value)
            for s in self.sections
            for f in s.findings
        ]
        schema = {
            "section": pl.String, "finding": pl.String, "what": pl.String, "number": pl.Float64,
            "shown": pl.String, "rule": pl.String, "light": pl.String, "p_value": pl.Float64,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return data
