"""The scorecard as a scikit-learn classifier on raw feature columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import signature
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

from scorecard.binning.binner import ByFeature, OptimalBinner, SpecialValues, Splits, Trends
from scorecard.binning.columns import eager
from scorecard.binning.fitted_bins import UnfittedError
from scorecard.binning.held import check_classes, narrowed, refuse_edits
from scorecard.binning.periods import Periods
from scorecard.binning.target import read_sample, read_target, read_weight, text_bad
from scorecard.errors import InputError
from scorecard.models.card_comparison import CardComparison
from scorecard.models.card_report import CardReport
from scorecard.models.card_settings import (
    asked_binner,
    asked_scale,
    check_enrichment,
    check_number,
    usual_prebins,
)
from scorecard.models.coefficients import coefficient_table
from scorecard.models.enrichment import Enrichment
from scorecard.models.fitted_rows import FittedRows
from scorecard.models.inner_fold import inner_folds
from scorecard.models.observations import Observations
from scorecard.models.one_row import one_row
from scorecard.models.plain_card import PlainCard
from scorecard.models.regression import regress, usual_l2
from scorecard.models.rounding import Rounding, check_digits, round_card
from scorecard.models.scorecard import Scorecard
from scorecard.models.suspects import tell_suspects

Floats = NDArray[np.float64]

OUTPUTS = ("default", "pandas", "polars")


class ScorecardClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Optimal binning, then a logistic regression on WOE whose coefficients are all ≤ 0.

    Columns are numbers (NaN is missing) or text (null is missing). The second of the two sorted
    classes is bad (1 of 0 and 1). ``trend``, ``max_bins``, ``min_bin_share``, ``special_values``,
    ``max_prebins``, ``rare_share``, ``missing``, ``special``, ``unseen``, ``user_splits`` and
    ``by_feature`` are those of `OptimalBinner`; ``binner`` takes their place with all that it can
    do besides: an `OptimalBinner`, of which a clone is fitted, or a fitted one inside
    scikit-learn's ``FrozenEstimator``, whose bins of the columns of ``X``, edited by hand perhaps,
    are taken as they stand (edited bins outside of it are refused, since they would be lost). A
    feature whose information value is below ``min_iv`` (what `FeatureBins.silent` holds adds
    nothing), or whose coefficient is held at 0 by the sign rule, is not in the card; ``dropped_``
    says why.
    ``l2`` pulls the coefficients towards their mean, in units of the mean log-likelihood, see
    `fit_logistic`; None takes `scorecard.models.regression.usual_l2`: small samples cannot tell the
    coefficients apart, large ones are left alone (``l2_`` tells).
    ``max_prebins`` None takes `scorecard.models.card_settings.usual_prebins`: the fewer bads there
    are for the numbers in the table, the fewer cuts are tried.
    ``refine`` estimates the points of every bin anew beside those of the other features, by boosted
    stumps over this card, and cuts the bins anew by them (as many and as large as asked), if inner
    folds say that it ranks better by more than a standard error (``refinement_`` tells). Declared
    directions hold and bins given by hand stay; otherwise a safer bin may then have fewer points.
    ``fine_bins`` lets refined features have so many bins, of any size, in place of ``max_bins`` and
    ``min_bin_share`` (not of a feature's own by ``by_feature``); numbers are cut into as many even
    parts (None: 32) before these are joined. The plain card that must be beaten stays as asked.
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
    not converge. Warns `SuspiciousFeatureWarning` where a feature of the card alone has an AUC
    above .85, and `TextTargetWarning` where ``y`` is text.

    >>> X = pl.DataFrame({"debt": [1.0, 2.0, 3.0, 4.0] * 25})
    >>> model = ScorecardClassifier().fit(X, [0, 0, 1, 1] * 20 + [1, 1, 0, 0] * 5)
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
        fine_bins: int | None = None,
        min_iv: float = 0.002,
        max_prebins: int | None = None,
        rare_share: float = 0.01,
        missing: str = "bin",
        special: str = "bin",
        unseen: str = "neutral",
        user_splits: Splits = None,
        by_feature: ByFeature = None,
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
        self.fine_bins = fine_bins
        self.min_iv = min_iv
        self.max_prebins = max_prebins
        self.rare_share = rare_share
        self.missing = missing
        self.special = special
        self.unseen = unseen
        self.user_splits = user_splits
        self.by_feature = by_feature
        self.binner = binner

    def fit(self, X: Any, y: Any, sample_weight: Any = None, periods: Any = None) -> Self:
        """Fit bins and coefficients on ``X`` (array, pandas, polars or pyarrow), shape (n, p).

        ``periods``, shape (n,), is for a ``binner`` that asks for bins stable over periods.
        """
        if self.l2 is not None:
            check_number("l2", self.l2, least=0.0)
        check_number("min_iv", self.min_iv, least=0.0)
        given = self.get_params(deep=False)
        scale, digits = asked_scale(given), self.points_digits
        if digits is not None:
            digits = check_digits(digits)
        check_enrichment(given)
        usual = {name: each.default for name, each in signature(type(self)).parameters.items()}
        binner, frozen = asked_binner(given, usual)
        X = eager(X)
        if frozen:
            binner = narrowed(binner, X)
        names, columns = binner.read(X, reset=not frozen)
        classes, bad = read_target(y, len(columns[0]))
        seen = Observations(columns, bad, read_weight(sample_weight, bad))
        if self.binner is None and self.max_prebins is None:
            binner.set_params(max_prebins=usual_prebins(seen))
        if not frozen:
            binner.classes_ = classes
            index = binner.fit_columns(
                names, columns, bad, seen.weight, Periods.read(periods, len(bad))
            )
        else:
            check_classes(binner, classes)
            index = binner.index_columns(columns)
        self.l2_ = usual_l2(seen) if self.l2 is None else self.l2
        terms = regress(binner, index, seen, l2=self.l2_, min_iv=self.min_iv)
        found = Enrichment()
        if self.refine or self.crosses:
            found = self._enrichment(binner, names, seen, frozen=frozen)
            if found.taken:
                plain = PlainCard.of(
                    binner, terms, self.min_iv, held=frozen, fine_bins=self.fine_bins
                )
                terms = found.terms(plain, terms, seen)
                for editor in () if frozen else terms.editors:
                    binner.use(editor)
        bins, places = terms.bins, {name: j for j, name in enumerate(names)}
        if found.taken:  # bins may be others than before
            index = [b.index_read(columns[places[b.name]]) for b in bins]
        else:
            index = [index[places[b.name]] for b in bins]
        card = Scorecard.build(
            bins, terms.betas, terms.alpha, margins=terms.margins,
            crosses=terms.crosses(index, seen.weight), neutral_at_zero=self.neutral_at_zero,
            **scale,
        )  # fmt: skip
        self.dropped_, self._held = terms.dropped, terms.held
        self.refinement_, self.crossing_ = found.refinement, found.crossing
        self.rounding_: Rounding | None = None
        if digits is not None:
            ends = None if self.min_score is None else (scale["min_score"], scale["max_score"])
            card, self.rounding_ = round_card(
                card, index, bad * seen.weight, ~bad * seen.weight, digits=digits, ends=ends
            )
        tell_suspects(card.bins, bad)
        self.scorecard_ = card
        self.binner_, self.classes_ = binner, classes
        self.coef_ = np.array([terms.betas])
        self.intercept_ = np.array([terms.alpha])
        theta = self._theta() if card.ordered else None
        self._rows = FittedRows(card, index, bad, seen.weight, theta)
        self._named = hasattr(binner, "feature_names_in_")
        self.n_features_in_ = binner.n_features_in_
        if self._named:
            self.feature_names_in_ = binner.feature_names_in_
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return self

    def _enrichment(
        self, binner: OptimalBinner, names: list[str], seen: Observations, *, frozen: bool
    ) -> Enrichment:
        """Return what inner folds take beyond the regression; bins are found anew in each."""
        if binner.stable:
            raise InputError("refine and crosses know no periods; leave stable=False.")

        def plain(rows: Observations) -> PlainCard:
            own = binner if frozen else clone(binner)
            if frozen:
                index = own.index_columns(list(rows.columns))
            else:
                index = own.fit_columns(names, list(rows.columns), rows.bad, rows.weight, part=True)
            terms = regress(own, index, rows, l2=self.l2_, min_iv=self.min_iv)
            return PlainCard.of(own, terms, self.min_iv, held=frozen, fine_bins=self.fine_bins)

        return Enrichment.search(inner_folds(plain, seen), refine=self.refine, crosses=self.crosses)

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
        return CardReport(
            self.scorecard_, dict(labels or {}), self.rounding_, text_bad(self.classes_)
        )

    def to_sql(
        self, dialect: str = "duckdb", *, table: str = "features", keep: Sequence[str] = ()
    ) -> str:
        """Return one SELECT that scores a table of the columns fitted on; see `card_sql`.

        ``dialect`` is one of ``duckdb``, ``postgres``, ``spark``, ``hive``, ``databricks``,
        ``trino``, ``snowflake``, ``bigquery`` and ``redshift``. Columns of the answer: those to
        ``keep``, ``score``, ``margin``, ``probability`` (of bad) and ``points_<feature>`` for every
        feature of the card.
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

        A pickle holds these numbers in place of the rows. Raises `InputError` for unknown
        ``weights``, a ``confidence`` outside (0, 1), counts that are not whole, and where
        statsmodels is not installed.
        """
        self._check_fitted()
        if not self.scorecard_.ordered:
            raise InputError(
                "The card's points were estimated anew, bin by bin and pair by pair, and are no "
                "coefficients; fit with refine=False and crosses=0 for their precision."
            )
        return coefficient_table(
            self.scorecard_.features, self._rows.precision, self._theta(),
            held=self._held, weights=weights, confidence=confidence,
        )  # fmt: skip

    def compare(self, X: Any, y: Any = None, sample_weight: Any = None) -> CardComparison:
        """Hold the card against another sample, out of time perhaps; see `CardComparison`.

        ``X`` (n, p) has the columns fitted on, ``y`` (n,) the same two classes where outcomes are
        known. The other side are the rows that the card was fitted on, of which it keeps counts
        and means. Raises `InputError` for other columns or classes.
        """
        self._check_fitted()
        held = dict(zip(*self.binner_.read(X, reset=False), strict=True))
        now = [bins.index_read(held[bins.name]) for bins in self.scorecard_.bins]
        seen = read_sample(y, sample_weight, len(now[0]), self.classes_)
        return self._rows.seen.compare(self.scorecard_, now, *seen)

    def _theta(self) -> Floats:
        return np.concatenate((self.intercept_, self.coef_[0]))

    def _points(self, X: Any) -> Floats:
        self._check_fitted()
        names = list(self.binner_.bins_)
        if (values := one_row(X, names, named=self._named)) is not None:
            row = dict(zip(names, values, strict=True))
            return np.array([self.scorecard_.points_one(row)])
        _, columns = self.binner_.read(X, reset=False)
        held = dict(zip(names, columns, strict=True))
        return self.scorecard_.points_read([held[name] for name in self.scorecard_.features])

    def _check_fitted(self) -> None:
        try:
            check_is_fitted(self, "scorecard_")
        except SklearnNotFittedError as error:
            raise UnfittedError(str(error)) from None

    def __sklearn_clone__(self) -> Self:
        refuse_edits(self.binner)  # a search over clones would lose them before any fit
        return super().__sklearn_clone__()  # type: ignore[no-any-return]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags
