from __future__ import annotations

import json
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.errors import BundleError, InputError
from scorecard.models import boosted
from scorecard.models.boosted import BoostedModel, EncodedFeature

FEATURES = (
    EncodedFeature("leverage", "ascending"),
    EncodedFeature("sector", "none", ("IT", "农业", ""), 3, pooled=("retail",)),
    EncodedFeature("sales", missing=0.1 + 0.2),
)


def booster(n: int = 600, names: tuple[str, ...] = ("leverage", "sector", "sales")) -> xgb.Booster:
    rng = np.random.default_rng(0)
    matrix = np.column_stack([rng.normal(size=n), rng.integers(0, 4, n), rng.normal(size=n)])
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    y = rng.random(n) < 1 / (1 + np.exp(-np.nan_to_num(matrix[:, 0]) - (matrix[:, 1] == 1)))
    data = xgb.DMatrix(
        matrix, y.astype(float), feature_names=list(names), feature_types=["float", "c", "float"],
        enable_categorical=True, nthread=1,
    )  # fmt: skip
    return xgb.train({"objective": "binary:logistic", "max_depth": 3, "nthread": 1}, data, 10)


@pytest.fixture(scope="module")
def model() -> BoostedModel:
    return BoostedModel.from_booster(booster(), FEATURES)


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "sales": [1.5, None, -0.25, 3.0, 1e300],
            "sector": ["IT", None, "never seen", "", "农业"],
            "leverage": [1, 2, None, -3, 0],
            "extra": [0, 0, 0, 0, 0],
        }
    )


def test_the_file_gives_the_same_value_back(model, frame):
    again = BoostedModel.from_bytes(model.to_bytes())
    assert again == model
    assert again.features == FEATURES
    assert again.to_bytes() == model.to_bytes()
    matrix = model.encode(frame)
    np.testing.assert_array_equal(again.margin(matrix), model.margin(matrix))
    assert pickle.loads(pickle.dumps(model)) == model


def test_the_file_is_a_plain_xgboost_model(model, frame):
    plain = xgb.Booster(model_file=bytearray(model.to_bytes()))
    matrix = model.encode(frame)
    expected = plain.inplace_predict(matrix, predict_type="margin")
    np.testing.assert_array_equal(model.margin(matrix), expected)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_changed_byte_or_lost_tail_is_refused(model, data):
    raw = bytearray(model.to_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    if data.draw(st.booleans()):
        raw[at] ^= data.draw(st.integers(1, 255))
    else:
        del raw[at:]
    with pytest.raises(BundleError):
        BoostedModel.from_bytes(bytes(raw))


def test_a_foreign_booster_is_refused_before_xgboost_reads_it():
    with pytest.raises(BundleError, match="seal"):
        BoostedModel.from_bytes(bytes(booster().save_raw("ubj")))
    with pytest.raises(BundleError, match="0 bytes"):
        BoostedModel.from_bytes(b"")


def test_an_encoding_that_is_not_the_boosters_is_refused():
    with pytest.raises(BundleError, match="own features in order"):
        BoostedModel.from_booster(booster(), FEATURES[::-1])
    with pytest.raises(BundleError, match="own features in order"):
        BoostedModel.from_booster(booster(names=("a", "b", "c")), FEATURES)


def test_two_distributions_of_xgboost_are_named(monkeypatch):
    monkeypatch.setattr(boosted, "_installed", lambda name: True)
    boosted.xgboost.cache_clear()
    try:
        with pytest.raises(BundleError, match="both xgboost and xgboost-cpu"):
            boosted.xgboost()
    finally:
        boosted.xgboost.cache_clear()


def test_missing_pooled_and_unseen_are_three_things(model, frame):
    matrix = model.encode(frame)
    nan = np.nan
    expected = [[1, 0, 1.5], [2, nan, 0.1 + 0.2], [nan, 3, -0.25], [-3, 2, 3], [0, 1, 1e300]]
    np.testing.assert_array_equal(matrix, expected)
    flags = [{}, {"sales": "unseen_missing"}, {"sector": "unseen_level"}, {}, {}]
    assert model.flags(frame) == flags
    pooled = frame.with_columns(sector=pl.lit("retail"))
    assert model.encode(pooled)[:, 1].tolist() == [3.0] * 5
    assert not any("sector" in row for row in model.flags(pooled))


numbers = st.none() | st.floats(allow_infinity=False) | st.integers(-(2**53), 2**53)
texts = st.none() | st.sampled_from(["IT", "农业", "", "retail", "Mining"]) | st.text(max_size=3)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(numbers, texts, numbers), min_size=1, max_size=5))
def test_one_row_is_encoded_and_scored_to_the_bits_of_the_batch(model, rows):
    table = pl.DataFrame(
        rows,
        schema={"leverage": pl.Float64, "sector": pl.String, "sales": pl.Float64},
        orient="row",
        strict=False,
    )
    matrix = model.encode(table)
    margin = model.margin(matrix)
    flags = model.flags(table)
    for i, row in enumerate(rows):
        one, flagged = model.encode_one(row)
        np.testing.assert_array_equal(one, matrix[i])
        assert model.margin(one)[0] == margin[i]
        assert flagged == flags[i]


def test_threads_get_the_same_margins(model):
    matrix = np.random.default_rng(1).normal(size=(400, 3))
    expected = model.margin(matrix)
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda i: model.margin(matrix[i]), range(len(matrix))))
    np.testing.assert_array_equal(np.concatenate(parts), expected)


def test_wrong_shapes_and_kinds_are_refused(model, frame):
    with pytest.raises(InputError, match="3 columns"):
        model.margin(np.zeros((2, 2)))
    with pytest.raises(InputError, match="sales is absent"):
        model.encode(frame.drop("sales"))
    with pytest.raises(InputError, match="sector was fitted on texts"):
        model.encode(frame.with_columns(sector=1))
    with pytest.raises(InputError, match="sales was fitted on numbers; got a text"):
        model.encode_one([1.0, "IT", "1.5"])
    with pytest.raises(InputError, match="3 values"):
        model.encode_one([1.0, "IT"])


def test_an_encoding_states_its_rules():
    for wrong in (
        {"trend": "auto"},
        {"unseen": 0},
        {"levels": ("a", "a"), "unseen": 0},
        {"levels": ("a",), "unseen": 2},
        {"levels": ("a",), "unseen": 0},
        {"levels": ("a",), "unseen": 1, "trend": "ascending"},
        {"levels": ("a",), "unseen": 1, "pooled": ("a",)},
        {"levels": ("a",), "unseen": 1, "missing": 1.0},
        {"pooled": ("a",)},
        {"missing": math.nan},
    ):
        with pytest.raises(InputError):
            EncodedFeature("sector", **wrong)
    for feature in FEATURES:
        assert EncodedFeature.from_dict(json.loads(json.dumps(feature.to_dict()))) == feature
    assert math.isnan(FEATURES[1].encode([None])[0])
