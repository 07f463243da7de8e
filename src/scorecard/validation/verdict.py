"""The report in one sentence, and which finding speaks for a section."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scorecard.validation.light import Light
from scorecard.validation.section import Finding, Section
from scorecard.validation.words import Words


def decisive(section: Section) -> Finding | None:
    """Return the first finding of the section's own light; None where it has no finding."""
    return next((f for f in section.findings if f.light is section.light), None)


def shown(finding: Finding) -> Words:
    """Return a finding's number as a reader sees it."""
    said: Words | str = finding.shown
    return said if isinstance(said, Words) else Words(said, said)


def verdict(sections: Sequence[Section]) -> Words:
    """Say which sections are red and amber, each with its number, and count the others."""
    by_light = {light: [s for s in sections if s.light is light] for light in Light}
    n = len(sections)
    if not n:
        return Words("没有可评判的部分。", "There is no section to judge.")
    if len(by_light[Light.GREEN]) == n:
        every = f"All {n} sections are green." if n > 1 else "The one section is green."
        return Words(f"全部{n}个部分均为绿灯。", every)
    zh: list[str] = []
    en: list[str] = []
    for light, zh_word, en_word in (
        (Light.RED, "红灯{}个部分", "red in {}"),
        (Light.AMBER, "黄灯{}个部分", "amber in {}"),
        (Light.GREEN, "绿灯{}个部分", "green in {}"),
        (Light.GREY, "{}个部分无可评判", "nothing to judge in {}"),
    ):
        found = by_light[light]
        if not found:
            continue
        of = "" if en else f" of {n} section{'s' * (n > 1)}"
        zh_said, en_said = zh_word.format(len(found)), en_word.format(len(found)) + of
        if light in (Light.RED, Light.AMBER):
            told = [_told(section) for section in found]
            zh_said += "：" + "、".join(each.zh for each in told)
            en_said += ": " + ", ".join(each.en for each in told)
        zh.append(zh_said)
        en.append(en_said)
    said = "; ".join(en)
    return Words(f"共{n}个部分：{'；'.join(zh)}。", f"{said[:1].upper()}{said[1:]}.")


def _told(section: Section) -> Words:
    found = decisive(section)
    if found is None:
        return section.title
    return Words(
        f"{section.title.zh}（{found.what.zh}：{_short(shown(found).zh)}）",
        f"{section.title.en} ({_small(found.what.en)}: {_short(shown(found).en)})",
    )


def _short(text: str) -> str:
    """Return a number without what it is made of: what stands before a bracket or a semicolon."""
    return re.split(r" \(|（|; |；", text, maxsplit=1)[0] or text


def _small(text: str) -> str:
    """Return a text as it stands inside a sentence; abbreviations keep their capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
