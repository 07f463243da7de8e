"""How columns are filled: the share of weight that is missing, and that of the commonest value."""

from __future__ import annotations

import numpy as np
import polars as pl

from scorecard.binning.columns import Column
from scorecard.selection.evidence import Floats
from scorecard.selection.folds import Sample

_DIGITS = 12  # beyond these a share is rounding, which the order of rows decides


def missing_shares(sample: Sample) -> dict[str, float]:
    """Return each column's share of the weight that is missing."""
    return {
        name: _share(_missing(column), sample.weight)
        for name, column in zip(sample.names, sample.columns, strict=True)
    }


def commonest_shares(sample: Sample) -> dict[str, float]:
    """Return the share of the whole weight that each column's commonest known value has."""
    return {
        name: _commonest(column, sample.weight)
        for name, column in zip(sample.names, sample.columns, strict=True)
    }


def _missing(column: Column) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return column.is_null().to_numpy() if isinstance(column, pl.Series) else np.isnan(column)


def _commonest(column: Column, weight: Floats) -> float:
    values = pl.Series("value", column, nan_to_null=isinstance(column, np.ndarray))
    known = pl.DataFrame({"value": values, "weight": weight}).drop_nulls("value")
    if known.is_empty():
        return 0.0
    most = known.group_by("value").agg(pl.col("weight").sum())["weight"].max()
    return round(float(most) / float(weight.sum()), _DIGITS)  # type: ignore[arg-type]


def _share(rows: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], weight: Floats) -> float:
    return round(float(weight[rows].sum() / weight.sum()), _DIGITS)
