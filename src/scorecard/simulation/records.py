"""What third parties record: registers, tax bureau, invoices, bank, credit bureau and courts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from scorecard.simulation.draw import (
    Bools,
    Floats,
    Indices,
    flag,
    fraction,
    level,
    lognormal,
    money,
    sigmoid,
    whole,
)
from scorecard.simulation.finance import Books
from scorecard.simulation.firms import Firms

TAX_GRADES = ("A", "B", "M", "C", "D")


@dataclass(frozen=True, slots=True)
class Records:
    """True records that bear on default; amounts in yuan, shares as fractions.

    ``tax_grade`` indexes `TAX_GRADES`; the masks say which registers hold nothing on the firm.
    """

    abnormal: Bools
    manager_changes: Floats
    tax_grade: Indices
    late_fees: Floats
    arrears: Floats
    zero_months: Floats
    invoiced: Floats
    invoice_gap: Floats
    void_ratio: Floats
    red_ratio: Floats
    customers: Floats
    top1_share: Floats
    inflow: Floats
    inflow_cv: Floats
    inflow_change: Floats
    balance: Floats
    returned: Floats
    dpd: Floats
    owner_dpd: Floats
    lenders: Floats
    guarantees: Floats
    queries: Floats
    owner_queries: Floats
    utilisation: Floats
    enforcement: Floats
    lawsuits: Floats
    no_invoices: Bools
    no_flow: Bools
    no_debt_record: Bools
    no_owner_record: Bools


def _delay(rng: np.random.Generator, chance: Floats) -> Floats:
    """Draw the longest delay in days: mostly none, else a few days with a heavy tail."""
    n = len(chance)
    late = rng.random(n) < chance
    return np.where(late, np.minimum(np.ceil(9.0 * lognormal(rng, 1.1, n)), 720.0), 0.0)


def keep_records(rng: np.random.Generator, firms: Firms, books: Books) -> Records:
    """Draw the records of every firm from its traits and books."""
    n = firms.n
    stress, conduct, formality = firms.stress, firms.conduct, firms.formality
    revenue = firms.revenue

    standing = 0.55 * formality + 0.45 * conduct - 0.2 * stress + 0.9 * rng.standard_normal(n)
    # indices into TAX_GRADES; young firms are graded M until they have a full year
    graded = np.select([standing > 1.1, standing > -1.1, standing > -2.2], [0, 1, 3], 4)
    grade = np.where(firms.startup & (graded < 3), 2, graded).astype(np.int64)
    late_fees = rng.poisson(np.exp(-1.3 - 0.55 * conduct + 0.30 * stress))
    owing = rng.random(n) < sigmoid(-3.6 + 0.7 * stress - 0.5 * conduct)
    zero = rng.binomial(12, sigmoid(-4.0 - 0.5 * formality + 0.5 * stress))

    invoiced = revenue * np.minimum(1.02, 0.96 * np.exp(0.10 * formality - 0.10)
                                    * lognormal(rng, 0.14, n))  # fmt: skip
    top1 = sigmoid(-1.0 + 0.9 * rng.standard_normal(n) - 0.15 * np.log(revenue / 4.2e6))
    customers = np.ceil(
        18.0 * lognormal(rng, 0.8, n) * (revenue / 4.2e6) ** 0.5 * np.exp(1.2 * (0.3 - top1))
    )

    inflow = revenue * 1.04 * np.exp(0.05 * formality - 0.05 * stress) * lognormal(rng, 0.18, n)
    inflow_cv = np.exp(-1.1 + 0.10 * stress - 0.08 * firms.quality + 0.3 * rng.standard_normal(n))
    inflow_change = (
        0.5 * firms.growth - 0.09 * stress + 0.04 * firms.economy + 0.18 * rng.standard_normal(n)
    )
    balance = (
        inflow
        / 12.0
        * np.exp(-1.0 + 0.15 * firms.quality - 0.30 * stress + 0.65 * rng.standard_normal(n))
    )
    return Records(
        abnormal=rng.random(n) < 0.03 * np.exp(-0.5 * formality),
        manager_changes=rng.poisson(0.06 * np.exp(0.30 * stress - 0.2 * conduct)).astype(float),
        tax_grade=grade,
        late_fees=late_fees.astype(np.float64),
        arrears=np.where(owing, np.round(revenue * 0.012 * lognormal(rng, 1.0, n)), 0.0),
        zero_months=zero.astype(np.float64),
        invoiced=np.round(invoiced),
        invoice_gap=np.clip(
            np.round(12.0 * np.exp(0.22 * stress - 0.10 * formality) * lognormal(rng, 0.5, n)),
            1, 366,
        ),
        void_ratio=np.clip(0.035 * lognormal(rng, 0.7, n) * np.exp(-0.25 * formality), 0, 0.6),
        red_ratio=np.clip(0.012 * lognormal(rng, 0.9, n) * np.exp(0.25 * stress), 0, 0.6),
        customers=customers,
        top1_share=top1,
        inflow=np.round(inflow),
        inflow_cv=np.clip(inflow_cv, 0.03, 3.4),
        inflow_change=np.clip(inflow_change, -0.9, 6.0),
        balance=np.round(balance),
        returned=rng.poisson(np.exp(-1.5 + 0.45 * stress - 0.25 * conduct)).astype(np.float64),
        dpd=_delay(rng, sigmoid(-2.5 + 0.55 * stress - 0.50 * conduct)),
        owner_dpd=_delay(rng, sigmoid(-2.2 + 0.35 * stress - 0.75 * conduct)),
        lenders=1.0 + rng.poisson(np.exp(-0.1 + 0.35 * firms.appetite)).astype(float),
        guarantees=np.where(
            rng.random(n) < sigmoid(-1.9 + 0.5 * firms.appetite),
            np.round(revenue * 0.16 * lognormal(rng, 0.9, n)), 0.0,
        ),
        queries=rng.poisson(np.exp(0.15 + 0.35 * stress + 0.25 * firms.appetite)).astype(float),
        owner_queries=rng.poisson(np.exp(0.25 + 0.35 * stress - 0.20 * conduct)).astype(float),
        utilisation=np.clip(
            1.1 * sigmoid(-0.6 + 0.45 * stress - 0.27 * conduct + 1.0 * rng.standard_normal(n)),
            0, 1.2,
        ),
        enforcement=rng.poisson(np.exp(-3.6 + 0.6 * stress - 0.3 * conduct)).astype(np.float64),
        lawsuits=np.where(
            rng.random(n) < sigmoid(-2.8 + 0.5 * stress - 0.2 * firms.quality),
            np.round(revenue * 0.05 * lognormal(rng, 1.1, n)), 0.0,
        ),
        no_invoices=rng.random(n) < np.where(firms.startup, 0.16, 0.05),
        no_flow=rng.random(n) < 0.03,
        no_debt_record=rng.random(n) < np.where(firms.startup, 0.55, 0.15),
        no_owner_record=rng.random(n) < 0.06,
    )  # fmt: skip


def record_columns(
    rng: np.random.Generator, firms: Firms, books: Books, records: Records
) -> dict[str, pl.Series]:
    """Return the records as the lender sees them, with the gaps of each register."""
    n = firms.n
    r = records
    paid = firms.revenue * (0.018 + 0.10 * np.maximum(books.profit / firms.revenue, 0.0))
    unseen, thin = r.no_invoices, r.no_debt_record
    yearly = r.no_flow | (firms.age < 15)
    largest = np.clip(r.top1_share * lognormal(rng, 0.25, n), 0.01, 1.0)
    working = np.floor(books.debt * rng.beta(3.0, 2.0, n))
    other = np.where(rng.random(n) < 0.15, firms.revenue * 0.04 * lognormal(rng, 0.7, n), 0.0)
    return {
        "abnormal_list_flag": flag(r.abnormal),
        "legal_rep_changes_12m": whole(r.manager_changes),
        "tax_credit_grade": level(TAX_GRADES, r.tax_grade, rng.random(n) < 0.03),
        "tax_paid_12m": money(paid * lognormal(rng, 0.35, n), rng.random(n) < 0.03),
        "tax_arrears": money(r.arrears),
        "zero_filing_months_12m": whole(r.zero_months),
        "late_fee_count_12m": whole(r.late_fees),
        "invoice_amount_12m": money(r.invoiced, unseen),
        "invoice_gap_max_days": whole(r.invoice_gap, unseen),
        "invoice_void_ratio": fraction(r.void_ratio, unseen),
        "invoice_red_ratio": fraction(r.red_ratio, unseen),
        "downstream_count_12m": whole(r.customers, unseen),
        "inflow_12m": money(r.inflow, r.no_flow),
        "inflow_cv": fraction(r.inflow_cv, r.no_flow),
        "inflow_3m_yoy": fraction(r.inflow_change, yearly),
        "avg_daily_balance": money(r.balance, r.no_flow),
        "counterparty_top1_share": fraction(largest, r.no_flow),
        "returned_payment_count": whole(r.returned, r.no_flow),
        "ent_dpd_max_24m": whole(r.dpd, thin),
        "ent_outstanding_debt": money(books.debt, thin),
        "ent_lender_count": whole(r.lenders, thin),
        "existing_wc_loans": money(working, thin),
        "other_wc_funding": money(other),
        "external_guarantee_amt": money(r.guarantees, rng.random(n) < 0.02),
        "ent_query_3m": whole(r.queries),
        "owner_dpd_max_24m": whole(r.owner_dpd, r.no_owner_record),
        "owner_card_utilisation": fraction(
            r.utilisation, r.no_owner_record | (rng.random(n) < 0.08)
        ),
        "owner_query_3m": whole(r.owner_queries, r.no_owner_record),
        "enforcement_open_count": whole(r.enforcement),
        "dishonest_flag": flag(rng.random(n) < 0.003 * np.exp(-0.6 * firms.conduct)),
        "lawsuit_amount_12m": money(r.lawsuits),
    }
