"""What an applicant is compared with: typical values and merged codes, frozen at training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.explain.association import Merged, Tie, merge_codes, rank_correlation
from scorecard.features import Feature, FeatureSet
from scorecard.logodds import Floats

Value = float | str | None


@dataclass(frozen=True)
class Reference:
    """The reference population in numbers.

    ``typical`` maps each feature to the value that is typical of the training rows: the weighted
    median of a number, the commonest level of a text, None where training knew no value.
    ``merged`` are the groups of reason codes that are added before reasons are ranked, because
    features of them are correlated. Comparable; JSON both ways.
    """

    typical: Mapping[str, Value]
    merged: tuple[Merged, ...] = ()

    @classmethod
    def of(
        cls, features: FeatureSet, frame: pl.DataFrame, weight: Floats, *, merge_correlation: float
    ) -> Reference:
        """Take the reference from ``frame`` (n rows of features) and ``weight`` (n,).

        Codes are merged where features of them are at least ``merge_correlation`` rank correlated,
        in either direction; see `scorecard.explain.association`. Texts have no ranks: their codes
        are merged only as far as a number of the same code is. Special values are codes, no
        amounts, and are left out. Raises `InputError` where the weights do not fit the rows.
        """
        weight = np.asarray(weight, dtype=np.float64)
        if weight.shape != (frame.height,) or not (np.isfinite(weight) & (weight >= 0)).all():
            raise InputError(
                "weight must hold one finite number of at least 0 for each row; "
                f"got shape {weight.shape} for {frame.height} rows."
            )
        numbers = {
            feature.name: amounts(frame[feature.name], feature)
            for feature in features.features
            if feature.name in features.numeric
        }
        typical: dict[str, Value] = {
            name: weighted_quantile(numbers[name], weight, 0.5)
            if name in numbers
            else commonest(frame[name], weight)
            for name in features.names
        }
        members: dict[str, list[str]] = {}
        for feature in features.features:
            members.setdefault(feature.reason, []).append(feature.name)
        correlation = rank_correlation(list(numbers.values()), weight)
        return cls(typical, merge_codes(members, list(numbers), correlation, merge_correlation))

    def check(self, features: FeatureSet) -> None:
        """Raise `InputError` unless this is a reference of these features and their codes."""
        if tuple(self.typical) != features.names:
            raise InputError("The reference must hold a typical value of each feature, in order.")
        for name, value in self.typical.items():
            kind = float if name in features.numeric else str
            if value is not None and type(value) is not kind:
                raise InputError(
                    f"The typical value of {name} must be of type {kind.__name__} or null; "
                    f"got {type(value).__name__}."
                )
        codes = {feature.reason for feature in features.features}
        found = [code for group in self.merged for code in group.codes]
        if len(set(found)) < len(found) or not codes.issuperset(found):
            raise InputError("Merged codes must be codes of the features, each in one group.")

    def groups(self, codes: Sequence[str]) -> list[tuple[str, ...]]:
        """Return ``codes`` in groups, merged ones together, in the order of each group's first."""
        home = {code: group.codes for group in self.merged for code in group.codes}
        found: dict[tuple[str, ...], list[str]] = {}
        for code in codes:
            found.setdefault(home.get(code, (code,)), []).append(code)
        return [tuple(group) for group in found.values()]

    def to_dict(self) -> dict[str, Any]:
        """Return the reference as JSON values."""
        return {
            "typical": dict(self.typical),
            "merged": [
                {
                    "codes": list(group.codes),
                    "ties": [
                        {"features": list(tie.features), "correlation": tie.correlation}
                        for tie in group.ties
                    ],
                }
                for group in self.merged
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Reference:
        """Rebuild a reference from `to_dict`'s output; the two compare equal."""
        merged = [
            Merged(
                tuple(str(code) for code in group["codes"]),
                tuple(
                    Tie((str(first), str(second)), float(tie["correlation"]))
                    for tie in group["ties"]
                    for first, second in [tie["features"]]
                ),
            )
            for group in data["merged"]
        ]
        return cls({str(name): value for name, value in data["typical"].items()}, tuple(merged))


def amounts(values: pl.Series, feature: Feature) -> Floats:
    """Return a number's values (n,), NaN where missing or where a special value stands."""
    found = values.cast(pl.Float64).to_numpy().copy()
    if feature.special_values:
        found[np.isin(found, feature.special_values)] = np.nan
    return np.asarray(found, dtype=np.float64)


def weighted_quantile(values: Floats, weight: Floats, q: float) -> float | None:
    """Return the smallest known value with at least ``q`` of the known weight at or below it.

    Always a value that some row has, so that a typical count is a whole number. None where nothing
    is known or weighs anything.
    """
    known = ~np.isnan(values) & (weight > 0)
    if not known.any():
        return None
    order = np.argsort(values[known], kind="stable")
    below = np.cumsum(weight[known][order])
    place = min(int(np.searchsorted(below, q * below[-1])), len(order) - 1)
    return float(values[known][order][place])


def commonest(values: pl.Series, weight: Floats) -> str | None:
    """Return the level with the most weight, of equal ones the first in alphabetical order."""
    masses: dict[str, float] = {}
    for level, each in zip(values.to_list(), weight.tolist(), strict=True):
        if level is not None:
            masses[level] = masses.get(level, 0.0) + each
    return min(masses, key=lambda level: (-masses[level], level), default=None)
