"""The outcome and its weights, checked once for every estimator."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, column_or_1d

from scorecard.binning.columns import ColumnError, is_missing
from scorecard.binning.rules import LARGEST
from scorecard.errors import TextTargetWarning
from scorecard.metrics.inputs import weights

Floats = NDArray[np.float64]

_TOLD = ContextVar("told", default=False)


def read_target(y: Any, n: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the two classes in sorted order and which rows are bad, i.e. of the second class.

    With 0 and 1 the bad is 1, with 1 and 2 it is 2. Warns `TextTargetWarning` where they are text,
    whose order says nothing of good and bad. Raises `ColumnError` for missing labels, and
    unless there are exactly two classes and ``n`` rows.
    """
    if y is None:
        raise ColumnError("Binning requires y to be passed, but the target y is None.")
    labels = column_or_1d(y.to_numpy() if hasattr(y, "to_numpy") else y, warn=True)
    if labels.dtype.kind == "O":
        labels = _of_one_type(labels)
    if labels.dtype.kind == "f":
        labels = check_array(labels, ensure_2d=False, input_name="y")
    refuse_amounts(labels)
    if len(labels) != n:
        raise ColumnError(f"X and y must have the same number of rows; got {n} and {len(labels)}.")
    classes = np.unique(labels)
    if len(classes) > 2:
        raise ColumnError(
            "Only binary classification is supported: y must hold two classes, good and bad; "
            f"got {len(classes)} classes."
        )
    if len(classes) < 2:
        raise ColumnError(
            f"y must hold two classes, good and bad; got one class: {classes.tolist()}."
        )
    tell_text(classes)
    return classes, labels == classes[1]


def refuse_amounts(labels: NDArray[Any]) -> None:
    """Raise `ColumnError` for numbers that are no classes, in words that scikit-learn asks for."""
    try:
        check_classification_targets(labels)
    except ValueError as error:
        kind = str(error).partition("Unknown label type: ")[2].partition(".")[0]
        if not kind:
            raise
        raise ColumnError(
            "y must have two classes, good and bad; got numbers or objects that are no classes "
            f"(Unknown label type: {kind}). Say where a row is bad first, as y > limit does."
        ) from None


def text_bad(classes: NDArray[Any]) -> str | None:
    """Return the bad class where the classes are text, None where they are numbers."""
    return str(classes[1]) if isinstance(classes[1], str | bytes) else None


def tell_text(classes: NDArray[Any]) -> None:
    """Warn that classes are text, unless an outer fit has told so already; see `told`."""
    if (bad := text_bad(classes)) is not None and not is_told():
        warnings.warn(
            f"y is text: {bad!r} is taken as bad, the last of the sorted classes, as scikit-learn "
            "does. If that is not so, pass a boolean y that is true where the row is bad.",
            TextTargetWarning,
            stacklevel=4,
        )


def is_told() -> bool:
    """Whether this fit is inside another that has told what its sample is like; see `told`."""
    return _TOLD.get()


@contextmanager
def told() -> Iterator[None]:
    """Within, fits say nothing about their sample: an outer fit has read it, or will report it."""
    token = _TOLD.set(True)
    try:
        yield
    finally:
        _TOLD.reset(token)


def _of_one_type(labels: NDArray[Any]) -> NDArray[Any]:
    """Return objects as an array of texts, numbers or booleans."""
    if missing := sum(map(is_missing, labels)):
        raise ColumnError(
            f"y must be known in every row; {missing} of {len(labels)} are missing. Leave these "
            "rows out."
        )
    kinds = {"text" if isinstance(label, str) else type(label).__name__ for label in labels}
    if len(kinds) > 1 and "text" in kinds:
        raise ColumnError(f"y must hold labels of one type; got {' and '.join(sorted(kinds))}.")
    return labels if "text" in kinds else np.array(labels.tolist())


def read_weight(sample_weight: Any, bad: NDArray[np.bool_]) -> Floats:
    """Return the weights as float64, ones if None, shape (n,).

    Raises `ColumnError` for a wrong length, for weights that are negative, no finite numbers or
    beyond what can be summed, and where the goods or the bads weigh nothing.
    """
    if sample_weight is None:
        return np.broadcast_to(1.0, len(bad))  # one number, as often as it is asked for
    given = sample_weight.to_numpy() if hasattr(sample_weight, "to_numpy") else sample_weight
    try:
        weight = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise ColumnError("Every sample weight must be a number.") from None
    if weight.ndim == 0:
        weight = np.full(len(bad), float(weight))
    if weight.ndim != 1:
        raise ColumnError(f"Sample weights must be 1D array or scalar; got {weight.ndim}D array.")
    if weight.shape != bad.shape:
        raise ColumnError(
            f"sample_weight.shape must be one weight a row; got {weight.shape} for {len(bad)} rows."
        )
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ColumnError("Every sample weight must be finite and at least 0.")
    if weight.max() > LARGEST / len(weight):
        raise ColumnError(
            f"Sample weights must sum to {LARGEST:g} at most; divide all of them by a number."
        )
    if not (weight[bad].sum() > 0 and weight[~bad].sum() > 0):
        raise ColumnError("Neither class, goods or bads, may have a total sample weight of zero.")
    return weight


def read_sample(
    y: Any, sample_weight: Any, n: int, classes: NDArray[Any] | None
) -> tuple[NDArray[np.bool_] | None, Floats]:
    """Return which of ``n`` rows are bad, None where ``y`` is, and their weights.

    Raises `ColumnError` for what `read_target` and `read_weight` refuse, and for other classes than
    those fitted on (None: not known).
    """
    if y is None:
        return None, weights(sample_weight, n, "sample_weight")
    with told():  # the fit has named the class taken as bad
        found, bad = read_target(y, n)
    if classes is not None and list(found) != list(classes):
        raise ColumnError(
            f"y must hold the classes fitted on, {classes.tolist()}; got {found.tolist()}."
        )
    return bad, read_weight(sample_weight, bad)
