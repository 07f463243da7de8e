"""Who the models are about: the exclusions of training, asked of every application."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from scorecard.contract.column import Column
from scorecard.errors import BundleError
from scorecard.features import Expression
from scorecard.policy.document import Exclusion
from scorecard.values import Warned

OUTSIDE = "outside_population"


class Population:
    """The exclusions that an application's own fields decide.

    Training left such rows out, so a rating of one is an extrapolation and says so. Exclusions that
    read other columns (the outcome's) cannot be asked of an application.

    Raises `BundleError` for an exclusion that is no condition.
    """

    def __init__(self, exclusions: Iterable[Exclusion], columns: Sequence[Column]) -> None:
        kinds = {column.name: column.kind for column in columns}
        asked = {column.name for column in columns if column.asked}
        self._conditions: list[pl.Expr] = []
        self._warnings: list[Warned] = []
        for k, exclusion in enumerate(exclusions):
            expression = Expression(exclusion.rule, kinds)
            if expression.kind != "bool":
                raise BundleError(f"policy.json: exclusion {k + 1} must be a condition.")
            if not expression.reads <= asked:
                continue
            self._conditions.append(expression.polars.alias(f"exclusion_{k}"))
            self._warnings.append(
                Warned(
                    code=OUTSIDE,
                    feature=", ".join(sorted(expression.reads)),
                    text_zh=f"不在模型适用范围内（训练样本已排除）：{exclusion.reason_zh}",
                    text_en=f"Outside the population the models were trained on: "
                    f"{exclusion.reason_en}",
                )
            )

    def warnings(self, frame: pl.DataFrame) -> list[tuple[Warned, ...]]:
        """Return, for each row of checked applications, the exclusions that it meets."""
        if not self._conditions:
            return [()] * frame.height
        met = frame.select_seq(self._conditions).rows()
        return [
            tuple(warned for hit, warned in zip(row, self._warnings, strict=True) if hit)
            for row in met
        ]
