"""Stability, concentration and data: counted shares against their lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from standin import Bag, bad_rows, standin

import scorecard as sc
from scorecard import metrics
from scorecard.metrics import StabilityBins
from scorecard.validation.light import Light
from scorecard.validation.sections import concentration, data, stability

GREEN, AMBER, RED, GREY = Light.GREEN, Light.AMBER, Light.RED, Light.GREY
EVEN = (0.2,) * 5


def spread(product: sc.Product, shares: list[int], then: tuple[float, ...] = EVEN) -> Any:
    y, grade = bad_rows([(rows, rows // 10) for rows in shares])
    return standin(product, y, np.full(len(y), 0.1), grade=grade, grades=then, rows=5000.0)


def test_the_rise_of_crowding_is_tested_by_the_sampling_of_rows(sme_cn: sc.Product) -> None:
    rng = np.random.default_rng(0)
    then, rows = np.array([0.1, 0.15, 0.5, 0.15, 0.1]), 400
    lights = []
    for _ in range(300):  # nothing rose: one in twenty lies beyond .05
        given = spread(
            sme_cn, rng.multinomial(rows, then).tolist(), rng.multinomial(5000, then) / 5000
        )
        lights.append(concentration.section(given).finding("herfindahl").p_value < 0.05)
    assert 0.02 < np.mean(lights) < 0.09


def test_weights_have_no_unit_and_uneven_ones_are_worth_fewer_rows(sme_cn: sc.Product) -> None:
    def p_value(weight: Any) -> float:
        given = spread(sme_cn, [130, 90, 120, 80, 80])
        part = replace(given.judged.part, weight=weight(np.arange(500)))
        given.judged = replace(given.judged, part=part)
        found = concentration.section(given).finding("herfindahl").p_value
        assert found is not None
        return found

    even = p_value(lambda k: np.ones(len(k)))
    assert 0.001 < even < 0.3
    assert p_value(lambda k: np.full(len(k), 3.0)) == pytest.approx(even)
    assert p_value(lambda k: 1.0 + 8 * (k % 10 == 0)) > 1.2 * even


@pytest.mark.parametrize(
    ("rows", "light"),
    [
        ([1000, 1000, 1000, 1000, 1000], GREEN),
        ([500, 500, 3000, 500, 500], RED),
        ([0, 0, 5000, 0, 0], RED),
        ([650, 650, 2400, 650, 650], AMBER),
        ([19, 20, 51, 6, 4], GREEN),  # beyond the line, as it was before but for chance
    ],
)
def test_crowded_grades_turn_amber_and_red(
    sme_cn: sc.Product, rows: list[int], light: Light
) -> None:
    then = EVEN if sum(rows) > 1000 else (0.19, 0.2, 0.5, 0.06, 0.05)
    section = concentration.section(spread(sme_cn, rows, then))
    found = section.finding("herfindahl")
    share = np.array(rows) / sum(rows)
    variation = 5 * ((share - 0.2) ** 2).sum()  # ECB 2019, §2.5.5.3
    assert found.number == pytest.approx(1 + np.log((1 + variation) / 5) / np.log(5))
    assert found.light is light
    assert section.tables["shares"]["share_now"].to_list() == pytest.approx(share.tolist())
    assert 0 <= found.p_value <= 1  # type: ignore[operator]
    assert f"R{int(share.argmax()) + 1} {share.max():.0%}" in found.said.en


def moved(product: sc.Product, shift: float, gaps: float, strangers: float, n: int = 4000) -> Any:
    """Return a number, with gaps, that shifted, and a text with levels that nobody knew."""
    rng = np.random.default_rng(3)
    before = pl.DataFrame(
        {
            "cash": pl.Series(rng.normal(size=n)),
            "trade": pl.Series(rng.choice(["food", "steel", None], n, p=[0.5, 0.4, 0.1])),
        }
    )
    x = pl.Series(rng.normal(shift, 1, size=n))
    trade = rng.choice(["food", "steel", "toys", None], n,
                       p=[0.5, 0.4 - strangers, strangers, 0.1])  # fmt: skip
    now = {
        "cash": pl.select(pl.when(pl.Series(rng.random(n) < gaps)).then(None).otherwise(x))
        .to_series().to_list(),
        "trade": trade.tolist(),
    }  # fmt: skip
    y, pd = (rng.random(n) < 0.1).astype(float), np.clip(rng.random(n), 0.01, 0.99)
    return standin(
        product, y, pd, table=now, rows=float(n), grades=EVEN,
        grade=rng.integers(0, 5, n),
        features={name: StabilityBins.fit(before[name]) for name in before.columns},
        score=StabilityBins.fit(pl.Series("score", 600 - 20 * np.log(pd / (1 - pd)))),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shift", "n", "light"), [(0.0, 4000, GREEN), (0.4, 4000, AMBER), (0.6, 4000, RED),
                              (0.25, 60, GREEN)],
)  # fmt: skip
def test_a_feature_that_moved_turns_amber_and_red_alone(
    sme_cn: sc.Product, shift: float, n: int, light: Light
) -> None:
    given = moved(sme_cn, shift, 0.0, 0.0, n)
    found = stability.section(given)
    assert found.finding("features").light is light
    assert found.finding("score").light is found.finding("grades").light is GREEN
    off = int(light is not GREEN)
    assert found.finding("features").said.en.endswith(f"{off} of 2 not green")
    row = found.tables["psi"].filter(name="cash").row(0, named=True)
    cells = given.baseline.features["cash"]
    counted = cells.count(given.judged.part.features["cash"])
    assert row["psi"] == pytest.approx(float(metrics.psi(cells.expected, counted)))


def test_a_feature_of_one_value_cannot_have_moved(sme_cn: sc.Product) -> None:
    given = moved(sme_cn, 0.0, 0.0, 0.0)
    given.baseline.features["cash"] = StabilityBins.fit(pl.Series([3.0] * 40))
    features = given.judged.part.features.with_columns(cash=pl.lit(3.0))
    given.judged = replace(given.judged, part=replace(given.judged.part, features=features))
    row = stability.section(given).tables["psi"].filter(name="cash").row(0, named=True)
    assert (row["psi"], row["p_value"], row["bins"]) == (0, 1, 1)


def test_missing_and_unknown_values_are_told_apart(sme_cn: sc.Product) -> None:
    given = moved(sme_cn, 0.0, 0.3, 0.2)
    table = stability.section(given).tables["psi"]
    now = given.judged.part.features
    for name in ("cash", "trade"):
        row = table.filter(name=name).row(0, named=True)
        assert row["missing_now"] == pytest.approx(now[name].null_count() / len(now))
        assert row["psi"] > 0.1
    assert table.filter(name="cash")["missing_then"][0] == 0
    assert table.filter(name="trade")["missing_then"][0] == pytest.approx(0.1, abs=0.02)


def test_grades_are_weighed(sme_cn: sc.Product) -> None:
    given = moved(sme_cn, 0.0, 0.0, 0.0)
    heavy = np.where(given.judged.grade == 4, 5.0, 1.0)
    given.judged = replace(given.judged, part=replace(given.judged.part, weight=heavy))
    found = stability.section(given)
    assert found.finding("grades").light is RED
    share = found.tables["grades"]["share_now"].to_list()
    assert share[4] == pytest.approx(5 / 9, abs=0.03)
    # So many rows of unequal weight are worth fewer equal ones.
    w = given.judged.weight
    said = metrics.psi(
        np.array(EVEN) * 4000, np.array(share) * w.sum(), n_expected=4000,
        n_actual=float(w.sum() ** 2 / (w**2).sum()),
    )  # fmt: skip
    row = found.tables["psi"].filter(kind="grades").row(0, named=True)
    assert (row["psi"], row["p_value"]) == pytest.approx((float(said), said.p_value))


def counted(
    product: sc.Product, judged: tuple[int, int], valid: int, outside: int, refused: pl.DataFrame
) -> Any:
    y, grade = bad_rows([judged])
    rows = len(y)
    given = standin(product, y, np.full(rows, 0.1), grade=grade)
    given.bundle = Bag(manifest={})
    given.sample = Bag(
        steps=pl.DataFrame({"rows": [valid]}), outside=outside, unknown=0, rejected=refused,
        fingerprint="f", ignored=(),
    )  # fmt: skip
    return given


def test_the_unit_of_weights_moves_no_p_value_of_stability(sme_cn: sc.Product) -> None:
    given = moved(sme_cn, 0.1, 0.0, 0.0, 900)
    told = []
    for heavy in (1.0, 3.0):
        part = replace(given.judged.part, weight=np.full(900, heavy))
        given.judged = replace(given.judged, part=part)
        told.append(stability.section(given).tables["psi"].filter(name="cash")["p_value"][0])
    assert 1e-4 < told[0] < 0.9
    assert told[1] == pytest.approx(told[0])


@pytest.mark.parametrize(
    ("rejected", "outside", "lights"),
    [(0, 0, (GREEN, GREEN)), (10, 297, (GREEN, GREEN)), (20, 304, (AMBER, AMBER)),
     (60, 700, (RED, RED))],
)  # fmt: skip
def test_what_was_lost_on_the_way(
    sme_cn: sc.Product, rejected: int, outside: int, lights: tuple[Light, Light]
) -> None:
    problems = ["cash: range (is 3)"] * rejected
    refused = pl.DataFrame({"problems": problems}, schema={"problems": pl.String})
    found = data.section(counted(sme_cn, (100, 20), 1000 - rejected, outside, refused))
    assert (found.finding("rejected").light, found.finding("outside").light) == lights
    assert found.finding("rejected").number == pytest.approx(rejected / 1000)
    assert found.finding("outside").number == pytest.approx(outside / (1000 - rejected))
    assert found.tables["refused"].rows() == ([("cash", "range", rejected)] if rejected else [])


@pytest.mark.parametrize(("hashed", "said"), [("f", True), ("g", False)])
def test_the_table_that_training_saw_is_called_so(
    sme_cn: sc.Product, hashed: str, said: bool
) -> None:
    given = counted(sme_cn, (100, 20), 1000, 0, pl.DataFrame(schema={"problems": pl.String}))
    given.bundle = Bag(manifest={"data_sha256": hashed})
    notes = " ".join(note.en for note in data.section(given).notes)
    assert ("very table that the model was trained on" in notes) is said


@pytest.mark.parametrize(("rows", "bads", "light"), [(100, 20, GREEN), (100, 19, RED),
                                                     (39, 20, RED), (40, 20, GREEN)])  # fmt: skip
def test_too_few_of_either_class_judge_nothing(
    sme_cn: sc.Product, rows: int, bads: int, light: Light
) -> None:
    none = pl.DataFrame(schema={"problems": pl.String})
    found = data.section(counted(sme_cn, (rows, bads), 1000, 0, none)).finding("judged")
    assert (found.number, found.light) == (bads, light)
