"""Names and values as Python, SQL and YAML write them, whatever characters they hold."""

from __future__ import annotations

import json
import keyword
import unicodedata
from collections.abc import Collection
from functools import cache

from scorecard.draft.words import tokens

#: What the drafted class body itself uses, and what a linter calls ambiguous.
_TAKEN = frozenset({"float", "int", "bool", "str", "datetime", "pa", "column", "l", "O", "I"})

#: Words that SQL dialects reserve: a feature so named would need quotes in every warehouse.
_SQL_WORDS = frozenset(
    {"all", "and", "any", "array", "as", "asc", "at", "between", "both", "by", "case", "cast",
     "check", "column", "connect_by_root", "create", "cross", "current", "date", "day", "default",
     "desc", "distinct", "do", "else", "end", "except", "exists", "false", "fetch", "for",
     "foreign", "from", "full", "grant", "group", "having", "if", "in", "index", "inner",
     "insert", "intersect", "interval", "into", "is", "join", "key", "lambda", "left", "like",
     "limit", "month", "natural", "not", "null", "offset", "on", "or", "order", "outer", "over",
     "partition", "primary", "range", "references", "right", "row", "rows", "select", "set",
     "some", "table", "then", "time", "timestamp", "to", "true", "union", "unique", "update",
     "user", "using", "values", "view", "when", "where", "while", "window", "with", "year"}
)  # fmt: skip


def python_text(text: str) -> str:
    """Return a Python literal of a text, in double quotes where that needs no escape."""
    if '"' in text:
        return repr(text)
    return '"' + repr("'" + text)[2:]


def python_name(name: str, taken: Collection[str]) -> str | None:
    """Return ``name`` where it can be an attribute of a pandera model as it is, else None."""
    fits = (
        name.isidentifier()
        and name.isascii()  # Python reads some other letters as different ones
        and not keyword.iskeyword(name)
        and name not in _TAKEN
        and name not in taken
        and not name.startswith("_")
    )
    return name if fits else None


def slug(name: str, position: int) -> str:
    """Return a lower-case ASCII identifier made of a name's words; ``column_3`` where it has none.

    Words that Python or SQL reserve get an ending. ASCII, since not every engine and library that
    a feature's name travels through keeps other letters.
    """
    plain = unicodedata.normalize("NFKD", name)
    words = [
        word
        for word in tokens("".join(c for c in plain if c.isascii() or c.isalpha()))
        if word.isascii()
    ]
    kept = "_".join(words)
    if not any(map(str.isalpha, kept)):
        return f"column_{position}"
    if kept[0].isdigit():
        kept = f"n_{kept}"
    reserved = kept in _SQL_WORDS or kept in _TAKEN or keyword.iskeyword(kept)
    return f"{kept}_value" if reserved else kept


def unique(wanted: str, taken: set[str]) -> str:
    """Return ``wanted``, with a number where it is taken, and take it; capitals do not count."""
    name, number = wanted, 2
    while name.casefold() in taken:
        name, number = f"{wanted}_{number}", number + 1
    taken.add(name.casefold())
    return name


@cache
def sql_name(name: str) -> str:
    """Return a column's name as SQL reads it back: bare where it is a plain word, else quoted."""
    import sqlglot
    from sqlglot.tokens import TokenType

    if name.isascii() and name.isidentifier() and name.lower() not in _SQL_WORDS:
        found = sqlglot.tokenize(name, read="duckdb")
        if [token.token_type for token in found] == [TokenType.VAR]:
            return name
    return '"' + name.replace('"', '""') + '"'


def sql_text(text: str) -> str:
    """Return a SQL literal of a text."""
    return "'" + text.replace("'", "''") + "'"


def sql_number(value: float) -> str:
    """Return a SQL literal of a number, whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def yaml_text(text: str) -> str:
    """Return a YAML scalar of a text on one line, in double quotes."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in quoted)


def columns_wide(text: str) -> int:
    """Return how many columns of a screen a text takes; Chinese letters take two."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2 if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )  # fmt: skip
