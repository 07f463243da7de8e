"""A feature in cells, and what its cells alone foretell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr

from scorecard import metrics
from scorecard.logodds import Floats

#: A number's quantile cells, a text's levels (the commonest), and folds.
_CELLS, _LEVELS, FOLDS = 20, 30, 5

Codes = NDArray[np.int64]


def absent(values: pl.Series) -> NDArray[np.bool_]:
    """Return which values (n,) are missing: null, or no number."""
    empty = values.is_null()
    if values.dtype.is_float():
        empty |= values.is_nan().fill_null(False)
    return empty.to_numpy()


def cells(values: pl.Series) -> Codes:
    """Return a cell for each value (n,): its quantile or level; 0 where missing.

    Of a text the rarer levels share a cell.
    """
    if values.dtype == pl.String:
        counted = values.drop_nulls().value_counts().sort("count", values.name, descending=True)
        common = counted[values.name].head(_LEVELS).to_list()
        place = {level: k + 1 for k, level in enumerate(common)}
        found = values.replace_strict(place, default=len(common) + 1, return_dtype=pl.Int64)
        return np.where(values.is_null().to_numpy(), 0, found.to_numpy()).astype(np.int64)
    x = values.cast(pl.Float64).to_numpy()
    known = ~np.isnan(x)
    out = np.zeros(len(x), dtype=np.int64)
    if known.any():
        edges = np.unique(np.quantile(x[known], np.arange(1, _CELLS) / _CELLS))
        out[known] = 1 + np.searchsorted(edges, x[known], side="right")
    return out


def foretold(codes: Codes, y: ArrayLike, weight: Floats, *, seed: int) -> Floats:
    """Return the log-odds (n,) of ``y`` that each row's cell shows in the other rows.

    Rows are dealt into `FOLDS` folds, each class alike, and no row tells of itself; a cell with few
    rows is drawn to the mean, as if one more row had been seen there.
    """
    y = np.asarray(y, dtype=np.float64)
    fold = np.empty(len(y), dtype=np.int64)
    draw = np.random.default_rng(seed)
    for level in (0.0, 1.0):
        rows = draw.permutation(np.flatnonzero(y == level))
        fold[rows] = np.arange(len(rows)) % FOLDS
    size = int(codes.max()) + 1
    unit = weight.mean()
    out = np.empty(len(y))
    for k in range(FOLDS):
        here, there = fold == k, fold != k
        mean = float(np.average(y[there], weights=weight[there]))
        bad = np.bincount(codes[there], weight[there] * y[there], size)
        all_ = np.bincount(codes[there], weight[there], size)
        rate = (bad + unit * mean) / (all_ + unit)
        out[here] = logit(np.clip(rate, 1e-9, 1 - 1e-9))[codes[here]] - logit(mean)
    return out


@dataclass(frozen=True)
class Area:
    """An AUC with its interval (95 %, on the scale of log-odds), by DeLong's variance."""

    auc: float
    variance: float

    @classmethod
    def of(cls, y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None) -> Area:
        """Measure how ``risk`` (n,) ranks ``y`` (n,)."""
        found = metrics.delong(y, risk, weight)
        return cls(float(found.value), float(found.variance))

    @property
    def _spread(self) -> float:
        return math.sqrt(self.variance) / max(self.auc * (1 - self.auc), 1e-12)

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of the interval."""
        if not 0 < self.auc < 1:
            return self.auc, self.auc
        at, half = float(logit(self.auc)), 1.96 * self._spread
        return float(expit(at - half)), float(expit(at + half))

    def p_above(self, line: float) -> float:
        """Return the p-value of the true AUC lying above ``line``, one-sided."""
        if not 0 < self.auc < 1 or self.variance <= 0:
            return 0.0 if self.auc > line else 1.0
        return float(ndtr(-(logit(self.auc) - logit(line)) / self._spread))
