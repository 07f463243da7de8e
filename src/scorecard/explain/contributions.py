"""One function for the contributions of either model, in log-odds."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import polars as pl

from scorecard.binning.columns import Column
from scorecard.errors import InputError, NotFittedError, SlowExplanationWarning
from scorecard.explain.additivity import check_additivity
from scorecard.explain.decisions import Floats
from scorecard.explain.explainer import depth_note, interventional
from scorecard.explain.raw import columns, encode
from scorecard.models.boosted import BoostedModel, xgboost
from scorecard.models.boosted_classifier import BoostedClassifier
from scorecard.models.scorecard import Scorecard
from scorecard.models.scorecard_classifier import ScorecardClassifier

Method = Literal["interventional", "tree_path"]
Model = BoostedClassifier | BoostedModel | ScorecardClassifier | Scorecard


def shapley(
    model: Model, X: Any, background: Any, method: Method = "interventional"
) -> tuple[float, pl.DataFrame]:
    """Return the base and each feature's Shapley value, in log-odds of bad; positive is riskier.

    Parameters
    ----------
    model : BoostedClassifier, BoostedModel, ScorecardClassifier or Scorecard
        Fitted. The column of a feature that the model does not use holds zeros; a `Scorecard`
        knows its own features only.
    X : array or frame, shape (rows, features)
        Raw features as the estimators take them: numpy (columns in the order fitted on), pandas,
        polars or pyarrow.
    background : the same, shape (m, features)
        The rows a coalition's absent features are drawn from. ``"tree_path"`` does not read it
        (None will do).
    method : "interventional" or "tree_path"
        ``"interventional"`` [1]: a coalition S is worth the mean margin over the background with
        the features in S taken from the row; exact for both models, and the contribution of a
        monotone feature keeps its direction. ``"tree_path"`` [1]: absent features follow the
        training rows down each tree; of boosted models only, computed by xgboost in float32; a
        monotone feature's contribution may run against its direction.

    Returns
    -------
    base : float
        Mean margin of the background (tree_path: of the training rows, as the trees counted them).
    contributions : polars.DataFrame, shape (rows, features)
        Float64, a column a feature. ``base`` plus a row of it is the row's margin: to
        1e-5·max(1, |margin|) for boosted models, whose own margin is float32; to rounding for
        scorecards.

    Raises `InputError` for another model or method, a background without rows, and columns that do
    not fit; `ExplanationError` where contributions do not add up. Warns `SlowExplanationWarning`
    where trees are too deep for tables: the values are as exact, only slower to come by.

    References
    ----------
    .. [1] S. Lundberg et al., "From local explanations to global understanding with explainable AI
       for trees", Nature Machine Intelligence 2, 2020 (algorithms 2 and 3).

    Examples
    --------
    >>> import polars as pl
    >>> from scorecard.models import BoostedClassifier
    >>> X = pl.DataFrame({"leverage": [0.2, 0.9, 0.4, 0.8] * 25, "sector": [*"abba"] * 25})
    >>> model = BoostedClassifier().fit(X, [0, 1, 0, 1] * 25)
    >>> base, contributions = shapley(model, X[:2], X)
    >>> contributions.columns
    ['leverage', 'sector']
    >>> bool((contributions["leverage"] > 0).to_list() == [False, True])
    True
    """
    if method not in get_args(Method):
        raise InputError(f"method must be one of {', '.join(get_args(Method))}; got {method!r}.")
    if not isinstance(model, Model):
        raise InputError(
            "model must be a BoostedClassifier, BoostedModel, ScorecardClassifier or Scorecard; "
            f"got {type(model).__name__}."
        )
    if not (isinstance(model, (BoostedModel, Scorecard)) or _is_fitted(model)):
        raise NotFittedError("Only a fitted model has contributions; call fit first.")
    if isinstance(model, (ScorecardClassifier, Scorecard)):
        if method != "interventional":
            raise InputError(
                f"A scorecard has no trees, so its method must be interventional; got {method!r}."
            )
        return _of_card(model, X, background)
    matrix = encode(model, X)
    frozen = model.model_ if isinstance(model, BoostedClassifier) else model
    if method == "tree_path":
        base, contributions = _tree_path(frozen, matrix)
        return base, pl.DataFrame(contributions, schema=list(frozen.names), orient="row")
    reference = encode(model, background)
    _check_background(len(reference))
    explainer = interventional(frozen, reference)
    if explainer.how != "tables" and (note := depth_note(frozen)) is not None:
        warnings.warn(note, SlowExplanationWarning, stacklevel=2)
    contributions = explainer.contributions(matrix)
    check_additivity(explainer.base, contributions, frozen.margin(matrix))
    return explainer.base, pl.DataFrame(contributions, schema=list(frozen.names), orient="row")


def _of_card(
    model: ScorecardClassifier | Scorecard, X: Any, background: Any
) -> tuple[float, pl.DataFrame]:
    """Return base and values: log-odds of a feature's points less their background mean."""
    card = model if isinstance(model, Scorecard) else model.scorecard_
    names = card.features if isinstance(model, Scorecard) else tuple(model.binner_.bins_)
    told, others = columns(model, X), columns(model, background)
    given, reference = card.points(told), card.points(others)
    _check_background(len(reference))
    rows = len(reference)
    if card.crosses:
        given = given + _unequal(card, told, others)
    means = [math.fsum(column.tolist()) / rows for column in reference.T]
    base = card.margin(card.score_one(means))
    own = {name: (means[j] - given[:, j]) / card.factor for j, name in enumerate(card.features)}
    nothing = np.zeros(len(given))
    return float(base), pl.DataFrame({name: own.get(name, nothing) for name in names})


def _unequal(card: Scorecard, told: Mapping[str, Column], others: Mapping[str, Column]) -> Floats:
    """Return how far Shapley values, in points, are from equal halves of the crosses, (rows, n).

    With g half of a cross and E the mean over the background z, the value of a is
    g(a, b) − E g(z_a, b) + E g(a, z_b) − E g(z_a, z_b); its half is g(a, b) − E g(z_a, z_b).
    """
    bins = {b.name: b for b in card.bins}
    found = np.zeros((len(next(iter(told.values()))), len(card.features)))
    for cross in card.crosses:
        sides = [bins[cross.a], bins[cross.b]]
        mine = [side.index(told[side.name]) for side in sides]
        met = [side.index(others[side.name]) for side in sides]
        shares = [
            np.bincount(at, minlength=len(side.woe)) / len(at)
            for at, side in zip(met, sides, strict=True)
        ]
        moved = (cross.halves @ shares[1])[mine[0]] - (shares[0] @ cross.halves)[mine[1]]
        found[:, card.features.index(cross.a)] += moved
        found[:, card.features.index(cross.b)] -= moved
    return found


def _tree_path(model: BoostedModel, matrix: Floats) -> tuple[float, Floats]:
    # Of no rows there is still a base: a row without any value has it in its last column too.
    asked = matrix if len(matrix) else np.full((1, matrix.shape[1]), np.nan)
    data = xgboost().DMatrix(
        asked,
        feature_names=list(model.names),
        feature_types=["float" if f.levels is None else "c" for f in model.features],
        enable_categorical=True,
        nthread=1,
    )
    values = np.asarray(model.booster.predict(data, pred_contribs=True), dtype=np.float64)
    return float(values[0, -1]), values[: len(matrix), :-1]


def _is_fitted(model: BoostedClassifier | ScorecardClassifier) -> bool:
    return hasattr(model, "model_" if isinstance(model, BoostedClassifier) else "scorecard_")


def _check_background(rows: int) -> None:
    if rows == 0:
        raise InputError("background must have at least one row; got none.")
