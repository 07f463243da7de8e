"""Lines of ``policy.yaml`` that are conditions on columns."""

from __future__ import annotations

import polars as pl

from scorecard.contract import Product
from scorecard.errors import ProductError
from scorecard.features import Expression


def condition(sql: str, product: Product, line: str) -> pl.Expr:
    """Return a condition of ``policy.yaml``; `ProductError`, naming ``line``, for what is none."""
    expression = Expression(sql, product.kinds)
    if expression.kind != "bool":
        raise ProductError(f"policy.yaml: {line} must be a condition; {sql!r} is not.")
    return expression.polars
