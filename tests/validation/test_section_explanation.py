"""Explanations that are not the model's are found, whatever the rating itself checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from standin import Bag

from scorecard.rating import Rater
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import explanation


def test_a_sound_bundle_is_green_with_numbers(clean: Evidence) -> None:
    section = explanation.section(clean)
    assert section.light is Light.GREEN
    assert set(section.tables) == {"sums", "recomputed", "direction", "steadiness"}
    again = section.tables["recomputed"]
    assert set(again["model"]) == {"scorecard", "boosted"}
    assert again["contribution"].abs().max() > 0.1  # type: ignore[operator]
    assert section.finding("steadiness").number > 0.8  # type: ignore[operator]


@pytest.mark.parametrize("model", ["scorecard", "boosted"])
def test_contributions_that_do_not_add_up_are_red(
    clean: Evidence, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    honest = Rater.risk

    def wrong(self: Rater, features: pl.DataFrame, *, model: str | None = None) -> pl.DataFrame:
        found = honest(self, features, model=model)
        return found.with_columns(pl.col("debt_to_assets") + 1e-3) if model == told else found

    told = model
    monkeypatch.setattr(Rater, "risk", wrong)
    section = explanation.section(clean)
    red = {finding.key for finding in section.findings if finding.light is Light.RED}
    assert red == {f"additivity_{model}", "contributions"}


def test_contributions_dealt_to_the_wrong_feature_add_up_and_are_red(
    clean: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Rater.risk

    def swapped(self: Rater, features: pl.DataFrame, *, model: str | None = None) -> pl.DataFrame:
        found = honest(self, features, model=model)
        both = pl.col("debt_to_assets"), pl.col("tax_grade")
        return found.with_columns(both[0].alias("tax_grade"), both[1].alias("debt_to_assets"))

    monkeypatch.setattr(Rater, "risk", swapped)
    section = explanation.section(clean)
    assert section.finding("additivity_boosted").light is Light.GREEN
    assert section.finding("contributions").light is Light.RED


def test_contributions_that_run_backwards_are_red(
    clean: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Rater.risk

    def backwards(self: Rater, features: pl.DataFrame, *, model: str | None = None) -> pl.DataFrame:
        found = honest(self, features, model=model)
        kept = found["debt_to_assets"] + found["tax_grade"]
        return found.with_columns(
            (-found["debt_to_assets"]).alias("debt_to_assets"),
            (kept + found["debt_to_assets"]).alias("tax_grade"),
        )

    monkeypatch.setattr(Rater, "risk", backwards)
    section = explanation.section(clean)
    red = {finding.key for finding in section.findings if finding.light is Light.RED}
    assert red == {"direction", "contributions"}


# -- by numbers that a test writes down ------------------------------------------------------------
Answer = Callable[[pl.DataFrame], Any]


def written(
    answer: Answer, risk: Answer | None = None, explain: Any = None, **attributes: Any
) -> Any:
    """Models that all answer ``answer`` of a frame, and are told to contribute ``risk``."""
    judged = attributes.pop("judged", None)
    rater = Bag(risk=lambda frame, model: (risk or answer)(frame), **attributes.pop("rater", {}))
    evidence = Bag(
        judged=judged, rater=rater, seed=0, baseline=Bag(quantiles=attributes.pop("quantiles", {})),
        some=lambda most: np.arange(judged.part.features.height)[:most],
    )  # fmt: skip
    return Bag(
        evidence=evidence, margin=lambda frame, model: np.asarray(answer(frame), dtype=float),
        explain=explain, **attributes,
    )  # fmt: skip


def judged_as(features: pl.DataFrame, **attributes: Any) -> Any:
    return Bag(part=Bag(features=features, table=features), **attributes)


def test_shapley_values_by_definition_are_those_on_paper() -> None:
    """2a + 3b + 4ab + 6abc: a product is shared by those who make it."""
    models = written(
        lambda f: 2 * f["a"] + 3 * f["b"] + 4 * f["a"] * f["b"] + 6 * f["a"] * f["b"] * f["c"] + 9
    )
    ones, none = (pl.DataFrame({name: [value] for name in "abc"}) for value in (1.0, 0.0))
    found = explanation._shapley(models, ones, none, ["a", "b", "c"], "boosted")
    assert found == pytest.approx([2 + 2 + 2, 3 + 2 + 2, 2])
    few = explanation._shapley(models, ones, none, ["b", "a"], "boosted")
    assert few == pytest.approx([3 + 2, 2 + 2])


@pytest.mark.parametrize("wrong", [0.0, 0.01])
def test_pairs_are_compared_in_the_features_that_differ_most(wrong: float) -> None:
    """Contributions of a sum are its terms' differences; the first term differs in no pair."""
    names = list("abcdefghijk")
    of = np.array([101.0, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29])
    x = np.random.default_rng(0).integers(0, 4, (8, 11)).astype(float)
    x[:, 0] = 7.0

    def answer(frame: pl.DataFrame) -> Any:
        return frame.select(names).to_numpy() @ of

    def explain(row: pl.DataFrame, model: str, other: pl.DataFrame) -> pl.DataFrame:
        terms = (row.select(names).to_numpy() - other.select(names).to_numpy()) * of
        return pl.DataFrame(terms + wrong, names)

    models = written(
        answer, lambda frame: frame.select(pl.col(n) * w for n, w in zip(names, of, strict=True)),
        explain, judged=judged_as(pl.DataFrame(x, names)),
    )  # fmt: skip
    again = explanation._recomputed(models, "boosted")
    for k in range(3):
        apart = (x[2 * k] - x[2 * k + 1]) * of
        players = [j for j in np.argsort(-np.abs(apart), kind="stable") if apart[j] != 0][:8]
        mixture = x[2 * k + 1] @ of + apart[players].sum()
        found = again.filter(pair=k + 1)
        assert found["feature"].to_list() == [names[j] for j in players]
        assert found["recomputed"].to_list() == pytest.approx(apart[players].tolist())
        assert found["contribution"].to_list() == pytest.approx((apart[players] + wrong).tolist())
        gap = wrong / max(mixture, x[2 * k + 1] @ of)
        assert found["gap"].to_list() == pytest.approx([gap] * len(players), abs=1e-12)
    assert again["pair"].max() == 3
    finding = explanation._agrees(again)
    assert finding.light is (Light.RED if wrong else Light.GREEN)
    assert finding.said.en.endswith(f"({again.height})")


def test_gaps_of_small_log_odds_are_not_relative() -> None:
    models = written(
        lambda f: f["x"], lambda f: f, lambda row, model, other: row.select(pl.col("x") + 1.2e-5),
        judged=judged_as(pl.DataFrame({"x": [0.5, 0.0]})),
    )  # fmt: skip
    assert explanation._recomputed(models, "boosted")["gap"].to_list() == pytest.approx([1.2e-5])


def test_a_gap_within_the_tolerance_is_none_and_one_that_is_no_number_is() -> None:
    def agrees(*gaps: float) -> Light:
        return explanation._agrees(pl.DataFrame({"gap": list(gaps)}, {"gap": pl.Float64})).light

    assert agrees() is Light.GREY
    assert (agrees(0.0, 1e-5), agrees(1.1e-5, 0.0)) == (Light.GREEN, Light.RED)
    assert agrees(0.0, float("nan")) is Light.RED


@pytest.mark.parametrize(
    ("off", "worst", "broken"),
    [
        ((0.0, 0.0), 0.0, 0),
        ((0.0, 0.9e-5), 0.9e-5, 0),
        ((0.9e-4, 0.9e-5), 0.9e-5, 0),  # relative to 10, and to one where log-odds are less
        ((1.2e-4, 0.0), 1.2e-5, 1),
        ((-1.2e-4, 1.1e-5), 1.2e-5, 2),
        ((np.nan, 0.0), np.inf, 1),
    ],
)
def test_a_sum_may_miss_the_log_odds_by_rounding(
    off: tuple[float, ...], worst: float, broken: int
) -> None:
    frame = pl.DataFrame({"x": [-12.0, -1.5]})

    def risk(frame: pl.DataFrame) -> pl.DataFrame:
        return pl.DataFrame({"x": frame["x"].to_numpy() + off, "idle": [0.0, 0.0]})

    models = written(
        lambda f: f["x"] + 2, risk, lambda f, model: f.select("x", idle=pl.lit(0.0)),
        judged=judged_as(frame), base=lambda model: 2.0,
    )  # fmt: skip
    row = explanation._sums(models, "boosted")
    assert (row["rows"], row["base"], row["broken"]) == (2, 2.0, broken)
    assert row["worst"] == pytest.approx(worst, abs=1e-14)
    assert row["recomputed_worst"] == pytest.approx(worst, abs=1e-14)
    light = Light.RED if broken else Light.GREEN
    assert explanation._adds_up(row).light is light
    assert explanation._is_told(pl.DataFrame([row])).light is light


@pytest.mark.parametrize("answering", ["scorecard", "boosted"])
@pytest.mark.parametrize(("off", "worst"), [(0.0, 0.0), (0.006, 1.2e-5), (-0.006, 1.2e-5)])
def test_points_add_up_to_the_score_that_was_told(answering: str, off: float, worst: float) -> None:
    frame = pl.DataFrame({"x": [0.0, 0.0]})
    told = {"score": [500.0 + off, 500.0], "second_score": [400.0, 400.0]}
    if answering == "boosted":
        told = {"score": told["second_score"], "second_score": told["score"]}
    card = Bag(base=450.0, points=lambda rows: np.full((rows.height, 2), 25.0))
    models = written(
        lambda f: f["x"], lambda f: f, lambda f, model: f,
        judged=judged_as(frame, numbers=lambda name: np.array(told[name])),
        base=lambda model: 0.0, rater={"card": card, "answering": answering},
    )  # fmt: skip
    row = explanation._sums(models, "scorecard")
    assert row["worst"] == pytest.approx(worst, rel=1e-3)
    assert row["broken"] == (off != 0)


def test_a_base_and_contributions_are_told_of_both_models() -> None:
    rows = pl.DataFrame({"recomputed_worst": [0.0, 2e-5], "recomputed_rows": [3, 4]})
    finding = explanation._is_told(rows)
    assert (finding.number, finding.light) == (2e-5, Light.RED)
    assert finding.said.en == "2e-05 (7)"


@pytest.mark.parametrize("trend", ["ascending", "descending"])
@pytest.mark.parametrize("model_falls", [True, False])
def test_a_contribution_that_falls_is_excused_by_a_model_that_falls(
    monkeypatch: pytest.MonkeyPatch, trend: str, model_falls: bool
) -> None:
    """Only the second row falls, from 2 to 3 (from 2 to 1 where risk falls with the value)."""
    up = trend == "ascending"
    levels = np.array([0.0, 1.0, 3.0, 2.5, 4.0])
    levels = levels if up else levels[::-1]

    def risk(frame: pl.DataFrame) -> pl.DataFrame:
        x = frame["x"].to_numpy().astype(int)
        straight = x if up else 4 - x
        return pl.DataFrame({"x": np.where(frame["row"] == 1, levels[x], 2 * straight)})

    asked: list[Any] = []

    def falls(models: Any, row: pl.DataFrame, name: str, step: Any, model: str) -> bool:
        asked.append((row["row"].to_list(), name, step))
        return model_falls

    monkeypatch.setattr(explanation, "trends", lambda evidence, model: {"x": (trend, True)})
    monkeypatch.setattr(explanation, "_model_falls", falls)
    frame = pl.DataFrame({"x": [0.0] * 3, "row": [0, 1, 2]})
    quantiles = {"x": (0.0, 1.0, 2.0, None, 2.0, 3.0, 4.0)}
    models = written(lambda f: f["x"], risk, judged=judged_as(frame), quantiles=quantiles)
    moved = explanation._moved(models, "boosted")
    row = moved.row(0, named=True)
    assert asked == [([1], "x", (2.0, 3.0) if up else (2.0, 1.0))]
    assert (row["steps"], row["model_falls"]) == (4 * 3, model_falls)
    assert row["broken"] == (0 if model_falls else 1)
    assert (row["least_step"], row["span"]) == (pytest.approx(-0.5), pytest.approx(20 / 3))
    finding = explanation._keeps_direction(moved)
    assert finding.light is (Light.GREEN if model_falls else Light.RED)
    assert finding.said.en == f"{row['broken']} / 12"


@pytest.mark.parametrize(("fall", "broken"), [(0.9e-5, 0), (1.1e-5, 1), (np.nan, 1)])
def test_a_contribution_may_fall_by_rounding(
    monkeypatch: pytest.MonkeyPatch, fall: float, broken: int
) -> None:
    monkeypatch.setattr(explanation, "trends", lambda *_: {"x": ("ascending", True)})
    monkeypatch.setattr(explanation, "_model_falls", lambda *_: False)
    frame = pl.DataFrame({"x": [0.0]})
    models = written(
        lambda f: f["x"], lambda f: f.select(pl.col("x") * -fall), judged=judged_as(frame),
        quantiles={"x": (0.0, 1.0)},
    )  # fmt: skip
    assert explanation._moved(models, "boosted")["broken"].to_list() == [broken]
    models.evidence.baseline = Bag(quantiles={"x": (1.0, None, 1.0)})
    nothing = explanation._moved(models, "boosted")
    assert nothing.is_empty()
    assert explanation._keeps_direction(nothing).light is Light.GREY


def test_a_model_is_tried_on_mixtures_as_shapleys_formula_weighs_them() -> None:
    """Of two others: both are the row's own in a third, one alone in a sixth, none in a third."""
    seen: list[pl.DataFrame] = []

    def answer(frame: pl.DataFrame) -> Any:
        seen.append(frame)
        return frame["x"]

    row = pl.DataFrame({"a": ["own"], "x": [5.0], "b": ["own"]})
    background = pl.DataFrame({"b": ["bg"] * 3, "x": [1.0] * 3, "a": ["bg"] * 3})
    models = written(answer, judged=judged_as(row), background=background)
    assert not explanation._model_falls(models, row, "x", (2.0, 3.0), "boosted")
    assert [frame["x"].unique().to_list() for frame in seen] == [[2.0], [3.0]]
    assert seen[0].drop("x").equals(seen[1].drop("x"))
    shares = seen[0].group_by("a", "b").len().sort("a", "b")
    assert shares.select("a", "b").rows() == [
        ("bg", "bg"), ("bg", "own"), ("own", "bg"), ("own", "own")
    ]  # fmt: skip
    third = seen[0].height / 3
    assert shares["len"].to_list() == pytest.approx([third, third / 2, third / 2, third], rel=0.15)


@pytest.mark.parametrize(
    ("where", "fall", "found"),
    [("own", 1.1e-5, True), ("bg", 1.1e-5, True), ("own", 0.9e-5, False), ("none", 1.0, False)],
)
def test_a_model_falls_where_one_mixture_does(where: str, fall: float, found: bool) -> None:
    row, background = (pl.DataFrame({"a": [who], "x": [0.0]}) for who in ("own", "bg"))
    models = written(
        lambda f: np.where(f["a"] == where, -fall * f["x"], f["x"]), judged=judged_as(row),
        background=background,
    )  # fmt: skip
    assert explanation._model_falls(models, row, "x", (0.0, 1.0), "boosted") is found


def reasons(*codes: str, contribution: float = 0.1) -> list[dict[str, Any]]:
    return [{"code": code, "contribution": contribution} for code in codes]


def test_reasons_are_at_most_four_differ_and_point_to_risk() -> None:
    rows = [
        reasons("a", "b", "c", "d"), reasons(), reasons("a", "b", "c", "d", "e"),
        reasons("a", "a"), reasons("a", contribution=0.0), reasons("a", contribution=-0.1),
    ]  # fmt: skip
    found = explanation._reasons_speak(rows)
    assert (found.number, found.said.en, found.light) == (4, "4 / 6", Light.RED)
    assert explanation._reasons_speak(rows[:2]).light is Light.GREEN
    assert explanation._reasons_speak([*rows[:2], rows[3]]).light is Light.RED


def test_reasons_that_change_are_counted_by_row_and_by_code() -> None:
    clean = [reasons("a", "b"), reasons("a"), reasons(), reasons("c", "a", "b"), reasons("e")]
    later = [reasons("b", "d"), reasons("a"), reasons(), reasons("c", "b", "e"), reasons("d")]
    table = pl.DataFrame({"amount": [100.0] * 5, "count": [3] * 5, "derived": [2.0] * 5})
    given = written(lambda f: f, judged=judged_as(table)).evidence
    columns = [("amount", True, "float"), ("count", True, "int"), ("derived", False, "float")]
    given.rater.product = Bag(columns=[Bag(name=n, asked=a, kind=k) for n, a, k in columns])
    given.rater.features = Bag(evaluate=lambda frame: frame)

    def rate(frame: pl.DataFrame) -> Any:
        noisy = frame["amount"].to_list() != [100.0] * 5
        assert frame.drop("amount").equals(table.drop("amount"))
        return {"reasons": Bag(to_list=lambda: later if noisy else clean)}

    given.rater.rate_features = rate
    told, shaken, same = explanation._shaken(given)
    assert told == clean
    assert same.tolist() == pytest.approx([1 / 3, 1, 1, 2 / 4, 0])
    assert shaken.rows() == [("e", 1, 0.0), ("a", 3, 1 / 3), ("b", 2, 1.0), ("c", 1, 1.0)]


def test_what_is_stated_is_shaken_by_a_hundredth() -> None:
    n = 1000
    table = pl.DataFrame({"a": [100.0] * n, "b": [-5.0] * n})
    given = written(lambda f: f, judged=judged_as(table)).evidence
    given.rater.product = Bag(columns=[Bag(name=x, asked=True, kind="float") for x in "ab"])
    given.rater.features = Bag(evaluate=lambda frame: frame)
    seen: list[pl.DataFrame] = []

    def rate(frame: pl.DataFrame) -> Any:
        seen.append(frame)
        return {"reasons": Bag(to_list=lambda: [reasons()] * frame.height)}

    given.rater.rate_features = rate
    explanation._shaken(given)
    a, b = seen[1]["a"].to_numpy() / 100 - 1, seen[1]["b"].to_numpy() / -5 - 1
    assert [a.std(), b.std()] == pytest.approx([0.01, 0.01], rel=0.1)
    assert [a.mean(), b.mean()] == pytest.approx([0, 0], abs=0.001)
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.1


@pytest.mark.parametrize(("mean", "light"), [(0.7, Light.GREEN), (0.69, Light.AMBER)])
def test_reasons_are_restless_below_seven_tenths(mean: float, light: Light) -> None:
    found = explanation._holds_still(np.array([mean]), 1)
    assert (found.number, found.light) == (mean, light)
    both = explanation._holds_still(np.array([1.0, 0.2]), 2)
    assert (both.number, both.said.en) == (pytest.approx(0.6), "0.600 (2)")


def test_a_cards_base_and_contributions_are_of_its_points_and_add_up() -> None:
    """600 less 50 and 15 points of the mean row, 20 points a unit of log-odds."""
    card = Bag(
        offset=600.0, base=50.0, factor=20.0, features=("a", "b"), mean_points=(10.0, 5.0),
        points=lambda rows: rows.to_numpy(), score=lambda points: 50.0 + points.sum(axis=1),
        margin=lambda score: (600.0 - score) / 20.0,
    )  # fmt: skip
    models = explanation._Models(Bag(rater=Bag(card=card)))  # type: ignore[arg-type]
    rows = pl.DataFrame({"a": [20.0, 10.0], "b": [1.0, 5.0]})
    assert models.base("scorecard") == pytest.approx(26.75)
    found = models.explain(rows, "scorecard")
    assert found.rows() == [pytest.approx((-0.5, 0.2)), (0, 0)]
    assert models.margin(rows, "scorecard").tolist() == pytest.approx([26.45, 26.75])
