"""Tables as aligned text for terminals; a Chinese character is two columns wide."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

GAP = "  "


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def shortened(text: str, most: int) -> str:
    """Return a text of at most ``most`` columns, the rest as "…"; control characters as blanks.

    >>> shortened("a long name", 7), shortened("制造业", 5), shortened("a name", 7)
    ('a long…', '制造…', 'a name')
    """
    text = "".join(c if c.isprintable() else " " for c in text)
    if width(text) <= most:
        return text
    kept, used = "", 1
    for c in text:
        used += width(c)
        if used > most:
            break
        kept += c
    return kept.rstrip() + "…"


def aligned(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int | Sequence[int] = 1
) -> str:
    """Return a table of texts: the first ``left`` columns to the left, the others to the right.

    In place of their number ``left`` may list the columns themselves, counted from 0.

    >>> print(aligned(("bin", "WOE"), [("low", "+0.10"), ("missing", "-1.20")]))
    bin        WOE
    low      +0.10
    missing  -1.20
    """
    table = [heads, *rows]
    lefts = range(left) if isinstance(left, int) else left
    wide = [max(width(row[j]) for row in table) for j in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        cells = []
        for j, (text, size) in enumerate(zip(row, wide, strict=True)):
            space = " " * (size - width(text))
            cells.append(text + space if j in lefts else space + text)
        return GAP.join(cells).rstrip()

    return "\n".join(map(line, table))


def p_text(p_value: float) -> str:
    """Return a p-value with two digits; what a float cannot hold is below 1e-300."""
    return f"{p_value:.2g}" if p_value >= 1e-300 else "<1e-300"
