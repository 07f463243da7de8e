"""What is asked for, what secures it, and the trade with a core customer."""

from __future__ import annotations

import numpy as np
import polars as pl

from scorecard.simulation.draw import (
    Floats,
    codes,
    day,
    fraction,
    level,
    lognormal,
    money,
    pick,
    whole,
)
from scorecard.simulation.finance import Books
from scorecard.simulation.firms import Firms
from scorecard.simulation.records import Records

GUARANTEES = ("none", "general", "joint", "core_joint")
COLLATERAL = (
    "none", "housing", "commercial", "plant_land", "equipment", "receivables", "other",
)  # fmt: skip
PURPOSES = (
    "raw_materials", "inventory", "order_fulfilment", "wages_and_rent", "equipment",
    "refinancing", "other",
)  # fmt: skip
REPAYMENTS = ("equal_instalments", "equal_principal", "interest_then_principal", "revolving")
TENORS = np.array([3.0, 6.0, 9.0, 12.0, 18.0, 24.0, 36.0, 60.0])
SMALLEST, LARGEST = 1e4, 2e7


def request_amounts(rng: np.random.Generator, firms: Firms) -> Floats:
    """Draw the amount asked for in yuan, in steps of 1万 within the product's range."""
    wish = 0.14 * np.exp(0.25 * firms.appetite + 0.15 * firms.stress) * lognormal(rng, 0.6, firms.n)
    steps = np.round(firms.revenue * wish / SMALLEST) * SMALLEST
    return np.asarray(np.clip(steps, SMALLEST, LARGEST), dtype=np.float64)


def request_columns(
    rng: np.random.Generator, firms: Firms, books: Books, records: Records, amount: Floats
) -> dict[str, pl.Series]:
    """Draw the supply chain, the security and the request itself."""
    n = firms.n
    no_core = rng.random(n) >= 0.18
    mode = pick(rng, (0.46, 0.06, 0.40, 0.08), n)
    mode = np.where((mode == 3) & no_core, 2, mode)
    unguaranteed = mode == 0
    kind = pick(rng, (0.62, 0.15, 0.07, 0.05, 0.05, 0.04, 0.02), n)
    unpledged = kind == 0
    value = np.where(unpledged, 0.0, np.round(amount * 1.4 * lognormal(rng, 0.5, n)))
    liens = np.where(rng.random(n) < 0.2, value * rng.beta(2, 3, n), 0.0)
    cover = np.where(unguaranteed, 0.0, np.where(rng.random(n) < 0.7, 1.0, rng.uniform(0.3, 1, n)))
    relation = np.floor(np.maximum(firms.age - 1.0, 1.0) * rng.beta(2.0, 2.0, n))
    confirmed = books.receivables * rng.beta(2.0, 4.0, n)
    core = codes(rng, "91", 18, n).set(pl.Series(no_core), None)
    return {
        "core_customer_id": core,
        "core_customer_pd": fraction(np.clip(0.006 * lognormal(rng, 0.9, n), 3e-4, 0.3), no_core),
        "core_relation_months": whole(relation, no_core),
        "top1_customer_share": fraction(records.top1_share, records.no_invoices),
        "confirmed_receivable": money(np.where(no_core, 0.0, confirmed)),
        "receivable_dilution_12m": fraction(np.clip(0.03 * lognormal(rng, 0.8, n), 0, 1), no_core),
        "guarantee_mode": level(GUARANTEES, mode),
        "guarantor_pd": fraction(np.clip(0.015 * lognormal(rng, 0.9, n), 3e-4, 0.5), unguaranteed),
        "guarantee_cover": fraction(cover),
        "collateral_type": level(COLLATERAL, kind),
        "collateral_value": money(value),
        "prior_liens": money(liens),
        "requested_amount": money(amount),
        "tenor_months": whole(
            TENORS[pick(rng, (0.05, 0.14, 0.04, 0.48, 0.06, 0.10, 0.10, 0.03), n)]
        ),
        "purpose_code": level(PURPOSES, pick(rng, (0.34, 0.22, 0.14, 0.10, 0.08, 0.07, 0.05), n)),
        "repayment_method": level(REPAYMENTS, pick(rng, (0.30, 0.12, 0.38, 0.20), n)),
        "consent_id": codes(rng, "C", 16, n),
        "as_of_date": day(firms.as_of),
    }


def audit_columns(rng: np.random.Generator, firms: Firms) -> dict[str, pl.Series]:
    """Draw what only an audit may read; default depends on none of it."""
    n = firms.n
    age = 33.0 + 0.35 * firms.age / 12.0 + rng.gamma(2.0, 4.0, n)
    return {
        "owner_gender": level(("female", "male"), pick(rng, (0.31, 0.69), n), rng.random(n) < 0.02),
        "owner_age": whole(np.clip(age, 20, 85), rng.random(n) < 0.02),
    }
