"""A model card: what a model is for, what it was made of, and what it must not be used for."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.errors import InputError
from scorecard.rating import Bundle, Rater
from scorecard.validation.card_parts import Fact, Part, parts_of
from scorecard.validation.columns import forms, heading, number, paired, written
from scorecard.validation.document import check_language, document
from scorecard.validation.markup import both, say, table
from scorecard.validation.words import Language, Words

if TYPE_CHECKING:
    from scorecard.validation.report import ValidationReport

NOT_STATED = Words("未说明", "not stated")


@dataclass(frozen=True)
class ModelCard:
    """The card of one bundle, in Chinese and English; renders in a notebook.

    ``parts`` hold facts and tables read from the bundle's own files and from a report. What they do
    not say is called not stated.
    """

    name: str
    title: Words
    sha256: str
    parts: tuple[Part, ...]

    @classmethod
    def of(
        cls, model: Bundle | Rater | str | Path, report: ValidationReport | None = None
    ) -> ModelCard:
        """Return the card of a bundle (its folder or its address will do).

        ``report`` adds what a validation of it found.

        Raises `BundleError` for a bundle whose files do not fit together, and `InputError` for a
        report of another bundle.
        """
        if isinstance(model, (str, Path)):
            model = Rater.load(model)
        rater = model if isinstance(model, Rater) else Rater(model)
        if report is not None:
            judged = report.about.get("model", {}).get("sha256")
            if judged != rater.model.sha256:
                raise InputError(
                    f"The report is of bundle {str(judged)[:12]}, the card of "
                    f"{rater.model.sha256[:12]}; validate the bundle that the card is of."
                )
        parts = parts_of(rater, report)
        named = parts[0].facts[0].value
        assert isinstance(named, Words)
        return cls(rater.model.name, named, rater.model.sha256, parts)

    def part(self, key: str) -> Part:
        """Return the part called ``key``; `KeyError` if there is none."""
        for each in self.parts:
            if each.key == key:
                return each
        raise KeyError(key)

    def to_dict(self) -> dict[str, Any]:
        """Return the card as JSON values; what is not stated is None."""
        return {
            "name": self.name,
            "title": self.title.to_dict(),
            "sha256": self.sha256,
            **{
                part.key: {
                    **{fact.key: _json(fact.value) for fact in part.facts},
                    **({} if part.table is None else {"table": part.table.to_dicts()}),
                }
                for part in self.parts
            },
        }

    def to_markdown(self, language: Language = "en") -> str:
        """Return the card as Markdown in one language, with tables as GitHub reads them.

        Raises `InputError` for a language other than en and zh.
        """
        check_language(language)
        head = Words("模型卡", "Model card").of(language)
        lines = [f"# {head}: {_plain(self.title.of(language))}", ""]
        for part in self.parts:
            lines += [f"## {part.title.of(language)}", ""]
            lines += [
                f"- **{fact.term.of(language)}**: {_marked(fact, language)}" for fact in part.facts
            ]
            lines.append("")
            if part.table is not None:
                lines += [*_markdown_table(part.table, language), ""]
        return "\n".join(lines)

    def to_html(self, path: str | Path, *, language: Language = "en") -> Path:
        """Write the card as one page that needs nothing else; ``language`` is shown first.

        Raises `InputError` for a language other than en and zh.
        """
        path = Path(path)
        path.write_text(self.as_html(language), encoding="utf-8")
        return path

    def as_html(self, language: Language = "en") -> str:
        """Return what `to_html` writes."""
        parts = "".join(_part(part) for part in self.parts)
        title = Words(f"模型卡 · {self.name}", f"Model card · {self.name}")
        body = f"""<header><p class="mark">{say("模型卡", "Model card")}</p>
<h1>{both(self.title)}</h1>
<p class="asks">{escape(self.name)} · <code>{escape(self.sha256[:12])}</code></p></header>
{parts}"""
        return document(title, body, f"{self.name} · {self.sha256[:12]}", language)

    def __repr__(self) -> str:
        return f"ModelCard({self.name}, bundle {self.sha256[:12]}, {len(self.parts)} parts)"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def _part(part: Part) -> str:
    facts = "".join(f"<tr><td>{both(fact.term)}<td>{_shown(fact)}" for fact in part.facts)
    body = "" if part.table is None else table(part.table)
    return f"""<section class="part"><h2>{both(part.title)}</h2>
<table class="about"><tbody>{facts}</tbody></table>{body}</section>
"""


def _told(fact: Fact) -> Words:
    value = fact.value
    if value is None:
        return NOT_STATED
    if isinstance(value, Words):
        return value
    text = value if isinstance(value, str) else number(value, fact.form)
    return Words(text, text)


def _shown(fact: Fact) -> str:
    if fact.value is None:
        return f'<span class="note">{both(NOT_STATED)}</span>'
    told = both(_told(fact))
    return f"<code>{told}</code>" if fact.form == "code" else told


def _marked(fact: Fact, language: Language) -> str:
    told = _told(fact).of(language)
    if fact.form == "code" and fact.value is not None:
        return f"`{' '.join(told.split()).replace('`', chr(39))}`"
    return _plain(told)


def _markdown_table(frame: pl.DataFrame, language: Language) -> list[str]:
    pairs = paired(frame.columns)
    form = forms(frame.columns)
    columns = [name for name in frame.columns if name not in pairs or name.endswith(language)]
    called = [
        heading(name.removesuffix(f"_{language}") if name in pairs else name).of(language)
        for name in columns
    ]
    lines = [f"| {' | '.join(called)} |", f"|{' --- |' * len(columns)}"]
    for row in frame.iter_rows(named=True):
        cells = (_plain(written(row[name], form[name]).of(language)) for name in columns)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    flat = escape(" ".join(text.split()), quote=False)
    return "".join(f"\\{c}" if c in r"\`*_[]|#!" else c for c in flat)


def _json(value: Words | str | float | None) -> Any:
    return value.to_dict() if isinstance(value, Words) else value
