"""Weight of evidence and the divergences that binning maximises: one definition for all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMOOTHING = 0.01
"""Floor of a bin's lift: a bin weighing w of the sample counts as at least ``0.01·w`` of all bads.

A share of the total rather than half a case, so that nothing depends on the scale of the weights
or on how rows are split. Bins whose bad (or good) rate is above 1% of the average are exact.
"""


def shares(
    bads: Floats, goods: Floats, total_bads: float, total_goods: float
) -> tuple[Floats, Floats]:
    """Return each bin's share of all bads and of all goods, kept off zero.

    ``p = max(b/B, s·w)`` and ``q = max(g/G, s·w)`` with ``w = (b+g)/(B+G)`` and ``s`` =
    `SMOOTHING`. Both p/w and q/w depend on the bad rate alone, one rising and one falling, so the
    order of WOE is the order of bad rates with or without the floor.
    """
    floor = SMOOTHING * (bads + goods) / (total_bads + total_goods)
    return np.maximum(bads / total_bads, floor), np.maximum(goods / total_goods, floor)


def woe(bads: Floats, goods: Floats, total_bads: float, total_goods: float) -> Floats:
    """Return ln(share of goods / share of bads), 0 for bins without weight; always finite."""
    p, q = shares(bads, goods, total_bads, total_goods)
    return _log_ratio(q, p)


def _log_ratio(over: Floats, under: Floats) -> Floats:
    weighed = (over > 0) & (under > 0)
    ratio: Floats = np.log(np.where(weighed, over, 1.0) / np.where(weighed, under, 1.0))
    return ratio


def iv(p: Floats, q: Floats) -> Floats:
    """Information value ``(p−q)·ln(p/q)`` (Jeffreys' divergence), term by term."""
    return (p - q) * _log_ratio(p, q)


def js(p: Floats, q: Floats) -> Floats:
    """Jensen–Shannon divergence in nats, term by term."""
    m = (p + q) / 2
    return (p * _log_ratio(p, m) + q * _log_ratio(q, m)) / 2


def hellinger(p: Floats, q: Floats) -> Floats:
    """Squared Hellinger distance ``½(√p−√q)²``, term by term."""
    root: Floats = np.sqrt(p) - np.sqrt(q)
    squared: Floats = root * root
    return squared / 2


def triangular(p: Floats, q: Floats) -> Floats:
    """Triangular discrimination ``(p−q)²/(p+q)``, term by term."""
    total: Floats = np.where(p + q > 0, p + q, 1.0)
    return (p - q) ** 2 / total


DIVERGENCES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "iv": iv,
    "js": js,
    "hellinger": hellinger,
    "triangular": triangular,
}
