"""Bins of one feature, frozen on the sample that later samples are held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics import cells
from scorecard.metrics.inputs import counts, weights
from scorecard.metrics.stability import Stability, of_counts

_LEVELS = 10_000


@dataclass(frozen=True, slots=True)
class StabilityBins:
    """Cells of one feature, the weight that the first sample had in each, and the rules.

    Numbers: cells (−∞, e₁], (e₁, e₂], …, (e_k, ∞) between ``edges``, then missing. Where a value
    is the least of the sample and fills the first cell alone, what is below it has a cell of its
    own. Text: the most frequent ``levels`` a cell each, the rest of those known (``rare``)
    together, then missing, then levels never seen. A cell empty on one side of a comparison
    counts there as ``empty`` rows; see `psi`. Missing is null or NaN.

    ``expected`` (cells,) are the weights of the sample it was fitted on, ``rows`` what they are
    worth, (Σw)²/Σw². All of it is plain data: `to_dict` and `from_dict` are JSON both ways.

    >>> bins = StabilityBins.fit(pl.Series([1.0, 2.0, 3.0, 4.0, None]), bins=2)
    >>> bins.cells
    ('<= 2.0', '> 2.0', 'missing')
    >>> bins.count(pl.Series([2.0, 9.0, 10.0])).tolist()
    [1.0, 2.0, 0.0]
    >>> StabilityBins.from_dict(bins.to_dict()) == bins
    True
    >>> round(bins.psi(pl.Series([9.0] * 50)), 4)
    2.5576
    """

    kind: Literal["number", "text"]
    edges: tuple[float, ...]
    levels: tuple[str, ...]
    rare: tuple[str, ...]
    expected: tuple[float, ...]
    rows: float
    empty: float

    def __post_init__(self) -> None:
        if len(self.expected) != len(self.cells):
            raise InputError(
                f"expected must hold a weight for each of {len(self.cells)} cells; "
                f"got {len(self.expected)}."
            )

    @classmethod
    def fit(
        cls,
        values: pl.Series | ArrayLike,
        weight: ArrayLike | None = None,
        *,
        bins: int = 10,
        empty: float = 0.5,
    ) -> Self:
        """Freeze the bins of a sample: at most ``bins`` intervals of equal weight, or levels.

        ``values`` (n,) numbers, text or booleans; ``weight`` (n,) not negative. Cut points are
        quantiles of at most 100,000 rows, drawn evenly; counts are of all rows. Raises
        `InputError` for other types, infinite values, and more than 10,000 levels.
        """
        series = cells.series(values)
        if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 2:
            raise InputError(f"bins must be a whole number of at least 2; got {bins!r}.")
        if not series.len():
            raise InputError("values must not be empty; got no rows.")
        w = None if weight is None else weights(weight, series.len())
        edges: tuple[float, ...] = ()
        levels: tuple[str, ...] = ()
        rare: tuple[str, ...] = ()
        kind: Literal["number", "text"] = "number" if series.dtype == pl.Float64 else "text"
        if kind == "number":
            numbers = cells.floats(series)
            edges = cells.edges(numbers, w, int(bins))
            series = pl.Series(numbers)  # so that counting need not turn nulls into NaN again
        else:
            known = [level for level, _ in cells.levels(series, w) if level is not None]
            if len(known) > _LEVELS:
                raise InputError(
                    f"values must have at most {_LEVELS:,} levels; got {len(known):,}. Group them "
                    "first."
                )
            levels, rare = tuple(known[:bins]), tuple(sorted(known[bins:]))
        rows = float(series.len()) if w is None else float(w.sum() ** 2 / (w**2).sum())
        size = len(cells.names(kind, edges, levels, rare))
        empties = cls(kind, edges, levels, rare, (0.0,) * size, rows, float(empty))
        expected = tuple(empties.count(series, w).tolist())
        return cls(kind, edges, levels, rare, expected, rows, float(empty))

    @property
    def cells(self) -> tuple[str, ...]:
        """What each cell holds, in the order of `count`."""
        return cells.names(self.kind, self.edges, self.levels, self.rare)

    def count(self, values: pl.Series | ArrayLike, weight: ArrayLike | None = None) -> Floats:
        """Return the weight in each cell (cells,), rows where ``weight`` is None."""
        series = cells.series(values, self.kind)
        w = None if weight is None else weights(weight, series.len())
        if self.kind == "number":
            codes = cells.codes(cells.floats(series), self.edges)
            return np.bincount(codes, w, len(self.expected)).astype(np.float64)
        at = {level: cell for cell, level in enumerate(self.levels)}
        at |= dict.fromkeys(self.rare, len(self.levels))
        last = len(self.expected) - 1
        found = np.zeros(last + 1)
        for level, total in cells.levels(series, w):
            found[last - 1 if level is None else at.get(level, last)] += total
        return found

    def psi(self, values: pl.Series | ArrayLike, weight: ArrayLike | None = None) -> Stability:
        """Return the PSI of another sample against the one fitted on; see `scorecard.metrics.psi`.

        Weighted rows count as (Σw)²/Σw² in its test.
        """
        actual = self.count(values, weight)
        rows = float(actual.sum())
        if weight is not None:
            w = np.asarray(weight, dtype=np.float64)
            rows = float(w.sum() ** 2 / (w**2).sum())
        return of_counts(
            counts(self.expected, "expected"), counts(actual, "actual"),
            n_expected=self.rows, n_actual=rows, empty=self.empty,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the bins as JSON types."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the bins that `to_dict` wrote."""
        names = {each.name for each in fields(cls)}
        if set(data) != names:
            raise InputError(f"Bins must hold {', '.join(sorted(names))} and nothing else.")
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**plain)
