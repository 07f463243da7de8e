"""Bins given exactly: cut points or groups of levels that are counted, not sought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.binning.divergence import DIVERGENCES, shares
from scorecard.binning.number_prebins import NumberPrebins, Sample
from scorecard.binning.prebins import Counts, TextPrebins, exact_groups
from scorecard.binning.rules import direction
from scorecard.binning.search import NOTHING, Found, Pieces, Rows
from scorecard.binning.settings import Settings
from scorecard.binning.solver import Solution
from scorecard.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exact:
    """The bins that a person gave one feature; ``totals`` are the sample's bads and goods."""

    name: str
    settings: Settings
    totals: tuple[float, float]

    def best(self, rows: Rows) -> Found:
        """Return the bins as given, every piece a bin.

        Raises `InputError` for a bin that no row with weight is in, since it has no bad rate, and
        for levels that no group has. In a part of the sample an empty bin is left out instead.
        """
        pieces: Pieces | None
        if isinstance(rows.values, pl.Series):
            pieces = self._groups(rows.values, rows)
        else:
            pieces = self._cuts(rows.values, rows)
        if pieces is None:
            return NOTHING
        return Found(pieces, rows.parts(pieces), self._solution(pieces.counts))

    def _cuts(self, values: Floats, rows: Rows) -> NumberPrebins | None:
        asked = self.settings.by_hand.only or ()
        sample = Sample.of(values, rows.bad, rows.weight, self.settings.by_hand)
        pieces = None if sample is None else sample.evenly(self.settings.max_prebins)
        held = () if pieces is None else pieces.given.values()
        self._refuse([f"{cut:.15g}" for cut in asked if cut not in held], "cut", "cuts")
        return pieces

    def _groups(self, values: pl.Series, rows: Rows) -> TextPrebins | None:
        asked = self.settings.groups or ()
        pieces, outside = exact_groups(values, rows.bad, rows.weight, asked)
        if outside and not self.settings.part:
            raise InputError(
                f"Feature {self.name}: splits must hold every level of the sample; {outside} "
                f"{'level is' if outside == 1 else 'levels are'} in no group. Add them to groups, "
                "or give user_splits, where levels not named are free."
            )
        full = pieces.counts.bads + pieces.counts.goods > 0
        empty = [f"{k + 1} ({', '.join(asked[k])})" for k in np.flatnonzero(~full)]
        self._refuse(empty, "group", "groups")
        if not full.any():
            return None
        counts = pieces.counts
        return replace(
            pieces,
            groups=tuple(g for g, held in zip(pieces.groups, full, strict=True) if held),
            counts=Counts(counts.rows[full], counts.bads[full], counts.goods[full]),
        )

    def _refuse(self, empty: Sequence[str], one: str, many: str) -> None:
        if empty and not self.settings.part:
            raise InputError(
                f"Feature {self.name}: every bin of splits must hold rows with weight, else it has "
                f"no bad rate; leave out the {one if len(empty) == 1 else many} "
                f"{', '.join(empty)}, or join the bin with another."
            )

    def _solution(self, counts: Counts) -> Solution:
        bads, goods = counts.bads, counts.goods
        divergence = DIVERGENCES[self.settings.constraints["divergence"]]
        worth = float(divergence(*shares(bads, goods, *self.totals)).sum())
        text = self.settings.groups is not None
        holds = "none" if text else direction(bads / (bads + goods))
        return Solution(tuple(range(1, len(bads))), worth, holds)
