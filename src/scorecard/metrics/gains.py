"""What a cut by risk catches: capture rate, lift, and the table of both."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from scorecard.errors import InputError
from scorecard.logodds import Floats
from scorecard.metrics.inputs import ranked
from scorecard.metrics.measure import Measure
from scorecard.metrics.ranking import Ranking


def capture_rate(
    y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None, *, top: float = 0.1
) -> Measure:
    """Return the share of all bads among the ``top`` share of rows by risk.

    Where the cut falls into rows of one risk, it takes them in proportion, so that the order of
    rows does not matter. ``y`` (n,) in {0, 1}, ``risk`` (n,) finite, ``weight`` (n,) not negative,
    ``top`` in (0, 1]. Raises `InputError` where only one class is there.

    Source: J. Sobehart, S. Keenan, R. Stein, *Benchmarking Quantitative Default Risk Models*,
    Moody's, 2000 (cumulative accuracy profile).

    >>> y, risk = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]
    >>> capture_rate(y, risk, top=.3)
    capture rate 0.5
    """
    (found,) = _captured(y, risk, weight, np.array([_top(top)]))[1]
    return Measure(found, name="capture rate")


def lift(
    y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None, *, top: float = 0.1
) -> Measure:
    """Return the bad rate of the ``top`` share of rows by risk, over the bad rate of all.

    The capture rate over ``top``; shapes, errors and source as `capture_rate`.

    >>> y, risk = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]
    >>> lift(y, risk, top=.3)
    lift 1.666667
    """
    return Measure(capture_rate(y, risk, weight, top=top) / top, name="lift")


def gains(
    y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None = None, *, bands: int = 10
) -> pl.DataFrame:
    """Return the table of gains: ``bands`` equal shares of rows, the riskiest first.

    Columns: band; weight, bads and bad_rate of the band; then of this band and all riskier ones:
    share (of rows), capture (share of all bads), lift, and ks (capture less the share of goods).
    Rows of one risk are divided in proportion where a band ends among them, so that bads need not
    be whole. Shapes, errors and source as `capture_rate`.

    >>> y, risk = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0], [.1, .2, .3, .4, .5, .6, .7, .8, .9, .05]
    >>> gains(y, risk, bands=5).select("band", "bads", "capture").row(0)
    (1, 2.0, 0.3333333333333333)
    """
    if isinstance(bands, bool) or not isinstance(bands, int | np.integer) or bands < 1:
        raise InputError(f"bands must be a whole number of at least 1; got {bands!r}.")
    share = np.arange(1, bands + 1) / bands
    ranking, capture = _captured(y, risk, weight, share)
    bads, total = ranking.bads.sum(), ranking.bads.sum() + ranking.goods.sum()
    caught = np.diff(capture, prepend=0.0) * bads
    size = total / bands
    goods = (share * total - capture * bads) / ranking.goods.sum()
    return pl.DataFrame(
        {
            "band": np.arange(1, bands + 1),
            "weight": np.full(bands, size),
            "bads": caught,
            "bad_rate": caught / size,
            "share": share,
            "capture": capture,
            "lift": capture / share,
            "ks": capture - goods,
        }
    )


def _captured(
    y: ArrayLike, risk: ArrayLike, weight: ArrayLike | None, share: Floats
) -> tuple[Ranking, Floats]:
    """Return the ranking and the share of bads among each riskiest ``share`` of rows."""
    bad, x, w = ranked(y, risk, weight)
    ranking = Ranking.of(x, w * bad, w * (1 - bad))
    rows, bads = (
        np.concatenate(([0.0], np.cumsum(each[::-1])))
        for each in (ranking.bads + ranking.goods, ranking.bads)
    )
    return ranking, np.interp(share, rows / rows[-1], bads / bads[-1])


def _top(top: float) -> float:
    if not 0 < top <= 1:
        raise InputError(f"top must be a share of rows above 0 and up to 1; got {top!r}.")
    return float(top)
