"""Whole tables against the contract: what is accepted, what is rejected, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context

from scorecard.contract.column import Column
from scorecard.contract.crossfield import KIND_WORDS, CrossFieldRules
from scorecard.contract.dtype import canonical
from scorecard.contract.frames import as_frame
from scorecard.contract.rule import RULES, Rule
from scorecard.contract.schema import pandera_schema
from scorecard.contract.wording import expected_of
from scorecard.errors import TableError
from scorecard.values import Problem


@dataclass(frozen=True)
class Checked:
    """A table after the contract: ``accepted`` and ``rejected`` together are all its rows.

    ``accepted`` holds the declared columns in declared order and canonical types; ``rows`` the
    position in the file of each of its rows. ``rejected`` holds the other rows as they came, after
    ``row`` (position in the file, from 0) and ``problems`` (what is wrong, in words). ``problems``
    maps such a position to its `Problem` values, ``ignored`` names the columns nobody declared.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    problems: dict[int, tuple[Problem, ...]]
    ignored: tuple[str, ...]
    rows: np.ndarray[Any, np.dtype[np.int64]]


class TableContract:
    """Checks tables against declared columns and cross-field rules; pandera does the columns.

    Raises `ProductError` for rules that do not fit the columns.
    """

    def __init__(self, columns: Iterable[Column], rules: Iterable[Rule] = ()) -> None:
        self.columns = tuple(columns)
        self.rules = tuple(rules)
        self._schemas = {
            asked_only: pandera_schema(self.columns, asked_only=asked_only)
            for asked_only in (False, True)
        }
        self._crossfield = {
            asked_only: CrossFieldRules(self.columns, self.rules, asked_only=asked_only)
            for asked_only in (False, True)
        }

    def check(self, data: Any, *, asked_only: bool = False) -> Checked:
        """Split the rows of ``data``, any frame that `as_frame` takes, into accepted and rejected.

        With ``asked_only`` (for rating) just the columns of an application are needed, and audit
        and outcome columns are passed over. NaN in a number is a null, infinity breaks ``finite``.
        Raises `TableError` for what concerns the file: no rows, columns missing, a wrong type; and
        `InputError` for what is no frame.
        """
        frame = as_frame(data, self.columns)
        columns = [c for c in self.columns if c.asked or not asked_only]
        if frame.height == 0:
            raise TableError("The table has no rows; hand in at least one.")
        missing = [c.name for c in columns if c.name not in frame.columns]
        if missing:
            raise TableError(
                f"The table lacks {len(missing)} declared column(s): {', '.join(missing)}; "
                "add them (empty where nothing is known)."
            )
        declared = {c.name for c in self.columns}
        table = pl.DataFrame([canonical(frame[c.name], c) for c in columns])
        problems = _by_row(self._failures(table, columns, asked_only), columns)
        valid = np.ones(frame.height, dtype=bool)
        valid[list(problems)] = False
        candidates = np.flatnonzero(valid)
        broken = self._crossfield[asked_only].broken(table.filter(valid))
        problems.update({int(candidates[row]): found for row, found in broken.items()})
        problems = dict(sorted(problems.items()))
        valid[list(problems)] = False
        return Checked(
            accepted=table.filter(valid),
            rejected=_rejected(frame, problems),
            problems=problems,
            ignored=tuple(name for name in frame.columns if name not in declared),
            rows=np.flatnonzero(valid),
        )

    def _failures(
        self, table: pl.DataFrame, columns: list[Column], asked_only: bool
    ) -> dict[tuple[str, str], np.ndarray[Any, np.dtype[np.bool_]]]:
        """Return, per (column, rule) that fails somewhere, which rows fail it, by pandera."""
        try:
            # Neither pandera's environment variables nor its defaults may switch the checks off.
            with config_context(
                validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA
            ):
                self._schemas[asked_only].validate(table, lazy=True)
        except pa.errors.SchemaErrors as errors:
            found: dict[tuple[str, str], np.ndarray[Any, np.dtype[np.bool_]]] = {}
            for error in errors.schema_errors:
                rule = "null" if error.check == "not_nullable" else error.check.name
                failed = ~error.check_output.to_series().fill_null(True).to_numpy()
                key = (error.schema.name, rule)
                found[key] = found[key] | failed if key in found else failed
            return found
        return {}


def _by_row(
    failures: dict[tuple[str, str], np.ndarray[Any, np.dtype[np.bool_]]], columns: list[Column]
) -> dict[int, tuple[Problem, ...]]:
    """Keep each field's first broken rule, in the order of `RULES`, and gather them by row."""
    found: dict[int, list[Problem]] = {}
    for column in columns:
        reported: np.ndarray[Any, np.dtype[np.bool_]] | None = None
        for rule in RULES:
            failed = failures.get((column.name, rule))
            if failed is None:
                continue
            fresh = failed if reported is None else failed & ~reported
            reported = failed if reported is None else failed | reported
            problem = Problem(column.name, rule, expected_of(column, rule), _kind(column, rule))
            for row in np.flatnonzero(fresh).tolist():
                found.setdefault(row, []).append(problem)
    return {row: tuple(problems) for row, problems in found.items()}


def _kind(column: Column, rule: str) -> str:
    return {"null": "null", "finite": "infinity"}.get(rule, KIND_WORDS[column.kind])


def _rejected(frame: pl.DataFrame, problems: dict[int, tuple[Problem, ...]]) -> pl.DataFrame:
    rows = list(problems)
    texts = ["; ".join(map(str, found)) for found in problems.values()]
    # A file may hold columns of these names itself: what it rejects can be handed in again.
    own = frame.drop("row", "problems", strict=False)
    return pl.DataFrame(
        {"row": pl.Series(rows, dtype=pl.Int64), "problems": pl.Series(texts, dtype=pl.String)}
    ).hstack(own[rows].get_columns())
