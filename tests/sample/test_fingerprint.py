"""The fingerprint of a table: the same for the same content however it lies in memory."""

import datetime as dt

import polars as pl
import pytest

import scorecard as sc
from scorecard.sample.fingerprint import fingerprint

DAY = dt.date(2024, 1, 31)
TABLE = pl.DataFrame(
    {"a": [1.5, None, -2.0], "b": [1, 2, None], "c": [True, None, False], "d": ["x", "", None],
     "e": [DAY, None, DAY]}
)  # fmt: skip


def test_memory_does_not_change_it(portfolio: pl.DataFrame) -> None:
    portfolio = portfolio.head(500)
    known = fingerprint(portfolio)
    assert fingerprint(pl.from_arrow(portfolio.to_arrow())) == known
    assert fingerprint(pl.concat([portfolio[:200], portfolio[200:]], rechunk=False)) == known
    filled = [column.fill_null(7.0) for column in portfolio.select(pl.col(pl.Float64))]
    under_nulls = portfolio.with_columns(
        column.set(portfolio[column.name].is_null(), None) for column in filled
    )
    assert under_nulls.equals(portfolio)
    assert fingerprint(under_nulls) == known


@pytest.mark.parametrize(
    "changed",
    [
        TABLE.rename({"a": "z"}),
        TABLE.reverse(),
        TABLE.select("b", "a", "c", "d", "e"),
        TABLE.head(2),
        TABLE.with_columns(pl.col("b").cast(pl.Float64)),
        TABLE.with_columns(pl.col("a").fill_null(0.0)),
        TABLE.with_columns(pl.col("c").fill_null(False)),
        TABLE.with_columns(pl.col("d").fill_null("")),
        TABLE.with_columns(d=pl.Series(["", "x", None])),
        TABLE.with_columns(e=pl.Series([DAY, None, dt.date(2024, 2, 1)])),
    ],
)
def test_any_change_of_content_changes_it(changed: pl.DataFrame) -> None:
    assert fingerprint(TABLE) == fingerprint(TABLE.clone()) != fingerprint(changed)


def test_training_knows_a_table_by_it(trained: sc.TrainingResult) -> None:
    assert trained.bundle.manifest["data_sha256"] == trained.sample.fingerprint
