"""What every exact interventional explanation of a boosted model is and promises."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from scorecard.errors import ExplanationError, InputError
from scorecard.explain.additivity import check_additivity
from scorecard.explain.decisions import Floats
from scorecard.explain.forest import Forest
from scorecard.models.boosted import BoostedModel


class Interventional(ABC):
    """Exact interventional Shapley values in log-odds of bad, per original feature.

    ``background`` is encoded by the model, shape (m, features). The value of a coalition is the
    mean margin over the background with the coalition's features taken from the row, so ``base``
    plus a row's contributions is its margin. Every sum is taken in a fixed order without BLAS: a
    row's bits do not depend on its neighbours, on threads or on processes.

    The margin of `explain` adds the leaves tree by tree in float64. Contributions reshuffle when a
    value changes, so their sum can move in its last digit where no leaf did; the sum of the leaves
    cannot, and keeps the declared trends to the bit.

    Attributes
    ----------
    base : float
        Mean margin of the background.
    how : str
        ``"tables"`` or ``"direct"``: two ways to the same values.

    Raises `ExplanationError` for an empty background or a booster whose trees cannot be read to
    the margin it gives itself.
    """

    how: ClassVar[str]
    _chunk: int  # rows explained at once

    def __init__(
        self, model: BoostedModel, background: Floats, *, forest: Forest | None = None
    ) -> None:
        background = model.check_matrix(background)
        if len(background) == 0:
            raise ExplanationError("The background must have at least one row; got none.")
        self._model = model
        self._width = len(model.features)
        self._prepare(Forest.read(model.booster) if forest is None else forest, background)
        self._bias = 0.0
        own = model.margin(background)
        leaves, _ = self.explain(background)
        self._bias = math.fsum((own - leaves).tolist()) / len(own)
        margin, contributions = self.explain(background)
        self.base = math.fsum(margin.tolist()) / len(margin)
        # The trees were read from xgboost's own format: a change of its meaning must not pass.
        check_additivity(self.base, contributions, own)
        check_additivity(0.0, margin[:, np.newaxis], own)

    def contributions(self, matrix: Floats) -> Floats:
        """Return each feature's contribution to each margin, shape (rows, features).

        ``matrix`` is encoded by the model, shape (rows, features). Positive is riskier.
        """
        return self.explain(matrix)[1]

    def explain(self, matrix: Floats) -> tuple[Floats, Floats]:
        """Return each row's margin, shape (rows,), and contributions, shape (rows, features)."""
        matrix = self._model.check_matrix(matrix)
        margin = np.empty(len(matrix), dtype=np.float64)
        result = np.empty(matrix.shape, dtype=np.float64)
        for start in range(0, len(matrix), self._chunk):
            rows = slice(start, start + self._chunk)
            self._explain(matrix[rows], margin[rows], result[rows])
        return margin, result

    def contributions_one(self, row: Floats) -> Floats:
        """Return one encoded row's contributions, shape (features,); same bits as in a batch."""
        if np.ndim(row) != 1:
            raise InputError(f"A row must have shape (features,); got {np.shape(row)}.")
        return np.asarray(self.explain(row)[1][0])

    @abstractmethod
    def _prepare(self, forest: Forest, background: Floats) -> None:
        """Do what can be done before any row is known; set ``_chunk``."""

    @abstractmethod
    def _explain(self, matrix: Floats, margin: Floats, out: Floats) -> None:
        """Write the margins, ``_bias`` added, and contributions of a few rows."""
