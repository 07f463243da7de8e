"""The model of known outcomes: fitted on the accepted, asked about everybody."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import has_fit_parameter

from scorecard.binning.target import told
from scorecard.errors import InputError
from scorecard.reject.applicants import Applicants, Floats


def fit_clone(estimator: Any, X: Any, y: NDArray[Any], weight: Floats | None) -> Any:
    """Return a fitted clone of ``estimator``, or itself where it is frozen.

    Raises `InputError` for what is no classifier with probabilities, one that cannot take weights
    where there are some, and a frozen one fitted on other classes.
    """
    if not hasattr(estimator, "fit") or not hasattr(estimator, "predict_proba"):
        raise InputError(
            "estimator must be a classifier with fit and predict_proba; "
            f"got {type(estimator).__name__}."
        )
    if is_frozen(estimator):
        classes = list(getattr(estimator, "classes_", []))
        if classes != list(np.unique(y)):
            raise InputError(
                f"A frozen estimator must be fitted on the classes of y, {list(np.unique(y))}; "
                f"it knows {classes or 'none'}."
            )
        return estimator
    model = clone(estimator)
    if weight is None:
        with told():
            return model.fit(X, y)
    if not has_fit_parameter(model, "sample_weight"):
        raise InputError(
            f"{type(model).__name__}.fit takes no sample_weight, but weights are given. Use "
            "another estimator, or fit it yourself and pass it inside FrozenEstimator."
        )
    with told():
        return model.fit(X, y, sample_weight=weight)


def is_frozen(estimator: Any) -> bool:
    """Whether an estimator is one that is never fitted again."""
    return isinstance(estimator, FrozenEstimator)


def second_class(model: Any, X: Any, rows: int) -> Floats:
    """Return the probability of the second class, shape (rows,), checked."""
    answer = np.asarray(model.predict_proba(X), dtype=np.float64)
    if answer.shape != (rows, 2) or not ((answer >= 0) & (answer <= 1)).all():
        raise InputError(
            f"predict_proba of {type(model).__name__} must give {rows} rows of two probabilities; "
            f"got shape {answer.shape} or values outside 0 to 1."
        )
    return answer[:, 1]


def known_pds(
    estimator: Any, applicants: Applicants, *, accepted: bool = True
) -> tuple[Floats, Floats]:
    """Return the PDs of the accepted (empty unless asked for) and of the rejected."""
    weight = applicants.weight if applicants.weighted else None
    model = fit_clone(estimator, applicants.accepted, applicants.y, weight)
    rejected = second_class(model, applicants.rejected, len(applicants.weight_rejected))
    if not accepted:
        return np.empty(0), rejected
    return second_class(model, applicants.accepted, len(applicants.bad)), rejected
