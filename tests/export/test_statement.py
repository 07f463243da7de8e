"""The law of the statement: an engine says of every row what the rater says."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import sqlglot
from engines import Duck, Engine
from enriched import differences
from numpy.testing import assert_allclose

import scorecard as sc
from scorecard.contract import read_table
from scorecard.errors import InputError
from scorecard.export import DIALECTS, PortableCard, statement, to_sql
from scorecard.models import Calibration, MasterScale

ROOT = Path(__file__).parent.parent.parent

ROWS = {"duckdb": 20_000, "postgres": 20_000, "spark": 5_000}


def test_an_engine_gives_the_raters_points_and_grades_to_the_bit(
    engine: Engine, road: PortableCard, awkward: pl.DataFrame, wanted: pl.DataFrame
) -> None:
    rows, want = (frame.head(ROWS[engine.name]) for frame in (awkward, wanted))
    engine.load("applications", rows)
    got = engine.run(to_sql(road, dialect=engine.name, keep=["row_id"])).sort("row_id")
    assert got.columns == [*want.columns[:3], "log_odds", *want.columns[3:]]
    assert differences(got, want) == {}
    assert_allclose(got["pd"].to_numpy(), want["pd"].to_numpy(), rtol=1e-12, atol=0)
    assert got["grade"].n_unique() == len(road.scale.labels)


def test_the_rows_meet_every_bin_and_both_sides_of_its_edge(
    road: PortableCard, coded_rater: sc.Rater, awkward: pl.DataFrame
) -> None:
    features = coded_rater.features.evaluate(awkward)
    edges = 0
    for bins in road.card.bins:
        met = set(np.unique(bins.index(features[bins.name])).tolist())
        every = set(range(len(bins.woe) - (bins.kind == "number")))
        assert every <= met, (bins.name, every - met)
        values = set(features[bins.name].to_list())
        for cut in bins.splits:
            edges += cut in values and np.nextafter(cut, -np.inf) in values
    assert edges > 20


def edges_below(sql: str, _: PortableCard) -> str:
    return sql.replace(" < ", " <= ")


def one_cut_nudged(sql: str, road: PortableCard) -> str:
    cut = next(b.splits[0] for b in road.card.bins if b.name == "debt_to_assets")
    return sql.replace(f"{cut!r}e0", f"{math.nextafter(cut, math.inf)!r}e0")


def summed_from_the_right(sql: str, _: PortableCard) -> str:
    line = next(line for line in sql.splitlines() if line.endswith(' AS "score"') and "+" in line)
    base, *points = line.removesuffix(' AS "score"').split(" + ")
    return sql.replace(line, f'{" + ".join([base, *reversed(points)])} AS "score"')


def an_unseen_level_is_of_the_first_group(sql: str, road: PortableCard) -> str:
    bins, points = next(
        (b, p)
        for b, p in zip(road.card.bins, road.card.bin_points, strict=True)
        if b.kind == "text"
    )
    was, now = (f"{points[k]!r}e0" for k in (bins.unseen_index, 0))
    return re.sub(
        rf"ELSE {re.escape(was)}(\s+END AS \"points_{bins.name}\")", rf"ELSE {now}\1", sql
    )


@pytest.mark.parametrize(
    "fault",
    [edges_below, one_cut_nudged, summed_from_the_right, an_unseen_level_is_of_the_first_group],
)
def test_a_wrong_statement_is_noticed(
    road: PortableCard,
    awkward: pl.DataFrame,
    wanted: pl.DataFrame,
    fault: Callable[[str, PortableCard], str],
) -> None:
    right = to_sql(road, dialect="duckdb", keep=["row_id"])
    wrong = fault(right, road)
    assert wrong != right
    with Duck() as engine:
        engine.load("applications", awkward)
        got = engine.run(wrong).sort("row_id")
    assert differences(got, wanted)


@pytest.mark.real_data
def test_real_loans_get_the_points_of_their_card(data_folder: Path, postgres: Engine) -> None:
    product = sc.load_product(ROOT / "features" / "sba_7a")
    loans = read_table(data_folder / "sba_7a" / "loans.parquet", product.columns)
    loans = loans.with_row_index("row_id").with_columns(pl.col("row_id").cast(pl.Int64))
    features = product.features.evaluate(loans)
    model = sc.ScorecardClassifier().fit(features, loans["MIS_Status"] == "CHGOFF")
    card, own = model.scorecard_, product.features.subset(model.scorecard_.features)
    road = PortableCard(
        product=product.name, sha256="0", policy_version="0", feature_hash=own.hash,
        answering="scorecard", card=card, features=own,
        columns={k: v for k, v in product.kinds.items() if k in own.reads},
        calibration=Calibration(0.3, 1.1, 0.7, 0.1),
        scale=MasterScale.geometric(first_edge=0.01, ratio=50.0, count=10, pd_floor=0.0),
    )  # fmt: skip
    points = card.points(features)
    score = card.score(points)
    log_odds = road.calibration.log_odds(card.margin(score))
    want = pl.DataFrame(
        {
            "row_id": loans["row_id"], "score": score, "log_odds": log_odds,
            "grade": road.scale.grades(log_odds),
            **{f"points_{name}": points[:, j] for j, name in enumerate(card.features)},
        }
    )  # fmt: skip
    table = loans.select("row_id", *road.columns)
    with Duck() as duck:
        for engine in (duck, postgres):
            engine.load("loans", table)
            sql = to_sql(road, dialect=engine.name, table="loans", keep=["row_id"])
            assert differences(engine.run(sql).sort("row_id"), want) == {}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_header_says_what_it_is(road: PortableCard, dialect: str) -> None:
    sql = to_sql(road, dialect=dialect, table="lake.risk.applications", keep=["uscc"])
    header = [line for line in sql.splitlines() if line.startswith("-- ")]
    said = "\n".join(header)
    for what in (road.product, road.sha256, road.feature_hash, road.policy_version, dialect):
        assert what in said
    executed = dialect in ROWS
    assert ("executed by the tests" in said) == executed
    assert ("text only" in said) == (not executed)
    # Hive's own shell splits statements at a semicolon, and pairs quotes, even in a comment.
    assert not set("'\";`") & set(said)
    assert sql.splitlines()[len(header)].startswith("WITH ")


def test_nothing_leaves_the_header(road: PortableCard) -> None:
    wicked = dataclasses.replace(road, policy_version="1\n; drop table x; --\u2028*/'")
    lines, plain = (to_sql(r, dialect="spark").splitlines() for r in (wicked, road))
    assert [line for line, other in zip(lines, plain, strict=True) if line != other] == [
        "-- policy   1?? drop table x? --??/?"
    ]


def test_another_models_bundle_is_marked(
    road: PortableCard,
) -> None:
    other = statement(dataclasses.replace(road, answering="boosted"), dialect="duckdb")
    assert "boosted model answers" in other.notes[0]
    assert f"-- note     {other.notes[0]}" in other.sql
    assert statement(road, dialect="duckdb").notes == ()
    assert "text only" in statement(road, dialect="hive").notes[0]


def test_a_feature_that_computes_with_the_engines_own_function_is_named(
    road: PortableCard,
) -> None:
    features = sc.FeatureSet(
        [
            dataclasses.replace(f, sql=f"ln({f.sql})") if f.name == "debt_to_assets" else f
            for f in road.features.features
        ],
        road.columns,
    )
    logged = dataclasses.replace(road, features=features)
    (note,) = statement(logged, dialect="duckdb").notes
    assert note.startswith("feature debt_to_assets computes ln ")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"dialect": "oracle"}, "dialect must be one of duckdb, postgres, spark, hive"),
        ({"dialect": "duckdb", "table": "a.b.c.d"}, "catalog.schema.table"),
        ({"dialect": "duckdb", "table": ""}, "table must be"),
        ({"dialect": "duckdb", "keep": "uscc"}, "keep must be a list"),
        ({"dialect": "duckdb", "keep": ["PD"]}, "'PD' and 'pd' are one name in duckdb"),
        ({"dialect": "postgres", "keep": ["x" * 64]}, "takes names of 63 bytes at most"),
        ({"dialect": "spark", "table": "${t}"}, "replaces"),
        ({"dialect": "duckdb", "keep": ["a\0b"]}, "NUL"),
    ],
)
def test_what_cannot_be_said_is_refused(
    road: PortableCard, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        to_sql(road, **asked)


@pytest.mark.parametrize("dialect", ["bigquery", "redshift"])
def test_a_statement_that_no_test_executes_reads_back(road: PortableCard, dialect: str) -> None:
    found = statement(road, dialect=dialect, table="lake.risk.applications", keep=["uscc"])
    text = "\n".join(line for line in found.sql.splitlines() if not line.startswith("--"))
    tree = sqlglot.parse_one(text, read=dialect)
    again = tree.sql(dialect=dialect, pretty=True, max_text_width=100)
    assert again == text
    assert "overflows" in found.notes[1]
    # Read in another dialect the tree computes what DuckDB's statement does: same columns.
    assert (
        tree.named_selects
        == sqlglot.parse_one(
            to_sql(road, dialect="duckdb", keep=["uscc"]), read="duckdb"
        ).named_selects
    )
    quote = {"bigquery": "`", "redshift": '"'}[dialect]
    assert f"{quote}lake{quote}.{quote}risk{quote}.{quote}applications{quote}" in text


@pytest.mark.parametrize("name", ["a`b", "a\\b", "a\nb", "x" * 301])
def test_names_that_bigquery_would_read_otherwise_are_refused(
    road: PortableCard, name: str
) -> None:
    with pytest.raises(InputError, match="bigquery"):
        to_sql(road, dialect="bigquery", keep=[name])
