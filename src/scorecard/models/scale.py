"""How log-odds become points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from scorecard.errors import InputError


@dataclass(frozen=True, slots=True)
class Scale:
    """score = ``offset`` − ``factor``·margin, with the margin in log-odds of bad.

    Raises `InputError` unless both are finite and the factor is positive.
    """

    factor: float
    offset: float

    def __post_init__(self) -> None:
        if not (0 < self.factor < math.inf and math.isfinite(self.offset)):
            raise InputError(
                f"A scale needs a positive factor and a finite offset; got {self.factor}, "
                f"{self.offset}."
            )

    @classmethod
    def by_odds(cls, pdo: float, base_score: float, base_odds: float) -> Scale:
        """Give ``base_score`` at goods:bads ``base_odds`` and ``pdo`` points for every doubling.

        factor = pdo / ln 2 and offset = base_score − factor·ln(base_odds) (Siddiqi, *Credit Risk
        Scorecards*, 2006). Raises `InputError` unless pdo and base_odds are positive.
        """
        if not (pdo > 0 and base_odds > 0):
            raise InputError(
                f"pdo and base_odds must be positive; got pdo={pdo!r}, base_odds={base_odds!r}."
            )
        factor = float(pdo / np.log(2))
        return cls(factor, float(base_score - factor * np.log(base_odds)))

    @classmethod
    def between(cls, min_score: float, max_score: float, safest: float, riskiest: float) -> Scale:
        """Give ``min_score`` to the ``riskiest`` margin and ``max_score`` to the ``safest``.

        Raises `InputError` unless the scores and the margins rise and are finite.
        """
        if not -math.inf < min_score < max_score < math.inf:
            raise InputError(
                f"min_score must be below max_score; got {min_score!r} and {max_score!r}."
            )
        if not safest < riskiest:
            raise InputError("Every application has the same risk: no scale can part them.")
        factor = float((max_score - min_score) / (riskiest - safest))
        return cls(factor, float(min_score + factor * riskiest))

    @classmethod
    def asked(
        cls,
        by_odds: tuple[float | None, float | None, float | None],
        between: tuple[float | None, float | None],
        margins: Callable[[], Iterable[float]],
    ) -> Scale:
        """Return the one scale that is given in full, see `by_odds` and `between`.

        ``margins`` finds the safest and the riskiest margin, where they are needed. Raises
        `InputError` for half a scale and for two.
        """
        if None not in by_odds and between == (None, None):
            return cls.by_odds(*by_odds)  # type: ignore[arg-type]
        if None not in between and by_odds == (None, None, None):
            return cls.between(*between, *margins())  # type: ignore[arg-type]
        pdo, base_score, base_odds = by_odds
        raise InputError(
            "A card has one scale: pdo, base_score and base_odds, or min_score and max_score; "
            f"got pdo={pdo}, base_score={base_score}, base_odds={base_odds}, "
            f"min_score={between[0]}, max_score={between[1]}."
        )
