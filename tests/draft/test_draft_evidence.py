"""Leaks put into a table are set aside with their reason; honest columns stay."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.draft import draft_product
from scorecard.draft.evidence import weigh
from scorecard.errors import InputError

ROWS = 4_000


@pytest.fixture(scope="module")
def portfolio() -> pl.DataFrame:
    """A tenth goes bad; honest columns, leaks of every kind, and columns that name or date rows."""
    rng = np.random.default_rng(5)
    y = rng.random(ROWS) < 0.1
    first = dt.date(2018, 1, 1)
    applied = [first + dt.timedelta(int(day)) for day in rng.integers(0, 1400, ROWS)]
    later = [day + dt.timedelta(200) for day in applied]
    few = rng.random(ROWS) < 0.3
    return pl.DataFrame(
        {
            "contract": [f"C{k:06d}" for k in rng.permutation(ROWS)],
            "application_date": applied,
            "income": rng.lognormal(10, 1, ROWS),
            "utilisation": rng.normal(y * 1.4, 1),
            "sector": rng.choice(["retail", "food", "transport"], ROWS),
            "gender": rng.choice(["f", "m"], ROWS),
            "branch": rng.choice([f"branch {k}" for k in range(900)], ROWS),
            "vintage": [d.year for d in applied],
            "currency": ["EUR"] * ROWS,
            "twin": np.where(rng.random(ROWS) < 0.001, ~y, y).astype(int) * 3 + 2,
            "score_then": rng.normal(y * 2.5, 1),
            "late_fee_eur": np.where(y & few, rng.random(ROWS), 0.0),
            "legal_costs": [7.5 if b else None for b in y & few],
            "paper": [d if f else None for d, f in zip(later, few & ~y, strict=True)],
            "visit": later,
            "writeoff": rng.random(ROWS),
            "bad": y,
        }
    )  # fmt: skip


REASONS = {
    "contract": ("identifier", "of its values are different"),
    "application_date": ("scoring", "observation date"),
    "income": ("scoring", "IV 0.0"),
    "utilisation": ("scoring", "SUSPICIOUS, strong alone"),
    "sector": ("scoring", "IV 0.0"),
    "gender": ("audit_only", "what a person is"),
    "branch": ("audit_only", "levels"),
    "vintage": ("audit_only", "the period"),
    "currency": ("audit_only", "same value"),
    "twin": ("outcome", "all but a copy of the target"),
    "score_then": ("outcome", "too strong alone"),
    "late_fee_eur": ("outcome", "of the bads and next to no good"),
    "legal_costs": ("outcome", "filled almost only where the loan went bad"),
    "paper": ("outcome", "filled almost only where the loan stayed good"),
    "visit": ("outcome", "later than the observation date"),
    "writeoff": ("outcome", "named 'writeoff'"),
    "bad": ("outcome", "the target"),
}


def test_every_column_has_the_role_and_the_reason_it_was_made_for(portfolio: pl.DataFrame) -> None:
    draft = draft_product("any", portfolio, "bad", day="2026-01-01")
    found = {name: (role, why) for name, _, role, why in draft.table().rows()}
    assert found.keys() == REASONS.keys()
    for name, (role, why) in REASONS.items():
        assert found[name][0] == role, (name, found[name])
        assert why in found[name][1], (name, found[name])
    assert draft.windows.date == "application_date"


def test_what_is_vouched_for_stays_and_what_is_strong_goes_when_strict(
    portfolio: pl.DataFrame,
) -> None:
    draft = draft_product(
        "any", portfolio, "bad", day="2026-01-01", keep=["score_then", "gender"], strict=True
    )
    roles = {name: role for name, _, role, _ in draft.table().rows()}
    assert (roles["score_then"], roles["gender"]) == ("scoring", "scoring")
    assert roles["utilisation"] == "outcome"
    assert any("score_then" in warning for warning in draft.warnings)


def test_nothing_left_is_one_sentence_that_names_what_was_set_aside() -> None:
    table = pl.DataFrame({"gender": ["f", "m"] * 50, "y": [0, 1, 1, 0] * 25})
    with pytest.raises(InputError, match=r"set aside: gender\); .*--keep"):
        draft_product("any", table, "y", day="2026-01-01")


def test_what_cannot_be_declared_is_named_with_its_reason_where_nothing_is_left() -> None:
    spans = pl.Series("owed_for", [1, 2] * 30, dtype=pl.Duration("us"))
    table = pl.DataFrame({"y": [0, 1] * 30}).with_columns(spans)
    with pytest.raises(InputError, match=r"not declared: owed_for, since its type Dur.* convert"):
        draft_product("any", table, "y", day="2026-01-01")
    with pytest.raises(InputError, match=r"scoring \(there is no other\)"):
        draft_product("any", table.select("y"), "y", day="2026-01-01")


@given(st.integers(0, 2**32), st.integers(20, 60), st.sampled_from(["number", "count", "text"]))
@settings(max_examples=60, deadline=None)
def test_noise_is_no_leak(seed: int, bads: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([1.0, 0.0], [bads, 400 - bads]))
    values = {
        "number": rng.normal(size=400),
        "count": rng.poisson(2.0, 400),
        "text": rng.choice([*"abcdefgh"], 400),
    }[kind]
    assert weigh(pl.Series("x", values), y).leak is None


def test_what_a_column_tells_depends_on_no_order_of_rows(portfolio: pl.DataFrame) -> None:
    y = portfolio["bad"].cast(pl.Float64).to_numpy()
    turned = np.random.default_rng(1).permutation(ROWS)
    for name in ("utilisation", "sector"):
        one = weigh(portfolio[name], y)
        other = weigh(portfolio[name][turned.tolist()], y[turned])
        assert one.iv == pytest.approx(other.iv, rel=1e-12)
        assert one.auc == pytest.approx(other.auc, abs=0.02)


def test_an_information_value_known_by_hand() -> None:
    # 30 of 40 bads and 20 of 60 goods have the value a; half a row is added to each count.
    values = pl.Series("x", ["a"] * 50 + ["b"] * 50)
    y = np.array([1.0] * 30 + [0.0] * 20 + [1.0] * 10 + [0.0] * 40)
    b, g = np.array([30.5, 10.5]) / 41, np.array([20.5, 40.5]) / 61
    assert weigh(values, y).iv == pytest.approx(float(((b - g) * np.log(b / g)).sum()), rel=1e-12)
