"""The outcome and the weights that boosting is fitted to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import _check_sample_weight, column_or_1d

from scorecard.binning.columns import ColumnError
from scorecard.binning.target import refuse_amounts, tell_text


def binary_target(y: Any, rows: int) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return 1 for the second class and 0 for the first, shape (rows,), and the two classes.

    Warns `TextTargetWarning` where they are text. Raises `InputError` unless ``y`` has one finite
    value a row and exactly two classes.
    """
    if y is None:
        raise ColumnError("requires y to be passed, but the target y is None")
    values = column_or_1d(y, warn=True)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ColumnError("y must be finite; got NaN or inf.")
    refuse_amounts(values)
    if len(values) != rows:
        raise ColumnError(f"y must have one value for each of {rows} rows; got {len(values)}.")
    classes, codes = np.unique(values, return_inverse=True)
    if len(classes) > 2:
        raise ColumnError(
            "Only binary classification is supported: y must hold two classes, good and bad; "
            f"got {len(classes)} classes."
        )
    if len(classes) < 2:
        raise ColumnError("y must hold two classes; got only one class.")
    tell_text(classes)
    return codes.astype(np.float64), classes


def mean_one(sample_weight: Any, rows: int) -> NDArray[np.float64]:
    """Return weights scaled to mean 1 over the rows with weight, shape (rows,); 1 for None.

    Raises ValueError for another shape, negative or infinite weights, `InputError` for no weight.
    """
    if sample_weight is None:
        return np.ones(rows)
    reference = np.empty((rows, 1))
    weight = np.asarray(
        _check_sample_weight(sample_weight, reference, dtype=np.float64, ensure_non_negative=True)
    )
    if not weight.any():
        raise ColumnError("sample_weight must have at least one positive value; got none.")
    return np.asarray(weight * (np.count_nonzero(weight) / weight.sum()))
