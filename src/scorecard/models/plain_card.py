"""The card that points estimated anew and grids of pairs begin with, and must beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.binner import OptimalBinner
from scorecard.binning.columns import Column
from scorecard.binning.editing import BinEditor
from scorecard.models.regression import worth
from scorecard.models.terms import Terms

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlainCard:
    """A regression on WOE: the bins of every feature, its β (0 where not in the card), and α.

    ``places`` says which column each feature is, ``held`` that the bins stand as they are.
    """

    places: Sequence[int]
    editors: Sequence[BinEditor]
    betas: Sequence[float]
    alpha: float
    held: bool = False

    @classmethod
    def of(cls, binner: OptimalBinner, terms: Terms, min_iv: float, *, held: bool) -> Self:
        """Return the card of a regression, with the features that the sign rule kept out."""
        beta = dict(zip((b.name for b in terms.bins), terms.betas, strict=True))
        asked = [(j, e) for j, e in enumerate(binner.editors_.values()) if worth(e.bins) >= min_iv]
        return cls(
            places=[j for j, _ in asked],
            editors=[editor for _, editor in asked],
            betas=[beta.get(editor.fit.name, 0.0) for _, editor in asked],
            alpha=terms.alpha,
            held=held,
        )

    def margin(self, columns: Sequence[Column]) -> Floats:
        """Return the log-odds of bad, shape (n,)."""
        total = np.full(len(columns[0]), self.alpha)
        for place, editor, beta in zip(self.places, self.editors, self.betas, strict=True):
            if beta:
                total += beta * np.array(editor.bins.woe)[editor.bins.index_read(columns[place])]
        return total
