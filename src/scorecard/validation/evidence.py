"""Everything that the sections of a report read, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.logodds import Floats
from scorecard.policy import Policy
from scorecard.policy.validation import ValidationRules
from scorecard.rating import Bundle, Rater
from scorecard.rating.baseline import Baseline
from scorecard.sample import Judged, Part

#: Sections with tests; each gets its share of the report's ``alpha``.
TESTING = (
    "discrimination", "calibration", "stability", "concentration", "migration", "leakage",
    "fairness", "challenger",
)  # fmt: skip


@dataclass(frozen=True)
class Rated:
    """The rows of a window and what both models say of them, in the order of the rows.

    ``answers`` has the columns of `Rater.answers`.
    """

    part: Part
    answers: pl.DataFrame

    @property
    def y(self) -> Floats:
        """Outcomes (n,), bad is 1."""
        return self.part.y

    @property
    def weight(self) -> Floats:
        """Weights (n,)."""
        return self.part.weight

    def __len__(self) -> int:
        return len(self.part)

    def numbers(self, name: str) -> Floats:
        """Return a column of the answers (n,) as numbers."""
        return self.answers[name].to_numpy()

    @cached_property
    def pd(self) -> Floats:
        """PDs (n,) of the model that answers."""
        return self.numbers("pd")

    @cached_property
    def margin(self) -> Floats:
        """Margins (n,), log-odds of bad, of the model that answers."""
        return self.numbers("margin")

    @cached_property
    def grade(self) -> NDArray[np.int64]:
        """Grades (n,) as indices, 0 the safest."""
        return self.answers["grade"].to_numpy()


@dataclass(frozen=True)
class Evidence:
    """A model and the rows it is judged on.

    ``judged`` are the rows in question, ``early`` the in-time rows of the same table where it holds
    enough. ``rater`` and ``policy`` are the bundle's own, ``other`` the answers of another bundle
    (a champion, ``other_name``) on the judged rows, None where none was given. ``seed`` fixes every
    draw.
    """

    bundle: Bundle
    rater: Rater
    policy: Policy
    sample: Judged
    judged: Rated
    early: Rated | None
    other: Rated | None = None
    other_name: str | None = None
    seed: int = 0

    @property
    def baseline(self) -> Baseline:
        """What training froze of its rows."""
        return self.rater.baseline

    @property
    def rules(self) -> ValidationRules:
        """The product's rules for the lights."""
        return self.policy.validation

    @property
    def alpha(self) -> float:
        """The level of one section's tests, all together."""
        return self.rules.alpha / len(TESTING)

    @property
    def grades(self) -> tuple[str, ...]:
        """The labels of the master scale, the safest first."""
        return tuple(self.rater.scale.labels)

    def some(self, most: int) -> NDArray[np.intp]:
        """Return at most ``most`` of the judged rows, drawn by the seed, in order."""
        n = len(self.judged)
        if n <= most:
            return np.arange(n)
        chosen = np.random.default_rng(self.seed).choice(n, most, replace=False)
        return np.sort(chosen)
