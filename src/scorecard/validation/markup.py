"""Pieces of the page: escaped texts in both languages, lights, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from scorecard.validation.columns import forms, heading, light_word, paired, written
from scorecard.validation.light import Light
from scorecard.validation.words import Words

Labels = Mapping[str, Mapping[str, str]]

#: Rows of one table that the page holds; the JSON file has all of them.
MOST_ROWS = 400
#: Tables of more rows are folded on the screen; in print they are open.
FOLDED = 12

_SHAPES = {
    Light.GREEN: '<circle cx="12" cy="12" r="11"/><path d="M6.5 12.5l4 4 7-8.5"/>',
    Light.AMBER: '<path d="M12 1.5L23.4 22H.6z"/><path d="M12 9v6.2M12 18v1.2"/>',
    Light.RED: '<path d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/>'
    '<path d="M8 8l8 8M16 8l-8 8"/>',
    Light.GREY: '<circle cx="12" cy="12" r="9.5"/><path d="M7.5 12h9"/>',
}


_LIGHTS = frozenset(light.value for light in Light)


def both(words: Words) -> str:
    """Return a text in both languages, of which the page shows one."""
    if words.zh == words.en:
        return escape(words.en)
    return f'<span lang="en">{escape(words.en)}</span><span lang="zh-CN">{escape(words.zh)}</span>'


def say(zh: str, en: str) -> str:
    """Return two texts as `both` does."""
    return both(Words(zh, en))


def lamp(light: Light, *, word: bool = True) -> str:
    """Return a light as colour, shape and word, to be told without seeing colours."""
    said = f"<b>{both(light_word(light.value))}</b>" if word else ""
    return (
        f'<span class="lamp {light.value}"><svg viewBox="0 0 24 24" aria-hidden="true">'
        f"{_SHAPES[light]}</svg>{said}</span>"
    )


def folded(
    frame: pl.DataFrame,
    title: Words,
    labels: Labels | None = None,
    *,
    name: str = "",
    anchor: str = "",
) -> str:
    """Return a table under its title; a long one folded on the screen, open in print."""
    rows = say(f"{frame.height:,}行", f"{frame.height:,} row{'s' * (frame.height != 1)}")
    body = table(frame, labels, name=name)
    if frame.height <= FOLDED:
        return f'<div class="table"><h4>{both(title)}</h4>{body}</div>'
    return (
        f'<details class="table"><summary>{both(title)} <small>{rows}</small></summary>'
        f'<div id="{anchor}">{body}</div></details>'
    )


def table(frame: pl.DataFrame, labels: Labels | None = None, *, name: str = "") -> str:
    """Return a frame; pairs of columns ``x_zh``, ``x_en`` become one in the page's language.

    ``name`` is ``section.table``.
    """
    shown = frame.head(MOST_ROWS)
    pairs = paired(frame.columns)
    columns = [each for each in frame.columns if each not in pairs or each.endswith("zh")]
    form = forms(frame.columns, name)
    numeric = {each for each in columns if frame[each].dtype.is_numeric()}
    head = "".join(
        f"<th{' class=n' * (each in numeric)}>{both(_called(each, each in pairs))}"
        for each in columns
    )
    lines = []
    for row in shown.iter_rows(named=True):
        cells = (
            f"<td>{lamp(Light(row[each]))}"
            if each == "light" and row[each] in _LIGHTS
            else _cell(_value(row, each, each in pairs, form[each], labels), each in numeric)
            for each in columns
        )
        lines.append(f"<tr>{''.join(cells)}")
    left = frame.height - shown.height
    more = ""
    if left:
        more = "<p class=note>" + say(
            f"另有{left:,}行，见 JSON 文件。", f"{left:,} more rows are in the JSON file."
        )
    wide = " wide" * (len(columns) > 9)
    flow = " flow" * (len(columns) < 4 and shown.height > 40)
    return (
        f'<div class="scroll{flow}"><table class="data{wide}"><thead><tr>{head}</thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>{more}"
    )


def rows(pairs: Sequence[tuple[str, str]]) -> str:
    """Return terms and what they are, both HTML already."""
    return "<dl>" + "".join(f"<div><dt>{k}<dd>{v}</div>" for k, v in pairs) + "</dl>"


def _called(name: str, pair: bool) -> Words:
    if pair:
        stem = name[:-2].rstrip("_")
        return heading(stem) if stem else Words("名称", "name")
    return heading(name)


def _value(row: dict[str, Any], name: str, pair: bool, form: str, labels: Labels | None) -> Words:
    if pair:
        zh, en = row[name], row[f"{name[:-2]}en"]
        return Words("–" if zh is None else str(zh), "–" if en is None else str(en))
    return written(row[name], form, labels)


def _cell(words: Words, number: bool) -> str:
    return f"<td{' class=n' * number}>{both(words)}"
