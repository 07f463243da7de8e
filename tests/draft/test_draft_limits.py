"""Rules that every value keeps, with room; codes that stand apart."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard.contract import Column
from scorecard.draft.limits import rules_of, special_codes

AMOUNTS = st.lists(st.floats(-(2.0**53) + 1, 2.0**53 - 1), min_size=1, max_size=6)
INTEGERS = st.lists(st.integers(-(2**63) + 2, 2**63 - 3), min_size=1, max_size=6)


@given(AMOUNTS | INTEGERS, st.booleans())
def test_numbers_lie_within_bounds_that_can_be_declared(
    values: list[float], names_rows: bool
) -> None:
    series = pl.Series("x", values)
    kind = "int" if series.dtype == pl.Int64 else "float"
    rules = rules_of(series, kind, names_rows=names_rows)
    assert rules["ge"] <= min(values) <= max(values) <= rules["le"]
    Column(name="x", kind=kind, required=True, role="scoring", zh="x", en="x", **rules)


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        ([0.0, 3_008_750.0], (0.0, 1e7)),  # twice the largest, up to the next 1, 2 or 5
        ([1100, 89_900], (0, 200_000)),
        ([0.02, 0.97], (0.0, 1.0)),  # a share
        ([1, 2], (1, 2)),  # a flag
        ([-170.5, 12.0], (-500.0, 50.0)),
    ],
)
def test_bounds_are_round_and_roomy(values: list[float], bounds: tuple[float, float]) -> None:
    series = pl.Series("x", values)
    kind = "int" if series.dtype == pl.Int64 else "float"
    assert rules_of(series, kind) == {"ge": bounds[0], "le": bounds[1]}


def test_few_levels_are_listed_and_many_are_held_to_their_shape() -> None:
    assert rules_of(pl.Series("x", ["b", "a", None]), "str") == {"isin": ("a", "b")}
    states = pl.Series("x", [a + b for a in "ABCDEF" for b in "KLMN"])
    assert rules_of(states, "str") == {"pattern": "^[A-Z]{2}$", "max_length": 2}
    words = pl.Series("x", ["word " * k for k in range(1, 25)])
    assert rules_of(words, "str") == {"max_length": 240}
    day = pl.Series("x", [dt.date(1987, 5, 3)])
    assert rules_of(day, "date") == {"ge": "1980-01-01", "le": "2100-12-31"}


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([*range(14), 96, 98], [96, 98]),  # times past due, with two codes
        ([*range(110)], []),  # ages
        ([0.0, 250.5, 1e6, -1.0], [-1]),
        ([-2, -1, 0, 1, 8], []),  # a scale that goes below zero
        ([0, 3e6, 99_999_999], [99_999_999]),
        ([5, 9], []),
    ],
)
def test_codes_stand_apart(values: list[float], codes: list[int]) -> None:
    assert special_codes(pl.Series("x", values, strict=False)) == codes
