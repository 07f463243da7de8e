"""A first look at a table: the draft's own numbers, and nobody's name."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

import scorecard as sc
from scorecard.draft import draft_product
from scorecard.draft.evidence import weigh
from scorecard.errors import InputError

N = 600


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    rng = np.random.default_rng(4)
    bad = rng.random(N) < 0.3
    return pl.DataFrame({
        "loan_id": rng.permutation(N) + 70_001,
        "company_name": [f"Secret {k % 300} Ltd" for k in range(N)],
        "phone": [f"139{k // 2:08d}" for k in range(N)],
        "debt": [None if gap else float(v) for gap, v in zip(
            rng.random(N) < 0.25, rng.integers(1, 60, N) + 20 * bad, strict=True)],
        "delays": np.where(rng.random(N) < 0.1, 999, rng.integers(0, 4, N)),
        "trade": rng.choice(["<food>", "toys"], N, p=[0.8, 0.2]),
        "repaid": np.where(rng.random(N) < 0.99, ~bad, bad).astype(int),
        "country": ["CN"] * N,
        "since": [dt.date(2010, 1, 1) + dt.timedelta(int(k) % 40) for k in range(N)],
        "empty": pl.Series([None] * N, dtype=pl.Float64),
        "y": bad,
    })  # fmt: skip


def rows(profile: sc.Profile) -> dict[str, dict[str, object]]:
    return {row["column"]: row for row in profile.table.iter_rows(named=True)}


def test_the_numbers_are_those_of_the_columns(frame: pl.DataFrame) -> None:
    found = rows(sc.profile(frame, "y"))
    debt, known = found["debt"], frame["debt"].drop_nulls()
    assert debt["missing"] == frame["debt"].null_count() / N
    assert debt["distinct"] == known.n_unique()
    told = [debt[name] for name in ("minimum", "q05", "median", "q95", "maximum")]
    assert told == np.quantile(known.to_numpy(), [0, 0.05, 0.5, 0.95, 1]).tolist()
    assert (found["trade"]["commonest"], found["trade"]["distinct"]) == ("<food>", 2)
    assert found["trade"]["commonest_share"] == (frame["trade"] == "<food>").mean()
    assert found["delays"]["special"] == "999"
    assert found["since"]["remark"].startswith("2010-01-01 to 2010-02-09")
    assert found["empty"]["kind"] is None


def test_it_judges_as_the_draft_does(frame: pl.DataFrame) -> None:
    found = rows(sc.profile(frame, "y"))
    y = frame["y"].cast(pl.Float64).to_numpy()
    evidence = weigh(frame["debt"], y)
    assert (found["debt"]["iv"], found["debt"]["auc"]) == (evidence.iv, evidence.auc)
    draft = draft_product("any", frame, "y", day="2026-01-01").table()
    for name, role, why in draft.select("column", "role", "why").iter_rows():
        if role in ("identifier", "outcome"):
            assert found[name]["remark"].endswith(why)
    assert found["loan_id"]["remark"].startswith("identifier: ")
    assert found["repaid"]["remark"].startswith("suspected leak: ")
    assert "same value in every row" in str(found["country"]["remark"])
    assert (found["y"]["iv"], found["y"]["remark"]) == (None, "the target")
    blind = rows(sc.profile(frame))
    assert [row["auc"] for row in blind.values()] == [None] * len(blind)
    assert blind["repaid"]["remark"] != found["repaid"]["remark"]
    assert blind["debt"]["remark"] == ""


def test_nobody_is_named(frame: pl.DataFrame) -> None:
    profile = sc.profile(frame, "y")
    for name in ("loan_id", "company_name", "phone"):
        row = rows(profile)[name]
        assert row["distinct"] is not None
        shown = ("commonest", "minimum", "q05", "median", "q95", "maximum", "special")
        assert {row[each] for each in shown} == {None}
    for said in (str(profile), profile._repr_html_()):
        assert not any(word in said for word in ("Secret", "139000", "70001", "70,001"))
    few = rows(sc.profile(pl.DataFrame({"income": [1.5, 1.5, 1.5, 1.5, *range(2, 60)]})))
    assert few["income"]["maximum"] == 59.0
    assert few["income"]["commonest"] is None, "fewer than five rows share it"
    five = rows(sc.profile(pl.DataFrame({"income": [1.5] * 5 + [*range(2, 60)]})))
    assert five["income"]["commonest"] == "1.5"


def test_it_prints_and_renders(frame: pl.DataFrame) -> None:
    profile = sc.profile(frame.to_pandas(), "y")
    lines = str(profile).splitlines()
    assert lines[0] == "600 rows, 11 columns; y: True is bad"
    assert len(lines) == 2 + len(frame.columns)
    page = profile._repr_html_()
    assert page.count("<tr>") == 1 + len(frame.columns)
    assert "&lt;food&gt;" in page
    with pytest.raises(InputError, match="no column 'z' for the target"):
        sc.profile(frame, "z")
