"""Trends are swept as declared, and a booster that only claims them is found out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest
from planted import evidence, reds
from scipy.stats import hypergeom
from standin import Bag, standin

import scorecard as sc
from scorecard.features import FeatureSet
from scorecard.logodds import Floats
from scorecard.models.boosted import BoostedModel, EncodedFeature
from scorecard.models.boosted_classifier import BoostedClassifier
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import monotonicity


def test_every_feature_with_a_trend_is_swept_in_the_models_that_read_it(clean: Evidence) -> None:
    section = monotonicity.section(clean)
    assert section.light is Light.GREEN
    table = section.tables["features"]
    declared = {
        f.name for f in clean.rater.features.features if f.trend in ("ascending", "descending")
    }
    assert set(table.filter(model="boosted")["feature"]) == declared
    assert set(table.filter(model="scorecard")["feature"]) == declared & set(
        clean.rater.card.features
    )
    assert (table["span"] >= 0).all()
    assert table["span"].max() > 0.3  # type: ignore[operator]
    assert section.tables["grades"]["rows"].sum() == len(clean.judged)


def test_a_booster_that_claims_a_trend_it_does_not_keep_turns_this_section_red_alone(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    part = trained.sample.in_time
    free = BoostedClassifier(n_estimators=60, max_depth=4).fit(part.features, part.y, part.weight)
    claimed = trained.models["boosted"].estimator.model_
    features = [
        EncodedFeature(f.name, t.trend, f.levels, f.unseen, f.pooled, f.missing)
        for f, t in zip(free.model_.features, claimed.features, strict=True)
    ]
    lying = BoostedModel.from_booster(free.model_.booster, features)
    files = {**trained.bundle.files, "booster.ubj": lying.to_bytes()}
    given = evidence(sc.Bundle.seal(files, trained.bundle.manifest), portfolio)
    section = monotonicity.section(given)
    assert section.finding("boosted").light is Light.RED
    assert section.finding("scorecard").light is Light.GREEN
    assert reds(given) == {"monotonicity"}


@pytest.mark.parametrize("wrong", [0, 60])
def test_a_grade_that_is_safer_than_a_safer_one_is_amber(clean: Evidence, wrong: int) -> None:
    rate = np.array([0.01, 0.05, 0.05 - wrong / 2000, 0.2])
    grades = pl.DataFrame({"bad_rate": rate, "effective_rows": [2000.0] * 4})
    finding = monotonicity._rise(grades)
    assert finding.light is (Light.AMBER if wrong else Light.GREEN)


# -- by numbers that a test writes down ------------------------------------------------------------
X = sc.Feature("x", "x", trend="ascending")


def swept(
    product: sc.Product,
    answer: Callable[[Floats], Floats],
    *,
    features: Sequence[sc.Feature] = (X,),
    x: Sequence[float | None] = (1.0,) * 50,
    visited: Sequence[float | None] = (0.0, 1.0, 2.0, 3.0, 4.0),
    bins: Mapping[str, str] | None = None,
    cuts: tuple[float, ...] = (),
    ordered: bool = True,
    grade: Any = None,
    weight: Floats | None = None,
) -> Any:
    """Evidence of two models that answer ``answer`` of x, in log-odds; bins are name: trend."""
    y = np.arange(len(x)) % 5 == 0
    column = np.array([np.nan if v is None else v for v in x])
    given = standin(
        product, y.astype(float), np.full(len(x), 0.2), grade=grade, weight=weight,
        table={f.name: column for f in features},
        quantiles={f.name: tuple(visited) for f in features},
    )  # fmt: skip
    card = {f.name: "auto" for f in features} if bins is None else bins
    given.rater.card = Bag(
        bins=tuple(Bag(name=name, trend=trend, splits=cuts) for name, trend in card.items()),
        ordered=ordered,
    )
    given.rater.features = FeatureSet(features, {f.name: "float" for f in features})
    given.rater.log_odds = lambda frame, model: np.asarray(answer(frame["x"].to_numpy()))
    given.bundle = Bag(files={"booster.ubj": dict(card)})
    given.some = lambda most: np.arange(len(x))[:most]
    return given


@pytest.fixture
def frozen_trends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The booster's file is a mapping of its trends."""
    monkeypatch.setattr(BoostedModel, "from_bytes", lambda trends: Bag(trends=trends))


def steps(*levels: float, missing: float = 7.0) -> Callable[[Floats], Floats]:
    """Return what answers ``levels[x]``."""

    def answer(x: Floats) -> Floats:
        known = np.array(levels)[np.where(np.isnan(x), 0, x).astype(int)]
        return np.where(np.isnan(x), missing, known)

    return answer


def test_a_grid_visits_training_the_judged_and_both_sides_of_each_cut(sme_cn: sc.Product) -> None:
    feature = sc.Feature("x", "x", trend="ascending", special_values=(-1.0,))
    given = swept(
        sme_cn, steps(0.0), features=[feature], x=[0.0, 10.0, -1.0, None],
        visited=(-5.0, -1.0, None, 20.0), cuts=(3.25,),
    )  # fmt: skip
    below = float(np.nextafter(3.25, 0))
    expected = sorted({-5.0, 20.0, 3.25, below, *(k / 2 for k in range(21))})
    found = monotonicity.grid(given, feature)
    assert found.tolist() == pytest.approx(expected)
    assert {3.25, below} <= set(found)
    empty = swept(sme_cn, steps(0.0), features=[feature], x=[-1.0, None], visited=(None, 2.0))
    assert monotonicity.grid(empty, feature).tolist() == [2.0]


@pytest.mark.parametrize("trend", ["ascending", "descending"])
def test_a_fall_is_from_the_highest_so_far(sme_cn: sc.Product, trend: Any) -> None:
    """One of fifty rows answers twice as much."""
    levels = (0.5, 2.5, 2.0, 2.3, 3.5)
    feature = sc.Feature("x", "x", trend=trend)
    up = trend == "ascending"
    answer = steps(*(levels if up else levels[::-1]))
    given = swept(
        sme_cn, lambda x: answer(x) * (1 + (np.arange(len(x)) % 50 == 0)), features=[feature],
        x=[1.0 if up else 3.0] * 50,
    )  # fmt: skip
    rows = given.judged.part.features
    found = monotonicity._sweep(given, rows, "scorecard", "x", (trend, True))
    assert (found.values, found.steps, found.falls) == (5, 4 * 50, 2 * 50)
    assert found.largest == pytest.approx(2 * 0.5)
    assert found.span == pytest.approx(51 / 50 * 3.0)
    assert found.missing == pytest.approx(51 / 50 * (7.0 - 2.5))


@pytest.mark.parametrize(
    ("model", "at", "fall", "falls"),
    [
        ("scorecard", 0.0, 1.2e-9, True),
        ("scorecard", 0.0, 0.9e-9, False),
        ("scorecard", 100.0, 1.2e-9, True),
        ("boosted", 0.5, 1.2e-5, True),
        ("boosted", 0.5, 0.9e-5, False),
        ("boosted", 0.0, 0.9e-5, False),
        ("boosted", 100.0, 1.1e-3, True),
        ("boosted", 100.0, 0.9e-3, False),
        ("boosted", -100.0, 0.9e-3, False),
    ],
)
def test_rounding_is_no_fall(
    sme_cn: sc.Product, model: str, at: float, fall: float, falls: bool
) -> None:
    given = swept(sme_cn, steps(at, at - fall), visited=(0.0, 1.0), x=[0.0] * 3)
    rows = given.judged.part.features
    found = monotonicity._sweep(given, rows, model, "x", ("ascending", True))
    assert (found.falls, found.steps) == (3 * falls, 3)
    assert found.largest == pytest.approx(fall, rel=1e-4)


def test_an_answer_that_is_no_number_is_a_fall(sme_cn: sc.Product) -> None:
    given = swept(sme_cn, steps(0.0, np.nan, 1.0), visited=(0.0, 1.0, 2.0), x=[0.0] * 3)
    rows = given.judged.part.features
    found = monotonicity._sweep(given, rows, "scorecard", "x", ("ascending", True))
    assert found.falls > 0


def test_a_feature_known_of_nobody_takes_no_step(sme_cn: sc.Product) -> None:
    given = swept(sme_cn, steps(0.0), visited=(None,) * 5, x=[None] * 3)
    rows = given.judged.part.features
    found = monotonicity._sweep(given, rows, "scorecard", "x", ("ascending", True))
    assert (found.values, found.steps, found.falls) == (0, 0, 0)
    assert (found.largest, found.span, found.missing) == (0, 0, 0)


@pytest.mark.usefixtures("frozen_trends")
def test_a_declared_trend_binds_and_auto_keeps_what_was_frozen(sme_cn: sc.Product) -> None:
    features = [
        sc.Feature("x", "x", trend="ascending"), sc.Feature("a", "a"), sc.Feature("b", "b"),
        sc.Feature("free", "free", trend="none"),
    ]  # fmt: skip
    bins = {"x": "descending", "a": "descending", "b": "peak", "free": "ascending"}
    given = swept(sme_cn, steps(0.0), features=features, bins=bins)
    for model in ("scorecard", "boosted"):
        assert monotonicity.trends(given, model) == {
            "x": ("ascending", True), "a": ("descending", False)
        }  # fmt: skip
    given = swept(sme_cn, steps(0.0), features=features, bins=bins, ordered=False)
    assert monotonicity.trends(given, "scorecard") == {"x": ("ascending", True)}
    assert set(monotonicity.trends(given, "boosted")) == {"x", "a"}


@pytest.mark.usefixtures("frozen_trends")
@pytest.mark.parametrize("wrong", [False, True])
def test_one_step_back_is_red(sme_cn: sc.Product, wrong: bool) -> None:
    given = swept(
        sme_cn, steps(0.0, 2.0, 1.5 if wrong else 2.0, 3.0, 4.0), x=[0.0] * 250,
        features=[X, sc.Feature("idle", "idle", trend="descending")],
        visited=(0.0, 1.0, 2.0, 3.0, 4.0), bins={"idle": "auto", "x": "auto"},
    )  # fmt: skip
    section = monotonicity.section(given)
    for model in ("scorecard", "boosted"):
        finding = section.finding(model)
        assert finding.light is (Light.RED if wrong else Light.GREEN)
        assert finding.number == 200 * wrong
        deepest = "; x 0.5" if wrong else ""
        assert finding.said.en == f"{200 * wrong} / 1,600 (2 × 200{deepest})"
    table = section.tables["features"]
    assert table["feature"].to_list() == ["x", "x", "idle", "idle"]
    assert table["span"].to_list() == [4, 4, 0, 0]
    assert section.finding("grades").light is Light.GREY  # all are of one grade


@pytest.mark.usefixtures("frozen_trends")
def test_a_model_without_trends_is_grey(sme_cn: sc.Product) -> None:
    section = monotonicity.section(swept(sme_cn, steps(0.0), bins={}))
    assert section.finding("scorecard").light is section.finding("boosted").light is Light.GREY
    assert section.tables["features"].is_empty()


def test_the_deepest_of_real_falls_is_named() -> None:
    def of(feature: str, falls: int, largest: float) -> monotonicity.Sweep:
        return monotonicity.Sweep("boosted", feature, "ascending", True, 2, 5, falls, largest, 0, 0)

    sweeps = [of("rounded", 0, 0.9), of("slight", 4, 0.1), of("deep", 1, 0.4), of("flat", 0, 0.0)]
    finding = monotonicity._finding("boosted", sweeps, 7)
    assert finding.said.en == "5 / 20 (4 × 7; deep 0.4)"
    assert "max(1, |log-odds|)" in finding.rule.en
    assert "max" not in monotonicity._finding("scorecard", sweeps, 7).rule.en
    assert (finding.number, finding.light) == (5, Light.RED)


def test_grades_are_counted_by_row_and_rated_by_weight(sme_cn: sc.Product) -> None:
    grade = np.array([0] * 10 + [2] * 20)
    weight = np.where(np.arange(30) % 5 == 0, 3.0, 1.0)  # bads weigh 3
    given = swept(sme_cn, steps(0.0), x=[0.0] * 30, grade=grade, weight=weight)
    table = monotonicity._grades(given)
    assert table["grade"].to_list() == ["R1", "R3"]
    assert table["rows"].to_list() == [10, 20]
    assert table["bads"].to_list() == [2, 4]
    assert table["bad_rate"].to_list() == pytest.approx([6 / 14, 12 / 28])
    assert table["mean_pd"].to_list() == pytest.approx([0.2, 0.2])


def test_a_fall_between_grades_is_proven_by_fishers_test() -> None:
    def rise(rates: list[float], sizes: list[float]) -> Any:
        return monotonicity._rise(pl.DataFrame({"bad_rate": rates, "effective_rows": sizes}))

    found = rise([0.2, 0.05], [100.0, 200.0])
    one = hypergeom.cdf(10, 300, 30, 200)  # ten or fewer of the thirty bads among the 200
    assert (found.number, found.said.en, found.light) == (1, "1 / 1", Light.AMBER)
    assert found.p_value == pytest.approx(one)
    two = rise([0.2, 0.05, 0.05], [100.0, 200.0, 100.0])
    assert (two.number, two.said.en) == (1, "1 / 2")
    assert two.p_value == pytest.approx(2 * one)
    chance = rise([0.2, 0.15], [100.0, 100.0])
    assert (chance.number, chance.light) == (1, Light.GREEN)
    up = rise([0.05, 0.2], [100.0, 100.0])
    assert (up.number, up.light) == (0, Light.GREEN)
    assert rise([0.05], [100.0]).light is Light.GREY
    assert rise([0.05], [100.0]).number is None
