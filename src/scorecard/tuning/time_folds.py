"""Folds in the order of time, that no label of the training rows reaches into."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.errors import InputError, TableError

Rows = NDArray[np.intp]


class TimeFolds:
    """scikit-learn splitter: each fold trains on the past and validates on what came next.

    The rows are ordered by date and those after the share ``first`` are cut into ``n_splits``
    blocks of about equal size; rows of one date stay together. A fold validates on one block and
    trains on every row before it, except those whose label was still open: with ``horizon_months``
    a row's label window is its date plus so many months, and must end before the fold's first
    validation date (the purge). Without a horizon nothing can be purged, and `purged` and the
    table of `describe` say so.

    Parameters
    ----------
    n_splits : int, at least 1
    horizon_months : int of at least 1, or None
        Months from a row's date to the day its label is settled; None: the outcome has no horizon.
    first : float in (0, 1)
        Share of the rows that come before the first validation date.

    Examples
    --------
    >>> import datetime as dt
    >>> months = [dt.date(2020 + m // 12, 1 + m % 12, 1) for m in range(36)]
    >>> folds = TimeFolds(2, horizon_months=12)
    >>> [(len(train), len(test)) for train, test in folds.split(months, groups=months)]
    [(6, 9), (15, 9)]
    """

    def __init__(
        self, n_splits: int = 3, *, horizon_months: int | None = None, first: float = 0.5
    ) -> None:
        for name, number, least in (
            ("n_splits", n_splits, 1),
            ("horizon_months", horizon_months, 1),
        ):
            if number is None and name == "horizon_months":
                continue
            if isinstance(number, bool) or not isinstance(number, int) or number < least:
                raise InputError(f"{name} must be an integer of at least {least}; got {number!r}.")
        if not 0 < first < 1:
            raise InputError(f"first must lie between 0 and 1; got {first!r}.")
        self.n_splits = n_splits
        self.horizon_months = horizon_months
        self.first = first

    @property
    def purged(self) -> bool:
        """Whether training rows whose label is not settled are left out."""
        return self.horizon_months is not None

    def __repr__(self) -> str:
        said = "unpurged" if self.horizon_months is None else f"purged by {self.horizon_months} mo"
        return f"TimeFolds({self.n_splits} folds in time, {said})"

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds."""
        return self.n_splits

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[Rows, Rows]]:
        """Yield (training rows, validation rows) of each fold, earliest first.

        ``groups`` holds one observation date a row (dates, datetimes, or texts ``YYYY-MM-DD``);
        ``X`` and ``y`` are not read. Raises `InputError` where dates are absent, missing or no
        dates, and `TableError` where they are too few for the folds.
        """
        for train, test, _ in self._folds(groups):
            yield train, test

    def describe(self, groups: Any) -> pl.DataFrame:
        """Return one row a fold: rows and first and last dates of both parts, and rows purged.

        ``purged`` is null where there is no horizon. Raises as `split` does.
        """
        dates = _dates(groups)
        rows = []
        for number, (train, test, purged) in enumerate(self._folds(groups), start=1):
            rows.append(
                {
                    "fold": number,
                    "train_rows": len(train),
                    "purged": purged if self.purged else None,
                    "train_first": dates[train].min(),
                    "train_last": dates[train].max(),
                    "rows": len(test),
                    "first": dates[test].min(),
                    "last": dates[test].max(),
                }
            )
        return pl.DataFrame(rows, schema_overrides={"purged": pl.Int64})

    def _folds(self, groups: Any) -> Iterator[tuple[Rows, Rows, int]]:
        dates = _dates(groups)
        starts = self._starts(dates)
        days = dates.to_numpy()
        settled = days
        if self.horizon_months is not None:
            settled = dates.dt.offset_by(f"{self.horizon_months}mo").to_numpy()
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            past = days < start
            train = np.flatnonzero(past & (settled < start))
            test = np.flatnonzero((days >= start) & (end is None or days < end))
            if not len(train):
                raise TableError(
                    f"No row's label is settled before {start}, where a fold begins to validate, "
                    f"with a horizon of {self.horizon_months} months. Raise first, or give more "
                    "of the past."
                )
            yield train, test, int(past.sum()) - len(train)

    def _starts(self, dates: pl.Series) -> list[Any]:
        """Return the first validation date of each fold."""
        values, counts = np.unique(dates.to_numpy(), return_counts=True)
        before = np.cumsum(counts) - counts  # rows earlier than each date
        starts: list[Any] = []
        for k in range(self.n_splits):
            wanted = len(dates) * (self.first + (1 - self.first) * k / self.n_splits)
            at = int(np.argmin(np.abs(before - wanted)))
            starts.append(values[at])
        if before[np.searchsorted(values, starts[0])] == 0 or len(set(starts)) < self.n_splits:
            raise TableError(
                f"{self.n_splits} folds in time need a date to train on and {self.n_splits} to "
                f"begin at; the {len(dates):,} rows have {len(values)} distinct date(s). Ask for "
                "fewer folds."
            )
        return starts


def _dates(groups: Any) -> pl.Series:
    if groups is None:
        raise InputError(
            "Folds in time need one observation date a row; give them as groups: "
            "split(X, y, groups=dates)."
        )
    try:
        series = groups if isinstance(groups, pl.Series) else pl.Series(_listed(groups))
        if series.dtype == pl.String:
            series = series.str.to_date("%Y-%m-%d")
        dates = series.cast(pl.Date)
    except (pl.exceptions.PolarsError, TypeError, ValueError):
        raise InputError(
            "groups must hold dates (or texts YYYY-MM-DD), one a row; got something else."
        ) from None
    if series.dtype.is_numeric() or dates.null_count() or dates.is_empty():
        raise InputError(
            f"groups must hold a date in every row; got {series.dtype} with {dates.null_count()} "
            f"missing in {len(dates)} rows."
        )
    return dates


def _listed(groups: Any) -> Any:
    values = np.asarray(groups)
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]")
    return [v.date() if isinstance(v, dt.datetime) else v for v in values.tolist()]
