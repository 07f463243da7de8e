"""Level, grades and slope: lights at their lines, and numbers known from elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import beta, binom, norm
from standin import ALPHA, bad_rows, standin

import scorecard as sc
from scorecard import metrics
from scorecard.policy.validation import AtLeast
from scorecard.validation.light import Light
from scorecard.validation.section import Section
from scorecard.validation.sections import calibration

GREEN, AMBER, RED, GREY = Light.GREEN, Light.AMBER, Light.RED, Light.GREY
ANY = {"auc": AtLeast(amber=0.0, red=0.0)}  # ranking is another section's
SOUND = [(2000, 20), (2000, 40), (2000, 80), (2000, 160), (2000, 320)]
PDS = np.array([bads / rows for rows, bads in SOUND])


def judge(product: sc.Product, counts: list[tuple[int, int]], pd: Any = PDS, **how: Any) -> Section:
    y, grade = bad_rows(counts)
    how = {"rules": {"discrimination": ANY}, "asset_correlation": 0.001, **how}
    return calibration.section(standin(product, y, np.asarray(pd)[grade], grade=grade, **how))


def test_pds_that_come_true_are_green(sme_cn: sc.Product) -> None:
    found = judge(sme_cn, SOUND)
    assert [f.light for f in found.findings] == [GREEN] * 3
    assert found.finding("level").number == pytest.approx(1)
    assert found.finding("slope").number == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("times", "light"), [(1.2, GREEN), (1.3, AMBER), (2.0, AMBER), (2.2, RED), (0.4, GREEN)]
)
def test_a_level_above_the_pds_turns_amber_and_red(
    sme_cn: sc.Product, times: float, light: Light
) -> None:
    found = judge(sme_cn, [(rows, round(bads * times)) for rows, bads in SOUND])
    assert found.finding("level").number == pytest.approx(times, rel=0.01)
    assert found.finding("level").light is light
    assert found.finding("grades").light is GREEN  # all together are the level's matter


def test_a_level_that_a_bad_year_explains_is_green(sme_cn: sc.Product) -> None:
    worse = [(rows, round(bads * 2.2)) for rows, bads in SOUND]
    assert judge(sme_cn, worse, asset_correlation=0.15).finding("level").light is GREEN


def test_years_are_joined_by_stouffers_sum(sme_cn: sc.Product) -> None:
    counts = [(400, 4), (400, 8), (400, 16), (400, 32), (400, 70)]
    y, grade = bad_rows(counts)
    years = np.where(np.arange(len(y)) % 2 == 0, 2023, 2024)
    found = judge(sme_cn, counts, years=years.tolist(), asset_correlation=0.0001)
    level = found.tables["level"]
    assert level["cohort"].to_list() == ["2023", "2024"]
    z = norm.isf(level["p_too_low"].to_numpy())
    assert found.finding("level").p_value == pytest.approx(norm.sf(z.sum() / np.sqrt(2)))
    one = level.row(0, named=True)
    here = years == 2023
    # With next to no correlation the test is the binomial one.
    plain = binom.sf(y[here].sum() - 1, here.sum(), PDS[grade][here].mean())
    assert one["p_too_low"] == pytest.approx(plain, abs=0.04)
    assert one["factor"] == pytest.approx(y[here].mean() / PDS[grade][here].mean())


@pytest.mark.parametrize(("bads", "light"), [(80, GREEN), (94, GREEN), (108, AMBER), (140, RED)])
def test_one_grade_above_its_pd_turns_amber_and_red(
    sme_cn: sc.Product, bads: int, light: Light
) -> None:
    counts = [*SOUND[:2], (2000, bads), *SOUND[3:]]
    found = judge(sme_cn, counts)
    assert found.finding("grades").light is light
    table = found.tables["grades"]
    worst = table.row(2, named=True)
    assert worst["factor"] == pytest.approx(worst["bad_rate"] / worst["pd_at_level"])
    if light is not GREEN:
        assert found.finding("grades").number == worst["factor"]
        p = beta(bads + 0.5, 2000 - bads + 0.5).cdf(worst["pd_at_level"])
        assert worst["p_at_level"] == pytest.approx(p, rel=1e-6)
        assert found.finding("grades").p_value == pytest.approx(5 * p, rel=1e-6)  # of five tests
        assert bool(5 * p <= ALPHA / 2) is (light is RED)


def test_a_grade_below_its_pd_says_nothing_against_it(sme_cn: sc.Product) -> None:
    found = judge(sme_cn, [*SOUND[:2], (2000, 30), *SOUND[3:]])
    assert found.tables["grades"]["p_at_level"][2] >= 0.5
    assert found.finding("grades").light is GREEN


def test_grades_of_a_model_that_does_not_rank_are_not_judged(sme_cn: sc.Product) -> None:
    found = judge(
        sme_cn, SOUND[::-1], rules={"discrimination": {"auc": AtLeast(amber=0.7, red=0.65)}}
    )
    assert found.finding("grades").light is GREY


@pytest.mark.parametrize(
    ("stretch", "rows", "light"),
    [(1.5, 1, AMBER), (0.7, 1, AMBER), (0.88, 10, AMBER), (0.92, 10, GREEN), (1.0, 1, GREEN)],
)  # fmt: skip
def test_a_slope_off_one_is_amber(
    sme_cn: sc.Product, stretch: float, rows: int, light: Light
) -> None:
    pd = expit(logit(PDS) * stretch)
    found = judge(sme_cn, [(rows * n, rows * bads) for n, bads in SOUND], pd).finding("slope")
    assert found.number == pytest.approx(1 / stretch, rel=1e-3)
    assert found.light is light


def test_a_slope_off_one_by_chance_is_green(sme_cn: sc.Product) -> None:
    counts = [(40, 1), (40, 2), (40, 4), (40, 7), (40, 10)]
    found = judge(sme_cn, counts).finding("slope")
    assert abs(found.number - 1) > 0.1  # type: ignore[operator]
    assert found.light is GREEN


def test_weights_stand_for_rows(sme_cn: sc.Product) -> None:
    y, grade = bad_rows(SOUND)
    found = judge(sme_cn, SOUND, weight=np.where(y == 1, 2.0, 1.0))
    rate = 2 * y.sum() / (len(y) + y.sum())
    weighted = metrics.mean_pd(PDS[grade], np.where(y == 1, 2.0, 1.0))
    assert found.finding("level").number == pytest.approx(rate / weighted)


def test_no_bad_at_all_says_nothing_against_a_pd_however_small(sme_cn: sc.Product) -> None:
    """Jeffreys' interval would: after 20 goods a PD of .1% is below its median."""
    counts = [(20, 0), *SOUND[1:]]
    found = judge(sme_cn, counts, [0.001, *PDS[1:]])
    row = found.tables["grades"].row(0, named=True)
    assert row["jeffreys_p"] < 0.4
    assert row["p_at_level"] == 0.5


def test_the_index_of_the_cycle_is_that_of_the_years_bad_rate(sme_cn: sc.Product) -> None:
    y, grade = bad_rows(SOUND)
    years = np.where(np.arange(len(y)) % 2 == 0, 2023, 2024)
    given = standin(
        sme_cn, np.where(years == 2024, 0.0, y), PDS[grade], grade=grade, years=years.tolist(),
        rules={"discrimination": ANY}, asset_correlation=0.1,
    )  # fmt: skip
    level = calibration.section(given).tables["level"]
    here = years == 2023
    index = given.rater.cycle.implied_index(PDS[grade][here], y[here].mean())
    assert level["cycle_index"].to_list() == [pytest.approx(index), None]
    assert given.rater.cycle.point_in_time(PDS[grade][here], index).mean() == pytest.approx(
        y[here].mean()
    )


def test_red_is_proven_at_half_of_the_sections_level(sme_cn: sc.Product) -> None:
    """Two tests share it: whatever the p-value, red is on one side of it alone."""
    worse = [(rows, round(bads * 2.2)) for rows, bads in SOUND]
    level = [
        judge(sme_cn, worse, asset_correlation=rho).finding("level")
        for rho in np.linspace(0.024, 0.045, 16)
    ]
    grade = [
        judge(sme_cn, [*SOUND[:2], (500, bads), *SOUND[3:]]).finding("grades")
        for bads in range(31, 44)
    ]
    for found in (level, grade):
        p_values = np.array([each.p_value for each in found])
        assert ((p_values > ALPHA / 2) & (p_values <= ALPHA)).any()
        assert ((p_values > ALPHA / 3) & (p_values <= ALPHA / 2)).any()
        for each, p in zip(found, p_values, strict=True):
            assert each.light is (RED if p <= ALPHA / 2 else AMBER if p <= 0.05 else GREEN)
