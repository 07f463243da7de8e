"""What one column alone tells of the outcome: its power, and whether that is too good to be true.

Too good is what could hardly be known at application: a column that ranks almost perfectly, whose
gaps follow the outcome, or some of whose values hold next to no goods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard import metrics
from scorecard.metrics.suspicion import FEWEST, SUSPICIOUS_AUC, SUSPICIOUS_IV

#: Beyond this a column is all but a copy of the outcome.
COPY_AUC = 0.99

#: "Almost only bads": at most this share of the goods that chance would put there …
ALMOST_NONE = 0.05
#: … in groups that hold at least this share of all bads.
MUCH = 0.1

_MOST_GROUPS = 20

Groups = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """One column against the outcome, over the rows whose outcome is known.

    ``iv`` is the information value over at most some forty groups (quantiles, frequent values,
    missing), half a row added to each; ``auc`` the area under the ROC curve of the groups' bad
    rates, each learnt from the other half of the rows, or of the number itself where that is
    larger; ``leak`` says in words what is too good to be true, None otherwise. Both numbers are
    None with fewer than 20 bads or goods.
    """

    iv: float | None
    auc: float | None
    leak: str | None

    @property
    def strong(self) -> bool:
        """Whether the column is implausibly strong by information value."""
        return self.iv is not None and self.iv > SUSPICIOUS_IV

    def __str__(self) -> str:
        if self.iv is None or self.auc is None:
            return "too few bads or goods to judge"
        return f"IV {self.iv:.2f}, AUC {self.auc:.2f}"


def weigh(values: pl.Series, y: Floats) -> Evidence:
    """Judge ``values`` (n,) against ``y`` (n,), 1 bad, 0 good, NaN not known."""
    known = ~np.isnan(y)
    values, y = values.filter(pl.Series(known)), y[known]
    bads = int(y.sum())
    if min(bads, len(y) - bads) < FEWEST:
        return Evidence(None, None, None)
    groups = _groups(values, most=int(np.clip(min(bads, len(y) - bads) // 20, 2, _MOST_GROUPS)))
    iv, auc = _iv(groups, y), _auc(groups, y)
    if values.dtype != pl.String:
        auc = max(auc, _directed(values, y))
    return Evidence(iv, auc, _leak(values, groups, y, iv, auc))


def _groups(values: pl.Series, most: int) -> Groups:
    """Give every row its group: missing, a frequent value, or a quantile of what is between."""
    counted = values.drop_nulls().value_counts()
    frequent = (
        counted.filter(pl.col("count") >= max(len(values) // 100, 5))
        .sort(pl.col("count"), pl.col(values.name), descending=[True, False])
        .head(most)
    )
    levels = frequent[values.name].to_list()
    codes = values.replace_strict(
        levels, list(range(len(levels))), default=-1, return_dtype=pl.Int64
    )
    out: Groups = codes.to_numpy().copy()
    missing = values.is_null().to_numpy()
    rest = (out < 0) & ~missing
    out[rest] = len(levels)
    if values.dtype != pl.String and rest.any():
        numbers = values.to_physical().cast(pl.Float64).to_numpy()[rest]
        pieces = int(np.clip(len(numbers) // max(len(values) // 100, 10), 1, most))
        cuts = np.unique(np.quantile(numbers, np.linspace(0, 1, pieces + 1)[1:-1], method="lower"))
        out[rest] += np.searchsorted(cuts, numbers, side="left")
    out[missing] = out.max() + 1
    return out


def _counts(groups: Groups, y: Floats) -> tuple[Floats, Floats]:
    size = int(groups.max()) + 1
    bads = np.bincount(groups, y, size).astype(np.float64)
    return bads, np.bincount(groups, 1 - y, size).astype(np.float64)


def _iv(groups: Groups, y: Floats) -> float:
    bads, goods = _counts(groups, y)
    there = bads + goods > 0
    b, g = bads[there] + 0.5, goods[there] + 0.5
    b, g = b / b.sum(), g / g.sum()
    return float(np.sum((b - g) * np.log(b / g)))


def _auc(groups: Groups, y: Floats) -> float:
    """Rank each half of the rows by the groups' bad rates in the other half."""
    half = np.zeros(len(y), dtype=bool)
    for level in (0.0, 1.0):  # every second row of each class: tables may be sorted by outcome
        half[np.flatnonzero(y == level)[::2]] = True
    risk = np.empty(len(y))
    for learn in (half, ~half):
        size = int(groups.max()) + 1
        bads = np.bincount(groups[learn], y[learn], size)
        rows = np.bincount(groups[learn], minlength=size)
        overall = y[learn].mean()
        risk[~learn] = ((bads + overall) / (rows + 1))[groups[~learn]]
    return metrics.auc(y, risk).value


def _directed(values: pl.Series, y: Floats) -> float:
    there = values.is_not_null().to_numpy()
    bads = y[there].sum()
    if there.mean() < 0.5 or not 0 < bads < there.sum():  # hardly filled: the groups tell enough
        return 0.5
    area = metrics.auc(y[there], values.to_physical().cast(pl.Float64).to_numpy()[there]).value
    return max(area, 1 - area)


def _leak(values: pl.Series, groups: Groups, y: Floats, iv: float, auc: float) -> str | None:
    if auc >= COPY_AUC:
        return f"all but a copy of the target (AUC {auc:.3f})"
    missing = values.is_null().to_numpy()
    if missing.any():
        for where, word in ((missing, "missing"), (~missing, "filled")):
            said = _settled(where, y)
            if said:
                return f"{word} almost only where {said}"
    if auc > SUSPICIOUS_AUC:
        return f"too strong alone to be known at application (IV {iv:.2f}, AUC {auc:.2f})"
    bads, goods = _counts(groups, y)
    expected = (bads + goods) * float(1 - y.mean())
    pure = (expected >= 5) & (goods <= ALMOST_NONE * expected)
    share = float(bads[pure].sum() / y.sum())
    if share >= MUCH and expected[pure].sum() >= FEWEST / 2:
        return f"some of its values hold {share:.0%} of the bads and next to no good"
    return None


def _settled(where: NDArray[np.bool_], y: Floats) -> str | None:
    """Return which outcome the rows ``where`` have almost only, if any, in words."""
    rows, bads = int(where.sum()), float(y[where].sum())
    rate = float(y.mean())
    for name, other, expected in (
        ("the loan went bad", rows - bads, rows * (1 - rate)),
        ("the loan stayed good", bads, rows * rate),
    ):
        if expected >= FEWEST and other <= ALMOST_NONE * expected:
            return f"{name} ({rows:,} rows)"
    return None
