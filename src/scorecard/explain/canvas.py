"""What the pictures of this room have in common: languages, colours, fonts, bare axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from scorecard.errors import InputError
from scorecard.features import Feature
from scorecard.fonts import chinese_font

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Language = Literal["en", "zh", "both"]

RISKIER, SAFER, ENDS = "#c0392b", "#4c9f70", "#5c6873"
LINE, DATA, GRID, INK = "#1b6ca8", "#aab7c0", "#e6e8e4", "#1c2733"


def say(language: Language, zh: str, en: str, *, between: str = " / ") -> str:
    """Return a text in one language, or in both with ``between`` between them.

    Raises `InputError` for another language.
    """
    if language == "both":
        return f"{en}{between}{zh}"
    if language not in ("en", "zh"):
        raise InputError(f"language must be en, zh or both; got {language!r}.")
    return zh if language == "zh" else en


def labels_of(features: Iterable[Feature], language: Language = "en") -> dict[str, str]:
    """Return what each feature is called; in both languages on two lines."""
    return {f.name: say(language, f.zh or f.name, f.en or f.name, between="\n") for f in features}


def new_figure(width: float, height: float, **subplots: Any) -> tuple[Figure, Any]:
    """Return a figure of a size in inches and its axes, without a window or any global state.

    ``subplots`` are those of `matplotlib.figure.Figure.subplots`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", dpi=110)
    return figure, figure.subplots(**subplots)


def finish(figure: Figure, description: str) -> Figure:
    """Give every text the fonts for both languages, and the figure its description in words."""
    from matplotlib.text import Text

    chinese = chinese_font()
    fonts = ["DejaVu Sans", *([] if chinese is None else [chinese])]
    texts = [each for each in figure.findobj(Text) if isinstance(each, Text)]
    for text in texts:
        text.set_fontfamily(fonts)
    if chinese is None:
        _leave_room(figure, [text for text in texts if text.get_text()])
    figure.set_label(description)
    return figure


def _leave_room(figure: Figure, texts: list[Any]) -> None:
    """Widen the left margin by what Chinese characters take more than the boxes for them."""
    short = 0.45  # of an em, between a box and a character
    more = max(
        (
            short * text.get_fontsize() * sum(character > "⺀" for character in line)
            for text in texts
            for line in text.get_text().split("\n")
        ),
        default=0.0,
    )
    share = min(more / 72 / figure.get_figwidth(), 0.3)
    engine: Any = figure.get_layout_engine()
    engine.set(rect=(share, 0, 1 - share, 1))


def name_rows(axes: Any, names: Sequence[str]) -> None:
    """Write names at the left of rows 0, 1, …, two lines of a name each for itself.

    As one text, lines of an SVG would be placed by the widths that this machine's fonts have.
    """
    if not any("\n" in name for name in names):
        axes.set_yticks(range(len(names)), names)
        return
    axes.set_yticks(range(len(names)), [""] * len(names))
    for y, name in enumerate(names):
        lines = name.split("\n")
        for k, line in enumerate(lines):
            axes.annotate(
                line, (0, y), xycoords=("axes fraction", "data"), textcoords="offset points",
                xytext=(-4, 5.2 * (len(lines) - 1 - 2 * k)), ha="right", va="center",
                fontsize=8.5, color=INK, annotation_clip=False,
            )  # fmt: skip


def bare(axes: Any, *, left: bool = False) -> None:
    """Take the frame away but for the lower edge, and the left one if asked to keep it."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines["left"].set_visible(left)
    axes.spines[["bottom", "left"]].set_color("#9aa4ab")
    axes.tick_params(colors=INK, length=3, labelsize=8.5)
    axes.set_axisbelow(True)
