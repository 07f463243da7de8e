"""A product's features: compiled once, frozen with a hash, evaluated on any frame."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from scorecard.errors import ProductError
from scorecard.features.expression import Expression
from scorecard.features.feature import Feature

Value = float | str | None

#: What the frozen form says of an expression beside its declaration.
FROZEN = ("normal", "kind", "reads")


class FeatureSet:
    """Ordered features over declared columns.

    ``features`` are the declarations, ``columns`` maps every column of the product to its kind.
    A numeric or boolean expression is a number (Float64), a text one stays text. Whatever is not a
    finite number after evaluation is missing.

    Raises `ProductError`, naming the feature, for a repeated name, an expression that cannot be
    normalised, a date, or a text feature with a declared trend.
    """

    def __init__(self, features: Iterable[Feature], columns: Mapping[str, str]) -> None:
        declared = tuple(features)
        self._take(declared, tuple(_expression(f, columns) for f in declared))

    def _take(self, features: tuple[Feature, ...], expressions: tuple[Expression, ...]) -> None:
        self.features = features
        self.expressions = expressions
        self.names: tuple[str, ...] = tuple(f.name for f in features)
        repeated = {name for name in self.names if self.names.count(name) > 1}
        if repeated:
            raise ProductError(f"Feature {sorted(repeated)[0]} is declared twice; rename one.")
        for feature, expression in zip(features, expressions, strict=True):
            if expression.kind == "date":
                raise ProductError(
                    f"Feature {feature.name} is a date; make it a number of days, e.g. a - b."
                )
            if expression.kind == "text" and feature.trend in ("ascending", "descending"):
                raise ProductError(
                    f"Feature {feature.name} is a text and cannot be {feature.trend}; "
                    "its trend must be none."
                )
        self.numeric: tuple[str, ...] = tuple(
            f.name for f, e in zip(features, expressions, strict=True) if e.kind != "text"
        )
        self._is_number = [e.kind != "text" for e in expressions]
        self._compiled = [
            (e.polars.cast(pl.Float64) if e.kind == "bool" else e.polars).alias(f.name)
            for f, e in zip(features, expressions, strict=True)
        ]
        self.hash: str = hashlib.sha256(_canonical(self.to_dict())).hexdigest()

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, name: str) -> Feature:
        return self.features[self.names.index(name)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeatureSet) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        return f"FeatureSet({len(self)} features, hash {self.hash[:12]})"

    @property
    def reads(self) -> frozenset[str]:
        """Every column that some feature reads."""
        return frozenset().union(*(e.reads for e in self.expressions))

    def lineage(self) -> dict[str, frozenset[str]]:
        """Return the columns that each feature reads."""
        return {f.name: e.reads for f, e in zip(self.features, self.expressions, strict=True)}

    def trends(self) -> dict[str, str]:
        """Return each feature's declared trend."""
        return {f.name: f.trend for f in self.features}

    def evaluate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Evaluate all features on ``frame`` (n rows) → n rows × features; missing is null."""
        out = frame.select(self._compiled)
        numbers = out.select(self.numeric)
        if numbers.width and not np.isfinite(numbers.fill_null(0.0).to_numpy()).all():
            out = out.with_columns(
                pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name)
                for name in self.numeric
            )
        return out

    def evaluate_one(self, frame: pl.DataFrame) -> tuple[Value, ...]:
        """Evaluate all features on a frame of one row; the same values as `evaluate`."""
        row: tuple[Any, ...] = frame.select_seq(self._compiled).row(0)
        return tuple(
            None if number and value is not None and not math.isfinite(value) else value
            for value, number in zip(row, self._is_number, strict=True)
        )

    def subset(self, names: Sequence[str]) -> FeatureSet:
        """Return a feature set of ``names`` only, in that order."""
        at = [self.names.index(name) for name in names]
        subset = FeatureSet.__new__(FeatureSet)
        subset._take(tuple(self.features[i] for i in at), tuple(self.expressions[i] for i in at))
        return subset

    def to_dict(self) -> dict[str, Any]:
        """Return declarations and normal forms as JSON values; what the hash is taken of."""
        return {
            "features": [
                {**f.to_dict(), **_frozen(e)}
                for f, e in zip(self.features, self.expressions, strict=True)
            ]
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], columns: Mapping[str, str]) -> FeatureSet:
        """Rebuild a feature set from `to_dict`'s output; the hash is the same.

        Each declared SQL is normalised again over ``columns``, as in the constructor: the frozen
        normal form is compared, never run. Raises `ProductError` for a feature whose frozen form is
        not what its SQL gives.
        """
        features, frozen = [], []
        for item in data["features"]:
            declared = dict(item)
            frozen.append({key: declared.pop(key, None) for key in FROZEN})
            features.append(Feature.from_dict(declared))
        rebuilt = cls(features, columns)
        for feature, expression, then in zip(features, rebuilt.expressions, frozen, strict=True):
            if _frozen(expression) != then:
                raise ProductError(
                    f"Feature {feature.name}: its frozen form is not what its SQL gives in this "
                    "version; it was changed, or frozen by another version."
                )
        return rebuilt


def _expression(feature: Feature, columns: Mapping[str, str]) -> Expression:
    try:
        return Expression(feature.sql, columns)
    except ProductError as error:
        raise ProductError(f"Feature {feature.name}: {error}") from error


def _frozen(expression: Expression) -> dict[str, Any]:
    return {
        "normal": expression.normal,
        "kind": expression.kind,
        "reads": sorted(expression.reads),
    }


def _canonical(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
