"""The AUC, its fall and its segments: each light at its own line, with its own proof."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, ndtr
from standin import ALPHA, standin

import scorecard as sc
from scorecard import metrics
from scorecard.policy.validation import AtLeast, AtMost
from scorecard.validation.light import Light
from scorecard.validation.sections import discrimination

GREEN, AMBER, RED, GREY = Light.GREEN, Light.AMBER, Light.RED, Light.GREY


def ranked(n: int = 3000, strength: float = 1.0, seed: int = 1) -> tuple[Any, Any, Any]:
    """Return outcomes, PDs that rank them as far as ``strength`` goes, and grades by PD."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, n)
    y = (rng.random(n) < expit(-1.5 + strength * x)).astype(float)
    grade = np.searchsorted(np.quantile(x, [0.2, 0.4, 0.6, 0.8]), x)
    return y, expit(-1.5 + x), grade


Y, PD, GRADE = ranked()
NOW = metrics.delong(Y, PD)
ERROR = NOW.standard_error


def judged(product: sc.Product, **how: Any) -> Any:
    given = standin(product, Y, PD, grade=GRADE, **how)
    return {each.key: each for each in discrimination.rank_findings(given)}


@pytest.mark.parametrize(
    ("red", "amber", "light"),
    [  # errors by which the lines lie above the AUC
        (-2.0, 0.0, GREEN),  # on the amber line
        (-2.0, 1.0, GREEN),  # below it by chance
        (-2.0, 2.0, AMBER),
        (0.0, 4.0, AMBER),  # on the red line
        (1.0, 4.0, AMBER),  # below the red line by chance, below the amber one for sure
        (1.0, 1.2, GREEN),
        (2.6, 4.0, AMBER),  # p = .0047, twice that beside the other test
        (4.5, 5.0, RED),
    ],
)
def test_an_auc_is_held_against_each_line_by_its_own_test(
    sme_cn: sc.Product, red: float, amber: float, light: Light
) -> None:
    value = float(NOW)
    lines = AtLeast(red=value + red * ERROR, amber=value + amber * ERROR)
    found = judged(sme_cn, rules={"discrimination": {"auc": lines}})["auc"]
    assert found.number == value
    assert found.light is light
    if light is AMBER:
        assert found.p_value == pytest.approx(ndtr(-amber))
    if light is RED:
        assert found.p_value == pytest.approx(2 * ndtr(-red))


@pytest.mark.parametrize(
    ("fall", "error", "light"),
    [(0.02, 0.0, GREEN), (0.04, 0.0, AMBER), (0.08, 0.0, RED), (0.055, 0.03, GREEN),
     (-0.06, 0.0, GREEN)],
)  # fmt: skip
def test_a_fall_counts_with_the_errors_of_both(
    sme_cn: sc.Product, fall: float, error: float, light: Light
) -> None:
    rules = {"fall": AtMost(amber=0.02 + 1e-9, red=0.05), "auc": AtLeast(amber=0.1, red=0.1)}
    found = judged(sme_cn, rules={"discrimination": rules}, then=(float(NOW) + fall, error))["fall"]
    assert found.number == pytest.approx(fall)
    assert found.light is light
    assert found.p_value == pytest.approx(2 * min(0.5, ndtr(-fall / np.hypot(ERROR, error))))


def test_one_grade_that_is_off_is_no_loss_of_ranking(sme_cn: sc.Product) -> None:
    def lights(y: Any) -> tuple[Light, ...]:
        given = standin(sme_cn, y, PD, grade=GRADE, then=(float(NOW), 0.01))
        assert discrimination.ranks(given) is (RED not in [f.light for f in
                                               discrimination.rank_findings(given)])  # fmt: skip
        return tuple(f.light for f in discrimination.rank_findings(given))

    safest = np.where(GRADE == 0, np.arange(len(Y)) % 10 < 6, Y).astype(float)
    assert float(metrics.auc(safest, PD)) < 0.6
    assert lights(safest) == (AMBER, AMBER)
    assert lights(np.random.default_rng(0).permutation(Y)) == (RED, RED)


def test_segments_are_judged_where_there_are_enough_and_never_red(sme_cn: sc.Product) -> None:
    rng = np.random.default_rng(5)
    kind = np.where(np.arange(len(Y)) < 1000, "company", "sole trader")
    kind[-99:] = "partnership"  # a row too few
    weak = np.where(kind == "company", rng.permutation(PD), PD)
    rules = {"discrimination": {"segments": ["entity_type"]}}
    found = discrimination.section(
        standin(sme_cn, Y, weak, grade=GRADE, rules=rules, table={"entity_type": kind.tolist()})
    )
    segments = {row["segment"]: row for row in found.tables["segments"].iter_rows(named=True)}
    assert segments["partnership"]["auc"] is None
    here = kind == "company"
    apart = float(metrics.auc(Y[~here], weak[~here])) - float(metrics.auc(Y[here], weak[here]))
    assert segments["company"]["gap"] == pytest.approx(apart)
    finding = found.finding("segments")
    assert finding.number == pytest.approx(apart)
    assert finding.light is AMBER
    assert finding.p_value == segments["company"]["p_value"] < ALPHA
    even = standin(sme_cn, Y, PD, grade=GRADE, rules=rules, table={"entity_type": kind.tolist()})
    assert discrimination.section(even).finding("segments").light is GREEN


@pytest.mark.parametrize(("rows", "bads", "known"), [(100, 20, True), (99, 20, False),
                                                     (100, 19, False)])  # fmt: skip
def test_a_segment_needs_a_hundred_rows_and_twenty_bads(
    sme_cn: sc.Product, rows: int, bads: int, known: bool
) -> None:
    order = np.concatenate([np.flatnonzero(Y == 1)[:bads], np.flatnonzero(Y == 0)[: rows - bads]])
    kind = np.full(len(Y), "company", dtype=object)
    kind[order] = "sole trader"
    found = discrimination.section(
        standin(
            sme_cn, Y, PD, grade=GRADE, table={"entity_type": kind.tolist()},
            rules={"discrimination": {"segments": ["entity_type"]}},
        )
    )  # fmt: skip
    row = found.tables["segments"].filter(segment="sole trader").row(0, named=True)
    assert (row["rows"], row["bads"]) == (rows, bads)
    assert (row["auc"] is not None) is known


def test_the_roc_goes_through_the_counted_rates(sme_cn: sc.Product) -> None:
    roc = discrimination.section(
        standin(sme_cn, Y, PD, grade=GRADE, rules={"discrimination": {"segments": []}})
    ).tables["roc"]
    assert roc.row(0) == (0, 0)
    assert roc.row(-1) == (1, 1)
    steps = np.trapezoid(roc["true_rate"], roc["false_rate"])
    assert steps == pytest.approx(float(NOW), abs=2e-3)


def test_areas_of_both_models_stand_beside_those_of_training(sme_cn: sc.Product) -> None:
    rng = np.random.default_rng(7)
    worse = expit(-1.5 + rng.normal(size=len(Y)))
    given = standin(sme_cn, Y, PD, other=worse, grade=GRADE, then=(0.8, 0.01),
                    rules={"discrimination": {"segments": []}})  # fmt: skip
    section = discrimination.section(given)
    low, high = NOW.interval  # type: ignore[misc]
    assert section.finding("auc").said.en == f"{float(NOW):.3f} [{low:.3f}, {high:.3f}]"
    areas = section.tables["areas"]
    assert areas["model"].to_list() == ["scorecard"] * 3 + ["boosted"] * 3
    assert areas["window"].to_list() == [
        "judged", "at training, out of time", "at training, in time, cross-fitted"
    ] * 2  # fmt: skip
    for row in areas.iter_rows(named=True):
        assert row["gini"] == pytest.approx(2 * row["auc"] - 1)
        assert row["low"] < row["auc"] < row["high"]
        if row["window"] != "judged":
            assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * 0.01, rel=1e-4)
    judged_rows = areas.filter(window="judged")
    assert judged_rows["auc"].to_list() == pytest.approx(
        [float(metrics.auc(Y, PD)), float(metrics.auc(Y, worse))]
    )
    assert judged_rows["brier"].to_list() == pytest.approx(
        [float(np.mean((Y - each) ** 2)) for each in (PD, worse)]
    )


def test_a_grade_is_spared_by_what_its_pds_expect(sme_cn: sc.Product) -> None:
    """The best AUC of the five that each take one grade's outcomes from its PDs, by hand."""
    y, pd, grades = Y[::6], PD[::6], GRADE[::6]
    above = (pd[:, None] > pd) + 0.5 * (pd[:, None] == pd)
    by_hand = []
    for grade in range(5):
        told = np.where(grades == grade, pd, y)
        pairs = np.outer(told, 1 - told)
        by_hand.append((pairs * above).sum() / pairs.sum())
    found = discrimination._without_one_grade(standin(sme_cn, y, pd, grade=grades))
    assert found == pytest.approx(max(by_hand))


def test_a_segment_is_compared_where_the_rest_is_large_enough(sme_cn: sc.Product) -> None:
    """All bads but nineteen are in one segment: the rest says nothing of it."""
    kind = np.full(len(Y), "company", dtype=object)
    kind[np.flatnonzero(Y == 1)[:19]] = "sole trader"
    kind[np.flatnonzero(Y == 0)[:400]] = "sole trader"
    for bads, known in ((19, False), (20, True)):
        kind[np.flatnonzero(Y == 1)[:bads]] = "sole trader"
        given = standin(
            sme_cn, Y, PD, grade=GRADE, table={"entity_type": kind.tolist()},
            rules={"discrimination": {"segments": ["entity_type"]}},
        )  # fmt: skip
        row = discrimination.section(given).tables["segments"].filter(segment="company")
        assert (row["gap"][0] is not None) is known
