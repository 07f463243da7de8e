"""A feature in cells, and what its cells alone foretell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr, ndtri

from scorecard import metrics
from scorecard.logodds import Floats

#: At most so many quantiles of a number, or levels of a text, are cells; and how many folds.
MOST, FOLDS = 20, 5
#: What a standard normal number stays within in 95 of 100 cases.
_Z = float(ndtri(0.975))
#: Few enough cells that each may hold so many rows of the rarer class.
_RARER = 10

Codes = NDArray[np.int64]


def absent(values: pl.Series) -> NDArray[np.bool_]:
    """Return which values (n,) are missing: null, or no number."""
    empty = values.is_null()
    if values.dtype.is_float():
        empty |= values.is_nan().fill_null(False)
    return empty.to_numpy()


def cells(values: pl.Series, most: int = MOST) -> Codes:
    """Return a cell for each value (n,): its quantile or level; 0 where missing.

    Of a text all but the ``most`` commonest levels share a cell.
    """
    if values.dtype == pl.String:
        counted = values.drop_nulls().value_counts().sort("count", values.name, descending=True)
        common = counted[values.name].head(most).to_list()
        place = {level: k + 1 for k, level in enumerate(common)}
        found = values.replace_strict(place, default=len(common) + 1, return_dtype=pl.Int64)
        return np.where(values.is_null().to_numpy(), 0, found.to_numpy()).astype(np.int64)
    x = values.cast(pl.Float64).to_numpy()
    known = ~np.isnan(x)
    out = np.zeros(len(x), dtype=np.int64)
    if known.any():
        edges = np.unique(np.quantile(x[known], np.arange(1, most) / most))
        out[known] = 1 + np.searchsorted(edges, x[known], side="right")
    return out


def foretold(values: pl.Series, y: ArrayLike, weight: Floats, *, seed: int) -> Floats:
    """Return the log-odds (n,) of ``y``, less those of all, that each row's cell shows in others.

    Rows are dealt into `FOLDS` folds, each class alike, and no row tells of itself; a cell is drawn
    to the mean as if one more of the rarer class had been seen there, in its due number of rows.
    """
    y = np.asarray(y, dtype=np.float64)
    rarer = min(float(y.sum()), len(y) - float(y.sum()))
    codes = cells(values, int(np.clip(rarer // _RARER, 2, MOST)))
    fold = np.empty(len(y), dtype=np.int64)
    draw = np.random.default_rng(seed)
    for level in (0.0, 1.0):
        rows = draw.permutation(np.flatnonzero(y == level))
        fold[rows] = np.arange(len(rows)) % FOLDS
    size = int(codes.max()) + 1
    out = np.empty(len(y))
    for k in range(FOLDS):
        here, there = fold == k, fold != k
        mean = float(np.average(y[there], weights=weight[there]))
        bad = np.bincount(codes[there], weight[there] * y[there], size)
        all_ = np.bincount(codes[there], weight[there], size)
        unit = weight.mean() / min(mean, 1 - mean)
        rate = (bad + unit * mean) / (all_ + unit)
        out[here] = logit(np.clip(rate, 1e-9, 1 - 1e-9))[codes[here]] - logit(mean)
    return out


@dataclass(frozen=True)
class Area:
    """An AUC with DeLong's variance; ``bads`` and ``goods`` count rows worth one another.

    ``interval`` (95 %) is taken on the scale of log-odds.
    """

    auc: float
    variance: float
    bads: float
    goods: float

    @classmethod
    def of(cls, y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None) -> Area:
        """Measure how ``risk`` (n,) ranks ``y`` (n,)."""
        found = metrics.delong(y, risk, weight)
        bad = np.asarray(y, dtype=np.float64) == 1
        w = np.ones(len(bad)) if weight is None else np.asarray(weight, dtype=np.float64)
        bads, goods = (float(x.sum() ** 2 / (x**2).sum()) for x in (w[bad], w[~bad]))
        return cls(float(found.value), float(found.variance), bads, goods)

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of the interval."""
        if not 0 < self.auc < 1:
            return self.auc, self.auc
        at = float(logit(self.auc))
        half = _Z * math.sqrt(self.variance) / (self.auc * (1 - self.auc))
        return float(expit(at - half)), float(expit(at + half))

    def p_above(self, line: float) -> float:
        """Return the p-value of the true AUC lying above ``line``, one-sided.

        The variance is that of an AUC that lies on the line. An interval around the AUC would not
        do: near 1 it is as wide as the scale of log-odds is long, and a perfect leak proves
        nothing.

        Source: J. Hanley, B. McNeil, "The meaning and use of the area under a receiver operating
        characteristic (ROC) curve", *Radiology* 143, 1982.
        """
        first, second = line / (2 - line), 2 * line**2 / (1 + line)
        variance = (
            line * (1 - line)
            + (self.bads - 1) * (first - line**2)
            + (self.goods - 1) * (second - line**2)
        ) / (self.bads * self.goods)
        return float(ndtr((line - self.auc) / math.sqrt(variance)))
