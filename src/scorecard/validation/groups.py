"""The groups of an audit, and whether two of them are alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betainc, ndtr

from scorecard.metrics.two_rates import pooled_z

NOT_STATED = "not stated"


@dataclass(frozen=True)
class Groups:
    """Which group each row (n,) belongs to: ``codes`` index ``labels``; -1 is not stated."""

    column: str
    labels: tuple[str, ...]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, values: pl.Series, cuts: Sequence[float]) -> Groups:
        """Divide numbers at ``cuts``, each the first of its group; without cuts by levels."""
        unknown = values.is_null().to_numpy()
        if not cuts:
            known = values.cast(pl.String)
            labels = sorted(known.drop_nulls().unique().to_list())
            place = {label: k for k, label in enumerate(labels)}
            codes = known.replace_strict(place, default=-1, return_dtype=pl.Int64).to_numpy()
        else:
            edges = sorted(cuts)
            ends = [f"{edge:g}" for edge in edges]
            inner = [f"{a}–<{b}" for a, b in pairwise(ends)]
            labels = [f"<{ends[0]}", *inner, f"≥{ends[-1]}"]
            codes = np.searchsorted(edges, values.cast(pl.Float64).to_numpy(), side="right")
        return cls(values.name, tuple(labels), np.where(unknown, -1, codes).astype(np.int64))

    def __iter__(self) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Yield each group's label and its rows, those that did not state theirs last."""
        for k, label in enumerate(self.labels):
            yield label, self.codes == k
        yield NOT_STATED, self.codes == -1


def p_same_rate(rate: float, size: float, other: float, other_size: float) -> float:
    """Return the two-sided p-value of two shares, of so many effective rows each, being one.

    The pooled test of two proportions.

    >>> round(p_same_rate(0.8, 200, 0.7, 200), 4)  # z = 2.309
    0.0209
    """
    return float(2 * ndtr(-abs(pooled_z(rate, size, other, other_size))))


def p_beyond(
    low: float, low_size: float, high: float, high_size: float, *, ratio: float = 1.0,
    gap: float = 0.0,
) -> float:  # fmt: skip
    """Return the one-sided p-value of a share being below ``ratio`` times another, less ``gap``.

    ``low`` and ``high`` are shares of so many effective rows each, tested with their own variances
    (never less than half a row would give them).

    >>> round(p_beyond(0.6, 200, 0.8, 200, ratio=0.9), 4)  # z = −2.791
    0.0026
    """
    shares = [
        min(max(share, 0.5 / size), 1 - 0.5 / size)
        for share, size in ((low, low_size), (high, high_size))
    ]
    variance = shares[0] * (1 - shares[0]) / low_size
    variance += ratio**2 * shares[1] * (1 - shares[1]) / high_size
    return float(ndtr((low - ratio * high + gap) / np.sqrt(variance)))


def p_same_level(bads: float, all_bads: float, share: float) -> float:
    """Return the two-sided p-value of a group's bads being its share of all that were expected.

    ``share`` is of the expected bads. Of ``all_bads`` that came, the group's are then binomial:
    exact for bads that come one by one, however few, and whatever the level of the period. Counts
    need not be whole.

    Source: J. Przyborowski, H. Wilenski, "Homogeneity of results in testing samples from Poisson
    series", *Biometrika* 31, 1940.

    >>> round(p_same_level(10, 20, 0.3), 4)  # scipy.stats.binom: 2·P(X ≥ 10)
    0.0959
    """
    at_least = float(betainc(bads, all_bads - bads + 1, share)) if bads > 0 else 1.0
    at_most = 1 - float(betainc(bads + 1, all_bads - bads, share)) if bads < all_bads else 1.0
    return min(1.0, 2 * min(at_least, at_most))
