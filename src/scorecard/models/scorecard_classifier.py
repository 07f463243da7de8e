"""The scorecard as a scikit-learn classifier on raw feature columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from numbers import Integral
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from scorecard.binning.binner import (
    OptimalBinner,
    SpecialValues,
    Splits,
    Trends,
    UnfittedError,
)
from scorecard.binning.columns import Column, ColumnError
from scorecard.binning.evidence import distinct_rows
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.periods import Periods
from scorecard.binning.target import read_target, read_weight
from scorecard.errors import InputError
from scorecard.models.card_report import CardReport
from scorecard.models.coefficients import coefficient_table
from scorecard.models.cross import Cross
from scorecard.models.crossing import Crossing, crossed, search_crosses
from scorecard.models.logistic import fit_logistic
from scorecard.models.one_row import one_row
from scorecard.models.refinement import (
    InnerFold,
    Pieces,
    PlainCard,
    Refinement,
    Stumps,
    inner_folds,
    search,
)
from scorecard.models.rounding import Rounding, check_digits, round_card
from scorecard.models.scorecard import Scorecard

Floats = NDArray[np.float64]

PULL = 10.0
STRONGEST_PULL = 0.01

OUTPUTS = ("default", "pandas", "polars")


class ScorecardClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Optimal binning, then a logistic regression on WOE whose coefficients are all ≤ 0.

    Columns are numbers (NaN is missing) or text (null is missing). The second of the two sorted
    classes is bad (1 of 0 and 1). ``trend``, ``max_bins``, ``min_bin_share``, ``special_values``,
    ``max_prebins``, ``rare_share``, ``missing``, ``special``, ``unseen`` and ``user_splits`` are
    those of `OptimalBinner`; ``binner`` takes their place with all that it can do besides: an
    `OptimalBinner`, of which a clone is fitted, or a fitted one inside scikit-learn's
    ``FrozenEstimator``, whose bins, edited by hand perhaps, are taken as they stand. A feature
    whose information value is below ``min_iv`` (bins treated as never seen add nothing to it), or
    whose coefficient is held at 0 by the sign rule, is not in the card; ``dropped_`` says why.
    ``l2`` pulls the coefficients towards their mean, in units of the mean log-likelihood, see
    `fit_logistic`; None takes `PULL` over the number of distinct rows, at most `STRONGEST_PULL`:
    small samples cannot tell the coefficients apart, large ones are left alone (``l2_`` tells).
    ``refine`` estimates the points of every bin anew beside those of the other features, by boosted
    stumps over this card, and cuts the bins anew by them (as many and as large as asked), if inner
    folds say that it ranks better by more than a standard error (``refinement_`` tells). Declared
    directions hold and bins given by hand stay; otherwise a safer bin may then have fewer points.
    ``crosses`` is how many pairs of features at most get a grid of points beside their own (see
    `Cross`), if the same folds say that it ranks better (``crossing_`` tells); 0 asks for none.
    Declared directions hold in every row of a grid. It knows no ``points_digits``.

    The card has one of two scales: ``base_score`` at goods:bads ``base_odds`` and ``pdo`` points
    for every doubling (None: 600, 30 and 20), or ``min_score`` and ``max_score``, which the
    riskiest and the safest application there can be will get. ``neutral_at_zero`` gives WOE 0 no
    points and puts what is common to all into the card's base. ``points_digits`` rounds the points
    to so many decimals (0: whole points; None: not at all) such that they rank as well as they
    can, see `round_card`; scores and probabilities are then those of the rounded card.

    Attributes: ``scorecard_`` (frozen `Scorecard`), ``rounding_`` (frozen `Rounding`, None without
    ``points_digits``), ``refinement_`` (frozen `Refinement`, None without ``refine`` or where there
    are too few rows), ``crossing_`` (frozen `Crossing`, None without ``crosses`` or where no two
    features meet), ``binner_``, ``dropped_`` (reason by feature), ``coef_`` (of the card's
    features), ``intercept_``, ``l2_``, ``classes_``, ``feature_names_in_``.

    Raises `InputError` for bad input or if no feature is left, `ScorecardError` if the fit does
    not converge.

    >>> X = pl.DataFrame({"debt": [1.0, 2.0, 3.0, 4.0] * 25})
    >>> model = ScorecardClassifier().fit(X, [0, 0, 1, 1] * 10 + [0, 1, 0, 1] * 15)
    >>> model.scorecard_.features
    ('debt',)
    """

    def __init__(
        self,
        trend: Trends = "auto",
        max_bins: int | None = 8,
        min_bin_share: float | None = 0.03,
        special_values: SpecialValues = None,
        *,
        pdo: float | None = None,
        base_score: float | None = None,
        base_odds: float | None = None,
        min_score: float | None = None,
        max_score: float | None = None,
        neutral_at_zero: bool = False,
        points_digits: int | None = None,
        l2: float | None = None,
        refine: bool = False,
        crosses: int = 0,
        min_iv: float = 0.002,
        max_prebins: int = 100,
        rare_share: float = 0.01,
        missing: str = "bin",
        special: str = "bin",
        unseen: str = "neutral",
        user_splits: Splits = None,
        binner: OptimalBinner | FrozenEstimator | None = None,
    ) -> None:
        self.trend = trend
        self.max_bins = max_bins
        self.min_bin_share = min_bin_share
        self.special_values = special_values
        self.pdo = pdo
        self.base_score = base_score
        self.base_odds = base_odds
        self.min_score = min_score
        self.max_score = max_score
        self.neutral_at_zero = neutral_at_zero
        self.points_digits = points_digits
        self.l2 = l2
        self.refine = refine
        self.crosses = crosses
        self.min_iv = min_iv
        self.max_prebins = max_prebins
        self.rare_share = rare_share
        self.missing = missing
        self.special = special
        self.unseen = unseen
        self.user_splits = user_splits
        self.binner = binner

    def fit(self, X: Any, y: Any, sample_weight: Any = None, periods: Any = None) -> Self:
        """Fit bins and coefficients on ``X`` (array, pandas, polars or pyarrow), shape (n, p).

        ``periods``, shape (n,), is for a ``binner`` that asks for bins stable over periods.
        """
        if self.l2 is not None and not self.l2 >= 0:
            raise InputError(f"l2 must be at least 0; got {self.l2!r}.")
        scale, digits = self._scale(), self.points_digits
        if digits is not None:
            digits = check_digits(digits)
        self._check_crosses()
        binner, frozen = self._binner()
        names, columns = binner.read(X, reset=not frozen)
        classes, bad = read_target(y, len(columns[0]))
        weight = read_weight(sample_weight, bad)
        if frozen:
            if list(classes) != list(binner.classes_):
                raise InputError(
                    f"The frozen binner was fitted on the classes {list(binner.classes_)}; got "
                    f"{list(classes)}."
                )
            index = binner.index_columns(columns)
        else:
            index = binner.fit_columns(names, columns, bad, weight, Periods.read(periods, len(bad)))
        self.l2_ = self.l2
        if self.l2_ is None:
            self.l2_ = min(PULL / distinct_rows(columns, bad, weight), STRONGEST_PULL)
        plain = _regress(binner, index, bad, weight, l2=self.l2_, min_iv=self.min_iv)
        self.dropped_, self._held = plain.dropped, plain.held
        bins, betas, alpha = plain.bins, plain.betas, plain.alpha
        margins, crosses = None, []
        self.refinement_: Refinement | None = None
        self.crossing_: Crossing | None = None
        if self.refine or self.crosses:
            if binner.stable:
                raise InputError("refine and crosses know no periods; leave stable=False.")
            folds = self._folds(
                binner, frozen=frozen, names=names, columns=columns, bad=bad, weight=weight,
                l2=self.l2_,
            )  # fmt: skip
            anew, pairs = self._search(folds)
            if anew or pairs:
                bins, betas, alpha, margins, grids = self._beyond(
                    binner, plain, frozen=frozen, anew=anew, pairs=pairs, columns=columns, bad=bad,
                    weight=weight,
                )  # fmt: skip
                index = [b.index_read(columns[names.index(b.name)]) for b in bins]
                crosses = [
                    _cross((bins[a], bins[b]), grid, (index[a], index[b]), weight)
                    for (a, b), grid in grids.items()
                ]
        if margins is None:
            index = [index[names.index(b.name)] for b in bins]
        card = Scorecard.build(
            bins, betas, alpha, margins=margins, crosses=crosses,
            neutral_at_zero=self.neutral_at_zero, **scale,
        )  # fmt: skip
        self.rounding_: Rounding | None = None
        if digits is not None:
            ends = None if self.min_score is None else (scale["min_score"], scale["max_score"])
            card, self.rounding_ = round_card(
                card, index, bad * weight, ~bad * weight, digits=digits, ends=ends
            )
        self.scorecard_ = card
        self.binner_, self.classes_ = binner, classes
        self.coef_ = np.array([betas])
        self.intercept_ = np.array([alpha])
        # What `coefficients` needs of the sample, as small as it goes: a byte for every value.
        size = np.min_scalar_type(max(len(b.woe) for b in bins))
        self._sample = (np.column_stack([own.astype(size) for own in index]), bad, weight)
        self._named = hasattr(binner, "feature_names_in_")
        self.n_features_in_ = binner.n_features_in_
        if self._named:
            self.feature_names_in_ = binner.feature_names_in_
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return self

    def _folds(
        self,
        binner: OptimalBinner,
        *,
        frozen: bool,
        names: list[str],
        columns: list[Column],
        bad: NDArray[np.bool_],
        weight: Floats,
        l2: float,
    ) -> list[InnerFold]:
        """Return the inner folds; bins are found anew in each."""

        def fitted(inside: list[Column], told: NDArray[np.bool_], weighed: Floats) -> PlainCard:
            own = binner
            if frozen:
                index = binner.index_columns(inside)
            else:
                own = clone(binner)
                index = own.fit_columns(names, inside, told, weighed)
            card = _regress(own, index, told, weighed, l2=l2, min_iv=self.min_iv)
            return _plain_card(own, card, self.min_iv, frozen=frozen)

        return inner_folds(fitted, columns, bad, weight)

    def _search(self, folds: list[InnerFold]) -> tuple[int, tuple[int, int] | None]:
        """Return what the inner folds take: rounds of stumps (0: none); pairs and their rounds."""
        if not folds:
            return 0, None
        anew, grown = 0, None
        if self.refine:
            self.refinement_, found = search(folds)
            if self.refinement_.taken:
                anew, grown = self.refinement_.rounds, found
        if self.crosses:
            self.crossing_ = search_crosses(folds, grown, anew, self.crosses)
        taken = self.crossing_ is not None and self.crossing_.taken
        return anew, self.crossing_.best if self.crossing_ is not None and taken else None

    def _beyond(
        self,
        binner: OptimalBinner,
        plain: _Regression,
        *,
        frozen: bool,
        anew: int,
        pairs: tuple[int, int] | None,
        columns: list[Column],
        bad: NDArray[np.bool_],
        weight: Floats,
    ) -> tuple[
        list[FeatureBins],
        list[float],
        float,
        list[tuple[float, ...]],
        dict[tuple[int, int], Floats],
    ]:
        """Return bins, β, α, what every bin adds, and the grids, of features that tell anything."""
        card = _plain_card(binner, plain, self.min_iv, frozen=frozen)
        pieces = Pieces.of(card)
        if anew:
            pieces = Stumps.fit(card, columns, bad, weight, anew).pieces(anew)
        found = crossed(pieces, (columns, bad, weight), pairs)
        alpha, kept = found.alpha, []
        self.dropped_ = {name: why for name, why in plain.dropped.items() if name not in plain.held}
        self._held = []
        inside = {j for pair in found.grids for j in pair}
        for j, each in enumerate(found.attributes):
            if each.speaks or j in inside:
                kept.append(j)
                if not frozen:
                    binner.use(each.editor)
            else:
                self.dropped_[each.editor.fit.name] = "it tells nothing apart beside the others"
                alpha += each.margins[0]
        if not kept:
            raise ColumnError(f"No feature is left for the scorecard: {self.dropped_}.")
        return (
            [found.attributes[j].editor.bins for j in kept], [card.betas[j] for j in kept], alpha,
            [found.attributes[j].margins for j in kept],
            {(kept.index(a), kept.index(b)): grid for (a, b), grid in found.grids.items()},
        )  # fmt: skip

    def _check_crosses(self) -> None:
        crosses: Any = self.crosses
        if isinstance(crosses, bool) or not isinstance(crosses, Integral) or crosses < 0:
            raise InputError(f"crosses must be a whole number, 0 or more; got {crosses!r}.")
        if crosses and self.points_digits is not None:
            raise InputError(
                "Grids of crosses are not rounded: points_digits and crosses are not asked for "
                "together; leave points_digits=None or crosses=0."
            )

    def _binner(self) -> tuple[OptimalBinner, bool]:
        """Return the binner to use, and whether its bins stand as they are."""
        own = {
            name: getattr(self, name)
            for name in (
                "max_bins", "min_bin_share", "trend", "special_values", "max_prebins",
                "rare_share", "missing", "special", "unseen", "user_splits",
            )
        }  # fmt: skip
        if self.binner is None:
            return OptimalBinner(**own), False
        defaults = signature(type(self)).parameters
        changed = [
            name
            for name, value in own.items()
            if not (value is (usual := defaults[name].default) or np.array_equal(value, usual))
        ]
        if changed:
            raise InputError(
                f"{', '.join(changed)} must be given to the binner, since there is one; got both."
            )
        if isinstance(self.binner, OptimalBinner):
            return clone(self.binner), False
        fitted = getattr(self.binner, "estimator", None)
        if not (isinstance(self.binner, FrozenEstimator) and isinstance(fitted, OptimalBinner)):
            raise InputError(
                "binner must be an OptimalBinner, or a fitted one inside FrozenEstimator; got "
                f"{type(self.binner).__name__}."
            )
        return fitted, True

    def _scale(self) -> dict[str, float]:
        """Return the scale's parameters, those of the scale not asked for left out."""
        by_odds = {"pdo": self.pdo, "base_score": self.base_score, "base_odds": self.base_odds}
        between = {"min_score": self.min_score, "max_score": self.max_score}
        given = {k: v for k, v in {**by_odds, **between}.items() if v is not None}
        if not given.keys() & between.keys():
            return {"pdo": 20.0, "base_score": 600.0, "base_odds": 30.0} | given
        if given.keys() != between.keys():
            raise InputError(
                "min_score and max_score are given together, and without pdo, base_score and "
                f"base_odds; got {given}."
            )
        return given

    def points(self, X: Any) -> Any:
        """Return the points of every row and feature of the card, shape (n, len(features)).

        An array; after `set_output`, or under scikit-learn's ``transform_output``, a pandas or
        polars frame whose columns are the card's features (a pandas frame keeps the index of X).
        """
        points = self._points(X)
        own = getattr(self, "_sklearn_output_config", {})
        output = own.get("transform", get_config()["transform_output"])
        if output == "polars":
            return pl.DataFrame(points, schema=list(self.scorecard_.features), orient="row")
        if output == "pandas":
            import pandas as pd

            index = X.index if isinstance(X, pd.DataFrame) else None
            return pd.DataFrame(points, columns=list(self.scorecard_.features), index=index)
        return points

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what `points` returns: ``"default"`` (an array), ``"pandas"`` or ``"polars"``."""
        if transform is None:
            return self
        if transform not in OUTPUTS:
            raise InputError(f"transform must be one of {', '.join(OUTPUTS)}; got {transform!r}.")
        # The name under which scikit-learn's clone carries it over.
        self._sklearn_output_config = {"transform": transform}
        return self

    def score_points(self, X: Any) -> Floats:
        """Return the score of every row, base plus its points; higher is safer, shape (n,)."""
        points = self._points(X)
        return self.scorecard_.score(points)

    def decision_function(self, X: Any) -> Floats:
        """Return the log-odds of bad, shape (n,)."""
        score = self.score_points(X)
        margin: Floats = self.scorecard_.margin(score)
        return margin

    def predict_proba(self, X: Any) -> Floats:
        """Return the probabilities of good and bad, shape (n, 2)."""
        margin = self.decision_function(X)
        return np.column_stack((expit(-margin), expit(margin)))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the more probable class, shape (n,)."""
        margin = self.decision_function(X)
        predicted: NDArray[Any] = self.classes_[(margin > 0).astype(int)]
        return predicted

    def table(self, labels: Mapping[str, str] | None = None) -> pl.DataFrame:
        """Return the card, one row for every bin of every feature; see `Scorecard.table`."""
        self._check_fitted()
        return self.scorecard_.table(labels)

    def report(self, labels: Mapping[str, str] | None = None) -> CardReport:
        """Return the card for notebooks and for print, with what rounding cost."""
        self._check_fitted()
        return CardReport(self.scorecard_, dict(labels or {}), self.rounding_)

    def to_sql(
        self, dialect: str = "duckdb", *, table: str = "features", keep: Sequence[str] = ()
    ) -> str:
        """Return one SELECT that scores a table of the columns fitted on; see `card_sql`.

        ``dialect`` is one of ``duckdb``, ``postgres``, ``spark``, ``hive``, ``databricks``,
        ``trino`` and ``snowflake``. Columns of the answer: those to ``keep``, ``score``,
        ``margin``, ``probability`` (of bad) and ``points_<feature>`` for every feature of the card.
        """
        self._check_fitted()
        return self.scorecard_.to_sql(dialect, table=table, keep=keep)

    def coefficients(self, weights: str = "sampling", *, confidence: float = 0.95) -> pl.DataFrame:
        """Return the regression's coefficients with what statsmodels says of their precision.

        Columns: feature (``(intercept)`` first), in_card (the card's coefficient of WOE, log-odds
        of bad), coefficient (the same of highest likelihood, without the ridge), its std_error, z,
        p_value (two-sided, normal), lower and upper (of the ``confidence`` interval), note.

        ``weights="sampling"`` reads the sample weights as sampling weights: they are scaled to the
        number of rows with weight, and where they differ the covariance is the robust sandwich
        (HC0), since a weight is then no number of observations. ``weights="counts"`` reads them as
        the number of rows that each row stands for; they must be whole. No standard error is made
        up: a coefficient held at 0 by the sign rule, or one that the sample cannot tell, has none,
        and ``note`` says so. The bins were cut on the same outcomes, which these errors do not
        know: they are somewhat too small.

        Raises `InputError` for unknown ``weights``, a ``confidence`` outside (0, 1), counts that
        are not whole, and where statsmodels is not installed.
        """
        self._check_fitted()
        if not self.scorecard_.ordered:
            raise InputError(
                "The card's points were estimated anew, bin by bin and pair by pair, and are no "
                "coefficients; fit with refine=False and crosses=0 for their precision."
            )
        index, bad, weight = self._sample
        card = self.scorecard_
        woe = [np.array(bins.woe)[index[:, j]] for j, bins in enumerate(card.bins)]
        return coefficient_table(
            card.features, np.column_stack((np.ones(len(bad)), *woe)), bad, weight,
            np.concatenate((self.intercept_, self.coef_[0])),
            held=self._held, weights=weights, confidence=confidence,
        )  # fmt: skip

    def _points(self, X: Any) -> Floats:
        self._check_fitted()
        names = list(self.binner_.bins_)
        if (values := one_row(X, names, named=self._named)) is not None:
            row = dict(zip(names, values, strict=True))
            return np.array([self.scorecard_.points_one(row)])
        held = dict(zip(*self.binner_.read(X, reset=False), strict=True))
        return self.scorecard_.points_read([held[name] for name in self.scorecard_.features])

    def _check_fitted(self) -> None:
        try:
            check_is_fitted(self, "scorecard_")
        except SklearnNotFittedError as error:
            raise UnfittedError(str(error)) from None

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags


@dataclass(frozen=True)
class _Regression:
    """The features of a card with their β, and why the others are not in it."""

    bins: list[FeatureBins]
    betas: list[float]
    alpha: float
    dropped: dict[str, str]
    held: list[str]


def _regress(
    binner: OptimalBinner,
    index: list[NDArray[np.int64]],
    bad: NDArray[np.bool_],
    weight: Floats,
    *,
    l2: float,
    min_iv: float,
) -> _Regression:
    """Fit the regression on WOE and leave out what the sign rule holds at 0."""
    bins = list(binner.bins_.values())
    dropped = {
        b.name: f"information value {_worth(b):.4g} is below min_iv={min_iv}"
        for b in bins
        if _worth(b) < min_iv
    }
    kept = [j for j, b in enumerate(bins) if b.name not in dropped]
    woe = np.column_stack([np.ones(len(bad))] + [np.array(bins[j].woe)[index[j]] for j in kept])
    theta = fit_logistic(woe, bad, weight, l2)
    held: list[str] = []
    while not theta[1:].all():  # what is held at 0 must not pull on the others
        inside = theta[1:] < 0
        held += [bins[j].name for j, stays in zip(kept, inside, strict=True) if not stays]
        kept = [j for j, stays in zip(kept, inside, strict=True) if stays]
        woe = woe[:, [True, *inside]]
        theta = fit_logistic(woe, bad, weight, l2)
    for name in held:
        dropped[name] = "its coefficient would be positive beside the others"
    if not kept:
        raise ColumnError(f"No feature is left for the scorecard: {dropped}.")
    return _Regression(
        [bins[j] for j in kept], [float(b) for b in theta[1:]], float(theta[0]), dropped, held
    )


def _plain_card(
    binner: OptimalBinner, card: _Regression, min_iv: float, *, frozen: bool
) -> PlainCard:
    """Return the card as points are estimated anew from, with features the sign rule held."""
    beta = dict(zip((b.name for b in card.bins), card.betas, strict=True))
    asked = [(j, b.name) for j, b in enumerate(binner.bins_.values()) if _worth(b) >= min_iv]
    return PlainCard(
        places=[j for j, _ in asked],
        editors=[binner.editors_[name] for _, name in asked],
        betas=[beta.get(name, 0.0) for _, name in asked],
        alpha=card.alpha,
        held=frozen,
    )


def _cross(
    bins: tuple[FeatureBins, FeatureBins],
    grid: Floats,
    index: tuple[NDArray[np.int64], NDArray[np.int64]],
    weight: Floats,
) -> Cross:
    """Return a grid in log-odds of bad with its mean over the rows."""
    mean = float(np.average(grid[index], weights=weight))
    return Cross(bins[0].name, bins[1].name, tuple(map(tuple, grid.tolist())), mean)


def _worth(bins: FeatureBins) -> float:
    """Return the information value of the bins that speak; of a single one it is none."""
    speak = [
        iv
        for k, (iv, rows) in enumerate(zip(bins.iv, bins.rows, strict=True))
        if rows and k not in bins.thin
    ]
    return float(sum(speak)) if len(speak) > 1 else 0.0
