"""Numbers beyond a line, tests, and what they make of each other."""

import math

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest, norm

from scorecard.policy.validation import Above, AtLeast, AtMost, SensitivityRules
from scorecard.validation.cells import Area, absent, cells, foretold
from scorecard.validation.claim import Claim, verdicts
from scorecard.validation.groups import NOT_STATED, Groups, p_beyond, p_same_level, p_same_rate
from scorecard.validation.holm import holm
from scorecard.validation.light import Light, at_least, at_most, proven
from scorecard.validation.lines import above, below, borne_out
from scorecard.validation.tested import p_above


@pytest.mark.parametrize(
    ("claimed", "p_red", "p_amber", "borne_out"),
    [
        (Light.RED, 0.00625, 0.001, Light.RED),  # at most: on the level itself too
        (Light.RED, 0.9, 0.05, Light.AMBER),
        (Light.RED, 0.001, 0.001, Light.RED),
        (Light.RED, 0.02, 0.001, Light.AMBER),  # beyond the amber line for sure, not the red one
        (Light.RED, 0.9, 0.9, Light.GREEN),
        (Light.AMBER, 0.0, 0.04, Light.AMBER),
        (Light.AMBER, 0.0, 0.06, Light.GREEN),
        (Light.GREEN, 0.0, 0.0, Light.GREEN),  # a test alone turns nothing
    ],
)
def test_a_light_needs_its_number_and_its_test(
    claimed: Light, p_red: float, p_amber: float, borne_out: Light
) -> None:
    (verdict,) = verdicts([Claim(claimed, p_red, p_amber)], 0.00625)
    assert verdict.light is borne_out


def test_tests_beside_a_test_make_it_harder() -> None:
    claim = Claim(Light.RED, 0.004, 0.004)
    quiet = Claim(Light.GREEN, 1.0, 1.0)
    assert verdicts([claim], 0.00625)[0].light is Light.RED
    assert verdicts([claim, quiet], 0.00625)[0].light is Light.AMBER
    assert verdicts([claim, *[quiet] * 20], 0.00625)[0].light is Light.GREEN


def test_on_a_line_nothing_is_beyond_it() -> None:
    most, least = AtMost(amber=3.0, red=6.0), AtLeast(amber=0.9, red=0.8)
    assert [at_most(x, most) for x in (3.0, 3.1, 6.0, 6.1)] == ["green", "amber", "amber", "red"]
    assert [at_least(x, least) for x in (0.9, 0.89, 0.8, 0.79)] == [
        "green", "amber", "amber", "red"
    ]  # fmt: skip
    down, up = math.nextafter(0.8, 0.0), math.nextafter(3.0, 4.0)
    assert at_least(down, least) is Light.AMBER
    assert at_most(up, most) is Light.GREEN
    assert proven(Light.RED, 0.01, 0.01) is Light.RED
    assert proven(Light.RED, 0.011, 0.01) is Light.AMBER
    assert proven(Light.AMBER, 0.05, 0.01) is Light.AMBER
    assert proven(Light.AMBER, 0.051, 0.01) is Light.GREEN


def test_the_worst_light_is_the_sections() -> None:
    order = [Light.GREY, Light.GREEN, Light.AMBER, Light.RED]
    for k, light in enumerate(order):
        assert Light.worst(order[: k + 1]) is Light.worst(order[k::-1]) is light
    assert Light.worst([]) is Light.GREY


def test_corrected_p_values_rise_with_the_tests_and_stop_at_one() -> None:
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_a_rise_without_an_error_is_certain() -> None:
    assert (p_above(0.1, 0.0), p_above(0.0, 0.0), p_above(-0.1, 0.0)) == (0, 1, 1)
    assert p_above(1.96, 1.0) == pytest.approx(0.025, abs=1e-4)


def test_a_rule_without_a_red_line_is_amber_at_most_and_says_so() -> None:
    assert at_most(1e9, Above(amber=3.0)) is Light.AMBER
    assert at_most(7.0, AtMost(amber=3.0, red=6.0)) is Light.RED
    assert at_most(float("nan"), Above(amber=3.0)) is Light.RED
    assert above(Above(amber=3.0)).en == "amber above 3, red at no value"
    assert above(AtMost(amber=3.0, red=6.0)).en == "red above 6, amber above 3"
    assert below(AtLeast(amber=0.9, red=0.8)).en == "red below 0.8, amber below 0.9"
    assert "0.0063" in borne_out(above(Above(amber=3.0)), 0.00625).en
    rules = {"downturn_index": -2.33, "downturn_factor": {"amber": 3.0, "red": 6.0}}
    read = SensitivityRules.model_validate({"single_factor": {"amber": 3.0}, **rules})
    assert type(read.single_factor) is Above
    assert type(read.downturn_factor) is AtMost


def test_the_interval_of_an_auc_is_the_published_one() -> None:
    interval = Area(0.765625, 0.0177873884, 8, 8).interval
    assert interval == pytest.approx((0.432182, 0.933422), abs=2e-6)


def test_a_perfect_ranking_proves_itself_and_luck_does_not() -> None:
    assert Area(1.0, 0.0, 40, 900).p_above(0.85) < 1e-4
    assert Area(0.85, 0.001, 40, 900).p_above(0.85) == pytest.approx(0.5)
    assert Area(1.0, 0.0, 3, 900).p_above(0.85) > 0.1


def test_the_variance_on_the_line_is_that_of_simulated_rankings() -> None:
    """Exponential scores, the case of Hanley and McNeil's formula: one in twenty lies beyond."""
    rng, line, lines = np.random.default_rng(5), 0.8, []
    y = np.r_[np.ones(40), np.zeros(400)]
    for _ in range(400):
        risk = np.r_[rng.exponential(line / (1 - line), 40), rng.exponential(1.0, 400)]
        lines.append(Area.of(y, risk).p_above(line) < 0.05)
    assert 0.02 < np.mean(lines) < 0.09


def test_what_noise_foretells_is_nothing() -> None:
    rng = np.random.default_rng(3)
    y = (rng.random(950) < 0.045).astype(float)
    values = pl.Series("x", rng.choice([f"l{k}" for k in range(40)], 950))
    told = [Area.of(y, foretold(values, y, np.ones(950), seed=seed)).auc for seed in range(10)]
    assert np.mean(told) < 0.55
    assert (
        foretold(values, y, np.ones(950), seed=1).tolist()
        == foretold(values, y, np.ones(950), seed=1).tolist()
    )


def test_cells_keep_missing_apart() -> None:
    numbers = pl.Series("x", [1.0, None, float("nan"), 2.0, 2.0, 3.0])
    assert absent(numbers).tolist() == [False, True, True, False, False, False]
    codes = cells(numbers)
    assert codes[1] == codes[2] == 0 < codes[0] < codes[3] == codes[4] < codes[5]
    texts = cells(pl.Series("x", ["a", None, "b", "a", "c"]), most=1).tolist()
    assert texts == [1, 0, 2, 1, 2]
    assert cells(pl.Series("x", [None, None], dtype=pl.Float64)).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("bads", "all_bads", "share"), [(10, 20, 0.3), (0, 20, 0.3), (20, 20, 0.3), (1, 20, 0.01)]
)
def test_bads_of_a_group_are_held_against_the_binomial(
    bads: int, all_bads: int, share: float
) -> None:
    one_sided = min(
        binomtest(bads, all_bads, share, alternative=side).pvalue for side in ("less", "greater")
    )
    assert p_same_level(bads, all_bads, share) == pytest.approx(min(1.0, 2 * one_sided))


def test_two_shares_are_compared_by_the_pooled_test() -> None:
    assert p_same_rate(0.8, 200, 0.7, 200) == pytest.approx(0.02092, abs=1e-4)
    assert p_same_rate(1.0, 50, 1.0, 90) == 1.0


def test_a_share_below_a_part_of_another_is_tested_with_both_variances() -> None:
    assert p_beyond(0.6, 200, 0.8, 200, ratio=0.9) == pytest.approx(0.0026, abs=5e-5)
    z = (0.6 - 0.8 + 0.1) / np.sqrt(0.6 * 0.4 / 200 + 0.8 * 0.2 / 300)
    assert p_beyond(0.6, 200, 0.8, 300, gap=0.1) == pytest.approx(norm.cdf(z))
    # Nobody of twenty, or all: a variance of half a row, not of nought.
    p = norm.cdf(-0.1 / np.sqrt(0.025 * 0.975 / 20 + 0.1 * 0.9 / 10))
    assert p_beyond(0.0, 20, 0.1, 10) == pytest.approx(p)
    assert p_beyond(0.9, 10, 1.0, 20) == pytest.approx(p)


def test_two_shares_are_alike_whichever_comes_first() -> None:
    assert p_same_rate(0.7, 150, 0.8, 200) == p_same_rate(0.8, 200, 0.7, 150) < 0.05
    assert p_same_rate(0.0, 50, 0.0, 90) == 1.0


def test_groups_are_cut_or_levelled_and_who_says_nothing_is_a_group() -> None:
    ages = Groups.of(pl.Series("age", [34, 35, 49, 50, None]), [50, 35])
    found = {label: rows.tolist() for label, rows in ages}
    assert list(found) == ["<35", "35–<50", "≥50", NOT_STATED]
    assert found["35–<50"] == [False, True, True, False, False]
    assert found[NOT_STATED] == [False, False, False, False, True]
    flags = Groups.of(pl.Series("flag", [True, None, False]), [])
    assert flags.labels == ("false", "true")
    assert flags.codes.tolist() == [1, -1, 0]
    three = Groups.of(pl.Series("x", ["b", None, "a", "c"]), [])
    assert {label: rows.tolist().index(True) for label, rows in three} == {
        "a": 2, "b": 0, "c": 3, NOT_STATED: 1
    }  # fmt: skip
