"""Borrowers seen at two dates: who they are, how far they moved, and which light that is."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from planted import evidence
from scipy.stats import binom

import scorecard as sc
from scorecard.errors import ProductError
from scorecard.policy import Policy
from scorecard.sample import draw_judged
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.section import Section
from scorecard.validation.sections import migration

THEN, NOW = datetime.date(2021, 6, 1), datetime.date(2024, 6, 1)
RATING = tuple[str, datetime.date, int]
GREEN, AMBER, RED, GREY = Light.GREEN, Light.AMBER, Light.RED, Light.GREY


@pytest.fixture(scope="module")
def policy(sme_cn: sc.Product) -> Policy:
    return Policy.parse(sme_cn.policy)


def judge(
    policy: Policy,
    judged: Sequence[RATING],
    early: Sequence[RATING] = (),
    identifiers: Sequence[str] = ("uscc",),
    **others: Sequence[str],
) -> Section:
    """Judge ratings (who, when, grade) that nobody had to compute."""

    def rated(ratings: Sequence[RATING], extra: bool) -> Any:
        table = {
            "uscc": [who for who, _, _ in ratings],
            "as_of_date": [when for _, when, _ in ratings],
            **(others if extra else {}),
        }
        grades = np.array([grade for _, _, grade in ratings])
        return SimpleNamespace(part=SimpleNamespace(table=pl.DataFrame(table)), grade=grades)

    columns = [SimpleNamespace(name=name, role="identifier") for name in identifiers]
    given: Any = SimpleNamespace(
        policy=policy,
        rules=policy.validation,
        alpha=0.05 / 8,
        grades=tuple(f"R{k + 1}" for k in range(10)),
        rater=SimpleNamespace(product=SimpleNamespace(columns=columns)),
        early=rated(early, extra=False) if early else None,
        judged=rated(judged, extra=True),
    )
    return migration.section(given)


def moves(*steps: tuple[int, int, int]) -> list[RATING]:
    """Return ratings at two dates of so many borrowers for each (borrowers, first, last)."""
    found, k = [], 0
    for borrowers, first, last in steps:
        for _ in range(borrowers):
            found += [(f"b{k}", THEN, first), (f"b{k}", NOW, last)]
            k += 1
    return found


@pytest.mark.parametrize(
    ("step", "far"), [(0, False), (1, False), (2, False), (3, True), (4, True), (-2, False),
                      (-3, True)],
)  # fmt: skip
def test_far_is_more_than_two_grades_either_way(policy: Policy, step: int, far: bool) -> None:
    found = judge(policy, moves((80, 5, 5), (20, 5, 5 + step))).finding("far")
    assert found.number == pytest.approx(0.2 if far else 0.0, abs=1e-12)
    assert found.what.en == "Borrowers that moved by more than 2 grades"


@pytest.mark.parametrize(
    ("far", "of", "light"),
    [
        (100, 1000, GREEN),  # on the amber line
        (112, 1000, GREEN),  # beyond it, by chance
        (120, 1000, AMBER),
        (250, 1000, AMBER),  # on the red line
        (260, 1000, AMBER),  # beyond the red line by chance, beyond the amber one for sure
        (300, 1000, RED),
        (20, 60, AMBER),  # a third, of too few to prove red
        (7, 60, GREEN),
    ],
)
def test_red_and_amber_are_borne_out_each_against_its_own_line(
    policy: Policy, far: int, of: int, light: Light
) -> None:
    assert policy.validation.migration.far.model_dump() == {"amber": 0.1, "red": 0.25}
    found = judge(policy, moves((of - far, 4, 4), (far, 4, 7))).finding("far")
    assert found.light is light
    line = 0.25 if light is RED else 0.1
    assert found.p_value == pytest.approx(1 - binom.cdf(far - 1, of, line))


def test_where_nobody_moved_nothing_speaks_against_the_model(policy: Policy) -> None:
    found = judge(policy, moves((60, 4, 4)))
    assert [(f.number, f.light) for f in found.findings] == [(0, GREEN), (1, GREEN)]
    assert found.tables["bandwidth"]["bandwidth"].to_list() == [None, None]
    assert found.tables["cells"].is_empty()


def test_the_matrix_goes_from_the_first_date_to_the_last(policy: Policy) -> None:
    ratings = moves((60, 2, 3), (5, 6, 3))
    ratings += [("b0", datetime.date(2022, 1, 1), 9), ("once", NOW, 0), ("once", NOW, 8)]
    for given in (ratings, ratings[::-1]):
        found = judge(policy, given)
        matrix = found.tables["matrix"].drop("from").to_numpy()
        expected = np.zeros((10, 10))
        expected[2, 3], expected[6, 3] = 60, 5
        assert (matrix == expected).all()
        width = dict(found.tables["bandwidth"].rows())
        # One step of at most 7, and three of at most 6.
        assert width == pytest.approx({"riskier": 1 / 7, "safer": 3 / 6})


def test_early_rows_and_judged_ones_are_the_same_borrowers(policy: Policy) -> None:
    ratings = moves((60, 2, 6))
    found = judge(policy, ratings[1::2], early=ratings[::2])
    assert found.tables["matrix"]["R7"].to_list() == [0, 0, 60, *[0] * 7]


def test_of_several_ratings_on_one_day_the_riskiest_counts(policy: Policy) -> None:
    twice = [(who, when, grade + more) for who, when, grade in moves((60, 2, 4)) for more in (0, 1)]
    for given in (twice, twice[::-1]):
        assert judge(policy, given).tables["matrix"]["R6"].to_list() == [0, 0, 0, 60, *[0] * 6]


def test_fewer_than_fifty_borrowers_are_not_judged(policy: Policy) -> None:
    assert judge(policy, moves((50, 4, 4))).light is GREEN
    found = judge(policy, moves((49, 4, 9)))
    assert found.light is GREY
    assert found.finding("far").said.en == "49 borrowers stand at two dates"


def test_farther_grades_that_are_reached_more_often_are_amber(policy: Policy) -> None:
    assert judge(policy, moves((300, 4, 4), (30, 4, 5), (12, 4, 6))).light is GREEN
    found = judge(policy, moves((300, 4, 4), (12, 4, 5), (30, 4, 6)))
    assert found.finding("monotone").light is AMBER
    assert found.finding("far").light is GREEN
    worst = found.tables["cells"].sort("p_holm").row(0, named=True)
    assert (worst["from_grade"], worst["to_grade"]) == ("R5", "R7")
    assert worst["p_holm"] <= 0.05


def test_a_customer_that_borrowers_share_is_no_borrower(policy: Policy) -> None:
    """Suppliers of one buyer are strangers; their grades have nothing to do with each other."""
    ratings = [(f"once{k}", when, grade) for k, (_, when, grade) in enumerate(moves((90, 1, 8)))]
    buyers = [f"buyer{k // 2}" for k in range(len(ratings))]
    names = ("uscc", "core_customer_id")
    assert judge(policy, ratings, identifiers=names, core_customer_id=buyers).light is GREY


def test_the_borrower_is_declared_or_the_only_identifier(
    sme_cn: sc.Product, portfolio: pl.DataFrame
) -> None:
    told = copy.deepcopy(sme_cn.policy)
    del told["sample"]["borrower"]
    unnamed = Policy.parse(told)
    ratings = moves((60, 4, 4))
    assert judge(unnamed, ratings).light is GREEN
    found = judge(unnamed, ratings, identifiers=("uscc", "consent_id"))
    assert found.light is GREY
    assert "sample.borrower" in found.finding("far").said.en
    told["sample"]["borrower"] = "industry"
    with pytest.raises(ProductError, match=r"sample\.borrower must name an identifier"):
        draw_judged(sme_cn, Policy.parse(told), portfolio.head(100))


def test_a_product_without_dates_has_no_migration(sme_cn: sc.Product) -> None:
    told = copy.deepcopy(sme_cn.policy)
    told["sample"]["observation_date"] = None
    assert judge(Policy.parse(told), moves((60, 4, 9))).light is GREY


@pytest.mark.parametrize(("exchanged", "light"), [(0.0, GREEN), (0.1, AMBER), (0.25, RED)])
def test_borrowers_who_change_places_turn_the_light(
    clean: Evidence, portfolio: pl.DataFrame, exchanged: float, light: Light
) -> None:
    """The same firms at two dates; a share of the safest and of the riskiest change names."""
    late = portfolio.filter(
        pl.col("as_of_date").dt.year() == 2024, pl.col("default_12m").is_not_null(),
        pl.col("established_date") < pl.date(2020, 1, 1),
    )  # fmt: skip
    score = clean.rater.rate(late)["score"].to_numpy()
    order = np.argsort(score)
    swapped = np.arange(late.height)
    n = round(exchanged * late.height)
    swapped[order[:n]], swapped[order[late.height - n :]] = (
        order[late.height - n :].copy(), order[:n].copy()
    )  # fmt: skip
    before = late.with_columns(as_of_date=pl.lit(THEN), uscc=late["uscc"].gather(swapped))
    given = evidence(clean.bundle, pl.concat([before, late]), rater=clean.rater)
    found = migration.section(given)
    assert found.finding("far").light is light
    matrix = found.tables["matrix"].drop("from").to_numpy()
    apart = np.abs(np.subtract.outer(range(10), range(10)))
    assert matrix[apart > 2].sum() / matrix.sum() == found.finding("far").number
    assert found.finding("far").number == pytest.approx(2 * exchanged, abs=0.06)
