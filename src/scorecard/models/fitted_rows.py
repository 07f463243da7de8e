"""The rows that a card was fitted on, and what is kept of them where rows must not go."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorecard.errors import InputError
from scorecard.models.card_comparison import CardSample
from scorecard.models.precision import Precision
from scorecard.models.scorecard import Scorecard

Floats = NDArray[np.float64]


class FittedRows:
    """The rows of a fit as bins of ``card``, in memory; a pickle holds statistics in their place.

    ``index`` are the bins of every row, (n,) by feature, ``bad`` and ``weight`` (n,), ``theta`` the
    card's intercept and coefficients, None where its points follow no coefficients.
    """

    def __init__(
        self,
        card: Scorecard,
        index: list[NDArray[np.int64]],
        bad: NDArray[np.bool_],
        weight: Floats,
        theta: Floats | None,
    ) -> None:
        # As small as it goes: a byte for every value, nearly always.
        size = np.min_scalar_type(max(len(bins.woe) for bins in card.bins))
        self._rows = card, [own.astype(size) for own in index], bad, weight, theta

    @cached_property
    def seen(self) -> CardSample:
        """What other samples are compared with; see `ScorecardClassifier.compare`."""
        card, index, bad, weight, _ = self._rows
        return CardSample.of(card, [own.astype(np.int64) for own in index], bad, weight)

    @cached_property
    def precision(self) -> Precision:
        """What the sample tells of the coefficients.

        Raises `InputError` where statsmodels is not installed, or was not where this was pickled.
        """
        if not hasattr(self, "_rows"):
            raise InputError(
                "A pickled card holds no row of its sample, and statsmodels was not installed "
                "where it was pickled; install it there, or fit again."
            )
        card, index, bad, weight, theta = self._rows
        assert theta is not None  # who asks has looked whether points follow coefficients
        woe = [np.array(bins.woe)[own] for bins, own in zip(card.bins, index, strict=True)]
        return Precision.of(np.column_stack((np.ones(len(bad)), *woe)), bad, weight, theta)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: never a row or an outcome."""
        if not hasattr(self, "_rows"):
            return self.__dict__
        kept: dict[str, Any] = {"seen": self.seen}
        if self._rows[-1] is not None:
            with suppress(InputError):  # no statsmodels: asked for, the precision says so
                kept["precision"] = self.precision
        return kept
