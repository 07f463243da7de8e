"""A binner handed to another estimator: fitted anew, or held as it stands by FrozenEstimator."""

from __future__ import annotations

from typing import Any

from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

from scorecard.binning.binner import OptimalBinner, UnfittedError
from scorecard.errors import InputError


def refuse_edits(binner: Any) -> None:
    """Raise `InputError` for a fitted binner whose edited bins a clone of it would lose."""
    if isinstance(binner, OptimalBinner) and (edited := getattr(binner, "edited_", ())):
        raise InputError(
            f"binner holds bins edited by hand ({', '.join(edited)}); put it inside "
            "FrozenEstimator to keep them, or pass sklearn.base.clone(binner) to fit anew."
        )


def handed(binner: Any) -> tuple[OptimalBinner, bool]:
    """Return the binner to use, and whether its bins stand as they are.

    That is an unfitted clone of an `OptimalBinner`, or the fitted one inside a FrozenEstimator.
    Raises `InputError` for what is neither and for edited bins that would be lost, `UnfittedError`
    where there is nothing to hold.
    """
    if isinstance(binner, OptimalBinner):
        refuse_edits(binner)
        return clone(binner), False
    held = getattr(binner, "estimator", None)
    if not (isinstance(binner, FrozenEstimator) and isinstance(held, OptimalBinner)):
        raise InputError(
            "binner must be an OptimalBinner, or a fitted one inside FrozenEstimator; got "
            f"{type(binner).__name__}."
        )
    if not hasattr(held, "bins_"):
        raise UnfittedError(
            "The binner inside FrozenEstimator must be fitted; got one that is not. Call its fit "
            "first, or pass it without FrozenEstimator to have it fitted."
        )
    return held, True
