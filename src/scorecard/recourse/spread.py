"""How far applicants lie apart in a field: the unit in which a change is measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from scorecard.contract import Column
from scorecard.errors import InputError
from scorecard.logodds import Floats

LOW, HIGH = 0.05, 0.95  # the observed range that a change keeps to where the lever has no other


@dataclass(frozen=True, slots=True)
class Spread:
    """A field's spread over the training rows: ``unit``, and its 5 % and 95 % quantiles.

    ``unit`` is the weighted median absolute deviation from the weighted median; where that is 0,
    because more than half of the applicants have the same value, the weighted median of the
    deviations that are not 0. Both in the field's own unit; a flag counts as 0 and 1.

    Raises `InputError` for a unit that is not positive or a range that is none.
    """

    unit: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0 < self.unit < math.inf and -math.inf < self.low <= self.high < math.inf):
            raise InputError(
                f"A spread needs a positive unit and a range; got {self.unit}, {self.low} to "
                f"{self.high}."
            )

    @property
    def step(self) -> float:
        """A twentieth of the unit, rounded down to a power of ten."""
        return float(10.0 ** math.floor(math.log10(self.unit / 20)))


class Spreads:
    """The spreads of the fields an applicant can change; ``rows`` is how many rows tell them.

    A field without any spread is left out: nothing was learnt of it, so nothing is advised on it.
    """

    def __init__(self, fields: Mapping[str, Spread], rows: int) -> None:
        self.fields = dict(fields)
        self.rows = rows

    @classmethod
    def measure(cls, frame: pl.DataFrame, weight: Floats, columns: Iterable[Column]) -> Spreads:
        """Measure the changeable numbers and flags of ``frame`` (n rows), weighted by (n,)."""
        found = {}
        for column in columns:
            if isinstance(column.change, str):
                values = frame[column.name].cast(pl.Float64).to_numpy()
                known = ~np.isnan(values)
                spread = _spread(values[known], weight[known])
                if spread is not None:
                    found[column.name] = spread
        return cls(found, frame.height)

    def to_dict(self) -> dict[str, Any]:
        """Return the spreads as JSON values."""
        return {"rows": self.rows, "fields": {name: asdict(s) for name, s in self.fields.items()}}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Spreads:
        """Rebuild the spreads from `to_dict`'s output."""
        fields = {name: Spread(**spread) for name, spread in data["fields"].items()}
        return cls(fields, data["rows"])


def _spread(values: Floats, weight: Floats) -> Spread | None:
    if not len(values):
        return None
    away = np.abs(values - _quantile(values, weight, 0.5))
    unit = _quantile(away, weight, 0.5)
    if unit == 0:
        apart = away > 0
        if not apart.any():
            return None
        unit = _quantile(away[apart], weight[apart], 0.5)
    return Spread(unit, _quantile(values, weight, LOW), _quantile(values, weight, HIGH))


def _quantile(values: Floats, weight: Floats, share: float) -> float:
    """Return the smallest value with at least ``share`` of the weight at or below it."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order])
    at = int(np.searchsorted(below, share * below[-1]))
    return float(values[order][min(at, len(values) - 1)])
