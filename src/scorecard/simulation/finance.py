"""The firm's books: a balance sheet that balances, a profit and loss account, and its gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from scorecard.simulation.draw import Bools, Floats, fraction, lognormal, money, sigmoid
from scorecard.simulation.firms import Firms

YEAR = 360.0


@dataclass(frozen=True, slots=True)
class Books:
    """The true accounts in yuan, whether or not the lender ever sees them.

    ``declared`` is the revenue the owner states; ``debt`` is borrowed from banks; ``hidden`` marks
    firms without financial statements.
    """

    declared: Floats
    growth: Floats
    expected_growth: Floats
    cogs: Floats
    profit: Floats
    assets: Floats
    liabilities: Floats
    current_assets: Floats
    current_liabilities: Floats
    inventory: Floats
    receivables: Floats
    payables: Floats
    prepaid: Floats
    advances: Floats
    cash_flow: Floats
    debt: Floats
    interest: Floats
    own_funds: Floats
    hidden: Bools


def keep_books(rng: np.random.Generator, firms: Firms) -> Books:
    """Draw the accounts of every firm; assets, liabilities and their parts add up."""
    n = firms.n
    revenue = firms.revenue
    gross = np.clip(
        firms.trait("gross") + 0.02 * firms.quality + 0.05 * rng.standard_normal(n), 0.03, 0.85
    )
    cogs = np.round(revenue * (1.0 - gross))
    slow = np.exp(0.18 * firms.stress - 0.12 * firms.quality)
    inventory = np.round(
        cogs * firms.trait("inventory_days") / YEAR * slow * lognormal(rng, 0.5, n)
    )
    receivables = np.round(
        revenue * firms.trait("receivable_days") / YEAR * slow * lognormal(rng, 0.5, n)
    )
    prepaid = np.round(cogs * 0.03 * lognormal(rng, 0.8, n))
    advances = np.round(revenue * 0.02 * lognormal(rng, 0.9, n) * np.exp(0.2 * firms.quality))
    cash = np.round(
        revenue * 0.07 * np.exp(0.2 * firms.quality - 0.3 * firms.stress) * lognormal(rng, 0.5, n)
    )
    fixed = np.round(revenue * firms.trait("fixed") * lognormal(rng, 0.7, n))
    # year-end figures stray from the averages
    at_close = np.round((inventory + receivables + prepaid) * lognormal(rng, 0.08, n))
    current_assets = at_close + cash
    assets = current_assets + fixed

    leverage = 0.50 + 0.12 * firms.appetite - 0.025 * firms.quality + 0.025 * firms.stress
    leverage = np.clip(leverage + 0.11 * rng.standard_normal(n), 0.03, 1.35)
    liabilities = np.round(assets * leverage)
    # short money pays for short assets, but never for more than there are liabilities
    current_share = np.clip(0.80 - 0.10 * fixed / assets + 0.10 * rng.standard_normal(n), 0.25, 1.0)
    current_liabilities = np.floor(liabilities * current_share)
    payables = np.minimum(
        np.round(cogs * firms.trait("payable_days") / YEAR * lognormal(rng, 0.5, n)),
        np.floor(0.6 * current_liabilities),
    )
    advances = np.minimum(advances, np.floor(0.3 * current_liabilities))
    free = np.maximum(liabilities - payables - advances, 0.0)
    debt = np.floor(free * sigmoid(0.4 + 0.6 * firms.appetite + 0.6 * rng.standard_normal(n)))

    interest = np.round(debt * np.clip(0.058 + 0.012 * rng.standard_normal(n), 0.03, 0.14))
    margin = firms.trait("margin") + 0.026 * firms.quality - 0.006 * firms.stress
    margin = margin + 0.008 * firms.economy + 0.042 * rng.standard_normal(n)
    profit = np.round(revenue * margin) - interest
    cash_flow = np.round(
        profit + 0.02 * revenue + revenue * (0.065 * rng.standard_normal(n) - 0.02 * firms.stress)
    )
    puffing = np.maximum(0.0, 0.14 * rng.standard_normal(n) - 0.14 * firms.formality - 0.02)
    hope = 0.08 + 0.4 * firms.growth + 0.10 * np.abs(rng.standard_normal(n))
    return Books(
        declared=np.round(revenue * np.exp(puffing)),
        growth=firms.growth,
        expected_growth=np.clip(hope, -0.5, 5.0),
        cogs=cogs,
        profit=profit,
        assets=assets,
        liabilities=liabilities,
        current_assets=current_assets,
        current_liabilities=current_liabilities,
        inventory=inventory,
        receivables=receivables,
        payables=payables,
        prepaid=prepaid,
        advances=advances,
        cash_flow=cash_flow,
        debt=debt,
        interest=interest,
        own_funds=np.round(revenue * 0.06 * lognormal(rng, 0.6, n) * np.exp(0.2 * firms.quality)),
        hidden=rng.random(n) < np.where(firms.startup, 0.55, 0.05),
    )


def finance_columns(rng: np.random.Generator, books: Books) -> dict[str, pl.Series]:
    """Return the accounts as the lender sees them: null where there are no statements."""
    n = len(books.assets)
    no = books.hidden
    return {
        "revenue_ltm": money(books.declared),
        "revenue_growth_yoy": fraction(books.growth, no),
        "expected_growth": fraction(books.expected_growth, rng.random(n) < 0.10),
        "cogs_ltm": money(books.cogs, no),
        "profit_total": money(books.profit, no),
        "total_assets": money(books.assets, no),
        "total_liabilities": money(books.liabilities, no),
        "net_assets": money(books.assets - books.liabilities, no),
        "current_assets": money(books.current_assets, no),
        "current_liabilities": money(books.current_liabilities, no),
        "inventory_avg": money(books.inventory, no),
        "ar_avg": money(books.receivables, no),
        "ap_avg": money(books.payables, no),
        "prepay_avg": money(books.prepaid, no),
        "advance_avg": money(books.advances, no),
        "operating_cash_flow": money(books.cash_flow, no | (rng.random(n) < 0.04)),
        "interest_expense": money(books.interest, no),
        "own_funds": money(books.own_funds, rng.random(n) < 0.05),
    }
