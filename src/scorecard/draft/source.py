"""Python and YAML laid out as a formatter would: readable lines of at most 100 columns."""

from __future__ import annotations

from dataclasses import dataclass

from scorecard.draft.spelling import columns_wide, python_text

WIDE = 100
INDENT = "    "


@dataclass(frozen=True)
class Bracketed:
    """A call or a list: what stands before the bracket, its items, and the closing bracket."""

    head: str
    items: tuple[str | Bracketed, ...]
    tail: str

    def __str__(self) -> str:
        return self.head + ", ".join(map(str, self.items)) + self.tail


def call(head: str, *arguments: str | Bracketed) -> Bracketed:
    """Return ``head(arguments)``."""
    return Bracketed(f"{head}(", arguments, ")")


def texts(head: str, values: tuple[str, ...]) -> Bracketed:
    """Return ``head["a", "b"]``."""
    return Bracketed(f"{head}[", tuple(map(python_text, values)), "]")


def lines(node: str | Bracketed, depth: int, after: str = "") -> list[str]:
    """Lay ``node`` out at a depth of indentation, ``after`` following it on its last line.

    On one line where that fits, else the items on one line of their own, else an item a line.
    """
    margin = INDENT * depth
    whole = f"{margin}{node}{after}"
    if isinstance(node, str) or not node.items or columns_wide(whole) <= WIDE:
        return [whole]
    inner = margin + INDENT + ", ".join(map(str, node.items))
    if columns_wide(inner) <= WIDE:
        body = [inner]
    else:
        body = [line for item in node.items for line in lines(item, depth + 1, ",")]
    return [f"{margin}{node.head}", *body, f"{margin}{node.tail}{after}"]


def comment(text: str, depth: int = 0) -> list[str]:
    """Return ``text`` as comment lines, broken between words."""
    margin = INDENT * depth + "# "
    out = [margin.rstrip()]
    for word in printable(text).split():
        longer = f"{out[-1]} {word}"
        if columns_wide(longer) <= WIDE or out[-1] == margin.rstrip():
            out[-1] = longer
        else:
            out.append(margin + word)
    return out


def printable(text: str) -> str:
    """Return ``text`` on one line, without what moves a cursor."""
    return "".join(c if c.isprintable() else " " for c in text)


def module(parts: list[str]) -> str:
    """Join the lines of a Python file, which says so where one is longer than linters like."""
    head = ["# ruff: noqa: E501"] if any(map(_too_long, parts)) else []
    return "\n".join([*head, *parts]) + "\n"


def _too_long(line: str) -> bool:
    """Whether a linter would complain; it lets a single long word pass."""
    return columns_wide(line) > WIDE and " " in line.strip().removeprefix("# ")
