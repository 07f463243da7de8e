"""The drafted ``schema.py``: every column that can be declared, by role, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from scorecard.contract import Column
from scorecard.draft.columns import Drafted
from scorecard.draft.source import Bracketed, call, comment, lines, module, printable, texts
from scorecard.draft.spelling import python_name, python_text, slug, unique
from scorecard.draft.table import Table

_TYPES = {"float": "float", "int": "int", "bool": "bool", "str": "str", "date": "datetime.date"}
_HEADS = (
    ("identifier", "Names a row"),
    ("scoring", "Known at application"),
    ("audit_only", "For audits only: no feature may read these"),
    ("outcome", "The outcome, and what may have been written after it: no feature may read these"),
)


def schema_source(columns: Sequence[Drafted], table: Table) -> str:
    """Return the text of ``schema.py``; loading it gives the drafted columns back, by role."""
    out = [
        '"""What one application holds, drafted from a table by `scorecard init`.',
        "",
        f"The table: {_docstring(table.source)}, {table.frame.height:,} rows.",
        "",
        "Whatever is marked `review:` is a guess from the data or from a name. Bounds are what was",
        "seen, rounded outward. Labels are the columns' names: write what they mean, in both",
        "languages, and delete the marks you have looked at.",
        "",
        "review: no column is declared as one that an applicant can change, so that recourse finds",
        'nothing. Add change="up", "down" or "either" where one can, and LEVERS where one',
        "action moves several columns.",
        '"""',
        "",
    ]
    if any(each.column.kind == "date" for each in columns):
        out += ["import datetime", ""]
    out += [
        "import pandera.polars as pa", "", "from scorecard.contract import column", "",
    ]  # fmt: skip
    for name, why in table.undeclared.items():
        out += comment(f"review: {name!r} is not declared and therefore ignored: {why}.")
    out += ["", ""] if table.undeclared else [""]
    out.append("class Application(pa.DataFrameModel):")
    taken = _model_names()
    first = True
    for role, head in _HEADS:
        members = [each for each in columns if each.column.role == role]
        if members:
            out += [*([] if first else [""]), *comment(head, 1)]
            first = False
        for each in members:
            out += comment(_review(each), 1) + _field(each.column, taken, columns.index(each) + 1)
    return module(out)


def _docstring(text: str) -> str:
    return printable(text).replace("\\", "/").replace('"', "'")


def _model_names() -> set[str]:
    import pandera.polars as pa

    return set(dir(pa.DataFrameModel))


def _review(each: Drafted) -> str:
    proxy = ["may stand in for what a person is"] if each.column.proxy_review else []
    why = "set aside, see note" if each.column.note else each.guess.why
    return f"review: {'; '.join([why, *proxy, *each.seen])}."


def _field(column: Column, taken: set[str], position: int) -> list[str]:
    name = python_name(column.name, taken)
    alias = name is None
    if name is None:
        folded = {each.casefold() for each in taken}
        name = unique(slug(column.name, position), folded)
    taken.add(name)
    arguments: list[str | Bracketed] = [
        f"zh={python_text(column.zh)}",
        f"en={python_text(column.en)}",
    ]
    if alias:
        arguments.append(f"alias={python_text(column.name)}")
    if column.role != "scoring":
        arguments.append(f"role={python_text(column.role)}")
    if column.required:
        arguments.append("required=True")
    for rule in ("ge", "le"):
        bound = getattr(column, rule)
        if bound is not None:
            arguments.append(f"{rule}={_bound(column, bound)}")
    if column.isin is not None:
        arguments.append(texts("isin=", column.isin))
    if column.pattern is not None:
        arguments.append(f"pattern={python_text(column.pattern)}")
    if column.max_length is not None:
        arguments.append(f"max_length={column.max_length}")
    if column.proxy_review:
        arguments.append("proxy_review=True")
    if column.note is not None:
        arguments.append(f"note={python_text(column.note)}")
    return lines(call(f"{name}: {_TYPES[column.kind]} = column", *arguments), 1)


def _bound(column: Column, bound: float | int | str) -> str:
    if column.kind == "date":
        day = dt.date.fromisoformat(str(bound))
        return f"datetime.date({day.year}, {day.month}, {day.day})"
    return repr(bound) if abs(float(bound)) < 10_000 else f"{bound:_}"
