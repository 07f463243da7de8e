"""Any frame at the border becomes the same polars frame, or is refused by name."""

import datetime as dt
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from scorecard.contract import TableContract, as_frame
from scorecard.errors import InputError, TableError

MARKER = "Zq7secret"


@pytest.fixture(scope="module")
def contract(small, rules):
    return TableContract(small, rules)


@pytest.fixture
def gaps(valid):
    """Three valid rows, with nulls wherever a column allows them, and one row out of range."""
    nullable = dict.fromkeys(("margin", "staff", "grade", "code", "note", "flag", "founded"))
    return pl.DataFrame([valid, {**valid, **nullable}, {**valid, "months": 61}, valid])


@pytest.mark.parametrize(
    "convert",
    [
        pl.DataFrame.lazy,
        pl.DataFrame.to_arrow,
        pl.DataFrame.to_pandas,
        lambda f: f.to_pandas(use_pyarrow_extension_array=True),
        lambda f: f.to_pandas().astype(object),
        lambda f: f.to_pandas().convert_dtypes(),
        lambda f: f.to_pandas().set_index(pd.Index([5, 5, 6, 7])),
        lambda f: f.to_pandas().astype(dict.fromkeys(["firm", "grade", "months"], "category")),
        lambda f: f.to_pandas().assign(founded=f["founded"].to_list()).astype({"founded": object}),
    ],
    ids=["lazy", "arrow", "pandas", "arrow-backed", "object", "nullable", "index", "category",
         "dates"],
)  # fmt: skip
def test_every_kind_of_frame_is_checked_as_the_polars_frame_is(contract, gaps, convert):
    expected, checked = contract.check(gaps), contract.check(convert(gaps))
    assert checked.accepted.equals(expected.accepted)
    assert checked.accepted.schema == expected.accepted.schema
    assert checked.problems == expected.problems
    assert list(checked.problems) == [2]


def test_a_polars_frame_comes_back_as_it_is(small, gaps):
    assert as_frame(gaps, small) is gaps


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (pd.Series([12.0, np.nan]), pl.Int64),
        (pd.Series([2.0**53 - 1, np.nan]), pl.Int64),
        (pd.Series([12.0, 7.0]), pl.Int64),
        (pd.Series([12.0, None], dtype="Float64"), pl.Int64),
        (pd.Series(pd.arrays.FloatingArray(np.array([np.nan, 1.0]), np.zeros(2, bool))), pl.Int64),
        (pd.Series([12.5, np.nan]), pl.Float64),
        (pd.Series([np.inf, np.nan]), pl.Float64),
        (pd.Series([2.0**53, np.nan]), pl.Float64),
        (pd.Series([2.0**24, np.nan], dtype="float32"), pl.Float32),
        (pd.Series([np.nan, np.nan]), pl.Null),
        (pd.Series([True, None], dtype=object), pl.Boolean),
    ],
)
def test_floats_become_integers_only_where_nothing_is_lost(small, values, dtype):
    read = as_frame(pd.DataFrame({"staff": values, "margin": values, "other": values}), small)
    assert read["staff"].dtype == dtype
    assert read["staff"].null_count() == sum(map(pd.isna, values))
    if dtype == pl.Int64:
        assert read["staff"].drop_nulls().to_list() == [int(v) for v in values if not pd.isna(v)]
        assert read["margin"].dtype == read["other"].dtype == pl.Float64


def test_a_column_without_any_value_takes_any_declared_type(contract, gaps):
    empty = gaps.to_pandas()
    for name in ("note", "flag", "founded", "staff"):
        empty[name] = np.nan
    assert contract.check(empty).accepted["founded"].null_count() == 3


@pytest.mark.parametrize(
    "values",
    [
        ["a", 1], [True, 1], [object(), None], ["\ud800", "a"], [2**70, 1], [1j, 2],
        [MARKER, 5], [dt.date(2020, 1, 1), MARKER],
        [dt.date(2020, 1, 1), dt.datetime(2020, 1, 1, 5)],
    ],
)  # fmt: skip
def test_a_pandas_column_of_mixed_values_is_refused_by_name(small, values):
    with pytest.raises(TableError, match=r"^Column odd") as refused:
        as_frame(pd.DataFrame({"odd": pd.Series(values, dtype=object)}), small)
    assert MARKER not in str(refused.value)
    assert refused.value.__cause__ is None


def test_names_that_are_no_text_or_twice_there_are_refused(small):
    with pytest.raises(TableError, match=r"column 1 .* int"):
        as_frame(pd.DataFrame([[1, 2]], columns=["a", 7]), small)
    with pytest.raises(TableError, match="tuple"):
        as_frame(pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), small)
    for twice in (
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pa.table([[1], [2]], names=["a", "a"]),
    ):
        with pytest.raises(TableError, match="Column a is there twice"):
            as_frame(twice, small)


def test_a_lazy_frame_that_fails_names_the_kind_of_failure(small):
    broken = pl.LazyFrame({"a": [MARKER]}).select(pl.col("a").cast(pl.Int64))
    with pytest.raises(TableError, match="InvalidOperationError") as refused:
        as_frame(broken, small)
    assert MARKER not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"a": [1]}, "builtins.dict"), ([{"a": 1}], "builtins.list"), (None, "NoneType"),
        (np.zeros((1, 1)), "numpy.ndarray"), (pl.Series([1]), "Series"), ("t.csv", "builtins.str"),
        (pd.Series([1]), "Series"), (pl.DataFrame, "builtins.type"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_its_type(contract, data, named):
    with pytest.raises(InputError, match=rf"pyarrow Table; got \S*{named}"):
        contract.check(data)


def test_polars_frames_need_neither_pandas_nor_pyarrow():
    code = (
        "import sys, polars as pl\n"
        "from scorecard.contract.frames import as_frame\n"
        "as_frame(pl.LazyFrame({'a': [1]}), [])\n"
        "assert not {'pandas', 'pyarrow', 'pandera'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
