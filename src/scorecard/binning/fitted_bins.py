"""What a fitted binner tells: tables, pictures, the bin of every value, another sample, edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.utils.validation import check_is_fitted

from scorecard.binning.columns import Column
from scorecard.binning.comparison import BinComparison, BinCounts
from scorecard.binning.editing import BinEditor
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.figures import bins_figure, grid_figure
from scorecard.binning.saved import SavedFit
from scorecard.binning.summary import BinningSummary
from scorecard.binning.table import BinningTable
from scorecard.binning.target import read_sample
from scorecard.errors import InputError, NotFittedError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = ("label", "index", "bad_rate", "woe")


class UnfittedError(NotFittedError, SklearnNotFittedError):  # type: ignore[misc]
    """The estimator was asked before it was fitted."""


class FittedBins:
    """The bins of every feature once they are found; what finds them is `OptimalBinner`."""

    bins_: dict[str, FeatureBins]
    editors_: dict[str, BinEditor]

    if TYPE_CHECKING:  # what the binner brings

        def read(self, X: Any, *, reset: bool) -> tuple[list[str], list[Column]]:
            """Return names and columns of ``X``, checked."""

        def index_columns(self, columns: list[Column]) -> list[NDArray[np.int64]]:
            """Return the bin index of columns already read, shape (n,) each."""

        def _take(self, editors: dict[str, BinEditor]) -> None: ...

    def assign(
        self, X: Any, show: Literal["label", "index", "bad_rate", "woe"] = "label"
    ) -> pl.DataFrame:
        """Return the bin of every value of ``X`` (n, p), a column a feature.

        ``show`` says what of the bin: its label, its index in the binning table, its bad rate in
        the sample that was fitted on (null where that had no weight), or its WOE. Raises
        `InputError` for another ``show`` and for other columns than those fitted on.

        >>> from scorecard.binning import OptimalBinner
        >>> X = pl.DataFrame({"age": [1.0, 2.0, 3.0, 4.0]})
        >>> OptimalBinner(max_bins=2).fit(X, [1, 1, 0, 0]).assign(X)["age"].to_list()
        ['(-inf, 3)', '(-inf, 3)', '[3, inf)', '[3, inf)']
        """
        self._check_fitted()
        if show not in SHOWN:
            raise InputError(f"show must be one of {', '.join(SHOWN)}; got {show!r}.")
        _, columns = self.read(X, reset=False)
        index = self.index_columns(columns)
        return pl.DataFrame(
            [
                pl.Series(name, at if show == "index" else _shown(bins, show).gather(at))
                for (name, bins), at in zip(self.bins_.items(), index, strict=True)
            ]
        )

    def binning_table(self, feature: str) -> BinningTable:
        """Return one row per bin of ``feature`` and a last row ``total``.

        Columns: bin, count (rows), weight, share, bads, goods (weighted), bad_rate, woe, iv. In a
        notebook it is drawn with bars.
        """
        return BinningTable.of(self._bins(feature))

    def summary(self) -> BinningSummary:
        """Return one row per feature, the strongest first; see `BinningSummary`."""
        self._check_fitted()
        return BinningSummary.of(self.bins_.values())

    def compare(self, X: Any, y: Any = None, sample_weight: Any = None) -> BinComparison:
        """Hold the fitted bins against another sample, out of time perhaps; see `BinComparison`.

        ``X`` (n, p) has the columns fitted on, ``y`` (n,) the same two classes where outcomes are
        known. PSI counts training as its number of rows, and this sample as (Σw)²/Σw². Raises
        `InputError` for other columns or classes.
        """
        self._check_fitted()
        _, columns = self.read(X, reset=False)
        classes = getattr(self, "classes_", None)  # a card's binner reads no outcome itself
        bad, weight = read_sample(y, sample_weight, len(columns[0]), classes)
        bins = list(self.bins_.values())
        now = BinCounts.of(bins, self.index_columns(columns), bad, weight)
        return BinComparison.of(bins, BinCounts.of_training(bins), now)

    def plot(self, feature: str | None = None, *, kind: str = "rate") -> Figure:
        """Draw share and bad rate of every bin of ``feature``, with ``kind="woe"`` its WOE.

        Without a feature, all of them small, the strongest first, their IV beside the name.
        """
        if feature is None:
            self._check_fitted()
            return grid_figure(self.bins_.values(), kind)
        return bins_figure(self._bins(feature), kind)

    def stability_table(self, feature: str) -> pl.DataFrame:
        """Return one row per period and ordinary bin of ``feature``; see `stability`.

        Raises `InputError` where the binner was fitted without ``periods``.
        """
        editor = self.edit(feature)
        return editor.fit.stability(editor.bins, editor.partition)

    def edit(self, feature: str) -> BinEditor:
        """Return the bins of ``feature`` as they stand, for an expert's wishes."""
        self._bins(feature)
        if isinstance((editor := self.editors_[feature]).fit, SavedFit):
            raise InputError(
                f"Feature {feature}: the pieces that its bins are made of, and periods, are not "
                "saved in JSON; fit on the sample again to edit them, or edit before saving."
            )
        return editor

    def use(self, edited: BinEditor) -> Self:
        """Put edited bins in the place of the fitted ones; `transform` uses them from now on."""
        name = edited.fit.name
        if self.edit(name).fit is not edited.fit:
            raise InputError(f"These bins of {name} were edited from another fit; call edit again.")
        self._take({**self.editors_, name: edited})
        return self

    def _bins(self, feature: str) -> FeatureBins:
        self._check_fitted()
        if feature not in self.bins_:
            raise InputError(f"feature must be one of {', '.join(self.bins_)}; got {feature!r}.")
        return self.bins_[feature]

    def _check_fitted(self) -> None:
        try:
            check_is_fitted(self, "bins_")
        except SklearnNotFittedError as error:
            raise UnfittedError(str(error)) from None


def _shown(bins: FeatureBins, show: str) -> pl.Series:
    """Return what is shown of every bin."""
    if show == "label":
        return pl.Series(bins.labels)
    if show == "woe":
        return pl.Series(bins.woe)
    bads, goods = np.array(bins.bads), np.array(bins.goods)
    weight = bads + goods
    rate = np.divide(bads, weight, out=np.full(len(weight), np.nan), where=weight > 0)
    return pl.Series(rate, nan_to_null=True)
