"""A SQL scalar expression: checked, typed and rewritten into one normal form when loaded."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from scorecard.errors import ProductError

#: Characters of one expression: what a risk officer can still read, and a parser can hold.
LONGEST = 2_000

_DTYPES = {
    "float": pl.Float64, "int": pl.Int64, "bool": pl.Boolean, "str": pl.String, "date": pl.Date,
}  # fmt: skip


class Expression:
    """One expression over declared columns, in DuckDB's dialect, of at most 2,000 characters.

    ``columns`` maps each declared column to its kind (``float int bool str date``). The text is
    rewritten once into ``normal``, which gives the same values in every engine: numbers and integer
    columns are doubles, a division by zero, the logarithm of a non-positive number and the root of
    a negative one are null, and the difference of two dates is a number of days. ``kind`` is
    ``number``, ``bool``, ``text`` or ``date``; ``reads`` names the columns read. ``polars`` is the
    normal form compiled: a number is Float64, a bool Boolean, a text String.

    Nothing reaches polars but what is written here from a checked tree. Raises `ProductError` when
    the text is none, is too long, does not parse, reads an undeclared column, mixes kinds, nests
    too deeply, or uses a function outside the subset in which engines agree.
    """

    sql: str
    normal: str
    kind: str
    reads: frozenset[str]
    polars: pl.Expr

    def __init__(self, sql: str, columns: Mapping[str, str]) -> None:
        # Over a tenth of a second: only whoever loads a product or a bundle pays for it.
        import sqlglot
        from sqlglot.errors import SqlglotError

        from scorecard.features.normal_form import Normaliser, shortened

        if not isinstance(sql, str):
            raise ProductError(f"An expression must be a SQL text; got {type(sql).__name__}.")
        if len(sql) > LONGEST:
            raise ProductError(
                f"An expression may have at most {LONGEST:,} characters; {shortened(sql)} has "
                f"{len(sql):,}. Split it."
            )
        writer = Normaliser(sql, columns)
        try:
            node, self.kind = writer.visit(sqlglot.parse_one(sql, read="duckdb"))
            self.normal = node.sql(dialect="duckdb")
            compiled = pl.sql_expr(self.normal)
            # What runs on no rows runs: polars finds out only now what it cannot nest or type.
            pl.DataFrame(schema={c: _DTYPES[columns[c]] for c in writer.reads}).select(compiled)
        except SqlglotError as error:
            raise ProductError(f"Not a SQL expression: {shortened(sql)}.") from error
        except pl.exceptions.PolarsError as error:
            raise ProductError(
                f"polars cannot run {shortened(sql)}; write it more simply."
            ) from error
        except RecursionError:
            raise ProductError(
                f"An expression is nested too deeply: {shortened(sql)}; split it."
            ) from None
        self.sql = sql
        self.reads = frozenset(writer.reads)
        self.polars = compiled.cast(pl.Float64) if self.kind == "number" else compiled

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.normal == other.normal

    def __hash__(self) -> int:
        return hash(self.normal)

    def __repr__(self) -> str:
        return f"Expression({self.sql!r})"
