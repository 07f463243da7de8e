"""The steps that look at features one by one or in pairs: screening, IV, correlation, VIF, rank."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scorecard.metrics.suspicion import SUSPICIOUS_IV
from scorecard.selection.evidence import Evidence
from scorecard.selection.log import DecisionLog

Floats = NDArray[np.float64]

_COPY = 1 - 1e-9  # a correlation above it is 1 but for rounding
_INFINITE = 1e8  # a VIF above it is that of an exact linear combination


def by_share(
    evidence: Evidence,
    features: list[int],
    log: DecisionLog,
    *,
    step: str,
    shares: Mapping[str, float],
    most: float,
) -> list[int]:
    """Drop features whose share of weight, by name in ``shares``, is above ``most``.

    ``step`` is ``missing`` or ``same``.
    """
    stay = []
    for j in evidence.by_power(features):
        name = evidence.names[j]
        fine = shares[name] <= most
        log.write(
            step, name, f"{step}_{'within' if fine else 'above'}", stays=fine, statistic="share",
            value=shares[name], threshold=most,
        )  # fmt: skip
        if fine or name in log.forced:
            stay.append(j)
    return stay


def screen(evidence: Evidence, features: list[int], log: DecisionLog) -> list[int]:
    """Drop features in a single bin, and those that are a copy of a stronger one."""
    stay: list[int] = []
    order = evidence.by_power(features)
    for j in sorted(order, key=lambda j: evidence.names[j] not in log.forced):
        name = evidence.names[j]
        if evidence.single[j]:
            log.write("screen", name, "constant", stays=False, statistic="bins", value=1.0)
            if name not in log.forced:
                continue
        twin = next((k for k in stay if abs(evidence.correlation[j, k]) > _COPY), None)
        if twin is not None:
            log.write(
                "screen", name, "copy", stays=False, statistic="correlation",
                value=float(evidence.correlation[j, twin]), against=evidence.names[twin],
            )  # fmt: skip
            if name not in log.forced:
                continue
        stay.append(j)
    return stay


def by_information(
    evidence: Evidence, features: list[int], log: DecisionLog, min_iv: float
) -> list[int]:
    """Drop features whose information value is below ``min_iv``."""
    stay = []
    for j in evidence.by_power(features):
        value = float(evidence.iv[j])
        enough = value >= min_iv
        key = "iv_low" if not enough else "iv_enough" if value <= SUSPICIOUS_IV else "iv_suspicious"
        log.write(
            "iv", evidence.names[j], key, stays=enough, statistic="iv", value=value,
            threshold=min_iv,
        )  # fmt: skip
        if enough or evidence.names[j] in log.forced:
            stay.append(j)
    return stay


def by_correlation(
    evidence: Evidence, features: list[int], log: DecisionLog, max_correlation: float
) -> list[int]:
    """Keep one feature a cluster of correlated ones: the forced, then those of highest IV.

    Features come in this order; one that correlates above ``max_correlation`` with a feature
    already in joins the cluster of the nearest. So no two kept correlate above it (but for forced
    ones), and whatever is dropped correlates above it with a stronger one that is kept. Linkage
    trees (single, average or complete) promise one of the two at most.
    """
    order = evidence.by_power(features)
    order.sort(key=lambda j: evidence.names[j] not in log.forced)
    stay: list[int] = []
    for j in order:
        name, nearest = evidence.names[j], evidence.nearest(j, stay)
        if nearest is None:
            log.write(
                "correlation", name, "first", stays=True, statistic="correlation",
                threshold=max_correlation,
            )  # fmt: skip
            stay.append(j)
            continue
        value = abs(float(evidence.correlation[j, nearest]))
        apart = value <= max_correlation
        log.write(
            "correlation", name, "uncorrelated" if apart else "correlated", stays=apart,
            statistic="correlation", value=value, threshold=max_correlation,
            against=evidence.names[nearest],
        )  # fmt: skip
        if apart or name in log.forced:
            stay.append(j)
    return stay


def by_inflation(
    evidence: Evidence, features: list[int], log: DecisionLog, max_vif: float
) -> list[int]:
    """Drop the feature of largest VIF, again and again, until none that may go is above.

    Among equal VIFs the feature of lowest information value goes.
    """
    stay = evidence.by_power(features)
    while stay:
        factors = inflation(evidence.correlation[np.ix_(stay, stay)])
        free = [
            k
            for k, j in enumerate(stay)
            if factors[k] > max_vif and evidence.names[j] not in log.forced
        ]
        if not free:
            break
        worst = max(free, key=lambda k: (_leading(float(factors[k])), k))
        nearest = evidence.nearest(stay[worst], stay)
        log.write(
            "vif", evidence.names[stay[worst]], "inflated", stays=False, statistic="vif",
            value=float(factors[worst]), threshold=max_vif,
            against=None if nearest is None else evidence.names[nearest],
        )  # fmt: skip
        del stay[worst]
    for j, factor in zip(stay, inflation(evidence.correlation[np.ix_(stay, stay)]), strict=True):
        nearest = evidence.nearest(j, stay)
        fine = bool(factor <= max_vif)
        log.write(
            "vif", evidence.names[j], "uninflated" if fine else "inflated_forced", stays=fine,
            statistic="vif", value=float(factor), threshold=max_vif,
            against=None if fine or nearest is None else evidence.names[nearest],
        )  # fmt: skip
    return stay


def inflation(correlation: Floats) -> Floats:
    """Return each feature's variance inflation factor 1/(1 − R²), shape (p,).

    R² is that of its regression on all others; the factors are the diagonal of the inverse of the
    ``correlation`` (p, p), here by its eigenvectors, so that an exact linear combination is
    infinite instead of an error.
    """
    if not len(correlation):
        return np.zeros(0)
    values, vectors = np.linalg.eigh(correlation)
    factors: Floats = (vectors**2) @ (1.0 / np.maximum(values, 1e-14))
    return np.where(factors > _INFINITE, np.inf, np.maximum(factors, 1.0))


def _leading(value: float) -> float:
    """Return ``value`` to nine significant digits, so that rounding decides no tie."""
    return value if math.isinf(value) else float(f"{value:.9g}")


def by_rank(
    evidence: Evidence, features: list[int], log: DecisionLog, max_features: int
) -> list[int]:
    """Keep the ``max_features`` of highest information value, the forced first."""
    order = evidence.by_power(features)
    order.sort(key=lambda j: evidence.names[j] not in log.forced)
    for place, j in enumerate(order):
        within = place < max_features
        log.write(
            "max_features", evidence.names[j], "ranked_in" if within else "ranked_out",
            stays=within, statistic="iv", value=float(evidence.iv[j]),
            threshold=float(max_features),
        )  # fmt: skip
    return order[:max_features]
