"""What holds of every product's features: nothing known is null, and the early era is no merit."""

import re
from pathlib import Path

import polars as pl
import pytest

import scorecard as sc
from scorecard.contract.dtype import DTYPES

FEATURES = Path(__file__).parents[2] / "features"


@pytest.fixture(scope="module", params=["sme_cn", "sba_7a"])
def product(request: pytest.FixtureRequest) -> sc.Product:
    return sc.load_product(FEATURES / request.param)


def empty_row(product: sc.Product) -> pl.DataFrame:
    schema = {column.name: DTYPES[column.kind] for column in product.columns}
    return pl.DataFrame({name: [None] for name in schema}, schema=schema)


def test_what_reads_nothing_but_nulls_is_null(product: sc.Product) -> None:
    row = product.features.evaluate(empty_row(product)).row(0, named=True)
    assert {name: value for name, value in row.items() if value is not None} == {}


def test_a_flag_knows_yes_no_and_not_told(product: sc.Product) -> None:
    flags = [name for name, kind in product.kinds.items() if kind == "bool"]
    for feature, expression in zip(
        product.features.features, product.features.expressions, strict=True
    ):
        for flag in expression.reads & set(flags):
            rows = pl.concat([empty_row(product)] * 3).with_columns(
                pl.Series(flag, [True, False, None])
            )
            values = product.features.evaluate(rows)[feature.name].to_list()
            assert sorted(values[:2]) == [0.0, 1.0], feature.name
            assert values[2] is None, feature.name


def test_reasons_compare_and_do_not_judge(product: sc.Product) -> None:
    for reason in product.reasons.values():
        assert re.fullmatch(r".*可比(企业|贷款)风险较低。", reason.zh)
        assert re.fullmatch(r"Comparable (firms|loans) .* carry less risk\.", reason.en)
        assert not any(c.isdigit() for c in reason.zh + reason.en)
    assert {f.reason for f in product.features.features} == set(product.reasons)


def test_a_franchise_of_unknown_code_is_unknown() -> None:
    sba = sc.load_product(FEATURES / "sba_7a")
    codes = pl.DataFrame({"FranchiseCode": [0.0, 1.0, 2.0, 70_000.0, None]})
    franchise = sba.features.subset(["franchise"]).evaluate(codes)["franchise"]
    assert franchise.to_list() == [0.0, 0.0, 1.0, 1.0, None]


def test_an_industry_not_recorded_is_told_from_no_other_but_retail_and_leisure() -> None:
    """NAICS = 0 marks loans before 2001: whatever set them apart would be the era's merit."""
    sba = sc.load_product(FEATURES / "sba_7a")
    reading = [name for name, reads in sba.features.lineage().items() if "NAICS" in reads]
    codes = pl.DataFrame({"NAICS": [0.0, 111_110.0, 332_710.0, 621_111.0, 445_110.0, 722_511.0]})
    values = sba.features.subset(reading).evaluate(codes).rows()
    assert values[0] == values[1] == values[2] == values[3]
    assert values[4] == values[5] != values[0]
    assert all(sba.features[name].trend == "ascending" for name in reading)


def test_no_feature_is_missing_by_era(data_folder: Path) -> None:
    """A missing bin of weight could only be the era's: less than 1 % of the training rows."""
    sba = sc.load_product(FEATURES / "sba_7a")
    loans = pl.read_parquet(data_folder / "sba_7a" / "loans.parquet")
    loans = loans.filter(
        pl.col("ApprovalFY").is_between(1989, 2003), pl.col("SBA_Appv") != pl.col("GrAppv")
    )
    values = sba.features.evaluate(sba.table.check(loans).accepted)
    assert max(column.null_count() for column in values) < 0.01 * loans.height


def test_a_reason_has_safer_firms_to_point_at(rater: sc.Rater, portfolio: pl.DataFrame) -> None:
    """The texts say that firms with more (or less) carry less risk: never so to the best firm."""
    rated = rater.rate(portfolio.head(1500))
    values = rater.features.evaluate(portfolio)
    reasons = rated["reasons"].explode().drop_nulls().struct.unnest()
    for (name,), told in reasons.drop_nulls("value_number").group_by("feature"):
        trend = rater.features[name].trend
        ends = values[name].min(), values[name].max()
        worst = told["value_number"]
        if trend == "ascending":
            assert worst.min() > ends[0], name
        elif trend == "descending":
            assert worst.max() < ends[1], name
    assert reasons["code"].n_unique() > 20
