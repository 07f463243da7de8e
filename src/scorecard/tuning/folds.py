"""The folds that every trial of a search plays, and a model's curves on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold, check_cv
from sklearn.utils import _safe_indexing

from scorecard.binning.columns import ColumnError
from scorecard.models.boosted_classifier import BoostedClassifier

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fold:
    """Rows to fit on and rows to judge by, each as (X, y, weight or None)."""

    train: tuple[Any, Any, Any]
    test: tuple[Any, Any, Any]

    def curve(self, model: BoostedClassifier, on_round: Callable[[], None]) -> Floats:
        """Fit a clone of ``model`` and return its loss on the rows to judge by, round by round."""
        fitted = clone(model).fit(
            *self.train, eval_set=self.test, on_round=lambda _i, _n: on_round()
        )
        curve = np.asarray(fitted.validation_curve_, dtype=np.float64)
        return 1.0 - curve if model.eval_metric == "auc" else curve


def rounds_for_all(rounds: int, folds: Sequence[Fold], rows: int) -> int:
    """Return the rounds for a fit on all ``rows``: more by the square root of how many more.

    A model with more rows to learn from overfits later than those of the folds did.
    """
    learnt = float(np.mean([len(fold.train[1]) for fold in folds]))
    return round(rounds * math.sqrt(max(1.0, rows / learnt)))


def common_best(curves: Sequence[Floats]) -> tuple[int, tuple[float, ...]]:
    """Return the number of rounds with the lowest mean loss, and each fold's loss there.

    One number of rounds serves all folds, as it will serve the final model; only as many rounds as
    every fold played are looked at.
    """
    length = min(len(curve) for curve in curves)
    together = np.stack([curve[:length] for curve in curves])
    at = int(np.argmin(together.mean(axis=0)))
    return at + 1, tuple(together[:, at].tolist())


def make_folds(
    cv: Any, X: Any, y: Any, weight: Floats | None, groups: Any, *, seed: int
) -> tuple[Fold, ...]:
    """Return the folds of ``cv``: an int (stratified, shuffled), a splitter or explicit splits.

    Raises `InputError` where a part lacks one of the classes, or there is no fold.
    """
    made = tuple(
        Fold(_part(X, y, weight, train), _part(X, y, weight, test))
        for train, test in _splits(cv, X, y, groups, seed)
    )
    if not made:
        raise ColumnError("cv must give at least one fold; got none.")
    for number, fold in enumerate(made, start=1):
        for what, (_, part, w) in (("training", fold.train), ("validation", fold.test)):
            if len(np.unique(part if w is None else part[w > 0])) < 2:
                raise ColumnError(
                    f"Fold {number}: its {what} rows hold fewer than two classes with weight. "
                    "Ask for fewer folds, or folds that hold both."
                )
    return made


def _splits(cv: Any, X: Any, y: Any, groups: Any, seed: int) -> Iterator[tuple[Any, Any]]:
    if isinstance(cv, (int, np.integer)) and not isinstance(cv, bool):
        if cv < 2:
            raise ColumnError(f"cv must be at least 2 folds; got {cv!r}.")
        rarer = int(np.unique(y, return_counts=True)[1].min())
        if rarer < cv:
            raise ColumnError(
                f"{cv} folds need as many rows of each class; the rarer has {rarer}. Take fewer."
            )
        cv = StratifiedKFold(int(cv), shuffle=True, random_state=seed)
    else:
        cv = check_cv(cv, y, classifier=True)
    yield from cv.split(X, y, groups)


def _part(X: Any, y: Any, weight: Any, rows: Any) -> tuple[Any, Any, Any]:
    return (_safe_indexing(X, rows), y[rows], None if weight is None else weight[rows])
