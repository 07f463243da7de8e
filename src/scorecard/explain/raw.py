"""Raw features of any frame or array, as each kind of model reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl

from scorecard.binning.columns import Column, eager, read_column, read_frame
from scorecard.errors import InputError
from scorecard.explain.decisions import Floats
from scorecard.models.boosted import BoostedModel
from scorecard.models.boosted_classifier import BoostedClassifier
from scorecard.models.scorecard import Scorecard
from scorecard.models.scorecard_classifier import ScorecardClassifier


def encode(model: BoostedClassifier | BoostedModel, X: Any) -> Floats:
    """Return the matrix that a boosted model reads, shape (rows, features).

    An estimator takes what it was fitted on; a frozen model takes a frame with its features, or an
    array with a column for each in order. Raises `InputError` for anything else.
    """
    if isinstance(model, BoostedClassifier):
        with _typed():
            return model.encode(X)
    held = _columns(X, model.names)
    for feature in model.features:
        column = held.get(feature.name)
        # Without a single value a text cannot be told from a number.
        empty = isinstance(column, np.ndarray) and bool(np.isnan(column).all())
        if feature.levels is not None and column is not None and empty:
            held[feature.name] = pl.Series([None] * len(column), dtype=pl.String)
    return model.encode(pl.DataFrame(held))


def columns(model: ScorecardClassifier | Scorecard, X: Any) -> dict[str, Column]:
    """Return the columns that a card reads, by name.

    What is taken, and what is raised, as for `encode`.
    """
    if isinstance(model, ScorecardClassifier):
        with _typed():
            names, read = model.binner_.read(X, reset=False)
        return dict(zip(names, read, strict=True))
    return _columns(X, model.features)


@contextmanager
def _typed() -> Iterator[None]:
    """Give scikit-learn's own refusals (names that differ from the fit's) this package's type."""
    try:
        yield
    except InputError:
        raise
    except ValueError as error:
        raise InputError(str(error).strip()) from error


def _columns(X: Any, wanted: Sequence[str]) -> dict[str, Column]:
    """Return the columns of a frame by name; of an array x0, x1, … unless it has one a feature."""
    X = eager(X)
    names, raw = read_frame(X)
    if not hasattr(X, "columns") and len(names) == len(wanted):
        names = list(wanted)
    return {
        name: read_column(c, name) for name, c in zip(names, raw, strict=True) if name in wanted
    }
