"""Parcelling: the rejected of a score band get the band's bad rate, times a prudence factor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.row_keys import row_keys
from scorecard.errors import InputError
from scorecard.reject.applicants import Applicants, Floats, stack
from scorecard.reject.augmented import AugmentedSample, with_rejected
from scorecard.reject.inference import RejectInference
from scorecard.reject.known_model import known_pds


@dataclass(frozen=True, slots=True)
class Parcelling(RejectInference):
    """Draw good or bad for each rejected row, with its score band's bad rate times a factor.

    In band b the accepted's bad rate is r_b; a rejected row of the band is bad with probability
    min(1, factor·r_b), and the number of bads is that rate's, up or down to a whole number
    (N. Siddiqi, *Credit Risk Scorecards*, 2006, chapter 6; R. Anderson, *The Credit Scoring
    Toolkit*, 2007). Give one of two: ``factor`` ≥ 0, the prudence (1: the rejected are as the
    accepted of their band; often 2 to 4); or ``bad_rate``, the rejected's expected bad rate in
    (0, 1), from which the factor follows. Neither has a default: it is the lender's belief about
    what the old decision knew, and the data cannot check it.

    ``bands`` is a number, or the PD edges between bands, ascending. As a number, bands hold equal
    weight of the rejected; one with less than ``min_share`` of the accepted's weight is joined with
    its riskier neighbour (the riskiest with the safer), so fewer may remain. PDs are those of the
    model fitted on the accepted; since they judge the rows it learnt from, pass a flexible model
    fitted on other rows inside ``FrozenEstimator``. ``seed`` decides the draws, which follow a
    row's content, not its position.

    Assumes at factor 1 that data are missing at random; with a right factor it corrects the level
    where the old decision knew more than the features (not at random). Harms by as much as the
    factor is wrong, and most where the riskiest band reaches far beyond the accepted: there r_b is
    that of safer rows. A draw adds noise that fuzzy weights do not; more seeds show how much.

    ``details``, one row per band from the safest: from_pd, to_pd, accepted (weight), bad_rate (of
    the accepted), rejected (weight), factor, target (the rate aimed at), inferred (the weighted
    rate drawn; null where nobody was rejected). Raises `InputError` for parameters against these
    rules, a ``bad_rate`` that no factor reaches, and a band of given edges with rejected rows but
    no accepted weight.
    """

    factor: float | None = None
    bad_rate: float | None = None
    bands: int | tuple[float, ...] = 10
    seed: int = 0
    min_share: float = 0.02

    method: ClassVar[str] = "parcelling"

    def __post_init__(self) -> None:
        if (self.factor is None) == (self.bad_rate is None):
            raise InputError(
                "Parcelling takes factor or bad_rate, one of them; "
                f"got factor={self.factor!r}, bad_rate={self.bad_rate!r}."
            )
        if self.factor is not None and not 0 <= self.factor < math.inf:
            raise InputError(f"factor must be a finite number of at least 0; got {self.factor!r}.")
        if self.bad_rate is not None and not 0 < self.bad_rate < 1:
            raise InputError(f"bad_rate must lie inside (0, 1); got {self.bad_rate!r}.")
        if isinstance(self.bands, tuple):
            edges = (0.0, *self.bands, 1.0)
            if any(not low < high for low, high in pairwise(edges)):
                raise InputError(
                    f"The edges of bands must ascend inside (0, 1); got {self.bands!r}."
                )
        elif not _whole(self.bands, 1):
            raise InputError(
                "bands must be a whole number of at least 1, or a tuple of PDs; "
                f"got {self.bands!r}."
            )
        if not _whole(self.seed, 0):
            raise InputError(f"seed must be a whole number of at least 0; got {self.seed!r}.")
        if not 0 <= self.min_share <= 1:
            raise InputError(f"min_share must lie in 0 to 1; got {self.min_share!r}.")

    def _augment(self, estimator: Any, applicants: Applicants, acceptance: Any) -> AugmentedSample:
        X = stack(applicants)
        pd, pd_rejected = known_pds(estimator, applicants)
        weight, weight_rejected = applicants.weight, applicants.weight_rejected
        edges = self._edges(pd, weight, pd_rejected, weight_rejected)
        band = np.searchsorted(edges, pd, side="right")
        band_rejected = np.searchsorted(edges, pd_rejected, side="right")
        n = len(edges) + 1
        held = _sums(band, weight, n)
        asked = _sums(band_rejected, weight_rejected, n)
        if ((held == 0) & (asked > 0)).any():
            raise InputError(
                "Every band with rejected rows needs accepted ones; band "
                f"{np.flatnonzero((held == 0) & (asked > 0))[0] + 1} of {n} (from the safest) has "
                "none. Move or drop an edge, or give a number of bands."
            )
        rate = _sums(band, weight * applicants.bad, n) / np.where(held > 0, held, 1.0)
        factor = self._factor(rate, asked)
        target = np.minimum(1.0, factor * rate)
        keys = row_keys(
            [*applicants.columns_rejected, weight_rejected], len(pd_rejected), self.seed
        )
        bad = draw(target, band_rejected, keys, self.seed)
        drawn = _sums(band_rejected, weight_rejected * bad, n)
        inferred = [float(b / w) if w > 0 else None for b, w in zip(drawn, asked, strict=True)]
        details = pl.DataFrame(
            {
                "from_pd": [0.0, *edges],
                "to_pd": [*edges, 1.0],
                "accepted": held,
                "bad_rate": rate,
                "rejected": asked,
                "factor": np.full(n, factor),
                "target": target,
                "inferred": pl.Series(inferred, dtype=pl.Float64),
            }
        )
        return with_rejected(
            self.method, applicants, X, bad=bad, weight=weight_rejected, details=details
        )

    def _edges(
        self, pd: Floats, weight: Floats, pd_rejected: Floats, weight_rejected: Floats
    ) -> list[float]:
        if isinstance(self.bands, tuple):
            return list(self.bands)
        cuts = _quantiles(pd_rejected, weight_rejected, self.bands)
        inside = np.bincount(
            np.searchsorted(cuts, pd, side="right"), weight, len(cuts) + 1
        ) / float(weight.sum())
        edges, share = [], 0.0
        for cut, part in zip(cuts, inside[:-1], strict=True):
            share += part
            if share > 0 and share >= self.min_share:
                edges.append(cut)
                share = 0.0
        rest = share + inside[-1]
        if edges and not (rest > 0 and rest >= self.min_share):
            edges.pop()
        return edges

    def _factor(self, rate: Floats, asked: Floats) -> float:
        """Return the factor; for a ``bad_rate``, the one that gives it over all rejected."""
        if self.factor is not None:
            return self.factor
        wanted = float(self.bad_rate or 0.0) * float(asked.sum())
        reachable = float(asked[rate > 0].sum())
        if wanted > reachable:
            raise InputError(
                f"No factor gives the rejected a bad rate of {self.bad_rate}: only "
                f"{reachable / float(asked.sum()):.1%} of them are in bands where an accepted is "
                "bad. Use fewer bands."
            )
        # Σ min(1, f·r)·w is piecewise linear in f, with a knee at 1/r where a band is full.
        some = (rate > 0) & (asked > 0)
        order = np.argsort(-rate[some], kind="stable")
        full, slope = 0.0, float(asked @ rate)
        for r, w in zip(rate[some][order], asked[some][order], strict=True):
            if full + slope / r >= wanted:
                return (wanted - full) / slope
            full, slope = full + float(w), slope - float(w * r)
        return float(1 / rate[some].min())


def draw(
    rate: Floats, band: NDArray[np.intp], keys: NDArray[np.uint64], seed: int
) -> NDArray[np.bool_]:
    """Return which rows are bad, shape (rows,): in each band its rate, to a whole number.

    Rows of a band are dealt in the order of their keys; row k of them is bad if rate·k + u passes a
    whole number on the way to rate·(k + 1) + u, with one u of the band uniform in [0, 1)
    (systematic sampling: each row is bad with probability ``rate`` exactly).
    """
    start = np.random.default_rng([seed, 1]).random(len(rate))
    order = np.lexsort((keys, band))
    sorted_band = band[order]
    k = np.arange(len(band)) - np.searchsorted(sorted_band, sorted_band)
    r, u = rate[sorted_band], start[sorted_band]
    bad = np.empty(len(band), dtype=np.bool_)
    bad[order] = np.floor(r * (k + 1) + u) > np.floor(r * k + u)
    return bad


def _quantiles(values: Floats, weight: Floats, parts: int) -> list[float]:
    """Return the values that begin the 2nd, 3rd, … of ``parts`` parts of equal weight."""
    distinct, at = np.unique(values, return_inverse=True)
    before = np.cumsum(np.bincount(at, weight)) / weight.sum()
    first = np.searchsorted(before, np.arange(1, parts) / parts, side="left") + 1
    return [float(v) for v in np.unique(distinct[first[first < len(distinct)]])]


def _whole(value: object, least: int) -> bool:
    return (
        isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) >= least
    )


def _sums(band: NDArray[np.intp], weight: Floats, n: int) -> Floats:
    return np.bincount(band, weight, n).astype(np.float64)
