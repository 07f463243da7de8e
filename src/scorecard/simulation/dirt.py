"""What a real feed does to good rows: units mixed up, dates impossible, sums that do not add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

FAULTS: Mapping[str, Mapping[str, pl.Expr]] = {
    "negative_headcount": {"employee_count": pl.lit(-1), "insured_employee_count": pl.lit(None)},
    "percent_for_fraction": {"owner_card_utilisation": pl.lit(85.0)},
    "amount_in_wan": {"requested_amount": pl.col("requested_amount") / 1e4},
    "infinite_revenue": {"revenue_ltm": pl.lit(float("inf"))},
    "months_beyond_the_year": {"zero_filing_months_12m": pl.lit(13)},
    "established_after_application": {
        "established_date": pl.col("as_of_date") + pl.duration(days=400)
    },
    "placeholder_date": {"established_date": pl.lit(date(1900, 1, 1))},
    "parts_above_total": {
        "total_assets": pl.lit(1e6), "current_assets": pl.lit(2e6),
        "total_liabilities": pl.lit(0.0), "current_liabilities": pl.lit(0.0),
        "net_assets": pl.lit(1e6),
    },
    "sheet_out_of_balance": {
        "total_assets": pl.lit(5e6), "current_assets": pl.lit(2e6),
        "total_liabilities": pl.lit(3e6), "current_liabilities": pl.lit(1e6),
        "net_assets": pl.lit(3e6),
    },
    "cover_without_guarantee": {
        "guarantee_mode": pl.lit("none"), "guarantee_cover": pl.lit(1.0),
    },
    "unknown_tax_grade": {"tax_credit_grade": pl.lit("E")},
    "unknown_industry": {"industry_code": pl.lit("Z99")},
    "old_registration_number": {"uscc": pl.lit("110105012345678")},
    "no_consent": {"consent_id": pl.lit(None, dtype=pl.String)},
}  # fmt: skip


def soil_sme_cn(rng: np.random.Generator, frame: pl.DataFrame, share: float) -> pl.DataFrame:
    """Return ``frame`` with one fault in each of ``share`` of its rows, column types unchanged."""
    n = frame.height
    rows = rng.permutation(n)[: round(share * n)]
    fault = np.full(n, -1, dtype=np.int64)
    fault[rows] = rng.integers(0, len(FAULTS), len(rows))
    changed: dict[str, pl.Expr] = {}
    for index, values in enumerate(FAULTS.values()):
        for name, value in values.items():
            before = changed.get(name, pl.col(name))
            changed[name] = pl.when(pl.col("__fault") == index).then(value).otherwise(before)
    soiled = frame.with_columns(pl.Series("__fault", fault)).with_columns(
        expr.cast(frame.schema[name]).alias(name) for name, expr in changed.items()
    )
    return soiled.drop("__fault")
