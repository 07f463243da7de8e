"""What a card adds up in log-odds of bad, before it becomes points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scorecard.binning.editing import BinEditor
from scorecard.binning.feature_bins import FeatureBins
from scorecard.models.cross import Cross

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """α and what every feature of a card brings: β·WOE, or ``margins``, a number for each bin.

    ``grids`` are log-odds by bins of two features, named by their places; ``dropped`` says of every
    other feature why it is not in the card, ``held`` which of them the sign rule keeps out.
    """

    editors: Sequence[BinEditor]
    betas: list[float]
    alpha: float
    dropped: dict[str, str]
    held: list[str]
    margins: Sequence[Sequence[float]] | None = None
    grids: Mapping[tuple[int, int], Floats] = field(default_factory=dict)

    @property
    def bins(self) -> list[FeatureBins]:
        """The bins of every feature."""
        return [editor.bins for editor in self.editors]

    def crosses(self, index: Sequence[NDArray[np.int64]], weight: Floats) -> list[Cross]:
        """Return the grids with their means over rows: ``index`` is their bin, (n,) by feature."""
        names = [bins.name for bins in self.bins]
        return [
            Cross(
                names[a], names[b], tuple(map(tuple, grid.tolist())),
                float(np.average(grid[index[a], index[b]], weights=weight)),
            )
            for (a, b), grid in self.grids.items()
        ]  # fmt: skip
