"""Cross-field rules compiled once and run on frames of valid rows."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any

import numpy as np
import polars as pl

from scorecard.contract.column import Column
from scorecard.contract.rule import Rule
from scorecard.errors import ProductError
from scorecard.features.expression import Expression
from scorecard.values import Problem

# What a value of each kind is called in a problem; the values themselves are never read.
KIND_WORDS = {"float": "number", "int": "integer", "bool": "boolean", "str": "string",
              "date": "date"}  # fmt: skip


class CrossFieldRules:
    """The rules of a product that read only ``columns``, as polars expressions.

    Raises `ProductError` for a rule that blames or reads an undeclared column, repeats a name, or
    is not a condition; rules reading columns that are declared but not asked are left out when
    ``asked_only``.
    """

    def __init__(
        self, columns: Iterable[Column], rules: Iterable[Rule], *, asked_only: bool
    ) -> None:
        by_name = {column.name: column for column in columns}
        kinds = {name: column.kind for name, column in by_name.items()}
        self.rules: list[Rule] = []
        self.problems: list[Problem] = []
        self._expressions: list[pl.Expr] = []
        self._reads: list[frozenset[str]] = []
        seen: set[str] = set()
        for rule in rules:
            if rule.name in seen:
                raise ProductError(f"Rule {rule.name} is declared twice; rename one.")
            seen.add(rule.name)
            blamed = by_name.get(rule.field)
            if blamed is None:
                raise ProductError(
                    f"Rule {rule.name} blames {rule.field}, which is no declared column."
                )
            expression = Expression(rule.sql, kinds)
            if expression.kind != "bool":
                raise ProductError(
                    f"Rule {rule.name} must be true or false; {rule.sql!r} is a {expression.kind}."
                )
            reads = expression.reads | {rule.field}
            if asked_only and not all(by_name[name].asked for name in reads):
                continue
            self.rules.append(rule)
            self.problems.append(Problem(rule.field, rule.name, rule.en, KIND_WORDS[blamed.kind]))
            self._expressions.append(expression.polars.alias(rule.name))
            self._reads.append(expression.reads)

    def reading(self, fields: Set[str]) -> frozenset[str]:
        """Return all columns read by the rules that read one of ``fields``."""
        return frozenset().union(*(reads for reads in self._reads if reads & fields))

    def holds(self, frame: pl.DataFrame, fields: Set[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which rows (n,) of ``frame`` break no rule that reads one of ``fields``."""
        asked = [
            e.fill_null(True)
            for e, reads in zip(self._expressions, self._reads, strict=True)
            if reads & fields
        ]
        if not asked:
            return np.ones(frame.height, dtype=bool)
        return frame.select_seq(pl.all_horizontal(asked)).to_series().to_numpy()

    def broken(self, frame: pl.DataFrame) -> dict[int, tuple[Problem, ...]]:
        """Return the problems of each row of ``frame`` that breaks a rule, by row position.

        A field blamed by several broken rules reports the first declared.
        """
        if not self.rules or frame.is_empty():
            return {}
        found: dict[int, dict[str, Problem]] = {}
        # For one row the sequential select takes half the time of the parallel one.
        verdicts = frame.select_seq(self._expressions)
        for problem, verdict in zip(self.problems, verdicts.get_columns(), strict=True):
            if verdict.all():  # nulls pass
                continue
            for row in (~verdict).arg_true():
                found.setdefault(row, {}).setdefault(problem.field, problem)
        return {row: tuple(found[row].values()) for row in sorted(found)}
