"""A column of 0 and 1 in place of the declared outcome, and what that costs."""

from __future__ import annotations

import polars as pl

from scorecard.contract import Product
from scorecard.errors import ProductError, TableError
from scorecard.policy import Policy


def retarget(product: Product, policy: Policy, target: str) -> Policy:
    """Return ``policy`` with the column ``target`` as its outcome: 1 is bad, null is not known.

    Raises `ProductError` unless ``target`` is a column of numbers or booleans with role outcome.
    """
    if target not in product.kinds or product.column(target).role != "outcome":
        outcomes = ", ".join(c.name for c in product.columns if c.role == "outcome")
        raise ProductError(
            f"The target must be a column with role outcome ({outcomes}); got {target!r}."
        )
    kind = product.kinds[target]
    if kind not in ("int", "float", "bool"):
        raise ProductError(
            f"The target must be a column of 0 and 1; {target} is a {kind}. "
            "Declare outcome.bad in policy.yaml instead."
        )
    quoted = '"' + target.replace('"', '""') + '"'
    outcome = {
        **policy.outcome.model_dump(),
        "bad": quoted if kind == "bool" else f"{quoted} = 1",
        "known": f"{quoted} is not null",
        "zh": target,
        "en": target,
    }
    return Policy.parse({**policy.model_dump(), "outcome": outcome})


def check_binary(data: pl.DataFrame, target: str) -> None:
    """Raise `TableError`, without any value, unless ``target`` holds only 0, 1 and null.

    NaN counts as null. A column that is absent or of a wrong type is left to the contract.
    """
    if target not in data.columns or not data.schema[target].is_numeric():
        return
    values = data[target]
    if values.dtype.is_float():
        values = values.fill_nan(None)
    broken = int(((values != 0) & (values != 1)).sum())
    if broken:
        raise TableError(
            f"The target {target} must hold only 0 (good), 1 (bad) and null (not known); "
            f"{broken:,} of {data.height:,} rows hold something else. Recode the column, or "
            "declare outcome.bad in policy.yaml."
        )


def target_note(policy: Policy, target: str) -> str:
    """Return what a reader must know; ``policy`` is the product's own, before `retarget`."""
    months = policy.outcome.horizon_months
    horizon = "the lack of a horizon" if months is None else f"the horizon of {months} months"
    return (
        f"TARGET: {target} took the place of the declared outcome ({policy.outcome.en}). The "
        f"central tendency of {policy.calibration.central_tendency:.1%}, {horizon} and the rule on "
        "which model answers are carried over from the declared outcome and hold for it only: PDs, "
        f"grades, purging and the choice of model may be wrong for {target}. Training never makes "
        "such a model champion of the product."
    )
