"""A figure as SVG for a page: the same bytes every time, nothing fetched, text that can be read."""

from __future__ import annotations

import io
import re
import warnings
from html import escape
from typing import TYPE_CHECKING

from scorecard.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: The page's own fonts, whatever this machine has.
_FONTS = (
    "'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', "
    "'Microsoft YaHei', sans-serif"
)
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def to_svg(
    figure: Figure, *, name: str = "picture", title: str | None = None, description: str = ""
) -> str:
    """Return a figure as one ``<svg>`` element, to stand in a page or in a file of its own.

    Text stays text, so that it can be searched, read aloud and shown in the page's fonts. The
    element has a ``<title>`` and a ``<desc>``: ``title`` (by default the title of the figure's
    first axes) and ``description`` (by default what the figure is labelled with; the figures of
    this package describe themselves). Every id begins with ``name``, so pictures of different names
    may stand in one page. Nothing is loaded from elsewhere; the same figure gives the same bytes.

    Raises `InputError` for a ``name`` that is no identifier.
    """
    import matplotlib

    if not name.isidentifier() or not name.isascii():
        raise InputError(f"name must be an identifier of ASCII letters; got {name!r}.")
    buffer = io.StringIO()
    with (
        matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "scorecard"}),
        warnings.catch_warnings(),
    ):
        # The text is not drawn here: the reader's machine has the glyphs, or takes its own.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"'DejaVu Sans'[^;\"]*", _FONTS, svg)
    # The style for all elements would be one for all elements of the page.
    svg = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", svg)
    if title is None:
        title = next((axes.get_title() for axes in figure.axes if axes.get_title()), name)
    words = description or str(figure.get_label())
    head = (
        ' style="stroke-linejoin: round; stroke-linecap: butt" role="img"'
        f' aria-labelledby="{name}-title {name}-desc">\n'
        f' <title id="{name}-title">{escape(title)}</title>\n'
        f' <desc id="{name}-desc">{escape(words)}</desc>'
    )
    return svg.replace(">", head, 1)
