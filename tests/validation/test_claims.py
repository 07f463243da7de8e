"""Numbers beyond a line, tests, and what they make of each other."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from scorecard.policy.validation import Above, AtLeast, AtMost, SensitivityRules
from scorecard.validation.cells import Area, absent, cells, foretold
from scorecard.validation.claim import Claim, verdicts
from scorecard.validation.groups import NOT_STATED, Groups, p_same_level, p_same_rate
from scorecard.validation.light import Light, at_most
from scorecard.validation.lines import above, below, borne_out


@pytest.mark.parametrize(
    ("claimed", "p_red", "p_amber", "borne_out"),
    [
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
    ("bads", "all_bads", "share"), [(10, 20, 0.3), (0, 20, 0.3), (20, 20, 0.3)]
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


def test_groups_are_cut_or_levelled_and_who_says_nothing_is_a_group() -> None:
    ages = Groups.of(pl.Series("age", [34, 35, 49, 50, None]), [50, 35])
    found = {label: rows.tolist() for label, rows in ages}
    assert list(found) == ["<35", "35–<50", "≥50", NOT_STATED]
    assert found["35–<50"] == [False, True, True, False, False]
    assert found[NOT_STATED] == [False, False, False, False, True]
    flags = Groups.of(pl.Series("flag", [True, None, False]), [])
    assert flags.labels == ("false", "true")
    assert flags.codes.tolist() == [1, -1, 0]
