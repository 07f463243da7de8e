"""Optimal binning of every feature of a table, as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils import ClassifierTags, Tags

from scorecard.binning.columns import Column
from scorecard.binning.editing import BinEditor
from scorecard.binning.evidence import distinct_rows
from scorecard.binning.fitted_bins import FittedBins
from scorecard.binning.fitting import fit_feature
from scorecard.binning.parameters import check_parameters, settings
from scorecard.binning.periods import Periods
from scorecard.binning.reading import read_table
from scorecard.binning.saved import SavedBinner
from scorecard.binning.target import read_target, read_weight
from scorecard.errors import InputError

Trends = str | Mapping[str, str]
Codes = Sequence[float] | Mapping[str, Sequence[float]]
SpecialValues = Sequence[float] | Mapping[str, Codes] | None
Splits = Mapping[str, Sequence[Any]] | None
ByFeature = Mapping[str, Mapping[str, Any]] | None


class OptimalBinner(FittedBins, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Cut every feature into bins by exact optimisation and replace values by WOE.

    WOE = ln(share of goods / share of bads) with shares of the whole weighted sample, so it falls
    as the bad rate rises; see `scorecard.binning.divergence` for bins without goods or bads. The
    second of the two sorted classes of ``y`` is bad (1 of 0 and 1).

    Parameters: ``min_bins``, ``max_bins``, ``min_bin_share`` and ``max_bin_share`` limit the
    ordinary bins; shares are of the whole weight, and ordinary values that together weigh less than
    ``min_bin_share`` form one bin. ``trend`` is the bad rate's direction over the ordinary bins of
    a number, one for all or a mapping by feature (others ``"auto"``), any of
    `scorecard.binning.solve`. ``auto`` rises or falls; it turns, to a peak or a valley, only where
    that gains more than noise would (`scorecard.binning.evidence`). Text levels are ordered by
    their bad rate and take ``none`` or ``auto``. ``special_values`` are codes, one list for all
    numbers or a mapping by feature, of lists or of lists by name, such as ``{"debt": {"no bureau":
    [-1], "refused": [-2, -3]}}``: a name is a bin.
    ``max_prebins`` is how finely numbers are cut at first, before pieces beside chosen cuts are
    divided. Text levels below ``rare_share`` of the feature's ordinary weight are pooled, and
    missing and special bins below ``rare_share`` of the whole weight are treated as never seen
    (0: every bin with weight counts). ``divergence``, ``min_bin_bads``, ``min_bin_goods``,
    ``min_rate_gap`` and ``max_p_value`` are those of `scorecard.binning.solve`.

    By hand: ``user_splits`` maps a feature to the only candidate cut points (of a text: to groups
    of levels that stay together, those not named being free), ``fixed_splits`` to cut points that
    must be there; a cut that parts no two values of the sample is left out. ``by_feature`` maps a
    feature to parameters of its own, any of those above, and to one more, ``splits``: the bins
    themselves, cut points or groups that hold every level of the sample, counted and not sought (an
    empty list: one bin). No constraint and no trend is asked of them; `FeatureBins.trend` says
    which holds. Levels of a group that the sample lacks stay in it. ``stable=True`` asks that
    neighbouring bins keep the order of their bad rates in every period given to `fit`. Fitted bins
    can be edited, see `edit`.

    Three policies, none of which borrows another's WOE: ``missing`` and ``special`` are ``"bin"``
    (their own WOE; neutral 0 and flagged by `FeatureBins.flag` where training had none or less than
    ``rare_share``, though their rows stay in the table's counts), ``"neutral"`` (0) or ``"worst"``
    (the lowest ordinary WOE); ``unseen``, for text levels not in training, is ``"neutral"`` or
    ``"worst"``.

    Attributes: ``bins_`` (`FeatureBins` by feature), ``splits_`` (cut points or groups of levels by
    feature), ``objective_`` (divergence of the ordinary bins by feature), ``trend_loss_`` (what
    ``auto``'s trend costs against none, by feature; None for other trends), ``single_bin_``
    (features whose ordinary values all share one bin), ``edited_`` (features whose bins were put in
    the place of the fit's by `use`), ``classes_``, ``feature_names_in_``.

    Raises `InputError` for bad parameters or values (infinite numbers name the feature) and
    `InfeasibleBinning` where the constraints cannot be met.

    >>> X = pl.DataFrame({"age": [1.0, 2.0, 3.0, 4.0]})
    >>> OptimalBinner(max_bins=2).fit(X, [1, 1, 0, 0]).splits_
    {'age': (3.0,)}
    >>> by_hand = OptimalBinner(by_feature={"age": {"splits": [2, 4]}}).fit(X, [1, 0, 1, 0])
    >>> by_hand.splits_, OptimalBinner.from_json(by_hand.to_json()).bins_ == by_hand.bins_
    ({'age': (2.0, 4.0)}, True)
    """

    def __init__(
        self,
        max_bins: int | None = 8,
        min_bin_share: float | None = 0.03,
        trend: Trends = "auto",
        special_values: SpecialValues = None,
        *,
        max_prebins: int = 100,
        rare_share: float = 0.01,
        missing: str = "bin",
        special: str = "bin",
        unseen: str = "neutral",
        divergence: str = "iv",
        min_bins: int | None = None,
        max_bin_share: float | None = None,
        min_bin_bads: float | None = None,
        min_bin_goods: float | None = None,
        min_rate_gap: float = 0.0,
        max_p_value: float | None = None,
        user_splits: Splits = None,
        fixed_splits: Splits = None,
        stable: bool = False,
        by_feature: ByFeature = None,
    ) -> None:
        self.max_bins = max_bins
        self.min_bin_share = min_bin_share
        self.trend = trend
        self.special_values = special_values
        self.max_prebins = max_prebins
        self.rare_share = rare_share
        self.missing = missing
        self.special = special
        self.unseen = unseen
        self.divergence = divergence
        self.min_bins = min_bins
        self.max_bin_share = max_bin_share
        self.min_bin_bads = min_bin_bads
        self.min_bin_goods = min_bin_goods
        self.min_rate_gap = min_rate_gap
        self.max_p_value = max_p_value
        self.user_splits = user_splits
        self.fixed_splits = fixed_splits
        self.stable = stable
        self.by_feature = by_feature

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, periods: Any = None) -> Self:
        """Find the bins of every column of ``X`` (array, pandas or polars), shape (n, p).

        ``periods`` says which period each row belongs to, shape (n,); see `stability_table`.
        """
        names, columns = self.read(X, reset=True)
        self.classes_, bad = read_target(y, len(columns[0]))
        weight = read_weight(sample_weight, bad)
        self._fit(names, columns, bad, weight, Periods.read(periods, len(bad)))
        return self

    def fit_columns(
        self,
        names: list[str],
        columns: list[Column],
        bad: NDArray[np.bool_],
        weight: NDArray[np.float64],
        periods: Periods | None = None,
        *,
        part: bool = False,
    ) -> list[NDArray[np.int64]]:
        """Fit on columns already read and return each column's bin index, shape (n,) each.

        ``part`` says that the rows are a part of a sample, in which a bin of ``splits`` that is
        empty is left out, not refused.
        """
        self._fit(names, columns, bad, weight, periods, part=part)
        return self.index_columns(columns)

    def index_columns(self, columns: list[Column]) -> list[NDArray[np.int64]]:
        """Return the bin index of columns already read, shape (n,) each."""
        self._check_fitted()
        return [
            b.index_read(column) for b, column in zip(self.bins_.values(), columns, strict=True)
        ]

    def _fit(
        self,
        names: list[str],
        columns: list[Column],
        bad: NDArray[np.bool_],
        weight: NDArray[np.float64],
        periods: Periods | None,
        *,
        part: bool = False,
    ) -> None:
        if self.stable and periods is None:
            raise InputError("stable=True needs periods, one label for every row of X.")
        wishes = settings(self._checked(), names, [isinstance(c, pl.Series) for c in columns])
        if any(each.trend == "auto" for each in wishes):
            distinct = distinct_rows(columns, bad, weight)
            wishes = [replace(each, distinct=distinct) for each in wishes]
        if part:
            wishes = [replace(each, part=True) for each in wishes]
        bad_weight = bad * weight
        fits = [
            fit_feature(name, column, bad_weight, weight, chosen, periods=periods)
            for name, column, chosen in zip(names, columns, wishes, strict=True)
        ]
        self.trend_loss_ = {fit.name: fit.solution.loss for fit in fits}
        self._take({fit.name: BinEditor(fit, fit.partition) for fit in fits})

    def _take(self, editors: dict[str, BinEditor]) -> None:
        self.editors_ = editors
        self.bins_ = {name: editor.bins for name, editor in editors.items()}
        every = self.bins_.values()
        self.splits_ = {b.name: b.groups if b.kind == "text" else b.splits for b in every}
        self.objective_ = {b.name: b.objective for b in every}
        self.single_bin_ = tuple(b.name for b in every if b.ordinary == 1)
        self.edited_ = tuple(name for name, editor in editors.items() if editor.edited)

    def transform(self, X: Any) -> Any:
        """Return the WOE of every value, float64 of shape (n, p); `set_output` chooses a frame."""
        self._check_fitted()
        names, columns = self.read(X, reset=False)
        woe = np.empty((len(columns[0]), len(names)))
        for j, (bins, column) in enumerate(zip(self.bins_.values(), columns, strict=True)):
            woe[:, j] = np.array(bins.woe)[bins.index_read(column)]
        return woe

    def fit_transform(
        self, X: Any, y: Any = None, sample_weight: Any = None, periods: Any = None
    ) -> Any:
        """Fit and return the WOE of the training rows."""
        return self.fit(X, y, sample_weight, periods).transform(X)

    def to_json(self) -> str:
        """Return the fitted binner as a JSON document; `from_json` reads it.

        It holds parameters, classes and bins, to the bit, and no row of the sample.
        """
        self._check_fitted()
        features = tuple(self.bins_.values())
        losses = tuple(self.trend_loss_[name] for name in self.bins_)
        given, named = self.get_params(deep=False), hasattr(self, "feature_names_in_")
        return SavedBinner(given, named, self.classes_, features, losses, self.edited_).to_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the fitted binner that `to_json` wrote: the same bins, tables and WOE, to the bit.

        `edit` and `stability_table` alone refuse, since the pieces of the sample are not saved.
        Raises `InputError`, naming what is wrong, for a damaged text, another or another format.
        """
        saved = SavedBinner.from_json(text, cls._get_param_names())
        binner = cls(**saved.parameters)
        editors = saved.editors(binner.get_params(deep=False))
        binner.trend_loss_ = dict(zip(editors, saved.losses, strict=True))
        return binner._take_over(saved.classes, editors, named=saved.named)

    def subset(self, names: Iterable[str]) -> Self:
        """Return the fitted binner of these features alone, in the order given.

        Their bins stay as they are, edits with them; the copy and this one can be edited apart.
        Raises `InputError` for a feature that has no bins here, for one given twice, and for none.
        """
        self._check_fitted()
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise InputError(f"names must be a list of features; got {type(names).__name__}.")
        names = list(names)
        for name in names:
            self._bins(name)
        if not names or len(set(names)) < len(names):
            raise InputError(f"names must be different features, one at least; got {names}.")
        copy = self.unfitted(names)
        copy.trend_loss_ = {name: self.trend_loss_[name] for name in names}
        editors, named = self.editors_, hasattr(self, "feature_names_in_")
        return copy._take_over(self.classes_, {n: editors[n] for n in names}, named=named)

    def _take_over(
        self, classes: NDArray[Any], editors: dict[str, BinEditor], *, named: bool
    ) -> Self:
        self.classes_, self.n_features_in_ = classes, len(editors)
        if named:
            self.feature_names_in_ = np.array(list(editors), dtype=object)
        self._take(editors)
        return self

    def unfitted(self, names: Sequence[str]) -> Self:
        """Return an unfitted copy whose parameters name no other features than ``names``."""
        copy: Self = clone(self)
        by_feature = {
            parameter: {name: held for name, held in value.items() if name in names}
            for parameter, value in copy.get_params(deep=False).items()
            if isinstance(value, Mapping)
        }
        return copy.set_params(**by_feature) if by_feature else copy

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the WOE columns, which are those of the features."""
        self._check_fitted()
        names = np.array(list(self.bins_), dtype=object)
        if input_features is not None and list(input_features) != list(names):
            raise ValueError(
                "input_features must be equal to feature_names_in_ and number n_features_in_; "
                f"got {list(input_features)}, expected {list(names)}."
            )
        return names

    def read(self, X: Any, *, reset: bool) -> tuple[list[str], list[Column]]:
        """Return names and columns of ``X``, checked against the fitted ones unless ``reset``.

        With ``reset``, before a fit, the parameters are checked first.
        """
        if reset:
            self._checked()
        return read_table(self, X, reset=reset)

    def _checked(self) -> dict[str, Any]:
        given: dict[str, Any] = self.get_params(deep=False)
        check_parameters(given)
        return given

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.classifier_tags = ClassifierTags(multi_class=False)  # y has two classes
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags
