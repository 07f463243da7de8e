"""Why firms default: additive effects on the log-odds, a few mild interactions, and luck."""

from __future__ import annotations

import numpy as np
import polars as pl

from scorecard.simulation.draw import Floats, fraction, sigmoid, whole
from scorecard.simulation.finance import Books
from scorecard.simulation.firms import Firms
from scorecard.simulation.records import Records

INTERCEPT = -4.35
UNKNOWN_SHARE = 0.012
TAX_GRADE_EFFECT = np.array([-0.26, -0.05, 0.05, 0.32, 0.62])  # A, B, M, C, D


def effects(
    rng: np.random.Generator, firms: Firms, books: Books, records: Records, amount: Floats
) -> dict[str, Floats]:
    """Return each cause's contribution to the log-odds of default within 12 months."""
    r = records
    revenue = firms.revenue
    load = (books.debt + amount) / revenue
    leverage = np.clip(books.liabilities / books.assets, 0.0, 1.2)
    margin = np.clip(books.profit / revenue, -0.15, 0.25)
    downturn = np.maximum(-firms.economy, 0.0)
    late = np.log1p(np.minimum(r.dpd, 120.0))
    owner_late = np.log1p(np.minimum(r.owner_dpd, 120.0))
    used = np.clip(r.utilisation, 0.0, 1.1)
    # what the owner adds to revenue by declaring is itself a sign
    support = np.minimum(r.invoiced, r.inflow) / books.declared
    return {
        "economy": -0.22 * firms.economy,
        "industry": 1.0 * firms.trait("risk"),
        "age": -0.28 * np.log(np.clip(firms.age, 6.0, 240.0) / 78.0),
        "quality": -0.06 * firms.quality,
        "stress": 0.06 * firms.stress,
        "register": 0.45 * r.abnormal + 0.15 * np.minimum(r.manager_changes, 2.0),
        "leverage": 1.0 * (leverage - 0.5) + 0.6 * downturn * np.maximum(leverage - 0.6, 0.0),
        "squeeze": 5.0 * np.maximum(leverage - 0.55, 0.0) * np.maximum(0.02 - margin, 0.0),
        "load": 0.45 * np.clip(load - 0.35, -0.35, 1.2),
        "margin": -2.3 * (margin - 0.05),
        "growth": -0.25 * np.clip(firms.growth, -0.5, 0.6),
        "inflow_change": -0.60 * np.clip(r.inflow_change, -0.6, 0.6),
        "inflow_cv": 0.3 * np.clip(r.inflow_cv - 0.35, -0.3, 0.9),
        "balance": -0.20 * np.clip(np.log(r.balance * 12.0 / r.inflow) + 1.0, -2.5, 2.5),
        "support": -0.7 * np.clip(support - 0.85, -0.5, 0.2),
        "tax_grade": TAX_GRADE_EFFECT[r.tax_grade],
        "late_fees": 0.08 * np.minimum(r.late_fees, 5.0),
        "arrears": 0.35 * (r.arrears > 0),
        "invoice_gap": 0.16 * np.clip(np.log(r.invoice_gap / 12.0), -1.5, 2.5),
        "top1": 1.1 * np.maximum(r.top1_share - 0.3, 0.0),
        "returned": 0.14 * np.minimum(r.returned, 4.0),
        "dpd": 0.29 * late,
        "owner_dpd": 0.22 * owner_late,
        "utilisation": 0.50 * (used - 0.4) + 0.6 * np.maximum(used - 0.8, 0.0),
        "late_and_drawn": 0.20 * owner_late * np.maximum(used - 0.6, 0.0),
        "queries": 0.05 * np.minimum(r.queries, 8.0) + 0.05 * np.minimum(r.owner_queries, 8.0),
        "guarantees": 0.4 * np.clip(r.guarantees / revenue, 0.0, 0.8),
        "courts": 0.4 * np.minimum(r.enforcement, 2.0)
        + 0.8 * np.clip(r.lawsuits / revenue, 0.0, 0.4) + 0.10 * (r.lawsuits > 0),
        "luck": 0.32 * rng.standard_normal(firms.n),
    }  # fmt: skip


def outcome_columns(rng: np.random.Generator, parts: dict[str, Floats]) -> dict[str, pl.Series]:
    """Draw default from its true probability; a few outcomes stay unknown whatever the risk."""
    log_odds = np.sum([*parts.values()], axis=0) + INTERCEPT
    n = len(log_odds)
    pd = sigmoid(log_odds)
    return {
        "default_12m": whole((rng.random(n) < pd).astype(np.int64), rng.random(n) < UNKNOWN_SHARE),
        "true_pd": fraction(pd),
    }
