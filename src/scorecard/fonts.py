"""Fonts of this machine that draw Chinese in pictures."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from pathlib import Path

#: Fonts with Chinese glyphs, from those made for Simplified Chinese to those that have them too.
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC",
    "Microsoft YaHei", "Hiragino Sans GB", "Heiti SC", "STHeiti", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "SimHei", "Noto Sans CJK JP", "Noto Sans CJK TC", "Droid Sans Fallback",
    "Arial Unicode MS", "SimSun", "Noto Serif CJK SC", "Noto Serif CJK JP",
)  # fmt: skip


def chinese_font() -> str | None:
    """Return the font of this machine that draws Chinese; None where there is none.

    Without one, a PNG shows boxes for Chinese characters (install e.g. fonts-noto-cjk). An SVG is
    not concerned: the page that shows it brings its own fonts.
    """
    from matplotlib.font_manager import fontManager

    known = set(fontManager.get_font_names())
    found = next((name for name in CHINESE_FONTS if name in known), None)
    return _installed_since() if found is None else found


@cache
def _installed_since() -> str | None:
    """Return a font that matplotlib's own list, written once and kept, does not know yet."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    wanted = {name.replace(" ", "").lower(): name for name in CHINESE_FONTS}
    for path in sorted(findSystemFonts()):
        stem = re.split(r"[-_.]", Path(path).stem)[0].lower()
        if any(name.startswith(stem) for name in wanted) and len(stem) >= 6:
            with suppress(Exception):  # a font that matplotlib cannot read is none
                fontManager.addfont(path)
    known = set(fontManager.get_font_names())
    return next((name for name in CHINESE_FONTS if name in known), None)
