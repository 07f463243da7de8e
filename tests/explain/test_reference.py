"""What is typical is a value that occurs, by weight; special values are no amounts."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from scorecard.errors import InputError
from scorecard.explain.reference import Reference, weighted_quantile
from scorecard.features import Feature, FeatureSet

SET = FeatureSet(
    [
        Feature("age", "age", reason="AGE"),
        Feature("days", "12 * age", reason="DAYS"),
        Feature("coded", "coded", reason="CODED", special_values=(-9.0,)),
        Feature("sector", "sector", "none", reason="SECTOR"),
    ],
    {"age": "float", "coded": "float", "sector": "str"},
)


def rows() -> pl.DataFrame:
    n = 60
    return pl.DataFrame(
        {
            "age": [None, *map(float, range(1, n))],
            "days": [None, *(12.0 * i for i in range(1, n))],
            "coded": [-9.0] * 40 + [float(i % 3) for i in range(20)],
            "sector": ["b"] * 25 + ["a"] * 25 + [None] * 10,
        }
    )


def test_the_typical_value_is_the_weighted_median_or_the_commonest_level() -> None:
    even = Reference.of(SET, rows(), np.ones(60), merge_correlation=0.9)
    assert even.typical == {"age": 30.0, "days": 360.0, "coded": 1.0, "sector": "a"}
    assert [group.codes for group in even.merged] == [("AGE", "DAYS")]
    weight = np.ones(60)
    weight[:25] = 3
    heavy = Reference.of(SET, rows(), weight, merge_correlation=0.9)
    assert heavy.typical["sector"] == "b"
    copies = np.repeat(rows()["age"].to_numpy(), weight.astype(int))
    known = np.sort(copies[~np.isnan(copies)])
    assert heavy.typical["age"] == known[(len(known) - 1) // 2]


def test_nothing_known_has_nothing_typical() -> None:
    assert weighted_quantile(np.array([np.nan, 4.0]), np.array([1.0, 0.0]), 0.5) is None
    empty = rows().with_columns(pl.lit(None, pl.Float64).alias("coded"))
    found = Reference.of(SET, empty, np.ones(60), merge_correlation=0.9)
    assert found.typical["coded"] is None
    found.check(SET)


def test_it_is_json_both_ways_and_knows_its_features() -> None:
    found = Reference.of(SET, rows(), np.ones(60), merge_correlation=0.9)
    again = Reference.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found
    again.check(SET)
    with pytest.raises(InputError, match="in order"):
        again.check(SET.subset(["age", "days"]))
    with pytest.raises(InputError, match="sector must be of type str"):
        Reference({**found.typical, "sector": 3.0}).check(SET)
    with pytest.raises(InputError, match="each in one group"):
        Reference(found.typical, found.merged * 2).check(SET)
    with pytest.raises(InputError, match="weight"):
        Reference.of(SET, rows(), np.ones(59), merge_correlation=0.9)


def test_groups_keep_the_order_and_outlive_a_missing_member() -> None:
    found = Reference.of(SET, rows(), np.ones(60), merge_correlation=0.9)
    assert found.groups(["CODED", "DAYS", "AGE"]) == [("CODED",), ("DAYS", "AGE")]
    assert found.groups(["DAYS", "SECTOR"]) == [("DAYS",), ("SECTOR",)]
