"""Files that are tables, and files that are not."""

import datetime as dt

import polars as pl
import pytest

from scorecard.contract import TableContract, read_table
from scorecard.errors import TableError

MARKER = "Zq7secret"


def test_a_csv_read_by_declared_kinds_equals_the_parquet_it_came_from(
    tmp_path, small, rules, valid
):
    frame = pl.DataFrame(
        [valid, {**valid, "margin": None, "staff": None, "flag": None, "founded": None}]
    )
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_csv(tmp_path / "t.csv")
    read = read_table(tmp_path / "t.csv", small)
    assert read.equals(read_table(tmp_path / "t.parquet"), null_equal=True)
    assert TableContract(small, rules).check(read).rejected.is_empty()
    assert read_table(str(tmp_path / "t.csv")).height == 2


def test_text_that_looks_like_a_number_stays_text(tmp_path, small):
    (tmp_path / "t.csv").write_text("﻿firm,amount,flag,other\n007, 1e3 ,TRUE,3\n", encoding="utf-8")
    read = read_table(tmp_path / "t.csv", small)
    assert read.rows() == [("007", 1000.0, True, "3")]


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("months", "3.0"), ("months", "1e3"), ("months", "99999999999999999999"),
        ("amount", "1_000"), ("amount", "0x10"), ("amount", MARKER),
        ("flag", "1."), ("flag", "yes"),
        ("as_of", "2020-1-1"), ("as_of", "20200101"), ("as_of", "2020-02-30"),
        ("as_of", "2020-01-01 00:00:00"), ("as_of", "0000-01-01"), ("as_of", "1654646400"),
    ],
)  # fmt: skip
def test_a_csv_value_of_the_wrong_kind_names_column_and_row_only(tmp_path, small, header, text):
    (tmp_path / "t.csv").write_text(f"firm,{header}\nAB,\nAB,{text}\n")
    with pytest.raises(TableError, match=rf"t\.csv: column {header} .*row 1 ") as refused:
        read_table(tmp_path / "t.csv", small)
    assert text not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("absent.parquet", None, "no such file"),
        ("t.xlsx", b"PK", "ending in .parquet or .csv; got .xlsx"),
        ("t", b"a", "no ending"),
        ("t.parquet", b"", "empty"),
        ("t.csv", b"", "empty"),
        ("t.csv", b"a,b\n", "no rows"),
        ("t.csv", b"\n\n", "t.csv"),
        ("t.parquet", b"a,b\n1,2\n", "not a readable parquet"),
        ("t.parquet", b"PAR1" + MARKER.encode() + b"PAR1", "not a readable parquet"),
        ("t.csv", b"a,b\n1,2,3\n", "not a readable CSV"),
        ("t.csv", f"a\n{MARKER}\n".encode() + "企业".encode("gbk"), "not a readable CSV"),
        ("t.csv", bytes(range(256)), "not a readable CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(tmp_path, small, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    for columns in (None, small):
        with pytest.raises(TableError, match=says) as refused:
            read_table(path, columns)
        text = str(refused.value)
        assert text.startswith(f"{name}: ")
        assert MARKER not in text
        assert str(tmp_path) not in text
        assert "\n" not in text


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "t.parquet").mkdir()
    with pytest.raises(TableError, match="no file"):
        read_table(tmp_path / "t.parquet")


def test_a_damaged_parquet_file_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"d": [dt.date(2020, 1, 1)] * 50, "x": range(50)}).write_parquet(path)
    whole = path.read_bytes()
    for cut in (whole[:-3], whole[: len(whole) // 2], whole[:40] + bytes(40) + whole[80:]):
        path.write_bytes(cut)
        with pytest.raises(TableError, match="not a readable parquet"):
            read_table(path)
