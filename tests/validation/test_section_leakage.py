"""Features alone, their gaps, what they read, and rows seen before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from planted import evidence, forged, judged_rows
from scipy.stats import norm
from standin import Bag, standin

import scorecard as sc
from scorecard import metrics
from scorecard.policy.validation import AtMost
from scorecard.validation.cells import Area, absent, foretold
from scorecard.validation.claim import Verdict
from scorecard.validation.evidence import Evidence
from scorecard.validation.holm import holm
from scorecard.validation.light import Light
from scorecard.validation.sections import leakage
from scorecard.validation.words import Words


def test_information_values_of_shuffled_outcomes_are_nought_on_average(clean: Evidence) -> None:
    """The plain information value would be (bins − 1)·(1/bads + 1/goods) too high."""
    rng, found = np.random.default_rng(0), []
    part = clean.judged.part
    for _ in range(4):
        shuffled = replace(part, y=rng.permutation(part.y))
        given = replace(clean, judged=replace(clean.judged, part=shuffled))
        table = leakage.section(given).tables["features"]
        found.append(table.filter(scored_by="scorecard")["iv"].mean())
    assert np.mean(found) == pytest.approx(0, abs=0.01)


def test_a_gap_that_only_the_bad_have_is_red(clean: Evidence, portfolio: pl.DataFrame) -> None:
    bad = (portfolio["default_12m"] == 1).fill_null(False) & pl.Series(judged_rows(portfolio))
    table = portfolio.with_columns(
        pl.when(bad).then(None).otherwise(pl.col("owner_query_3m").fill_null(0)).alias(
            "owner_query_3m"
        )
    )  # fmt: skip
    section = leakage.section(evidence(clean.bundle, table, rater=clean.rater))
    finding = section.finding("missing")
    assert finding.light is Light.RED
    assert finding.said.en.startswith(clean.labels["owner_queries"].en)


def test_a_feature_that_reads_what_is_not_known_is_red(
    clean: Evidence, portfolio: pl.DataFrame
) -> None:
    def hidden(product: dict[str, Any]) -> None:
        column = next(c for c in product["columns"] if c["name"] == "owner_query_3m")
        column["role"] = "audit_only"

    section = leakage.section(evidence(forged(clean.bundle, "product.json", hidden), portfolio))
    finding = section.finding("lineage")
    assert finding.light is Light.RED
    assert finding.number == 1
    assert "owner_query_3m" in finding.shown


def test_rows_that_training_saw_are_counted(clean: Evidence) -> None:
    assert leakage.section(clean).finding("identical").number == 0
    assert clean.early is not None
    again = replace(clean, early=clean.judged)
    finding = leakage.section(again).finding("identical")
    assert (finding.number, finding.light) == (1, Light.AMBER)


def test_the_purge_is_stated_in_days(clean: Evidence) -> None:
    finding = leakage.section(clean).finding("purge")
    assert finding.light is Light.GREEN
    assert 0 <= finding.number < 31  # type: ignore[operator]
    early = leakage.section(replace(clean, judged=clean.early)).finding("purge")  # type: ignore[arg-type]
    assert early.light is Light.AMBER


def test_a_feature_alone_has_the_numbers_that_its_bins_give(clean: Evidence) -> None:
    table = leakage.section(clean).tables["features"]
    y, features = clean.judged.y, clean.judged.part.features
    for bins in clean.rater.card.bins:
        row = table.filter(feature=bins.name).row(0, named=True)
        assert row["scored_by"] == "scorecard"
        woe = np.array(bins.woe)[bins.index(features[bins.name])]
        assert row["auc"] == pytest.approx(float(metrics.auc(y, -woe)))
        good, bad = woe[y == 0], woe[y == 1]
        assert row["iv"] == pytest.approx(good.mean() - bad.mean())
        error = np.sqrt(good.var() / len(good) + bad.var() / len(bad))
        assert row["iv_standard_error"] == pytest.approx(error)
        if row["missing_auc"] is not None:
            gap = float(metrics.auc(y, absent(features[bins.name]).astype(float)))
            assert row["missing_auc"] == pytest.approx(max(gap, 1 - gap))


def test_what_is_identical_is_amber_beyond_a_hundredth_and_twice_the_natural_share(
    clean: Evidence,
) -> None:
    assert clean.early is not None
    early, late = clean.early.part.table, clean.judged.part.table
    for share, light in ((0.008, Light.GREEN), (0.012, Light.AMBER)):
        n = round(share * late.height)
        table = pl.concat([early, late.head(n).select(early.columns)])
        part = replace(clean.early.part, table=table)
        given = replace(clean, early=replace(clean.early, part=part))
        finding = leakage._identical(given)
        assert finding.number == pytest.approx(n / late.height)
        assert finding.light is light


# -- by numbers that a test writes down ------------------------------------------------------------
def leaking(
    product: sc.Product,
    features: dict[str, Any],
    y: Any,
    *,
    weight: Any = None,
    woe: Mapping[str, tuple[float, ...]] | None = None,
    rules: Mapping[str, Any] | None = None,
) -> Any:
    """Evidence of features; the card reads those with ``woe``, whose values are their bins."""
    y = np.asarray(y, dtype=float)
    given = standin(
        product, y, np.full(len(y), 0.2), weight=weight, table=features,
        rules={"leakage": dict(rules or {})},
    )  # fmt: skip
    given.rater.features = Bag(names=tuple(features))
    given.rater.card = Bag(
        bins=tuple(
            Bag(name=name, woe=levels, index=lambda values: values.to_numpy().astype(int))
            for name, levels in (woe or {}).items()
        )
    )
    given.bundle, given.seed = Bag(manifest={}), 0
    return given


def hanley(auc: float, line: float, bads: int, goods: int) -> float:
    """The p-value of an AUC above a line."""
    spread = (bads - 1) * (line / (2 - line) - line**2)
    spread += (goods - 1) * (2 * line**2 / (1 + line) - line**2)
    error = np.sqrt((line * (1 - line) + spread) / (bads * goods))
    return float(norm.sf((auc - line) / error))


def gap(bads: int, goods: int, missing_bads: int, missing_goods: int) -> tuple[Any, Any]:
    """Return outcomes, and a value that so many of each do not have."""
    y = np.r_[np.ones(bads), np.zeros(goods)]
    absent = np.r_[np.arange(bads) < missing_bads, np.arange(goods) < missing_goods]
    return y, np.where(absent, np.nan, 1.0)


@pytest.mark.parametrize("more", ["bads", "goods"])
def test_either_direction_of_a_gap_counts_and_costs_twice(sme_cn: sc.Product, more: str) -> None:
    y, x = gap(60, 240, *((54, 24) if more == "bads" else (6, 216)))
    lines = {"auc": AtMost(amber=0.85, red=0.95)}
    given = leaking(sme_cn, {"x": x}, y, woe={"flat": (0.0,)}, rules=lines)
    section = leakage.section(given)
    auc = 0.5 + (0.9 - 0.1) / 2  # ties count half
    row = section.tables["features"].row(0, named=True)
    assert row["missing_auc"] == pytest.approx(auc)
    assert row["missing"] == pytest.approx((78 if more == "bads" else 222) / 300)
    finding = section.finding("missing")
    assert finding.number == pytest.approx(auc)
    iv_p = norm.sf((row["iv"] - 0.5) / row["iv_standard_error"])
    alone, twice = hanley(row["auc"], 0.85, 60, 240), 2 * hanley(auc, 0.85, 60, 240)
    assert twice == pytest.approx(0.1227, abs=1e-4)
    assert finding.p_value == pytest.approx(holm([alone, iv_p, twice])[2])


@pytest.mark.parametrize(
    ("bads", "light"),
    [
        (60, Light.GREEN),  # .9 lies beyond .84, by chance perhaps
        (150, Light.AMBER),
    ],
)
def test_a_gap_is_amber_where_its_doubled_p_value_proves_it(
    sme_cn: sc.Product, bads: int, light: Light
) -> None:
    y, x = gap(bads, 4 * bads, round(0.9 * bads), round(0.4 * bads))
    lines = {"auc": AtMost(amber=0.84, red=0.99), "iv": AtMost(amber=50, red=99)}
    given = leaking(sme_cn, {"flat": 0 * y, "x": x}, y, woe={"flat": (0.0,)}, rules=lines)
    gap_p = 2 * hanley(0.9, 0.84, bads, 4 * bads)
    section = leakage.section(given)
    row = section.tables["features"].filter(feature="x").row(0, named=True)
    others = [hanley(row["auc"], 0.84, bads, 4 * bads), hanley(0.5, 0.84, bads, 4 * bads), 1, 1]
    finding = section.finding("missing")
    assert finding.p_value == pytest.approx(holm([gap_p, *others])[0])
    assert finding.light is light


@pytest.mark.parametrize(
    ("counts", "p", "light"),
    [((80, 320, 72, 34), 0.00096, Light.RED), ((70, 280, 63, 28), 0.00136, Light.AMBER)],
)
def test_a_gap_is_red_where_six_times_its_p_value_is_below_the_level(
    sme_cn: sc.Product, counts: tuple[int, int, int, int], p: float, light: Light
) -> None:
    """Three claims, the others of nothing, and two directions; the level is .00625."""
    y, x = gap(*counts)
    bads, goods, missing_bads, missing_goods = counts
    auc = 0.5 + (missing_bads / bads - missing_goods / goods) / 2
    assert hanley(auc, 0.8, bads, goods) == pytest.approx(p, rel=0.02)
    lines = {"auc": AtMost(amber=0.7, red=0.8)}
    given = leaking(sme_cn, {"x": x}, y, woe={"x": (0.0,)}, rules=lines)
    given.rater.card.bins[0].index = lambda values: np.zeros(len(values), dtype=int)
    finding = leakage.section(given).finding("missing")
    assert (finding.number, finding.light) == (pytest.approx(auc), light)
    if light is Light.RED:
        assert finding.p_value == pytest.approx(6 * hanley(auc, 0.8, bads, goods))


def test_one_value_that_is_missing_is_a_gap(sme_cn: sc.Product) -> None:
    y, x = gap(20, 20, 1, 0)
    alone = leakage.Alone.of(leaking(sme_cn, {"x": x}, y), "x")
    assert alone.missing == pytest.approx(1 / 40)
    assert alone.missing_area is not None
    assert alone.missing_area.auc == pytest.approx(0.5 + 1 / 40)


def test_an_information_value_is_between_means_by_weight() -> None:
    risk, y = np.array([1.0, 3, 0, 1, 2]), np.array([1.0, 1, 0, 0, 0])
    iv, error = leakage._iv(risk, y, np.array([1.0, 3, 1, 1, 2]))
    assert iv == pytest.approx(2.5 - 1.25)
    bads, goods = (2.25 + 9 * 0.25) / 16, (1.5625 + 0.0625 + 4 * 0.5625) / 16
    assert error == pytest.approx(np.sqrt(bads + goods))


def test_cells_of_the_judged_rows_are_twice_as_unsure_as_frozen_bins(sme_cn: sc.Product) -> None:
    rng = np.random.default_rng(0)
    y, x = (np.arange(500) % 5 == 0).astype(float), rng.integers(0, 3, 500).astype(float)
    weight = rng.uniform(0.5, 2, 500)
    woe = (0.4, 0.0, -0.7)
    card = leakage.Alone.of(leaking(sme_cn, {"x": x}, y, weight=weight, woe={"x": woe}), "x")
    risk = -np.array(woe)[x.astype(int)]
    assert card.by == "scorecard"
    assert (card.iv, card.iv_error) == pytest.approx(leakage._iv(risk, y, weight))
    assert card.area.auc == pytest.approx(float(metrics.auc(y, risk, weight)))
    other = leakage.Alone.of(leaking(sme_cn, {"x": x}, y, weight=weight), "x")
    iv, error = leakage._iv(foretold(pl.Series("x", x), y, weight, seed=0), y, weight)
    assert other.by == "other judged rows"
    assert (other.iv, other.iv_error) == (pytest.approx(iv), pytest.approx(2 * error))
    assert (card.missing, card.missing_area, other.missing_area) == (0, None, None)
    never = leakage.Alone.of(leaking(sme_cn, {"x": np.full(500, np.nan)}, y), "x")
    assert (never.missing, never.missing_area) == (1, None)
    half = np.where(np.arange(500) < 250, np.nan, x)
    some = leakage.Alone.of(leaking(sme_cn, {"x": half}, y, weight=weight), "x")
    assert some.missing == pytest.approx(weight[:250].sum() / weight.sum())
    told = float(metrics.auc(y, np.isnan(half).astype(float), weight))
    assert some.missing_area is not None
    assert some.missing_area.auc == pytest.approx(max(told, 1 - told))


def test_an_information_value_without_error_is_certain() -> None:
    area = Area(0.5, 0.0, 5, 5)
    for iv, error, p in ((0.6, 0.0, 0.0), (0.5, 0.0, 1.0), (0.4, 0.0, 1.0), (0.7, 0.1, 0.02275)):
        alone = leakage.Alone("x", "scorecard", area, iv, error, 0.0, None)
        assert leakage._p_above(alone, 0.5) == pytest.approx(p, abs=1e-5)


def test_each_feature_gets_its_own_verdicts(sme_cn: sc.Product) -> None:
    """``far`` has a large information value, ``ranks`` a high AUC, ``gone`` a telling gap."""
    y = np.r_[np.ones(200), np.zeros(800)]
    far = np.r_[np.arange(200) % 2, np.zeros(800)]
    ranks = np.r_[np.ones(200), np.arange(800) % 10 == 0]
    gone = gap(200, 800, 180, 40)[1] * 0
    given = leaking(
        sme_cn, {"plain": np.zeros(1000), "far": far, "ranks": ranks, "gone": gone}, y,
        woe={"plain": (0.0,), "far": (0.0, -2.0), "ranks": (0.0, -0.1), "gone": (0.0,)},
    )  # fmt: skip
    given.rater.card.bins[3].index = lambda values: np.zeros(len(values), dtype=int)
    section = leakage.section(given)
    said = {key: section.finding(key) for key in ("auc", "iv", "missing")}
    assert [f.said.en.split()[0] for f in said.values()] == ["ranks", "far", "gone"]
    assert [f.number for f in said.values()] == pytest.approx([0.95, 1.0, 0.925])
    assert [f.light for f in said.values()] == [Light.RED, Light.AMBER, Light.RED]
    table = section.tables["features"]
    assert table["feature"][:2].to_list() == ["ranks", "far"]
    lights = dict(zip(table["feature"], table["light"], strict=True))
    assert lights == {"ranks": "red", "far": "amber", "plain": "green", "gone": "red"}
    assert table.drop_nulls("missing_auc")["feature"].to_list() == ["gone"]
    error = 2 * 0.5 / np.sqrt(200)
    assert said["iv"].said.en == f"far 1.000 ± {1.96 * error:.3f}"
    low, high = Area.of(y, ranks).interval
    assert table.row(0, named=True)["auc_low"] == pytest.approx(low)
    assert said["auc"].said.en == f"ranks 0.950 [{low:.3f}, {high:.3f}]"


def test_the_worst_light_speaks_and_of_equals_the_largest_number() -> None:
    def worst(*found: tuple[str, float, Light]) -> Any:
        return leakage._worst(
            "iv", Words("", ""), [(Words(n, n), x, "!") for n, x, _ in found],
            [Verdict(light, x / 10) for _, x, light in found], Words("", ""),
        )  # fmt: skip

    chance = worst(("a", 9.0, Light.GREEN), ("b", 2.0, Light.AMBER), ("c", 3.0, Light.AMBER))
    assert (chance.said.en, chance.number, chance.light) == ("c !", 3.0, Light.AMBER)
    assert chance.p_value == 0.3
    assert worst().light is Light.GREY
    assert worst().number is None


@pytest.mark.parametrize(
    ("first", "days", "light"),
    [("2024-02-27", -1, Light.AMBER), ("2024-02-28", 0, Light.GREEN), ("2024-03-10", 11, "green")],
)
def test_a_label_is_settled_a_horizon_after_the_last_row(
    sme_cn: sc.Product, first: str, days: int, light: Light
) -> None:
    given = leaking(sme_cn, {"x": [0.0, 1.0]}, [0, 1])
    given.bundle = Bag(manifest={"in_time": ["2020-01-01", "2023-02-28"]})  # and twelve months
    given.judged = replace(given.judged, part=replace(given.judged.part, first=first))
    finding = leakage._purge(given)
    ends = "2024-02-28"
    assert finding.said.en.endswith(f"({ends} → {first})")
    assert (finding.number, finding.light) == (days, light)


def test_without_dates_or_early_rows_nothing_is_purged_or_repeated(sme_cn: sc.Product) -> None:
    given = leaking(sme_cn, {"x": [0.0, 1.0]}, [0, 1])
    assert leakage._purge(given).light is Light.GREY
    assert leakage._identical(given).light is Light.GREY
    assert leakage._lineage(given).light is Light.GREEN
    given.bundle = Bag(manifest={"in_time": [None, None]})
    given.judged = replace(given.judged, part=replace(given.judged.part, first="2024-01-01"))
    assert leakage._purge(given).number is None


def test_rows_that_repeat_among_themselves_excuse_as_much_again(sme_cn: sc.Product) -> None:
    names = [c.name for c in sme_cn.columns if c.role == "scoring" and c.kind != "date"]

    def rows(*keys: int) -> Any:
        table = pl.DataFrame({name: list(keys) for name in names})
        return replace(given.judged, part=replace(given.judged.part, table=table))

    given = leaking(sme_cn, {"x": [0.0, 1.0]}, [0, 1])
    given.early = rows(*range(90), *[90] * 10)  # a tenth repeats
    for same, light in ((10, Light.GREEN), (20, Light.GREEN), (21, Light.AMBER)):
        given.judged = rows(*range(same), *range(1000, 1100 - same))
        finding = leakage._identical(given)
        assert finding.number == pytest.approx(same / 100)
        assert finding.said.en == f"{same / 100:.2%} (10.00%)"
        assert finding.light is light
    given.early = rows(*range(100))  # none does: a hundredth is the line
    given.judged = rows(0, *range(1000, 1099))
    assert leakage._identical(given).light is Light.GREEN
