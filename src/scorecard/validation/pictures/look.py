"""What every picture of a report is told: language, names, and the lines of the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.explain.canvas import GRID, INK, bare, new_figure
from scorecard.validation.columns import written
from scorecard.validation.words import Language, Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AMBER, RED, GREEN, GREY = "#b86e00", "#b3261e", "#2e7d4f", "#7b8794"
THEN, NOW = "#aab7c0", "#1b6ca8"
#: Inches: a picture as wide as the page's text, and one of two that stand beside each other.
WIDE, HALF = 7.5, 3.8


@dataclass(frozen=True)
class Look:
    """How a picture is drawn: ``labels`` name features and columns, ``rules`` hold the lights'."""

    language: Language = "en"
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)

    def say(self, zh: str, en: str) -> str:
        """Return a text in the picture's language."""
        return zh if self.language == "zh" else en

    def name(self, value: Any, most: int = 34) -> str:
        """Return what a cell's value is called, cut where a picture has no room for more."""
        text = written(value, labels=self.labels).of(self.language)
        return text if len(text) <= most else text[: most - 1] + "…"

    def lines(self, section: str, rule: str) -> dict[str, float]:
        """Return where amber and red begin by a rule; nothing where the report does not say."""
        found = self.rules.get(section, {}).get(rule, {})
        return {light: float(found[light]) for light in ("amber", "red") if light in found}


@dataclass(frozen=True)
class Picture:
    """A picture drawn from one table: the columns it reads, and what a reader sees in it.

    ``half`` pictures stand beside each other; tables of fewer than ``least`` rows have none.
    """

    needs: tuple[str, ...]
    draw: Callable[[pl.DataFrame, Look], Figure]
    caption: Words
    half: bool = False
    least: int = 1

    def fits(self, table: pl.DataFrame) -> bool:
        """Whether the table has rows enough, and every column that the picture reads."""
        return table.height >= self.least and set(self.needs) <= set(table.columns)


def numbers(table: pl.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a column (n,) as numbers, NaN where there is none."""
    return table[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def mark_lines(axes: Any, lines: Mapping[str, float], *, horizontal: bool = False) -> None:
    """Draw the lines of a rule, the red one solid, so that they differ without colour."""
    for light, at in lines.items():
        colour, style = (RED, "-") if light == "red" else (AMBER, "--")
        draw = axes.axhline if horizontal else axes.axvline
        draw(at, color=colour, linestyle=style, linewidth=1.1, zorder=3)
        where = (0.995, at) if horizontal else (at, 1.0)
        axes.annotate(
            f"{at:g}", where,
            xycoords=("axes fraction", "data") if horizontal else ("data", "axes fraction"),
            xytext=(0, 2), textcoords="offset points", ha="right" if horizontal else "center",
            va="bottom", fontsize=7.5, color=colour, annotation_clip=False,
        )  # fmt: skip


def row_axes(
    names: Sequence[str], *, width: float = WIDE, row: float = 0.24
) -> tuple[Figure, Any, NDArray[np.float64]]:
    """Return a figure with a row for each name, the first on top, and the rows' places."""
    n = len(names)
    figure, axes = new_figure(width, 0.85 + row * max(n, 2))
    axes.set_yticks(range(n), names)
    axes.set_ylim(n - 0.4, -0.6)
    bare(axes)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    return figure, axes, np.arange(n, dtype=np.float64)


def whiskers(axes: Any, table: pl.DataFrame, place: Any, columns: Sequence[str]) -> None:
    """Draw values with the interval they lie in: columns value, low and high."""
    value, low, high = (numbers(table, name) for name in columns)
    known = ~np.isnan(value)
    reach = np.nan_to_num(np.abs(np.stack([value - low, high - value])))
    axes.errorbar(
        value[known], np.asarray(place)[known], xerr=reach[:, known], fmt="o", color=NOW,
        ecolor=NOW, elinewidth=1.3, markersize=5, capsize=3,
    )  # fmt: skip


def beside(axes: Any, place: Any, texts: Sequence[str], *, at: Any) -> None:
    """Write a text at the right of each row."""
    for y, text, x in zip(place, texts, at, strict=True):
        if np.isfinite(x):
            axes.annotate(
                text, (x, y), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8,
                color=INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
