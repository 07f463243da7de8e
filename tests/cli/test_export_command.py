"""``scorecard export``: what lands in the file, on the screen, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

import scorecard as sc
from scorecard.export import PortableCard, to_sql


def test_the_file_is_a_statement_that_rates(
    scorecard, bundle_path: Path, rater: sc.Rater, portfolio: pl.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "card.sql"
    code, out, err = scorecard("export", bundle_path, "--dialect", "duckdb", "--out", file)
    assert (code, err) == (0, "")
    assert f"bundle {rater.model.sha256[:12]}" in out
    assert str(file) in out.replace("\n", "")
    applications = portfolio.head(50)
    with duckdb.connect() as connection:
        connection.register("applications", applications.to_arrow())
        got = pl.DataFrame(pl.from_arrow(connection.sql(file.read_text()).to_arrow_table()))
    identifiers = [c.name for c in rater.product.columns if c.role == "identifier"]
    assert got.columns[: len(identifiers) + 1] == [*identifiers, "score"]
    rated = rater.rate(applications)
    column = "score" if rater.answering == "scorecard" else "second_score"
    assert got["score"].to_list() == rated[column].to_list()


def test_without_a_file_the_statement_is_printed_and_remarks_go_beside_it(
    scorecard, bundle_path: Path, rater: sc.Rater
) -> None:
    code, out, err = scorecard(
        "export", bundle_path, "--dialect", "hive", "--table", "lake.apps", "--keep", "uscc"
    )
    assert code == 0
    assert out == to_sql(rater, dialect="hive", table="lake.apps", keep=["uscc"]) + ";\n"
    assert "text only" in " ".join(err.split())


def test_a_document_goes_out_and_is_a_model_again(
    scorecard, bundle_path: Path, rater: sc.Rater, tmp_path: Path
) -> None:
    file = tmp_path / "card.json"
    code, out, _ = scorecard("export", bundle_path, "--format", "json", "--out", file, "--json")
    assert code == 0
    said = json.loads(out)
    assert (said["file"], said["model_sha256"]) == (str(file), rater.model.sha256)
    assert PortableCard.from_json(file.read_text(encoding="utf-8")) == PortableCard.of(rater)
    code, out, _ = scorecard("export", file, "--dialect", "spark", "--json")
    assert code == 0
    said = json.loads(out)
    assert said["text"] == to_sql(rater, dialect="spark") + ";\n"
    assert said["executed_by_tests"] is True


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "with --dialect"),
        (("--dialect", "oracle"), "dialect must be one of duckdb"),
        (("--format", "pmml"), "--format must be one of sql, json; got 'pmml'"),
        (("--format", "json", "--table", "t"), "--table is of SQL"),
        (("--dialect", "duckdb", "--out", "card.txt"), "ending in .sql"),
        (("--dialect", "duckdb", "--out", "absent/card.sql"), "folder does not exist"),
    ],
)
def test_a_mistake_is_one_sentence_before_any_work(
    scorecard, args: tuple[str, ...], said: str
) -> None:
    code, out, err = scorecard("export", "no_model_is_loaded", *args)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_file_that_is_no_document_is_refused_and_nothing_is_written(
    scorecard, tmp_path: Path
) -> None:
    (tmp_path / "wrong.json").write_text("{}", encoding="utf-8")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    out = tmp_path / "card.sql"
    for name, said in (
        ("wrong", "no scorecard in JSON"), ("bytes", "UTF-8"), ("absent", "No such file"),
    ):  # fmt: skip
        model = tmp_path / f"{name}.json"
        code, _, err = scorecard("export", model, "--dialect", "duckdb", "--out", out)
        assert code == 2
        assert said in err
    assert not out.exists()
