"""Periods: whether bins keep their order of bad rates through time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.columns import ColumnError
from scorecard.binning.prebins import count
from scorecard.errors import InputError

Floats = NDArray[np.float64]
Parts = list[tuple[Floats, Floats]]  # bads and goods of every piece, one pair a period

MOST = 120  # ten years of months; more is a mistaken column


@dataclass(frozen=True)
class Periods:
    """Which period every row belongs to: ``codes`` (n,) among ``labels``, in their order."""

    codes: NDArray[np.int64]
    labels: tuple[Any, ...]

    @classmethod
    def read(cls, periods: Any, rows: int) -> Periods | None:
        """Take one label a row (numbers, texts or dates); None stays None.

        Raises `ColumnError` for a wrong length, a missing label, or more than `MOST` periods.
        """
        if periods is None:
            return None
        if isinstance(kind := getattr(periods, "dtype", None), np.dtype) and kind.kind == "M":
            periods = np.asarray(periods, dtype="datetime64[us]")  # polars knows no months
        try:
            series = pl.Series("periods", periods, strict=True)
        except (TypeError, ValueError, pl.exceptions.PolarsError):
            raise ColumnError("periods must be one label a row, all of one type.") from None
        if series.dtype.is_nested():
            raise ColumnError(f"periods must be one label a row; got {series.dtype}.")
        if series.dtype.is_float():
            series = series.fill_nan(None)
        if series.len() != rows:
            raise ColumnError(f"periods must have one label a row; got {series.len()} for {rows}.")
        if series.has_nulls():
            raise ColumnError("periods must have a label in every row; some are missing.")
        labels = series.unique().sort()
        if labels.len() > MOST:
            raise ColumnError(
                f"At most {MOST} periods can be told apart; got {labels.len()}. Give months or "
                "quarters instead of days."
            )
        codes = labels.search_sorted(series).to_numpy().astype(np.int64)
        return cls(codes, tuple(labels.to_list()))

    def of(self, rows: NDArray[np.bool_]) -> Periods:
        """Return the periods of some rows."""
        return Periods(self.codes[rows], self.labels)

    def count(self, codes: NDArray[np.int64], bad: Floats, weight: Floats, size: int) -> Parts:
        """Return (bads, goods) of every code 0..size−1 in every period."""
        both = count(self.codes * size + codes, bad, weight, size * len(self.labels))
        shape = (len(self.labels), size)
        return list(zip(both.bads.reshape(shape), both.goods.reshape(shape), strict=True))


def stability(
    labels: tuple[str, ...], parts: Parts, names: tuple[Any, ...], partition: Any
) -> pl.DataFrame:
    """Return one row per period and ordinary bin: period, bin, weight, bad_rate, keeps_order.

    ``keeps_order`` says whether the bin stands to the one before it, in this period, as it does in
    the whole sample; null for the first bin, and where one of the two has no rows in the period.
    """
    merged = [
        tuple(np.array([side[list(bin_)].sum() for bin_ in partition]) for side in part)
        for part in parts
    ]
    if not merged:
        raise InputError("Fit with periods, one label for every row, to see stability.")
    whole = np.diff(_rate(sum(b for b, _ in merged), sum(g for _, g in merged)))
    rows: list[tuple[Any, ...]] = []
    for name, (bads, goods) in zip(names, merged, strict=True):
        rate, weight = _rate(bads, goods), bads + goods
        then = np.diff(rate)
        keeps = [None, *(_keeps(now, all_) for now, all_ in zip(then, whole, strict=True))]
        rows += [
            (name, label, float(w), None if np.isnan(r) else float(r), kept)
            for label, w, r, kept in zip(labels, weight, rate, keeps, strict=True)
        ]
    schema = ["period", "bin", "weight", "bad_rate", "keeps_order"]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.col("keeps_order").cast(pl.Boolean), pl.col("bad_rate").cast(pl.Float64)
    )


def _rate(bads: Any, goods: Any) -> Floats:
    weight = np.asarray(bads + goods, dtype=np.float64)
    return np.where(weight > 0, bads / np.where(weight > 0, weight, 1.0), np.nan)


def _keeps(now: float, whole: float) -> bool | None:
    return None if np.isnan(now) else bool(now * np.sign(whole) >= -1e-12)
