"""Any small table: a product that loads and accepts every row, or one clear sentence."""

import datetime as dt
import random
import tempfile
from decimal import Decimal
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scorecard as sc
from scorecard.draft import draft_product
from scorecard.errors import InputError

NAMES = st.one_of(
    st.sampled_from(
        ["id", "select", "class", "a b", 'say "x"', "年收入", "x.y", "Config", "float", "l", "_x",
         "schema", "row", "json", "validate", "default", "loan_status", "age", "ﬁ", "1st", "A", "a",
         "datetime", "column", "self", "a/b", "{x}", "%s", "'", "\\", "case", "null", "İ", "cls",
         "*", "^a$", "h"]
    ),
    st.text(min_size=1, max_size=8),
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
DAYS = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))
VALUES = {
    pl.Float64: st.floats(width=64),
    pl.Float32: st.floats(width=32, allow_nan=False, allow_infinity=False),
    pl.Int64: st.integers(-(2**63), 2**63 - 1) | st.integers(-9, 99),
    pl.UInt64: st.integers(0, 2**64 - 1),
    pl.Int8: st.integers(-2, 3),
    pl.Boolean: st.booleans(),
    pl.String: TEXTS | st.sampled_from(["A", "B", "NA", "1.5", "007", "2020-01-31"]),
    pl.Date: DAYS,
    pl.Datetime("us"): st.datetimes() | DAYS.map(lambda d: dt.datetime(d.year, d.month, d.day)),
    pl.Duration("us"): st.timedeltas(dt.timedelta(-9), dt.timedelta(9)),
    pl.List(pl.Int64): st.lists(st.integers(0, 3), max_size=2),
    pl.Decimal(12, 2): st.integers(-99, 99).map(Decimal),
    pl.Categorical(): st.sampled_from(["x", "y", "z"]),
    pl.Null: st.none(),
}
LEVELS = st.sampled_from([(0, 1), (0.0, 1.0), (False, True), (1, 2), ("n", "y"), ("", "a'b")])
TARGET = "the target"


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    """Draw few different values a column and spread them over the rows by a drawn seed."""
    rows = draw(st.integers(2, 9) | st.integers(40, 120))
    chance = random.Random(draw(st.integers(0, 2**32)))
    columns = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=5, unique=True)):
        dtype = draw(st.sampled_from(list(VALUES)))
        pool = draw(st.lists(VALUES[dtype], min_size=1, max_size=5))
        pool += [None] if draw(st.booleans()) else []
        drawn = pl.Series(chance.choices(pool, k=rows), dtype=dtype, strict=False)
        columns.append(drawn.alias(name))
    if draw(st.integers(0, 3)):
        columns.append(pl.Series("spread", [chance.gauss(0, 9) for _ in range(rows)]))
    if draw(st.booleans()):
        since = [dt.date(2020, 1, 1) + dt.timedelta(chance.randrange(900)) for _ in range(rows)]
        columns.append(pl.Series("申请日期", since))
    outcome = chance.choices([*draw(LEVELS), *draw(st.sampled_from([[], [None]]))], k=rows)
    return pl.DataFrame([*columns, pl.Series(TARGET, outcome)])


@given(tables())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_small_table_gives_a_product_or_one_sentence(table: pl.DataFrame) -> None:
    try:
        draft = draft_product("any_table", table, TARGET, day="2026-01-01")
    except InputError as refused:
        sentence = str(refused)
        assert "\n" not in sentence
        return
    with tempfile.TemporaryDirectory() as folder:
        product = sc.load_product(draft.write(Path(folder)))
    checked = product.table.check(table)
    assert checked.accepted.height == table.height
    told = set(draft.table()["column"])
    assert told == set(table.columns)
    assert set(checked.ignored) == set(draft.undeclared)
    product.refuse_leaks()
    assert product.features.evaluate(checked.accepted).height == table.height
