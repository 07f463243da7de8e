"""The rows that a model learns from: columns, outcomes and weights together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import Column
from scorecard.binning.evidence import distinct_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Observations:
    """Columns already read, which rows are bad, and their weights, n rows each."""

    columns: Sequence[Column]
    bad: NDArray[np.bool_]
    weight: Floats

    def __len__(self) -> int:
        return len(self.bad)

    @cached_property
    def distinct(self) -> int:
        """How many different rows have weight."""
        return distinct_rows(self.columns, self.bad, self.weight)

    def rows(self, at: Ints) -> Observations:
        """Return the rows ``at``."""
        columns = [c.gather(at) if isinstance(c, pl.Series) else c[at] for c in self.columns]
        return Observations(columns, self.bad[at], self.weight[at])
