"""The simulated portfolio of the product ``sme_cn``, clean."""

from __future__ import annotations

import numpy as np
import polars as pl

from scorecard.simulation.draw import Floats
from scorecard.simulation.finance import finance_columns, keep_books
from scorecard.simulation.firms import found, identity_columns
from scorecard.simulation.outcome import effects, outcome_columns
from scorecard.simulation.records import keep_records, record_columns
from scorecard.simulation.request import audit_columns, request_amounts, request_columns


def simulate_sme_cn(rng: np.random.Generator, n: int, economy: Floats) -> pl.DataFrame:
    """Draw ``n`` applications with their outcome and true PD; every row keeps the contract."""
    firms = found(rng, n, economy)
    books = keep_books(rng, firms)
    records = keep_records(rng, firms, books)
    amount = request_amounts(rng, firms)
    parts = effects(rng, firms, books, records, amount)
    return pl.DataFrame(
        {
            **identity_columns(rng, firms),
            **finance_columns(rng, books),
            **record_columns(rng, firms, books, records),
            **request_columns(rng, firms, books, records, amount),
            **audit_columns(rng, firms),
            **outcome_columns(rng, parts),
        }
    )
