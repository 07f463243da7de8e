"""A fitted card over its raw columns, and texts and names that try to leave their quotes."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from engines import Engine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import scorecard as sc
from scorecard.binning import FeatureBins
from scorecard.errors import InputError, NotFittedError
from scorecard.models import Scorecard

WICKED = (
    "'; drop table features; --", "a'b", "''", '"', '""', "\\", "\\'", "\\\\'", "a\\", "\\n", "\n",
    "\r\n", "/*", "*/", "-- x", "${hiveconf:x}", "$${x}", "${", "$1", "$$", "%s", "{x}", "?", ":x",
    "`", "]]", ";", "\u2019", "\u00a0", "𝒳", "日本", "\u202e", "\x1b[31m", "e'\\''", "x' || 'y",
    "\\u0027", "\\047", "&", "&x", "", " ", "null",
)  # fmt: skip
NAMES = ("select", 'a"b', "a`b", "'; --", "é 日本", "x.y", "/*", "A", "table", "$1", "%s", "a\\")


def card_of(name: str, levels: tuple[str, ...]) -> Scorecard:
    """A card of one text feature, each level worth its own points."""
    n = len(levels)
    bins = FeatureBins(
        name=name, kind="text", trend="none", objective=1.0, splits=(),
        groups=tuple((level,) for level in levels), special_values=(),
        woe=tuple(float(k) for k in range(n + 2)), rows=(1,) * (n + 2), bads=(1.0,) * (n + 2),
        goods=(1.0,) * (n + 2),
    )  # fmt: skip
    points = tuple(k / 3 for k in range(n + 2))
    return Scorecard((bins,), (points,), 28.9, 487.1, (0.0,), (-1.0,), 0.0, base=-0.1)


def scored(engine: Engine, card: Scorecard, rows: pl.DataFrame, table: str) -> pl.DataFrame:
    engine.load(table, rows)
    sql = card.to_sql(engine.name, table=table, keep=["row_id"])
    return engine.run(sql).sort("row_id")


def test_no_level_leaves_its_literal(engine: Engine) -> None:
    card = card_of("select", WICKED)
    texts = [*WICKED, None, "unseen", "$", "a''b", *(w * 2 for w in WICKED if w)]
    rows = pl.DataFrame({"row_id": range(len(texts)), "select": texts})
    got = scored(engine, card, rows, "features")
    want = card.score(card.points(rows))
    assert got["score"].to_list() == want.tolist()
    assert len(set(got["score"].head(len(WICKED)).to_list())) == len(WICKED)


def test_no_name_leaves_its_quotes(engine: Engine) -> None:
    for k, name in enumerate(NAMES):
        card = card_of(name, ("a",))
        rows = pl.DataFrame({"row_id": [0, 1, 2], name: ["a", None, "b"]})
        table = f"t{k}" if "." in name or engine.name == "spark" else f"t{k}{name}"
        got = scored(engine, card, rows, table)
        assert got.columns == ["row_id", "score", "margin", "probability", f"points_{name}"]
        assert got["score"].to_list() == card.score(card.points(rows)).tolist(), name


@settings(max_examples=60, deadline=None)
@given(level=st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))))
def test_any_text_is_its_own_level(postgres: Engine, level: str) -> None:
    rows = pl.DataFrame({"row_id": [0, 1], "x": [level, level + "'"]})
    card = card_of("x", (level,))
    assert scored(postgres, card, rows, "levels")["score"].to_list() == [
        card.score_one([0.0]), card.score_one([2 / 3]),
    ]  # fmt: skip


def test_a_classifier_writes_what_it_computes(engine: Engine) -> None:
    rng = np.random.default_rng(3)
    n = 4_000
    x = np.round(rng.normal(size=n), 2)
    x[::17], x[1::19] = math.nan, -9.0
    level = rng.choice(["a", "b'", "c\\"], n)
    bad = rng.random(n) < 1 / (1 + np.exp(1.5 - x - (level == "a")))
    frame = pl.DataFrame({"row_id": np.arange(n), "x": pl.Series(x).fill_nan(None), "Group": level})
    fit = frame.drop("row_id")
    model = sc.ScorecardClassifier(special_values={"x": [-9.0]}, points_digits=0).fit(fit, bad)
    unseen = frame.with_columns(
        pl.when(pl.col("row_id") % 50 == 0).then(pl.lit("new")).otherwise("Group").alias("Group")
    )
    engine.load("features", unseen)
    got = engine.run(model.to_sql(engine.name, keep=["row_id"])).sort("row_id")
    columns = unseen.drop("row_id")
    assert got["score"].to_list() == model.score_points(columns).tolist()
    assert got["margin"].to_list() == model.decision_function(columns).tolist()
    assert_allclose(
        got["probability"].to_numpy(), model.predict_proba(columns)[:, 1], rtol=1e-12, atol=0
    )
    points = [f"points_{name}" for name in model.scorecard_.features]
    assert (got.select(points).to_numpy() == model.points(columns)).all()


def test_crossed_features_are_added_as_the_card_adds_them(engine: Engine) -> None:
    rng = np.random.default_rng(8)
    n = 3_000
    x, z = np.round(rng.normal(size=(2, n)), 2)
    x[::17] = -9.0
    level = rng.choice(["a", "b'", "c\\"], n)
    margin = x * (level == "a") + 1.5 * np.sign(x * z) + 1.5 * np.sin(7 * z) - 1
    bad = rng.random(n) < 1 / (1 + np.exp(-margin))
    frame = pl.DataFrame({"row_id": np.arange(n), "x": x, "Group": level, "z": z})
    model = sc.ScorecardClassifier(
        special_values={"x": [-9.0]}, refine=True, crosses=3, fine_bins=24, min_iv=0.0
    )
    card = model.fit(frame.drop("row_id"), bad).scorecard_
    assert card.crosses
    assert max(bins.ordinary for bins in card.bins) > 8
    asked = pl.col("row_id") % 50
    rows = frame.with_columns(
        Group=pl.when(asked == 0).then(pl.lit("new")).otherwise("Group"),
        z=pl.when(asked == 1).then(None).otherwise("z"),
    )
    got = scored(engine, card, rows, "crossed")
    points = card.points(rows)
    assert got["score"].to_list() == card.score(points).tolist()
    assert (got.select(f"points_{name}" for name in card.features).to_numpy() == points).all()


def test_what_is_no_number_is_missing(postgres: Engine) -> None:
    bins = FeatureBins(
        name="x", kind="number", trend="none", objective=1.0, splits=(-1e300, 0.0, 1.0),
        groups=(), special_values=(7.0,), woe=tuple(map(float, range(7))), rows=(1,) * 7,
        bads=(1.0,) * 7, goods=(1.0,) * 7,
    )  # fmt: skip
    card = Scorecard((bins,), (tuple(map(float, range(7))),), 20.0, 600.0, (0.0,), (-1.0,), 0.0)
    values = [math.nan, math.inf, -math.inf, None, -1.7976931348623157e308, -1e300, -0.0, 7.0,
              math.nextafter(7.0, 8.0), 1.7976931348623157e308]  # fmt: skip
    rows = pl.DataFrame({"row_id": range(10), "x": pl.Series(values, dtype=pl.Float64)})
    got = scored(postgres, card, rows, "numbers")
    assert got["score"].to_list() == [5, 5, 5, 5, 0, 1, 2, 4, 3, 3]


def test_names_an_engine_takes_for_one_are_refused() -> None:
    with pytest.raises(InputError, match="row_id"):
        card_of("x", ("a",)).to_sql("duckdb", keep=["row_id", "ROW_ID"])
    assert card_of("x", ("a",)).to_sql("postgres", keep=["row_id", "ROW_ID"])
    with pytest.raises(InputError, match="got the text 'row_id'"):
        card_of("x", ("a",)).to_sql("duckdb", keep="row_id")
    with pytest.raises(NotFittedError):
        sc.ScorecardClassifier().to_sql("duckdb")
