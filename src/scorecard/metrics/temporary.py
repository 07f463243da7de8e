"""Stand-in until the metrics arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl


@dataclass(frozen=True)
class StabilityBins:
    """Frozen bins."""

    numeric: bool
    cells: tuple[Any, ...]
    expected: tuple[float, ...]

    @classmethod
    def fit(cls, values: pl.Series, weight: Any, *, bins: int = 10) -> StabilityBins:
        """Fit."""
        if values.dtype == pl.String:
            levels = tuple(sorted(values.drop_nulls().unique().to_list()))
            made = cls(False, levels, ())
        else:
            x = values.to_numpy().astype(float)
            x = x[~np.isnan(x)]
            edges: Any = np.unique(np.quantile(x, np.arange(1, bins) / bins)) if len(x) else []
            made = cls(True, tuple(float(e) for e in edges), ())
        return cls(made.numeric, made.cells, tuple(made.count(values, weight).tolist()))

    def count(self, values: pl.Series, weight: Any) -> Any:
        """Count."""
        w = np.asarray(weight, dtype=float)
        if self.numeric:
            x = values.to_numpy().astype(float)
            k = np.searchsorted(np.array(self.cells), x, side="right")
            k = np.where(np.isnan(x), len(self.cells) + 1, k)
            return np.bincount(k, weights=w, minlength=len(self.cells) + 2)
        place = {v: i for i, v in enumerate(self.cells)}
        k = np.array(
            [len(place) if v is None else place.get(v, len(place) + 1) for v in values.to_list()]
        )
        return np.bincount(k, weights=w, minlength=len(place) + 2)

    def to_dict(self) -> dict[str, Any]:
        """JSON."""
        return {"numeric": self.numeric, "cells": self.cells, "expected": self.expected}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> StabilityBins:
        """Back."""
        return cls(data["numeric"], tuple(data["cells"]), tuple(data["expected"]))


@dataclass(frozen=True)
class Delong:
    """AUC."""

    value: float
    variance: float


def delong(y: Any, risk: Any, weight: Any = None) -> Delong:
    """Stand-in."""
    from sklearn.metrics import roc_auc_score

    a = float(roc_auc_score(y, risk, sample_weight=weight))
    bads = float(np.sum(y))
    return Delong(a, a * (1 - a) / min(bads, len(y) - bads))
