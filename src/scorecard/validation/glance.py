"""The report at a glance, for a notebook: plain HTML that carries its own look."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from scorecard.validation.light import Light
from scorecard.validation.verdict import decisive, shown

if TYPE_CHECKING:
    from scorecard.validation.report import ValidationReport

#: A sign and a colour for each light, so that neither is needed alone.
SIGNS = {Light.GREEN: "✓", Light.AMBER: "▲", Light.RED: "✗", Light.GREY: "–"}
_COLOURS = {
    Light.GREEN: "#2e7d4f",
    Light.AMBER: "#b86e00",
    Light.RED: "#b3261e",
    Light.GREY: "#7b8794",
}


def glance(report: ValidationReport) -> str:
    """Return the verdict and a row for each section, with the number behind its light."""
    lines = []
    for section in report.sections:
        found = decisive(section)
        told = rule = ""
        if found is not None:
            told = f"{escape(found.what.en)}: <b>{escape(shown(found).en)}</b>"
            rule = escape(found.rule.en)
        lines.append(
            f"<tr><td style='text-align:left'>{_lamp(section.light)}</td>"
            f"<td style='text-align:left'>{escape(section.title.en)}</td>"
            f"<td style='text-align:left'>{told}</td>"
            f"<td style='text-align:left;opacity:.75'>{rule}</td></tr>"
        )
    model = report.about.get("model") or {}
    sha256 = str(model.get("sha256") or "")[:12]
    name = escape(str(model.get("name") or report.about.get("product") or ""))
    return (
        f"<p><b>{name}</b> <code>{escape(sha256)}</code> · {_lamp(report.light)} · "
        f"{escape(report.verdict.en)}</p><table><thead><tr><th>light</th><th>section</th>"
        f"<th>number</th><th>rule</th></tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _lamp(light: Light) -> str:
    return f"<b style='color:{_COLOURS[light]}'>{SIGNS[light]} {light.value}</b>"
