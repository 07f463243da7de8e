"""What a card may have beyond its regression, where inner folds say that it ranks better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scorecard.binning.columns import ColumnError
from scorecard.models.crossed_trees import crossed
from scorecard.models.crossing import Crossing, search_crosses
from scorecard.models.inner_fold import InnerFold
from scorecard.models.observations import Observations
from scorecard.models.pieces import Pieces
from scorecard.models.plain_card import PlainCard
from scorecard.models.refinement import Refinement, search_rounds
from scorecard.models.stumps import Stumps
from scorecard.models.terms import Terms


@dataclass(frozen=True)
class Enrichment:
    """Points estimated anew and grids of pairs, as far as inner folds take them.

    Both are None where they were not asked for or could not be tried.
    """

    refinement: Refinement | None = None
    crossing: Crossing | None = None

    @classmethod
    def search(cls, folds: Sequence[InnerFold], *, refine: bool, crosses: int) -> Enrichment:
        """Try them on the folds: points anew first, then at most so many pairs beside them."""
        refinement, crossing, grown, rounds = None, None, None, 0
        if refine and folds:
            refinement, grown = search_rounds(folds)
            rounds = refinement.rounds if refinement.taken else 0
        if crosses and folds:
            crossing = search_crosses(folds, grown, rounds, crosses)
        return cls(refinement, crossing)

    @property
    def taken(self) -> bool:
        """Whether anything is."""
        return any(each is not None and each.taken for each in (self.refinement, self.crossing))

    def terms(self, plain: PlainCard, regression: Terms, seen: Observations) -> Terms:
        """Return what the enriched card adds up, of the features that tell anything.

        Raises `ColumnError` where none does.
        """
        pieces, pairs = Pieces.of(plain), None
        if self.refinement is not None:
            rounds = self.refinement.rounds if self.refinement.taken else 0
            pieces = Stumps.fit(plain, seen, rounds).pieces(rounds)
        if self.crossing is not None and self.crossing.taken:
            pairs = self.crossing.best
        found = crossed(pieces, seen, pairs)
        kept, alpha = [], found.alpha
        dropped = {n: why for n, why in regression.dropped.items() if n not in regression.held}
        inside = {j for pair in found.grids for j in pair}
        for j, each in enumerate(found.attributes):
            if each.speaks or j in inside:
                kept.append(j)
            else:
                dropped[each.editor.fit.name] = "it tells nothing apart beside the others"
                alpha += each.margins[0]
        if not kept:
            raise ColumnError(f"No feature is left for the scorecard: {dropped}.")
        return Terms(
            editors=[found.attributes[j].editor for j in kept],
            betas=[plain.betas[j] for j in kept],
            alpha=alpha,
            dropped=dropped,
            held=[],
            margins=[found.attributes[j].margins for j in kept],
            grids={(kept.index(a), kept.index(b)): grid for (a, b), grid in found.grids.items()},
        )
