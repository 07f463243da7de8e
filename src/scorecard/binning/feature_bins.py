"""The bins of one fitted feature: a frozen value that knows every policy."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field, fields
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from scorecard.binning.columns import Column, ColumnError, is_missing, read_column
from scorecard.binning.divergence import iv, shares, woe
from scorecard.binning.prebins import level_codes

FEW_CUTS = 32
SAME = 1e-9  # WOE that differ by less are those of the same counts, summed in another order
Kind = Literal["number", "text"]
Flag = Literal["unseen_level", "unseen_missing", "unseen_special"]


@dataclass(frozen=True, slots=True)
class FeatureBins:
    """How one feature is cut, and the WOE of every bin.

    A number falls into bin k if ``splits[k-1] <= value < splits[k]``; a text into the group that
    lists it. The full order of bins, in which ``woe``, ``rows``, ``bads`` and ``goods`` are given
    and `index` answers, is: ordinary bins, one bin per special value, missing, unseen. Three
    policies, three places: no bin takes another's WOE. ``special_names``, where given, says what
    each special value means; values of one name share a bin, and are neighbours. ``rows`` are plain
    counts, ``bads`` and ``goods`` weighted ones of the training sample. ``thin`` lists the special
    and missing bins with too little weight there to speak for themselves: their rows are counted,
    but they are treated as never seen, like bins without weight. ``trend`` is the one that holds
    over the ordinary bins, ``objective`` what the solver reached.

    Raises `ColumnError` where the lengths differ, a number is not finite, cut points do not rise, a
    level or special value repeats, names of special values do not fit them, or ``thin`` lists a bin
    of another kind.
    """

    name: str
    kind: Kind
    trend: str
    objective: float
    splits: tuple[float, ...]
    groups: tuple[tuple[str, ...], ...]
    special_values: tuple[float, ...]
    woe: tuple[float, ...]
    rows: tuple[int, ...]
    bads: tuple[float, ...]
    goods: tuple[float, ...]
    thin: tuple[int, ...] = ()
    special_names: tuple[str, ...] = ()
    _codes: dict[Any, int] = field(init=False, repr=False, compare=False)
    missing_index: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordinary = self.ordinary
        bins = [name for name, _ in self.special_bins]
        named, given = len(self.special_names), len(self.special_values)
        if named and (named != given or len(set(bins)) < len(bins)):
            raise ColumnError(
                f"Feature {self.name}: special_names must name every special value, and values of "
                "one name must be neighbours."
            )
        codes: dict[Any, int]
        if self.kind == "text":
            codes = {level: k for k, group in enumerate(self.groups) for level in group}
        else:
            special = enumerate(self.special_bins)
            codes = {v: ordinary + k for k, (_, values) in special for v in values}
        object.__setattr__(self, "_codes", codes)
        object.__setattr__(self, "missing_index", ordinary + len(self.special_bins))
        size = self.missing_index + 2
        if not all(len(c) == size for c in (self.woe, self.rows, self.bads, self.goods)):
            raise ColumnError(
                f"Feature {self.name}: woe, rows, bads and goods must have {size} entries each."
            )
        if not all(map(math.isfinite, (*self.woe, *self.bads, *self.goods))):
            raise ColumnError(f"Feature {self.name}: woe, bads and goods must be finite.")
        rising = all(a < b for a, b in zip(self.splits, self.splits[1:], strict=False))
        if not rising or not all(map(math.isfinite, self.splits)):
            raise ColumnError(f"Feature {self.name}: cut points must be finite and rise.")
        if len(codes) != sum(map(len, self.groups)) + len(self.special_values):
            raise ColumnError(f"Feature {self.name}: no level or special value may repeat.")
        if not all(ordinary <= k <= self.missing_index for k in self.thin):
            raise ColumnError(
                f"Feature {self.name}: only special and missing bins may be thin, which are "
                f"{ordinary} to {self.missing_index}; got {self.thin}."
            )

    @property
    def ordinary(self) -> int:
        """Number of ordinary bins."""
        return len(self.groups) if self.kind == "text" else len(self.splits) + 1

    @property
    def special_bins(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """What each special bin is called, and its values."""
        if not self.special_names:
            return tuple((f"special {v:.15g}", (v,)) for v in self.special_values)
        named = groupby(zip(self.special_names, self.special_values, strict=False), itemgetter(0))
        return tuple((name, tuple(value for _, value in pairs)) for name, pairs in named)

    @property
    def unseen_index(self) -> int:
        """Index of the bin of text levels that training never saw."""
        return self.missing_index + 1

    @property
    def missing_woe(self) -> float:
        """WOE of a missing value."""
        return self.woe[self.missing_index]

    @property
    def special_woe(self) -> tuple[float, ...]:
        """WOE of each special bin."""
        return self.woe[self.ordinary : self.missing_index]

    @property
    def unseen_woe(self) -> float:
        """WOE of a text level that training never saw."""
        return self.woe[self.unseen_index]

    @property
    def weights(self) -> tuple[float, ...]:
        """Weighted count of every bin."""
        return tuple(b + g for b, g in zip(self.bads, self.goods, strict=True))

    @property
    def labels(self) -> tuple[str, ...]:
        """A readable name of every bin."""
        if self.kind == "text":
            ordinary = [", ".join(group) for group in self.groups]
        else:
            ends = ["-inf", *(f"{s:.15g}" for s in self.splits), "inf"]
            ordinary = [
                f"{'(' if k == 0 else '['}{ends[k]}, {ends[k + 1]})" for k in range(self.ordinary)
            ]
        special = [name for name, _ in self.special_bins]
        return (*ordinary, *special, "missing", "unseen")

    @property
    def silent(self) -> tuple[int, ...]:
        """Special and missing bins whose WOE is not that of their counts: thin, or by a policy."""
        bads, goods = np.array(self.bads), np.array(self.goods)
        own = woe(bads, goods, bads.sum(), goods.sum())
        return tuple(
            k
            for k in range(self.ordinary, self.unseen_index)
            if k in self.thin or abs(own[k] - self.woe[k]) > SAME
        )

    @property
    def iv(self) -> tuple[float, ...]:
        """Information value of every bin, 0 for those in `silent`; the sum is the feature's."""
        return self.information(self.bads, self.goods)

    def information(self, bads: ArrayLike, goods: ArrayLike) -> tuple[float, ...]:
        """Return the information value of every bin with the counts of another sample."""
        b, g = np.asarray(bads, np.float64), np.asarray(goods, np.float64)
        values = iv(*shares(b, g, b.sum(), g.sum()))
        values[list(self.silent)] = 0.0  # what their rows say is not used
        return tuple(values.tolist())

    def table(self) -> pl.DataFrame:
        """Return one row per bin and a last row ``total``; see `OptimalBinner.binning_table`.

        Bins without weight have no bad rate. Unseen is left out for numbers, which are all seen.
        """
        bins = len(self.woe) - (self.kind == "number")
        labels, values = self.labels, self.iv
        weight, total = self.weights, sum(self.weights)
        bads, goods = sum(self.bads), sum(self.goods)
        rows: list[tuple[Any, ...]] = [
            (
                labels[k], self.rows[k], weight[k], weight[k] / total, self.bads[k],
                self.goods[k], self.bads[k] / weight[k] if weight[k] > 0 else None, self.woe[k],
                values[k],
            )
            for k in range(bins)
        ]  # fmt: skip
        rows.append(
            ("total", sum(self.rows), total, 1.0, bads, goods, bads / total, None, sum(values))
        )
        schema = {
            "bin": pl.String, "count": pl.Int64, "weight": pl.Float64, "share": pl.Float64,
            "bads": pl.Float64, "goods": pl.Float64, "bad_rate": pl.Float64, "woe": pl.Float64,
            "iv": pl.Float64,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    def index(self, values: Any) -> NDArray[np.int64]:
        """Return the bin of each value of an array or series, shape (n,).

        Raises `ColumnError` for infinite numbers and for values of the other kind.
        """
        return self.index_read(read_column(values, self.name))

    def index_read(self, column: Column) -> NDArray[np.int64]:
        """Return the bin of each value of a column that `read_column` gave, shape (n,)."""
        if self.kind == "text":
            if isinstance(column, np.ndarray):
                self._refuse(not np.isnan(column).all(), "numbers")
                return np.full(column.size, self.missing_index, dtype=np.int64)
            codes = level_codes(column, self._codes, self.unseen_index)
            missing = column.is_null()
            return (
                np.where(missing.to_numpy(), self.missing_index, codes) if missing.any() else codes
            )
        if isinstance(column, pl.Series):
            self._refuse(column.null_count() < column.len(), "text")
            return np.full(column.len(), self.missing_index, dtype=np.int64)
        found = _cut(column, self.splits)
        for special, k in self._codes.items():
            found[column == special] = k
        found[np.isnan(column)] = self.missing_index
        return found

    def index_one(self, value: Any) -> int:
        """Return the bin of one value: the same as `index` gives it in an array."""
        if value is None:
            return self.missing_index
        if self.kind == "text":
            if isinstance(value, str):
                return self._codes.get(value, self.missing_index + 1)
            self._refuse(not is_missing(value), "a number")
            return self.missing_index
        number = value if type(value) is float else self._number(value)
        if math.isnan(number):
            return self.missing_index
        if self._codes and number in self._codes:
            return self._codes[number]
        self._refuse(math.isinf(number), "an infinite value")
        return bisect_right(self.splits, number)

    def _number(self, value: Any) -> float:
        self._refuse(isinstance(value, str), "text")
        return math.nan if is_missing(value) else float(value)

    def _refuse(self, wrong: bool, got: str) -> None:
        if wrong:
            raise ColumnError(f"Feature {self.name}: values must be {self.kind}; got {got}.")

    def flag(self, index: int) -> Flag | None:
        """Say whether bin ``index`` stands for something training never, or hardly, saw."""
        if index == self.missing_index + 1:
            return "unseen_level"
        weighed = index not in self.thin and self.bads[index] + self.goods[index] > 0
        if index < self.ordinary or weighed:
            return None
        return "unseen_missing" if index == self.missing_index else "unseen_special"

    def to_dict(self) -> dict[str, Any]:
        """Return the bins as JSON values; floats survive exactly."""
        data = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        if not self.special_names:  # a document without names is what it was before there were any
            del data["special_names"]
        return {
            **{k: list(v) if isinstance(v, tuple) else v for k, v in data.items()},
            "groups": [list(group) for group in self.groups],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> FeatureBins:
        """Rebuild the bins from `to_dict`'s output; the two compare equal."""
        frozen: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items()
        }
        return cls(**{**frozen, "groups": tuple(tuple(group) for group in data["groups"])})


def _cut(numbers: NDArray[np.float64], splits: tuple[float, ...]) -> NDArray[np.int64]:
    """Return how many cut points are at or below each number; 0 for NaN or none."""
    if len(splits) > FEW_CUTS:
        return np.searchsorted(splits, numbers, side="right").astype(np.int64)
    # A few comparisons of whole columns are several times faster than a search for every row.
    found = np.zeros(numbers.size, dtype=np.uint8)
    above = np.empty(numbers.size, dtype=np.bool_)
    for split in splits:
        np.greater_equal(numbers, split, out=above)
        found += above.view(np.uint8)
    return found.astype(np.int64)
