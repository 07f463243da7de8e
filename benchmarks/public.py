"""The public tables that models are compared on, each as features and an outcome."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class PublicTable:
    """Where a table lies and what its columns mean; ``ids`` name rows and say nothing of them.

    Columns a lender may look at only for audits (age, sex) stay in: all sides read the same, and
    the figures published elsewhere include them.
    """

    name: str
    target: str
    bad: int = 1
    ids: tuple[str, ...] = ()

    def load(self) -> tuple[pd.DataFrame, Any]:
        """Return the features (numbers are float64, texts objects) and 1 for bad, 0 for good."""
        frame = pl.read_parquet(data_folder() / "public" / f"{self.name}.parquet")
        y = (frame[self.target] == self.bad).cast(pl.Int64).to_numpy()
        columns = {}
        for series in frame.drop(self.target, *self.ids):
            if series.dtype == pl.String:
                columns[series.name] = pd.Series(series.to_list(), dtype=object)
            else:
                columns[series.name] = pd.Series(series.cast(pl.Float64).to_numpy())
        return pd.DataFrame(columns), y


TABLES = (
    PublicTable("german", "target", bad=2),
    PublicTable("hmeq", "BAD"),
    PublicTable("polish_bankruptcy_5y", "class"),
    PublicTable("taiwan_default", "default payment next month", ids=("ID",)),
    PublicTable("give_me_some_credit", "SeriousDlqin2yrs", ids=("id",)),
)


def data_folder() -> Path:
    """Return the folder of the tables; `SystemExit` with the reason where there is none."""
    folder = Path(os.environ.get("SCORECARD_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "public").is_dir():
        raise SystemExit(f"No public tables in {folder}; set SCORECARD_DATA to their folder.")
    return folder
