"""Validated requests as one canonical frame, with the cross-field rules applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from scorecard.contract.column import Column
from scorecard.contract.crossfield import CrossFieldRules
from scorecard.contract.dtype import DTYPES
from scorecard.contract.rule import Rule
from scorecard.values import Problem


class RowChecker:
    """Turns requests that passed the request model into the frame that features read.

    The frame holds the asked columns in declared order, as Float64, Int64, Boolean, String or Date.
    """

    def __init__(self, columns: Iterable[Column], rules: Iterable[Rule] = ()) -> None:
        columns = tuple(columns)
        self.rules = CrossFieldRules(columns, rules, asked_only=True)
        self.schema = pl.Schema({c.name: DTYPES[c.kind] for c in columns if c.asked})

    def frame(self, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
        """Build the frame of ``rows``, each a mapping with a value (or None) per asked column."""
        # Of polars' constructors this is the fastest for few rows: .17 ms for 80 columns.
        return pl.DataFrame(rows, schema=self.schema)

    def check(
        self, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[pl.DataFrame, list[tuple[Problem, ...]]]:
        """Return the frame of ``rows`` and, for each row, the cross-field rules it breaks."""
        frame = self.frame(rows)
        broken = self.rules.broken(frame)
        return frame, [broken.get(row, ()) for row in range(len(rows))]
