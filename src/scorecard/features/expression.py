"""A SQL scalar expression: checked, typed and rewritten into one normal form when loaded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import polars as pl

from scorecard.errors import ProductError


class Expression:
    """One expression over declared columns, in DuckDB's dialect.

    ``columns`` maps each declared column to its kind (``float int bool str date``). The text is
    rewritten once into ``normal``, which gives the same values in every engine: numbers and integer
    columns are doubles, a division by zero, the logarithm of a non-positive number and the root of
    a negative one are null, and the difference of two dates is a number of days. ``kind`` is
    ``number``, ``bool``, ``text`` or ``date``; ``reads`` names the columns read.

    Raises `ProductError` when the text does not parse, reads an undeclared column, mixes kinds, or
    uses a function outside the subset in which engines agree.
    """

    sql: str
    normal: str
    kind: str
    reads: frozenset[str]

    def __init__(self, sql: str, columns: Mapping[str, str]) -> None:
        # Parsing is for loading a product; serving runs frozen normal forms and skips the import.
        import sqlglot
        from sqlglot.errors import SqlglotError

        from scorecard.features.normal_form import Normaliser

        try:
            tree = sqlglot.parse_one(sql, read="duckdb")
        except SqlglotError as error:
            raise ProductError(f"Not a SQL expression: {sql!r}.") from error
        writer = Normaliser(sql, columns)
        node, kind = writer.visit(tree)
        self._set(sql, node.sql(dialect="duckdb"), kind, frozenset(writer.reads))

    def _set(self, sql: str, normal: str, kind: str, reads: frozenset[str]) -> None:
        self.sql, self.normal, self.kind, self.reads = sql, normal, kind, reads

    @classmethod
    def frozen(cls, sql: str, normal: str, kind: str, reads: frozenset[str]) -> Expression:
        """Take back an expression that was normalised before, without parsing it again."""
        self = cls.__new__(cls)
        self._set(sql, normal, kind, reads)
        return self

    @cached_property
    def polars(self) -> pl.Expr:
        """The normal form as a polars expression; compiled once.

        A number is Float64, a bool Boolean, a text String.
        """
        compiled: pl.Expr = pl.sql_expr(self.normal)
        return compiled.cast(pl.Float64) if self.kind == "number" else compiled

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.normal == other.normal

    def __hash__(self) -> int:
        return hash(self.normal)

    def __repr__(self) -> str:
        return f"Expression({self.sql!r})"
