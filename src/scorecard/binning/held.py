"""A binner handed to another estimator: fitted anew, or held as it stands by FrozenEstimator."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

from scorecard.binning.binner import OptimalBinner
from scorecard.binning.columns import ColumnError, eager, read_frame
from scorecard.binning.fitted_bins import UnfittedError
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


def narrowed(held: OptimalBinner, X: Any) -> OptimalBinner:
    """Return the fitted binner of the columns of ``X``, in their order; itself where they are all.

    Columns are known by name; where the binner was fitted on an array, or ``X`` is one, by place,
    and all must be there. Raises `ColumnError` for a column without bins.
    """
    X = eager(X)
    if not (hasattr(X, "columns") and hasattr(held, "feature_names_in_")):
        return held
    names, known = read_frame(X)[0], held.bins_
    if strangers := [name for name in names if name not in known]:
        raise ColumnError(
            f"The frozen binner has no bins for {', '.join(strangers)}; its feature names are "
            f"{', '.join(known)}. Leave other columns out, or fit a binner on them as well."
        )
    return held if names == list(known) else held.subset(names)


def check_classes(held: OptimalBinner, classes: NDArray[Any]) -> None:
    """Raise `InputError` unless a held binner was fitted on the two classes of the outcome."""
    if list(classes) != list(held.classes_):
        raise InputError(
            f"The frozen binner was fitted on the classes {held.classes_.tolist()}; got "
            f"{classes.tolist()}."
        )
