"""Feature selection as a scikit-learn transformer on raw feature columns."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.utils import ClassifierTags, Tags
from sklearn.utils.validation import check_array, check_is_fitted
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from scorecard.binning.binner import OptimalBinner, Trends
from scorecard.binning.columns import eager
from scorecard.binning.fitted_bins import UnfittedError
from scorecard.binning.held import check_classes, handed, narrowed, refuse_edits
from scorecard.binning.reading import check_columns
from scorecard.binning.rules import is_number
from scorecard.binning.target import read_target, read_weight, text_bad, told
from scorecard.errors import InputError
from scorecard.models.coefficients import coefficient_table
from scorecard.models.precision import Precision
from scorecard.models.suspects import own_auc
from scorecard.selection.evidence import Evidence, gather
from scorecard.selection.filling import commonest_shares, missing_shares
from scorecard.selection.filters import (
    by_correlation,
    by_inflation,
    by_information,
    by_rank,
    by_share,
    screen,
)
from scorecard.selection.folds import Sample
from scorecard.selection.lasso import by_lasso
from scorecard.selection.log import DecisionLog
from scorecard.selection.logistic import fit_logistic
from scorecard.selection.report import SelectionReport
from scorecard.selection.stepwise import CRITERIA, DIRECTIONS, Rule, Stepwise

STEPS = ("iv", "correlation", "vif", "stepwise", "l1")


class FeatureSelector(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Choose the features of a scorecard step by step, and say of every one why it is in or out.

    Columns are numbers (NaN is missing) or text (null is missing); they are binned once, and every
    step looks at the weight of evidence (WOE) of the bins. The second of the two sorted classes of
    ``y`` is bad. First of all, features are dropped that are missing in a share of the weight above
    ``max_missing``, or whose commonest value has one above ``max_same`` (None asks neither); then
    those in a single bin and copies of a stronger one; then ``steps``, in the order given:

    - ``iv``: information value below ``min_iv`` is out.
    - ``correlation``: of features whose WOE correlates above ``max_correlation`` in absolute value,
      the one of highest information value stays.
    - ``vif``: the feature of highest variance inflation factor goes until none is above
      ``max_vif``.
    - ``stepwise``: logistic regression on WOE, ``direction`` ``both``, ``forward`` or ``backward``,
      by ``criterion`` ``bic``, ``aic`` or ``p_value`` (likelihood ratio, at most ``max_p_value``).
      No coefficient may be positive, since WOE already points the right way.
    - ``l1``: L1-penalised logistic regression under the same sign rule, its penalty chosen by
      ``l1_folds``-fold cross-validation and the one-standard-error rule; ``random_state`` (a whole
      number) deals the folds.

    ``stepwise`` and ``l1`` look at WOE out of fold: every row gets that of bins fitted without it
    and the others of its fold, one of ``cross_fit``. Bins fitted to the very rows on which they are
    judged make noise look useful, the more so the smaller the sample. None for WOE of all rows.

    ``max_features`` limits what stays: in ``stepwise`` and ``l1`` as they go, else by information
    value at the end. Features in ``keep`` (names; ``x0``, ``x1``, … for arrays) are never dropped,
    come first where features compete, and the log says what would have spoken against them. Bins
    are those of ``binner``, an `OptimalBinner` of which a clone is fitted, or of one with the given
    ``trend``. A fitted one inside scikit-learn's ``FrozenEstimator`` gives its bins of the columns
    of ``X`` as they stand, edited by hand perhaps, with their information values; out of fold their
    WOE alone is counted anew.

    ``sample_weight`` are floats whose unit means nothing: the likelihood counts them scaled to sum
    to the number of rows with weight. Ties are broken by name, so neither the order of columns nor
    that of rows changes anything.

    Attributes: ``selected_`` (names, in the order of ``X``), ``log_`` (polars frame, one row a
    decision in order: step, feature, decision ``in``/``out``/``kept``, statistic, value, threshold,
    against, reason_zh, reason_en; a feature's last row says why it is in or out), ``iv_``
    (information value by feature), ``auc_`` (AUC by feature alone, of its bins), ``l1_path_``
    (frame, None without step ``l1``), ``binner_``, ``support_``, ``classes_``, ``n_features_in_``,
    ``feature_names_in_``.

    Raises `InputError` for bad parameters or input; warns where no feature is left, and then gives
    tables without columns.

    >>> X = pl.DataFrame({"debt": [1.0, 2.0, 3.0, 4.0] * 25, "same": [1.0] * 100})
    >>> selector = FeatureSelector().fit(X, [0, 0, 1, 1] * 20 + [1, 1, 0, 0] * 5)
    >>> selector.selected_
    ('debt',)
    >>> selector.log_.filter(feature="same")["reason_en"].to_list()
    ['all its values share one bin, so it cannot tell good from bad']
    """

    def __init__(
        self,
        steps: Sequence[str] = ("iv", "correlation", "vif", "stepwise"),
        *,
        max_missing: float | None = None,
        max_same: float | None = None,
        min_iv: float = 0.02,
        max_correlation: float = 0.7,
        max_vif: float = 5.0,
        criterion: str = "bic",
        direction: str = "both",
        max_p_value: float = 0.05,
        cross_fit: int | None = 5,
        l1_folds: int = 5,
        max_features: int | None = None,
        keep: Sequence[str] = (),
        trend: Trends = "auto",
        binner: OptimalBinner | FrozenEstimator | None = None,
        random_state: int = 0,
    ) -> None:
        self.steps = steps
        self.max_missing = max_missing
        self.max_same = max_same
        self.min_iv = min_iv
        self.max_correlation = max_correlation
        self.max_vif = max_vif
        self.criterion = criterion
        self.direction = direction
        self.max_p_value = max_p_value
        self.cross_fit = cross_fit
        self.l1_folds = l1_folds
        self.max_features = max_features
        self.keep = keep
        self.trend = trend
        self.binner = binner
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Choose among the columns of ``X`` (array, pandas or polars), shape (n, p)."""
        self._check_parameters()
        binner, held = OptimalBinner(trend=self.trend), False
        if self.binner is not None:
            binner, held = handed(self.binner)
        X = eager(X)
        if held:
            binner = narrowed(binner, X)
        names, columns = binner.read(X, reset=not held)
        if strangers := [name for name in self.keep if name not in names]:
            raise InputError(f"keep must name columns of X ({', '.join(names)}); got {strangers}.")
        classes, bad = read_target(y, len(columns[0]))
        weight = read_weight(sample_weight, bad)
        if held:
            check_classes(binner, classes)
            index = binner.index_columns(columns)
        else:
            binner.classes_ = classes
            index = binner.fit_columns(names, columns, bad, weight)
        log = DecisionLog(frozenset(self.keep))
        # Threads of BLAS that wait for a busy core make these many small products several times
        # slower, and how they share a sum would let the number of cores decide the last digits.
        with threadpool_limits(1, user_api="blas"):
            evidence = gather(list(binner.bins_.values()), index, bad, weight)
            del index
            sample = Sample(names, columns, weight, held)
            chosen = {evidence.names[j] for j in self._choose(evidence, sample, binner, log)}
        self.log_ = log.frame()
        self.iv_ = dict(zip(evidence.names, evidence.iv.tolist(), strict=True))
        self.auc_ = {name: own_auc(binner.bins_[name]) for name in evidence.names}
        if not chosen:
            warnings.warn(
                f"No feature is left of {len(names)}; log_ says why. Loosen the thresholds or "
                "bring other features.",
                UserWarning,
                stacklevel=2,
            )
        self.binner_, self.classes_ = binner, classes
        self.support_ = np.array([name in chosen for name in names])
        self.selected_ = tuple(name for name in names if name in chosen)
        self.n_features_in_ = binner.n_features_in_
        if hasattr(binner, "feature_names_in_"):
            self.feature_names_in_ = binner.feature_names_in_
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        return self

    def _choose(
        self, evidence: Evidence, sample: Sample, binner: OptimalBinner, log: DecisionLog
    ) -> list[int]:
        """Run the steps; returns the places in ``evidence`` of the features that stay."""
        self.l1_path_: pl.DataFrame | None = None
        limit = self.max_features
        stay = list(range(len(evidence.names)))
        for step, most, shares in (
            ("missing", self.max_missing, missing_shares),
            ("same", self.max_same, commonest_shares),
        ):
            if most is not None:
                stay = by_share(evidence, stay, log, step=step, shares=shares(sample), most=most)
        stay = screen(evidence, stay, log)
        folds = self.cross_fit  # None: nothing is left to cross-fit
        for step in self.steps:
            if step in ("stepwise", "l1") and folds is not None:
                evidence = sample.cross_fitted(evidence, stay, binner, folds, self.random_state)
                folds = None
            if step == "iv":
                stay = by_information(evidence, stay, log, self.min_iv)
            elif step == "correlation":
                stay = by_correlation(evidence, stay, log, self.max_correlation)
            elif step == "vif":
                stay = by_inflation(evidence, stay, log, self.max_vif)
            elif step == "stepwise":
                rule = Rule.build(self.criterion, evidence.rows, self.max_p_value)
                stay = Stepwise(evidence, log, rule, self.direction, limit).run(stay)
            else:
                stay, path = by_lasso(
                    evidence, stay, log, folds=self.l1_folds, seed=self.random_state,
                    max_features=limit,
                )  # fmt: skip
                self.l1_path_ = None if path is None else path.frame(evidence.rows)
        if limit is not None and not {"stepwise", "l1"} & set(self.steps):
            stay = by_rank(evidence, stay, log, limit)
        return stay

    def transform(self, X: Any) -> Any:
        """Return the chosen columns of ``X`` as they came: a frame of a frame, else an array.

        A lazy frame comes collected. `set_output` chooses another kind of frame.
        """
        self._check_fitted()
        if not hasattr(X, "column_names"):  # pyarrow's, which stays
            X = eager(X)
        framed = hasattr(X, "columns")
        if not framed:
            X = check_array(X, dtype=None, ensure_all_finite=False, estimator=self)
        check_columns(self, X, reset=False)
        if not framed:
            return X[:, self.support_]
        if hasattr(X, "iloc"):
            return X.iloc[:, np.flatnonzero(self.support_)]
        chosen = X.select(list(self.selected_))
        # scikit-learn would make objects of the columns of a foreign frame.
        asked = getattr(self, "_sklearn_output_config", {}).get("transform")
        to_pandas = (asked or get_config()["transform_output"]) == "pandas"
        return chosen.to_pandas() if to_pandas else chosen

    def get_support(self, indices: bool = False) -> NDArray[Any]:
        """Return which columns of ``X`` stay, as a mask (p,) or, with ``indices``, as places."""
        self._check_fitted()
        return np.flatnonzero(self.support_) if indices else self.support_.copy()

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns that stay."""
        self._check_fitted()
        names = self.binner_.get_feature_names_out(input_features)
        return np.asarray(names[self.support_], dtype=object)

    def report(self) -> SelectionReport:
        """Return the selection for people: text when printed, a table in a notebook."""
        self._check_fitted()
        bad = text_bad(self.classes_)
        return SelectionReport.build(self.iv_, self.log_, auc=self.auc_, bad=bad)

    def coefficients(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        weights: str = "sampling",
        confidence: float = 0.95,
    ) -> pl.DataFrame:
        """Return the coefficient table of the chosen features' joint model, fitted on these rows.

        A logistic regression on the WOE of the fitted bins under the sign rule; its uncertainty is
        statsmodels'. Columns and ``weights`` are those of `ScorecardClassifier.coefficients`, as
        are the errors raised. On the rows that chose the features p-values are too small and
        intervals too narrow; ask for other rows where it matters.
        """
        self._check_fitted()
        names, columns = self.binner_.read(X, reset=False)
        with told():
            _, bad = read_target(y, len(columns[0]))
        weight = read_weight(sample_weight, bad)
        bins = self.binner_.bins_
        woe = np.column_stack(
            [np.ones(len(bad))]
            + [
                np.array(bins[name].woe)[bins[name].index(column)]
                for name, column in zip(names, columns, strict=True)
                if name in self.selected_
            ]
        )
        fit = fit_logistic(woe[:, 1:], bad.astype(np.float64), weight / weight.sum())
        inside = np.flatnonzero(fit.coef < 0)
        theta = np.array([fit.intercept, *fit.coef[inside]])
        return coefficient_table(
            [self.selected_[j] for j in inside],
            Precision.of(woe[:, [0, *(inside + 1)]], bad, weight, theta),
            theta,
            held=[self.selected_[j] for j in np.flatnonzero(fit.coef == 0)],
            weights=weights,
            confidence=confidence,
        )

    def _check_parameters(self) -> None:
        steps = list(self.steps) if not isinstance(self.steps, str) else [self.steps]
        if not steps or len(set(steps)) < len(steps) or not set(steps) <= set(STEPS):
            raise InputError(
                f"steps must be different ones of {', '.join(STEPS)}; got {self.steps!r}."
            )
        for name, allowed in (("criterion", CRITERIA), ("direction", DIRECTIONS)):
            if getattr(self, name) not in allowed:
                raise InputError(
                    f"{name} must be one of {', '.join(allowed)}; got {getattr(self, name)!r}."
                )
        for name, low, high in (
            ("min_iv", 0.0, np.inf), ("max_correlation", 0.0, 1.0), ("max_vif", 1.0, np.inf),
            ("max_missing", 0.0, 1.0), ("max_same", 0.0, 1.0),
        ):  # fmt: skip
            asked = getattr(self, name)
            if asked is None and name in ("max_missing", "max_same"):
                continue
            if not (is_number(asked) and low <= asked <= high):
                raise InputError(
                    f"{name} must be a number between {low:g} and {high:g}; got {asked!r}."
                )
        if not (is_number(self.max_p_value) and 0 < self.max_p_value < 1):
            raise InputError(f"max_p_value must lie in (0, 1); got {self.max_p_value!r}.")
        if self.cross_fit is not None and (
            self.cross_fit != int(self.cross_fit) or self.cross_fit < 2
        ):
            raise InputError(
                f"cross_fit must be None or a whole number of at least 2; got {self.cross_fit!r}."
            )
        if self.l1_folds != int(self.l1_folds) or self.l1_folds < 2:
            raise InputError(
                f"l1_folds must be a whole number of at least 2; got {self.l1_folds!r}."
            )
        if isinstance(self.keep, str):
            raise InputError(f"keep must be a sequence of names; got the text {self.keep!r}.")
        if self.max_features is not None and not self.max_features >= max(1, len(set(self.keep))):
            raise InputError(
                "max_features must be at least 1 and leave room for all features in keep; got "
                f"{self.max_features!r} for {len(set(self.keep))} of them."
            )
        if self.binner is not None and self.trend != "auto":
            raise InputError("trend and binner cannot both be given; give the trend to the binner.")

    def _check_fitted(self) -> None:
        try:
            check_is_fitted(self, "support_")
        except SklearnNotFittedError as error:
            raise UnfittedError(str(error)) from None

    def __sklearn_clone__(self) -> Self:
        refuse_edits(self.binner)  # a search over clones would lose them before any fit
        return super().__sklearn_clone__()  # type: ignore[no-any-return]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.classifier_tags = ClassifierTags(multi_class=False)  # y has two classes
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags
