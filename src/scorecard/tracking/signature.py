"""What a logged model takes and gives, in MLflow's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.schema import AnyType

from scorecard.contract.column import Column

TYPES = {
    "float": DataType.double,
    "int": DataType.long,
    "bool": DataType.boolean,
    "str": DataType.string,
    "date": DataType.datetime,
}

OUTPUTS = Schema(
    [
        ColSpec(DataType.double, "pd"),
        ColSpec(DataType.double, "score"),
        ColSpec(DataType.string, "grade"),
        ColSpec(DataType.string, "answered_by"),
        ColSpec(DataType.string, "problems"),
    ]
)


def signature_of(columns: Iterable[Column]) -> ModelSignature:
    """Return the signature of a bundle: an application's columns in, one rating a row out.

    An ``int`` that may be missing has the type any: pandas holds it as floats where a value is
    missing and as integers where none is, and MLflow takes no type for both.
    """
    specs = []
    for column in columns:
        if column.asked:
            loose = column.kind == "int" and not column.required
            of: Any = AnyType() if loose else TYPES[column.kind]
            specs.append(ColSpec(of, column.name, required=not loose))
    return ModelSignature(inputs=Schema(specs), outputs=OUTPUTS)


def type_of(dtype: pl.DataType) -> DataType:
    """Return MLflow's type of a column in one of the contract's canonical types."""
    if dtype.is_float():
        return DataType.double
    if dtype.is_integer():
        return DataType.long
    if dtype == pl.Boolean:
        return DataType.boolean
    return DataType.datetime if dtype == pl.Date else DataType.string
