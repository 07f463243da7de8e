"""The default product's features: the same in polars and DuckDB, one row and many, frozen."""

import copy

import duckdb
import numpy as np
import polars as pl
import pytest

import scorecard as sc
from scorecard.errors import ProductError
from scorecard.features import FeatureSet, ReasonText


def test_the_default_product_agrees_with_duckdb_on_its_portfolio(
    sme_cn: sc.Product, portfolio: pl.DataFrame
) -> None:
    features = sme_cn.features
    ours = features.evaluate(portfolio)
    selected = ", ".join(
        f"{e.normal} as {f.name}"
        for f, e in zip(features.features, features.expressions, strict=True)
    )
    with duckdb.connect() as connection:
        connection.register("t", portfolio.to_arrow())
        theirs = connection.sql(f"select {selected} from t").pl()
    missing = 0
    for name in features.names:
        a, b = ours[name], theirs[name]
        if name in features.numeric:
            b = b.cast(pl.Float64)
            b = b.set(~b.is_finite(), None)
            missing += a.null_count()
            assert (a == 0).sum() + a.null_count() < a.len(), f"{name} is constant"
        assert a.is_null().equals(b.is_null()), name
        assert a.drop_nulls().equals(b.drop_nulls(), check_names=False), name
    assert missing > portfolio.height, "the portfolio must hold missing values to prove anything"


def test_one_row_has_the_bits_of_the_batch(sme_cn: sc.Product, portfolio: pl.DataFrame) -> None:
    batch = sme_cn.features.evaluate(portfolio.head(300)).rows()
    for i in range(0, 300, 7):
        assert sme_cn.features.evaluate_one(portfolio[i]) == batch[i]


def test_frozen_features_evaluate_alike_and_keep_their_hash(
    sme_cn: sc.Product, portfolio: pl.DataFrame
) -> None:
    again = FeatureSet.from_dict(sme_cn.features.to_dict(), sme_cn.kinds)
    assert again.hash == sme_cn.features.hash
    assert again.evaluate(portfolio).equals(sme_cn.features.evaluate(portfolio))


@pytest.mark.parametrize(
    ("part", "forged"),
    [
        ("normal", "read_csv('secrets.csv')"),
        ("normal", '"requested_amount" * 0'),
        ("normal", None),
        ("kind", "bool"),
        ("reads", []),
        ("reads", ["requested_amount", "uscc"]),
        ("sql", "requested_amount / 2"),
        ("sql", None),
    ],
)
def test_a_forged_feature_is_refused_by_name(sme_cn: sc.Product, part: str, forged: object) -> None:
    frozen = copy.deepcopy(sme_cn.features.to_dict())
    item = next(f for f in frozen["features"] if f["name"] == "requested_to_revenue")
    item[part] = forged
    with pytest.raises(ProductError, match=r"^Feature requested_to_revenue: "):
        FeatureSet.from_dict(frozen, sme_cn.kinds)


def test_columns_of_another_kind_do_not_take_a_frozen_feature(sme_cn: sc.Product) -> None:
    kinds = {**sme_cn.kinds, "legal_rep_changes_12m": "float"}
    with pytest.raises(ProductError, match="Feature legal_rep_changes: its frozen form"):
        FeatureSet.from_dict(sme_cn.features.to_dict(), kinds)


def test_the_hash_changes_with_any_part_of_a_declaration(sme_cn: sc.Product) -> None:
    base = sc.Feature("x", "revenue_ltm / total_assets", "ascending", "R")
    others = [
        sc.Feature("y", "revenue_ltm / total_assets", "ascending", "R"),
        sc.Feature("x", "revenue_ltm / net_assets", "ascending", "R"),
        sc.Feature("x", "revenue_ltm / total_assets", "descending", "R"),
        sc.Feature("x", "revenue_ltm / total_assets", "ascending", "Q"),
    ]
    hashes = {FeatureSet([f], sme_cn.kinds).hash for f in (base, *others)}
    assert len(hashes) == 5


def test_what_is_not_finite_is_missing() -> None:
    frame = pl.DataFrame({"a": [1.0, 800.0, None], "b": [2.0, 1.0, 1.0]})
    features = FeatureSet(
        [sc.Feature("e", "exp(a)"), sc.Feature("p", "power(-b, 0.5)")], {"a": "float", "b": "float"}
    )
    assert features.evaluate(frame)["e"].to_list() == [np.e, None, None]
    assert features.evaluate(frame)["p"].null_count() == 3
    assert features.evaluate_one(frame[1]) == (None, None)


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([sc.Feature("x", "a"), sc.Feature("x", "b")], "twice"),
        ([sc.Feature("x", "d")], "is a date"),
        ([sc.Feature("x", "c")], "^Feature x: Unknown column 'c'"),
        ([sc.Feature("x", "s", "ascending")], "cannot be ascending"),
    ],
)
def test_a_feature_set_refuses(features: list[sc.Feature], said: str) -> None:
    with pytest.raises(ProductError, match=said):
        FeatureSet(features, {"a": "float", "b": "float", "d": "date", "s": "str"})


def test_an_unknown_trend_names_the_choices() -> None:
    with pytest.raises(ProductError, match="ascending, descending, auto, none; got 'up'"):
        sc.Feature("x", "a", "up")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"name": 3}, "name must be an identifier; got 3"),
        ({"sql": 3}, "x: sql must be a text; got int"),
        ({"reason": None}, "x: reason must be a text; got NoneType"),
        ({"unit": 1}, "x: unit must be a text; got int"),
        ({"special_values": (float("nan"),)}, "special_values must be a tuple of finite numbers"),
        ({"special_values": -1}, "special_values must be a tuple of finite numbers"),
    ],
)
def test_a_feature_of_wrong_types_is_refused(declared: dict[str, object], said: str) -> None:
    with pytest.raises(ProductError, match=said):
        sc.Feature(**{"name": "x", "sql": "a", **declared})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "said"), [(("R", None, "x"), "zh must"), (("R", "x", " "), "en must")]
)
def test_a_reason_without_words_is_refused(texts: tuple[str, ...], said: str) -> None:
    with pytest.raises(ProductError, match=f"Reason 'R': {said}"):
        ReasonText(*texts)
