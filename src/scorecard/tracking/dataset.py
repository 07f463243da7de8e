"""What a run read: a table's identity, schema and size, none of its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.types import ColSpec, Schema

from scorecard.tracking.signature import type_of

Context = Literal["train", "test", "validation"]

#: MLflow keeps so many characters of a digest.
DIGEST = 36


@dataclass(frozen=True)
class DataSet:
    """A table that a run reads.

    ``digest`` identifies its content, ``source`` says where it came from: a file's path where
    ``file``, any words otherwise. ``schema`` are its columns and types, ``profile`` plain numbers
    such as its rows.
    """

    name: str
    digest: str
    source: str
    schema: pl.Schema
    file: bool = False
    profile: Mapping[str, Any] = field(default_factory=dict)

    def entity(self, context: Context) -> DatasetInput:
        """Return what MLflow stores: an input in the context train, validation or test."""
        columns = Schema([ColSpec(type_of(dtype), name) for name, dtype in self.schema.items()])
        where = {"uri": self.source} if self.file else {"tags": {"mlflow.source.name": self.source}}
        data = Dataset(
            name=self.name,
            digest=self.digest[:DIGEST],
            source_type="local" if self.file else "code",
            source=json.dumps(where),
            schema=json.dumps({"mlflow_colspec": columns.to_dict()}),
            profile=json.dumps(dict(self.profile)),
        )
        return DatasetInput(data, [InputTag("mlflow.data.context", context)])
