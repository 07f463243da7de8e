"""Which rows test: a quarter of the time, or rows held out by what they hold."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from scorecard import sample
from scorecard.draft import draft_product
from scorecard.draft import windows as made
from scorecard.errors import InputError
from scorecard.features import Expression


def drafted(**columns: object) -> made.Windows:
    return draft_product("any", pl.DataFrame(columns), "y", day="2026-01-01").windows


def test_training_asks_as_many_bads_and_goods_as_drafting_counts() -> None:
    assert made.FEWEST == sample.FEWEST


def test_the_last_quarter_tests_from_the_first_of_a_month_on() -> None:
    days = [dt.date(2020, 1, 1) + dt.timedelta(k // 2) for k in range(1460)]
    windows = drafted(applied=days, x=[*range(73)] * 20, y=[0, 1, 0, 0] * 365)
    assert windows.in_time == "applied < date '2021-07-01'"
    assert windows.out_of_time == "applied >= date '2021-07-01'"
    assert windows.trainable


def test_a_table_sorted_by_outcome_is_split_evenly_all_the_same() -> None:
    y = np.repeat([0, 1], [900, 300])
    windows = drafted(nr=list(range(1200)), x=np.arange(1200) % 7, y=y)
    assert windows.date is None
    assert windows.late.mean() == pytest.approx(0.3, abs=0.01)
    assert y[windows.late].mean() == pytest.approx(0.25, abs=0.01)


def test_a_coarse_column_that_predicts_does_not_part_the_bad_rates() -> None:
    """Rows that share a value may not all fall on one side: z would have a variance near 4."""
    z = []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        n = 3_000
        loan = rng.integers(10, 400, n)
        y = (rng.random(n) < 1 / (1 + np.exp(1 - rng.normal(0, 1.5, 400)[loan]))).astype(int)
        table = pl.DataFrame({
            "loan": loan * 100,
            "years": rng.integers(0, 40, n),
            "value": [None if gap else int(v) for gap, v in zip(
                rng.random(n) < 0.3, rng.integers(0, 60, n), strict=True)],
            "job": rng.choice(["a", "b", "c"], n),
            "y": y,
        })  # fmt: skip
        table = pl.concat([table, table.head(200)])  # equal rows fall together
        draft = draft_product("any", table, "y", day="2026-01-01", keep=["loan"])
        late, y = draft.windows.late, table["y"].to_numpy()
        assert (late[:200] == late[n:]).all()
        turned = draft_product("any", table.reverse(), "y", day="2026-01-01", keep=["loan"])
        assert (turned.windows.late[::-1] == late).all()
        rate, sides = y.mean(), (y[~late], y[late])
        error = np.sqrt(rate * (1 - rate) * sum(1 / len(side) for side in sides))
        z.append((sides[1].mean() - sides[0].mean()) / error)
        assert late.mean() == pytest.approx(0.3, abs=0.04)
    assert np.mean(np.square(z)) < 1.6
    assert np.abs(z).max() < 2.5


def test_a_key_is_hashed_alone() -> None:
    rng = np.random.default_rng(3)
    columns = {"loan_id": rng.permutation(900), "amount": rng.integers(1, 90, 900)}
    said = drafted(**columns, y=rng.integers(0, 2, 900)).said
    assert 'a hash of "loan_id";' in said


@pytest.mark.parametrize(
    "columns",
    [
        {"ratio": np.random.default_rng(0).random(400) / 1e6},  # near values fall far apart
        {"amount": 1000 * np.random.default_rng(0).integers(1, 400, 400)},
        {"企业代号": [f"E{k}" for k in range(400)], "grade": [*"ABCD"] * 100},
        {
            name: np.random.default_rng(k).choice(["p", "q", "it's", ""], 400)
            for k, name in enumerate(["a", 'b "c"', "d"])
        },
        {name: np.random.default_rng(ord(name)).random(400) < 0.5 for name in "abcd"},
    ],
    ids=["small numbers", "round amounts", "text keys", "texts", "flags"],
)
def test_rows_are_held_out_by_what_they_hold(columns: dict[str, object]) -> None:
    table = pl.DataFrame({**columns, "y": [0, 1, 1, 0] * 100})
    draft = draft_product("any", table, "y", day="2026-01-01", keep=list(columns)[:1])
    windows = draft.windows
    assert 0.1 <= windows.late.mean() <= 0.5
    kinds = {each.column.name: each.column.kind for each in draft.columns}
    both = table.select(
        early=Expression(windows.in_time, kinds).polars,
        late=Expression(windows.out_of_time, kinds).polars,
    )
    assert both["late"].to_list() == windows.late.tolist()
    assert (both["early"] != both["late"]).all()


def test_rows_that_nothing_tells_apart_are_refused() -> None:
    with pytest.raises(InputError, match=r"No column tells the rows apart .* --date"):
        drafted(x=[1, 2, 2, 2, 1] * 20, y=[0, 1, 1, 1] * 25)
