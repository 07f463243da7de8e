"""Files that are tables, and files that are not."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
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
        ("t.csv", b"a,b\n1,2,3\n", r"line 2 has 3 field\(s\) where the header has 2"),
        ("t.csv", b"a,b\r\n1,2\r\n3\r\n", r"line 3 has 1 field\(s\) where the header has 2"),
        ("t.csv", b'a,b\n"x\ny",2\n3\n', "line 4 has 1 "),
        ("t.csv", b"\na,b\n1,2\n\n3,4\n", "line 4 has 0 "),
        ("t.csv", f"a,b\n1,{MARKER},2\n".encode(), "line 2 has 3 "),
        ("t.csv", f'a,b\n1,"{MARKER}\n3,4\n'.encode(), "line 2 cannot be split"),
        ("t.csv", f'a,b\n"1"{MARKER},2\n'.encode(), "line 2 cannot be split"),
        ("t.csv", f'a,b\n1,{MARKER}"\n3,4\n'.encode(), "not a readable CSV"),
        ("t.csv", b"a,b\n1," + b"x" * 140_000 + b"\n", "line 2 cannot be split"),
        (
            "t.csv",
            f"{MARKER},b,{MARKER}\n1,2,3\n".encode(),
            r"line 1, the header, has 3 fields but only 2 different names \(fields 1 and 3",
        ),
        ("t.csv", b"a,,\n1,2,3\n", "fields 2 and 3 share"),
        ("t.csv", b"a,b\r1,2\r3,4\r", "not a readable CSV"),
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


def test_quoted_commas_and_lines_are_one_field_and_empty_lines_at_the_end_no_rows(tmp_path, small):
    text = '\ufeff\r\nfirm,note\r\n"A,B","x ""y""\nz"\r\nAB,\r\n\r\n\r\n'
    (tmp_path / "t.csv").write_bytes(text.encode())
    read = read_table(tmp_path / "t.csv", small)
    assert read.rows() == [("A,B", 'x "y"\nz'), ("AB", None)]
    (tmp_path / "t.csv").write_text("months\n1\n\n2\n")
    assert read_table(tmp_path / "t.csv", small).rows() == [(1,), (None,), (2,)]


def test_no_cut_through_a_csv_gives_a_table_with_invented_nulls(tmp_path, small, valid):
    frame = pl.DataFrame([{**valid, "note": 'a,"b\n'}] * 3)
    whole = frame.write_csv().encode()
    for end in range(len(frame.write_csv(include_header=True).splitlines()[0]) + 1, len(whole)):
        (tmp_path / "t.csv").write_bytes(whole[:end])
        try:
            read = read_table(tmp_path / "t.csv", small)
        except TableError:
            continue
        # Only the last field may have lost its end: a cut that no reader of CSV can see.
        assert read.drop("bad").equals(frame.drop("bad").head(read.height))


@pytest.mark.parametrize("folder", ["~", "a*[b]?", "k=1", "新 建"])
def test_a_path_is_taken_as_it_is_written(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    (tmp_path / folder).mkdir()
    frame = pl.DataFrame({"k": [7]})
    for name, write in (("t.parquet", frame.write_parquet), ("t.csv", frame.write_csv)):
        with (tmp_path / folder / name).open("wb") as file:
            write(file)
        assert read_table(f"{folder}/{name}").equals(frame)


@pytest.mark.parametrize("stem", ["x" * 300, "\0"])
def test_a_path_that_cannot_be_is_refused(tmp_path, stem):
    with pytest.raises(TableError):
        read_table(tmp_path / f"{stem}.parquet")


def test_odd_parquet_files_are_read_or_refused_and_checked(tmp_path, small, rules, valid):
    path = tmp_path / "t.parquet"
    odd = {
        "nested": pa.array([{"a": [{"b": b"x"}]}]), "lists": pa.array([[[1, 2]]]),
        "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), "": pa.array([1]),
        "two\nlines": pa.nulls(1), "row": pa.array([0]), "problems": pa.array(["old"]),
        **{f"c{i}": pa.array([i]) for i in range(10_000)},
    }  # fmt: skip
    table = pl.DataFrame([{**valid, "months": 0}]).to_arrow()
    pq.write_table(pa.table({**dict(zip(table.column_names, table.columns, strict=True)), **odd}),
                   path)  # fmt: skip
    checked = TableContract(small, rules).check(read_table(path))
    assert checked.ignored == tuple(odd)
    assert checked.rejected.columns[:2] == ["row", "problems"]
    assert checked.rejected["problems"][0].startswith("months: range")

    nested = pl.DataFrame({**{k: [v] for k, v in valid.items()}, "note": [["x"]]})
    nested.write_parquet(path)
    with pytest.raises(TableError, match=r"Column note must hold text .*found List"):
        TableContract(small, rules).check(read_table(path))
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), path)
    with pytest.raises(TableError, match="names two columns alike"):
        read_table(path)
    pq.write_table(pa.table({"a": pa.array([Decimal(1)], pa.decimal256(50, 2))}), path)
    with pytest.raises(TableError, match="none that polars knows"):
        read_table(path)


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "t.parquet").mkdir()
    with pytest.raises(TableError, match="no file"):
        read_table(tmp_path / "t.parquet")
    with pytest.raises(TableError, match=r"^\.: "):  # a path without a name is named all the same
        read_table(".")


def test_a_damaged_parquet_file_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"d": [dt.date(2020, 1, 1)] * 50, "x": range(50)}).write_parquet(path)
    whole = path.read_bytes()
    for cut in (whole[:-3], whole[: len(whole) // 2], whole[:40] + bytes(40) + whole[80:]):
        path.write_bytes(cut)
        with pytest.raises(TableError, match="not a readable parquet"):
            read_table(path)
