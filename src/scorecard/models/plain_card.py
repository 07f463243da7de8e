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

PARTS = 32  # even parts of a number's sample, beside the cuts of its bins


@dataclass(frozen=True)
class PlainCard:
    """A regression on WOE: the bins of every feature, its β (0 where not in the card), and α.

    ``places`` says which column each feature is, ``held`` that the bins stand as they are.
    ``parts`` is how many even parts of a number points anew may tell apart, ``limits`` how many
    bins at most (None: any) and of which share at least they may leave every feature with.
    """

    places: Sequence[int]
    editors: Sequence[BinEditor]
    betas: Sequence[float]
    alpha: float
    held: bool
    parts: int
    limits: Sequence[tuple[int | None, float]]

    @classmethod
    def of(
        cls,
        binner: OptimalBinner,
        terms: Terms,
        min_iv: float,
        *,
        held: bool,
        fine_bins: int | None = None,
    ) -> Self:
        """Return the card of a regression, with the features that the sign rule kept out.

        ``fine_bins`` takes the place of the binner's limits, but not of one feature's own.
        """
        beta = dict(zip((b.name for b in terms.bins), terms.betas, strict=True))
        asked = [(j, e) for j, e in enumerate(binner.editors_.values()) if worth(e.bins) >= min_iv]
        return cls(
            places=[j for j, _ in asked],
            editors=[editor for _, editor in asked],
            betas=[beta.get(editor.fit.name, 0.0) for _, editor in asked],
            alpha=terms.alpha,
            held=held,
            parts=PARTS if fine_bins is None else int(fine_bins),
            limits=[_limits(e, binner, fine_bins) for _, e in asked],
        )

    def margin(self, columns: Sequence[Column]) -> Floats:
        """Return the log-odds of bad, shape (n,)."""
        total = np.full(len(columns[0]), self.alpha)
        for place, editor, beta in zip(self.places, self.editors, self.betas, strict=True):
            if beta:
                total += beta * np.array(editor.bins.woe)[editor.bins.index_read(columns[place])]
        return total


def _limits(
    editor: BinEditor, binner: OptimalBinner, fine_bins: int | None
) -> tuple[int | None, float]:
    """Return how many bins at most, and of which share at least, are asked for a feature."""
    own = (binner.by_feature or {}).get(editor.fit.name, {}).keys()
    if fine_bins is not None and not own & {"max_bins", "min_bin_share"}:
        return int(fine_bins), 0.0
    settings = editor.fit.settings
    return settings.constraints["max_bins"], settings.min_bin_share or 0.0
