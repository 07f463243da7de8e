"""One value at a time, and a bad year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit, logit
from scipy.stats import norm
from standin import Bag, standin

import scorecard as sc
from scorecard.features import FeatureSet
from scorecard.logodds import Floats
from scorecard.models import MasterScale
from scorecard.policy.validation import Above, AtMost
from scorecard.rating import Rater
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import sensitivity


def test_the_worst_value_is_the_worst_and_unread_features_move_nothing(clean: Evidence) -> None:
    section = sensitivity.section(clean)
    assert section.light is Light.GREEN
    table = section.tables["features"]
    assert table["factor"].to_list() == sorted(table["factor"], reverse=True)
    assert (table["factor"] >= table["best_factor"]).all()
    unread = table.filter(~pl.col("read"))
    assert unread.select((pl.col("factor") - 1).abs().max()).item() in (None, pytest.approx(0))
    assert section.finding("single_factor").number == table["factor"][0]


def test_a_downturn_is_the_cycle_models_own(clean: Evidence) -> None:
    section = sensitivity.section(clean)
    index = clean.rules.sensitivity.downturn_index
    there = clean.rater.cycle.point_in_time(clean.judged.pd, index)
    expected = there.mean() / clean.judged.pd.mean()
    assert section.finding("downturn_factor").number == pytest.approx(expected)
    states = section.tables["downturn"]
    assert states.filter(state="judged period")["mean_pd"][0] == pytest.approx(
        clean.judged.part.bad_rate
    )
    grades = section.tables["downturn_grades"]
    for share in ("share", "loss_share", "downturn_share", "downturn_loss_share"):
        assert grades[share].sum() == pytest.approx(1)


def test_an_answer_that_is_none_is_red(clean: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Rater.log_odds

    def broken(self: Rater, features: pl.DataFrame, *, model: str | None = None) -> np.ndarray:
        found = honest(self, features, model=model)
        return np.where(features["debt_to_assets"].to_numpy() == worst, np.nan, found)

    worst = clean.baseline.quantiles["debt_to_assets"][3]
    monkeypatch.setattr(Rater, "log_odds", broken)
    finding = sensitivity.section(clean).finding("response")
    assert finding.light is Light.RED
    assert finding.number > 0  # type: ignore[operator]


# -- by numbers that a test writes down ------------------------------------------------------------
NUMBER = sc.Feature("x", "x", special_values=(-9.0,))
TEXT = sc.Feature("town", "town", trend="none")
SCALE = MasterScale((0.001, 0.02, 0.1, 0.3, 0.5, 0.9), pd_floor=0.0004)


def moved(
    product: sc.Product,
    *,
    x: Sequence[float],
    pd: Floats | None = None,
    quantiles: Sequence[float | None] = (0.0, 1.0, 2.0, 3.0, 4.0),
    town: Sequence[str | None] | None = None,
    weight: Floats | None = None,
    answering: str = "scorecard",
    features: Sequence[sc.Feature] = (NUMBER, TEXT),
    asset_correlation: float = 0.15,
    y: Floats | None = None,
    rules: Mapping[str, Any] | None = None,
) -> Any:
    """Evidence of a model whose PD is x / 10, .3 where x is missing."""
    n = len(x)

    def answer(frame: pl.DataFrame) -> Floats:
        return np.asarray(logit(np.where(frame["x"].is_nan(), 0.3, frame["x"] / 10)))

    columns = {
        "x": np.array(x, dtype=float), "town": pl.Series(town or ["a"] * n, dtype=pl.String),
    }  # fmt: skip
    own = answer(pl.DataFrame({"x": columns["x"]}))
    given = standin(
        product, np.arange(n) % 2.0 if y is None else y, expit(own) if pd is None else pd,
        grade=SCALE.index(own), weight=weight, table=columns, quantiles={"x": tuple(quantiles)},
        asset_correlation=asset_correlation, rules=rules,
    )  # fmt: skip
    given.rater.features = FeatureSet(features, {"x": "float", "town": "str"})
    given.rater.card = Bag(features=("x",))
    given.rater.answering = answering
    given.rater.scale = SCALE
    given.rater.log_odds = answer
    given.some = lambda most: np.arange(n)[:most]
    return given


def test_a_feature_is_moved_to_the_worse_end_and_grades_follow(sme_cn: sc.Product) -> None:
    weight = np.array([1.0, 1.0, 2.0, 4.0])  # PDs of .01, .1, .4, .1; grades R1, R3, R4, R3
    given = moved(
        sme_cn, x=[0.1, 1.0, 4.0, 1.0], weight=weight, town=["a"] * 4,
        quantiles=(0.1, 0.2, 1.0, 6.0, 8.0),
    )  # fmt: skip
    table, broken, asked = sensitivity._features(given)
    mean = (0.01 + 0.1 + 2 * 0.4 + 4 * 0.1) / 8
    row = table.filter(feature="x").row(0, named=True)
    assert (row["read"], row["worst"]) == (True, "6")
    assert row["factor"] == pytest.approx(0.6 / mean)
    assert row["best_factor"] == pytest.approx(0.02 / mean)
    assert row["changed"] == 1  # all are R5 now
    assert row["far"] == pytest.approx(1 / 8)  # only R1 was more than two grades away
    deviation = np.std([0.1, 1.0, 4.0, 1.0])
    up = np.array([0.1, 1.0, 4.0, 1.0]) + deviation
    assert row["sd_factor"] == pytest.approx((up * weight).sum() / 80 / mean)
    town = table.filter(feature="town").row(0, named=True)
    assert (town["read"], town["worst"], town["sd_factor"]) == (False, "a", None)
    assert (town["factor"], town["changed"], town["far"]) == (pytest.approx(1), 0, 0)
    assert (broken, asked) == (0, 4 * (2 + 2 + 1))
    both = moved(sme_cn, x=[0.1, 1.0, 4.0, 1.0], answering="boosted")
    assert sensitivity._features(both)[0]["read"].all()


@pytest.mark.parametrize(
    ("quantiles", "found"),
    [
        ((0.0, 1.0, 2.0, 3.0, 4.0), [1.0, 3.0]),
        ((0.0, 2.0, 2.0, 2.0, 4.0), [0.0, 4.0]),  # 5 % and 95 % are equal: 1 % and 99 %
        ((None,) * 5, []),
    ],
)
def test_plausible_numbers_are_quantiles_of_training(
    sme_cn: sc.Product, quantiles: tuple[float | None, ...], found: list[float]
) -> None:
    given = moved(sme_cn, x=[1.0] * 20, quantiles=quantiles)
    assert sensitivity._plausible(given, NUMBER) == found


@pytest.mark.parametrize(("weight", "common"), [(1.0, True), (0.9, False)])
def test_what_a_twentieth_of_the_rows_has_is_plausible(
    sme_cn: sc.Product, weight: float, common: bool
) -> None:
    """By weight; missing as a level is."""
    last = np.r_[np.ones(19), weight]
    given = moved(sme_cn, x=[1.0] * 19 + [np.nan], town=["b"] * 19 + [None], weight=last)
    found = sensitivity._plausible(given, NUMBER)
    assert found[:2] == [1.0, 3.0]
    assert [np.isnan(v) for v in found[2:]] == [True] * common
    assert sensitivity._plausible(given, TEXT) == (["b", None] if common else ["b"])
    rare = moved(sme_cn, x=[1.0] * 20, town=["b"] * 19 + ["a"], weight=last)
    assert sensitivity._plausible(rare, TEXT) == (["a", "b"] if common else ["b"])


def test_missing_is_called_so_and_a_floor_holds(sme_cn: sc.Product) -> None:
    given = moved(sme_cn, x=[1.0] * 10 + [np.nan] * 10, quantiles=(0.0, 0.001, 0.1, 0.2, 0.3))
    row = sensitivity._features(given)[0].filter(feature="x").row(0, named=True)
    assert (row["worst"], row["factor"]) == ("missing", pytest.approx(0.3 / 0.2))
    assert row["best_factor"] == pytest.approx(SCALE.pd_floor / 0.2)
    rows = given.judged.part.features
    assert sensitivity._move(given, rows, "town", None).value == "missing"
    assert sensitivity._move(given, rows, "town", "b").value == "b"
    number = sensitivity._move(given, rows, "x", 1.0)
    assert (number.value, number.pd.tolist()) == ("1", pytest.approx([0.1] * 20))
    assert number.grade.tolist() == [2] * 20  # a grade holds its lower edge


def test_a_deviation_is_of_common_values_and_stays_within_what_was_seen(sme_cn: sc.Product) -> None:
    x = np.array([0.0, 2.0, 4.0, 900.0, -9.0, np.nan])
    given = moved(
        sme_cn, x=x.tolist(), pd=np.full(6, 0.1), quantiles=(1.0, 1.0, 2.0, 3.0, 5.0)
    )  # fmt: skip
    at = np.array([0, 2, 3, 4, 5])
    up, down = sensitivity._one_sd(given, NUMBER, at)
    deviation = np.std([1.0, 2.0, 4.0, 5.0])  # clipped to the 1 % and 99 % quantiles
    assert up == pytest.approx([deviation, 4 + deviation, 900, -9, np.nan], nan_ok=True)
    assert down == pytest.approx([0, 4 - deviation, 900 - deviation, -9, np.nan], nan_ok=True)
    narrow = moved(sme_cn, x=[2.0, 2.1], quantiles=(1.0, 1.0, 2.0, 3.0, 5.0))
    far = [v.tolist() for v in sensitivity._one_sd(narrow, NUMBER, np.array([0, 1]))]
    assert far == [pytest.approx([2.05, 2.15]), pytest.approx([1.95, 2.05])]
    assert sensitivity._one_sd(given, TEXT, at) == []
    unknown = moved(sme_cn, x=[np.nan] * 3, pd=np.full(3, 0.1))
    assert sensitivity._one_sd(unknown, NUMBER, at[:1]) == []
    blank = moved(sme_cn, x=[1.0], quantiles=(None,) * 5)
    assert sensitivity._one_sd(blank, NUMBER, at[:1]) == []


@pytest.mark.parametrize(("pd", "wrong"), [(-0.001, 1), (0.0, 0), (1.0, 0), (1.001, 1)])
def test_a_pd_is_a_number_from_nought_to_one(
    sme_cn: sc.Product, monkeypatch: pytest.MonkeyPatch, pd: float, wrong: int
) -> None:
    given = moved(sme_cn, x=[1.0] * 4, features=[TEXT])
    answer = sensitivity.Moved("a", np.array([0.2, pd, 0.3, 0.4]), np.zeros(4, dtype=np.int64))
    monkeypatch.setattr(sensitivity, "_move", lambda *_: answer)
    assert sensitivity._features(given)[1:] == (wrong, 4)
    finding = sensitivity.section(given).finding("response")
    assert (finding.number, finding.light) == (wrong, Light.RED if wrong else Light.GREEN)
    assert finding.said.en == f"{wrong} / 4"


def test_where_nothing_is_plausible_the_factor_is_grey(sme_cn: sc.Product) -> None:
    given = moved(sme_cn, x=[1.0] * 30, town=[f"t{k}" for k in range(30)], features=[TEXT])
    finding = sensitivity.section(given).finding("single_factor")
    assert (finding.number, finding.light) == (None, Light.GREY)


@pytest.mark.parametrize(("x", "light"), [(2.0, Light.GREEN), (1.0, Light.AMBER)])
def test_the_worst_feature_is_held_against_its_line(
    sme_cn: sc.Product, x: float, light: Light
) -> None:
    lines = {"sensitivity": {"single_factor": Above(amber=2.0)}}
    section = sensitivity.section(moved(sme_cn, x=[x] * 4, rules=lines))
    finding = section.finding("single_factor")
    assert (finding.number, finding.light) == (pytest.approx(3 / x), light)
    assert finding.said.en == f"x = 3: ×{3 / x:.2f}"
    assert section.tables["features"]["feature"].to_list() == ["x", "town"]


def test_a_downturn_is_vasiceks_and_losses_move(sme_cn: sc.Product) -> None:
    pd, weight = np.array([0.01, 0.05, 0.05, 0.2]), np.array([4.0, 1.0, 1.0, 2.0])
    line, index, rho = AtMost(amber=1.5, red=2.0), -2.0, 0.15
    given = moved(
        sme_cn, x=(10 * pd).tolist(), weight=weight, y=np.array([0.0, 0, 1, 0]),
        rules={"sensitivity": {"downturn_index": index, "downturn_factor": line}},
    )  # fmt: skip
    section = sensitivity.section(given)
    there = norm.cdf((norm.ppf(pd) - np.sqrt(rho) * index) / np.sqrt(1 - rho))
    mean, bad = np.average(pd, weights=weight), np.average(there, weights=weight)
    finding = section.finding("downturn_factor")
    assert finding.number == pytest.approx(bad / mean)
    assert finding.light is Light.RED
    states = section.tables["downturn"]
    assert states["mean_pd"].to_list() == pytest.approx([mean, 1 / 8, bad])
    assert states["factor"].to_list() == pytest.approx([1, 1 / 8 / mean, bad / mean])
    assert states["index"][2] == index
    now = states["index"][1]
    at = norm.cdf((norm.ppf(pd) - np.sqrt(rho) * now) / np.sqrt(1 - rho))
    assert np.average(at, weights=weight) == pytest.approx(1 / 8)

    grades = section.tables["downturn_grades"]
    assert grades["grade"].to_list() == ["R1", "R2", "R3", "R4", "R5"]
    assert grades["share"].to_list() == pytest.approx([4 / 8, 2 / 8, 2 / 8, 0, 0])
    later = np.bincount(np.searchsorted(SCALE.edges[1:-1], there, "right"), weight, 5) / 8
    assert later.tolist() != grades["share"].to_list()
    assert grades["downturn_share"].to_list() == pytest.approx(later.tolist())
    loss = [(weight * p)[[0]].sum() for p in (pd, there)]
    assert grades["loss_share"][0] == pytest.approx(loss[0] / (weight * pd).sum())
    assert grades["downturn_loss_share"][0] == pytest.approx(loss[1] / (weight * there).sum())
    assert grades["factor"][:3].to_list() == pytest.approx((there / pd)[[0, 1, 3]].tolist())
    assert grades["factor"][3:].to_list() == [None, None]


def test_pds_of_nought_and_of_one_have_a_downturn(sme_cn: sc.Product) -> None:
    pd = np.array([0.0, 0.05, 0.1, 1.0])
    section = sensitivity.section(moved(sme_cn, x=(10 * pd).tolist(), y=np.array([0.0, 0, 1, 1])))
    assert section.tables["downturn"]["mean_pd"][:2].to_list() == pytest.approx([1.15 / 4, 1 / 2])
    assert section.tables["downturn_grades"]["downturn_share"][4] == pytest.approx(1 / 4)
    assert section.tables["downturn_grades"]["factor"][4] == pytest.approx(1)


def test_features_alike_are_told_by_name(sme_cn: sc.Product) -> None:
    twins = [sc.Feature(name, "town", trend="none") for name in ("town", "area")]
    given = moved(sme_cn, x=[1.0] * 4, features=twins)
    part = given.judged.part
    rows = part.features.with_columns(area=pl.col("town"))
    given.judged = replace(given.judged, part=replace(part, features=rows))
    assert sensitivity._features(given)[0]["feature"].to_list() == ["area", "town"]
