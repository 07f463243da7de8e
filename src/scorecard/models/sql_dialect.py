"""How each SQL engine writes numbers, texts, names and steps, so that nothing leaves its literal.

Everything is built as a tree and written by sqlglot; this module holds what the tree must know of
an engine. A number is written such that the engine reads exactly this double, a text such that it
ends where it ends whatever it holds, a name always in quotes.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from scorecard.errors import InputError

#: The largest finite double.
LARGEST = sys.float_info.max

#: exp() below this is zero, which PostgreSQL and Redshift call an underflow and stop at.
_LEAST_EXPONENT = -745.0


@dataclass(frozen=True, slots=True)
class SqlDialect:
    """One engine's dialect; ``name`` is sqlglot's.

    ``executed`` says whether a test runs statements of this dialect on the engine itself. ``hive``
    marks the family of Hive, whose texts know backslashes and ``${variables}``. ``stops`` marks
    engines that end the whole statement when one row's number overflows, ``underflows`` those that
    do so for an exp() below the least double; ``careful`` says that features are guarded against
    both. ``longest_name`` is how many bytes of a name the engine keeps.
    """

    name: str
    executed: bool = False
    hive: bool = False
    stops: bool = False
    underflows: bool = False
    careful: bool = False
    longest_name: int | None = None
    folds_case: bool = True

    @property
    def tested(self) -> str:
        """What a reader should know of this dialect before using it."""
        if self.executed:
            return "executed by the tests of this project"
        return "text only: no test executes this dialect, check it before use"

    def number(self, value: float) -> exp.Expression:
        """Write a finite double such that the engine reads these very bits."""
        if not math.isfinite(value):
            raise InputError(f"A statement holds finite numbers only; got {value!r}.")
        text = repr(float(value))
        if self.name in ("postgres", "redshift"):  # bare decimals are exact there, without −0
            return exp.cast(exp.Literal.string(text), "DOUBLE")
        # An exponent makes the literal a double, not a decimal.
        written = exp.Literal.number(text.lstrip("-") if "e" in text else f"{text.lstrip('-')}e0")
        return exp.Neg(this=written) if text.startswith("-") else written

    def infinity(self, *, negative: bool = False) -> exp.Expression:
        """Write ±∞, for careful engines only."""
        return exp.cast(exp.Literal.string("-Infinity" if negative else "Infinity"), "DOUBLE")

    def text(self, value: str) -> exp.Expression:
        """Write a text as one literal (or a concatenation of two) that it cannot leave."""
        _check_characters("A text", value)
        if self.name == "postgres" and "\\" in value:
            # With old settings a plain literal reads backslashes; an escape literal always does.
            return exp.ByteString(this=value)
        if self.hive and "${" in value:
            # ${name} would be replaced even inside a literal.
            parts = [exp.Literal.string(part) for part in _split_variables(value)]
            return exp.Concat(expressions=parts, safe=False, coalesce=False)
        return exp.Literal.string(value)

    def identifier(self, name: str) -> exp.Identifier:
        """Write a name in quotes; raises `InputError` for one that the engine cannot hold."""
        _check_characters("A name", name)
        if not name:
            raise InputError("A name in a statement must not be empty; rename it.")
        if self.longest_name is not None and len(name.encode()) > self.longest_name:
            raise InputError(
                f"{self.name} takes names of {self.longest_name} bytes at most; {name!r} has "
                f"{len(name.encode())}. Shorten it."
            )
        if self.name == "bigquery" and re.search(r"[`\\\n\r]", name):
            raise InputError(
                f"bigquery reads escapes in names, even in quotes; rename {name!r}: no `, no "
                "backslash and no line break."
            )
        if self.hive and "${" in name:
            raise InputError(f"{self.name} replaces ${{…}} even in names; rename {name!r}.")
        return exp.to_identifier(name, quoted=True)

    def column(self, name: str) -> exp.Column:
        """Write a column's name."""
        return exp.column(self.identifier(name))

    def table(self, name: str) -> exp.Table:
        """Write a table's name, ``table``, ``schema.table`` or ``catalog.schema.table``."""
        parts = name.split(".")
        if len(parts) > 3 or not all(parts):
            raise InputError(
                f"table must be table, schema.table or catalog.schema.table; got {name!r}."
            )
        return exp.table_(*(self.identifier(part) for part in reversed(parts)))

    def distinct(self, names: Iterable[str], what: str) -> None:
        """Raise `InputError` if the engine would take two of ``names`` for one."""
        seen: dict[str, str] = {}
        for name in names:
            key = name.casefold() if self.folds_case else name
            if key in seen:
                raise InputError(
                    f"{what} {seen[key]!r} and {name!r} are one name in {self.name}; rename one "
                    "or keep fewer columns."
                )
            seen[key] = name

    def exponential(self, argument: exp.Expression) -> exp.Expression:
        """Write exp(x) of an x that is not positive."""
        if self.underflows:
            argument = exp.Greatest(
                this=argument, expressions=[self.number(_LEAST_EXPONENT)], ignore_nulls=True
            )
        return exp.Exp(this=argument)

    def statement(self, table: str, steps: Sequence[Step]) -> str:
        """Write ``steps`` as one SELECT: each reads the one before it, the first the table."""
        source: exp.Expression = self.table(table)
        taken = {table.rpartition(".")[2].casefold()}
        ctes = []
        for k, step in enumerate(steps):
            self.distinct([name for name, _ in step.columns], f"The columns of step {step.name}:")
            select = exp.Select(
                expressions=[
                    exp.alias_(value, self.identifier(name)) for name, value in step.columns
                ]
            ).from_(source)
            if k == len(steps) - 1:
                break
            if self.name == "postgres":
                # Without this fence its planner writes each column out wherever it is read.
                select = select.offset(0)
            name = _free(step.name, taken)
            ctes.append(exp.CTE(this=select, alias=exp.TableAlias(this=self.identifier(name))))
            source = exp.to_table(name)
            source.this.set("quoted", True)
        if ctes:
            select.set("with_", exp.With(expressions=ctes))
        text: str = select.sql(dialect=self.name, pretty=True, max_text_width=100)
        return text


@dataclass(frozen=True, slots=True)
class Step:
    """One SELECT of a statement: its name and its columns, each a name and what it holds."""

    name: str
    columns: Sequence[tuple[str, exp.Expression]]


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        SqlDialect("duckdb", executed=True),
        SqlDialect(
            "postgres",
            executed=True,
            stops=True,
            underflows=True,
            careful=True,
            longest_name=63,
            folds_case=False,
        ),
        SqlDialect("spark", executed=True, hive=True),
        SqlDialect("hive", hive=True),
        SqlDialect("databricks", hive=True),
        SqlDialect("trino"),
        SqlDialect("snowflake", folds_case=False),
        SqlDialect("bigquery", stops=True, longest_name=300),
        SqlDialect("redshift", stops=True, underflows=True, longest_name=127),
    )
}


def sql_dialect(name: str) -> SqlDialect:
    """Return the dialect called ``name``; raises `InputError` for one that is not written."""
    if name not in DIALECTS:
        raise InputError(f"dialect must be one of {', '.join(DIALECTS)}; got {name!r}.")
    return DIALECTS[name]


def case(
    branches: Iterable[tuple[exp.Expression, exp.Expression]], default: exp.Expression
) -> exp.Case:
    """Write CASE WHEN … THEN … ELSE default END."""
    ifs = [exp.If(this=test, true=value) for test, value in branches]
    return exp.Case(ifs=ifs, default=default)


def binary(
    kind: Callable[..., exp.Expression], left: exp.Expression, right: exp.Expression
) -> exp.Expression:
    """Write an operator between operands, each in parentheses where it is an operator itself."""
    node = kind(this=_operand(left), expression=_operand(right))
    if isinstance(node, exp.Div):  # of doubles, by what is not zero: to be written as it stands
        node.set("typed", True)
        node.set("safe", False)
    return node


def _operand(node: exp.Expression) -> exp.Expression:
    loose = isinstance(node, (exp.Binary, exp.Unary, exp.Between, exp.In))
    return exp.Paren(this=node) if loose and not isinstance(node, (exp.Dot, exp.Paren)) else node


def _check_characters(what: str, value: str) -> None:
    if not isinstance(value, str):
        raise InputError(f"{what} in a statement must be a text; got {type(value).__name__}.")
    if re.search("[\0\ud800-\udfff]", value):
        raise InputError(
            f"{what} in a statement must be storable in every engine; {value!r} holds a NUL or "
            "half a character. Take it out."
        )


def _split_variables(value: str) -> list[str]:
    """Split a text between every ``$`` and the ``{`` after it."""
    return re.split(r"(?<=\$)(?=\{)", value)


def _free(name: str, taken: set[str]) -> str:
    while name.casefold() in taken:
        name += "_"
    taken.add(name.casefold())
    return name
