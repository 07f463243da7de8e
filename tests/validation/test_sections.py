"""Sections judged against numbers computed elsewhere, and laws that hold for every table."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

import scorecard as sc
from scorecard.errors import InputError, TableError
from scorecard.policy import Policy
from scorecard.policy.validation import AtLeast, AtMost
from scorecard.sample import draw_judged
from scorecard.validation.holm import holm
from scorecard.validation.light import Light, at_least, at_most, proven

LATE = pl.col("as_of_date").dt.year() == 2024


@pytest.fixture(scope="module")
def report(trained: sc.TrainingResult, portfolio: pl.DataFrame) -> sc.ValidationReport:
    return sc.validate(trained.bundle, portfolio)


def test_holm_agrees_with_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(2).random(12) ** 3
    assert holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1].tolist())


def test_an_estimator_is_no_model_with_a_product() -> None:
    with pytest.raises(InputError, match=r"models:/NAME@ALIAS.*got ScorecardClassifier"):
        sc.validate(sc.ScorecardClassifier(), pl.DataFrame())  # type: ignore[arg-type]


def test_a_light_needs_its_number_and_its_proof() -> None:
    most, least = AtMost(amber=0.1, red=0.25), AtLeast(amber=0.9, red=0.8)
    assert [at_most(x, most) for x in (0.1, 0.2, 0.3)] == ["green", "amber", "red"]
    assert [at_least(x, least) for x in (0.9, 0.85, 0.7)] == ["green", "amber", "red"]
    assert at_most(float("nan"), most) == at_least(float("nan"), least) == "red"
    assert proven(Light.RED, 0.001, 0.01) is Light.RED
    assert proven(Light.RED, 0.02, 0.01) is Light.AMBER  # beyond its line, not proven
    assert proven(Light.RED, 0.4, 0.01) is Light.GREEN  # noise
    with pytest.raises(ValueError, match="needs its number"):
        sc.validation.Finding("x", None, None, "", None, Light.RED)  # type: ignore[arg-type]


def test_what_is_judged_is_what_training_held_out(
    report: sc.ValidationReport, trained: sc.TrainingResult
) -> None:
    row = trained.table.filter(
        (pl.col("model") == trained.answering) & (pl.col("window") == "out of time")
    )
    areas = report.tables["discrimination.areas"].filter(
        (pl.col("model") == trained.answering) & (pl.col("window") == "judged")
    )
    for name in ("rows", "bads", "auc", "gini", "ks", "brier"):
        assert areas[name][0] == pytest.approx(row[name][0], abs=1e-9)
    assert report.section("discrimination").finding("fall").number == pytest.approx(0, abs=1e-12)


def test_grades_add_up_and_agree_with_scipy(report: sc.ValidationReport) -> None:
    grades = report.tables["calibration.grades"]
    assert grades["rows"].sum() == report.about["data"]["rows"]
    assert grades["bads"].sum() == report.about["data"]["bads"]
    for row in grades.iter_rows(named=True):
        d, n = row["bads"], row["rows"]
        beta = stats.beta(d + 0.5, n - d + 0.5)
        assert row["jeffreys_p"] == pytest.approx(beta.cdf(row["mean_pd"]), rel=1e-9)
        if row["bad_rate"] > row["pd_at_level"]:
            assert row["p_at_level"] == pytest.approx(beta.cdf(row["pd_at_level"]), rel=1e-9)
    # At the level of the period the PDs add up to the bads.
    expected = (grades["pd_at_level"] * grades["rows"]).sum()
    assert expected == pytest.approx(grades["bads"].sum(), rel=1e-6)


def test_stability_is_the_index_of_the_counted_shares(
    report: sc.ValidationReport, trained: sc.TrainingResult
) -> None:
    shares = report.tables["stability.grades"]
    p, q = shares["share_then"].to_numpy(), shares["share_now"].to_numpy()
    rows = report.about["data"]["rows"]
    q = np.where((q == 0) & (p > 0), 0.5 / rows, q)
    p = np.where((p == 0) & (q > 0), 0.5 / trained.sample.in_time.weight.sum(), p)
    there = p > 0
    by_hand = float(((q - p) * np.log(q / p, where=there, out=np.zeros_like(p)))[there].sum())
    assert report.section("stability").finding("grades").number == pytest.approx(by_hand, abs=1e-9)


def test_the_training_rows_themselves_have_not_moved(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    early = sc.load_product("sme_cn").policy["sample"]["in_time"]
    table = sc.validate(trained.bundle, portfolio, window=early).tables["stability.psi"]
    # Purged rows are judged here and were not trained on.
    assert table["psi"].max() < 0.02


def test_the_order_of_rows_changes_nothing(
    report: sc.ValidationReport, trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    mixed = sc.validate(trained.bundle, portfolio.sample(fraction=1.0, shuffle=True, seed=4))
    for section in report.sections:
        if section.key == "explanation":  # looks at rows that are drawn
            continue
        for one, two in zip(section.findings, mixed.section(section.key).findings, strict=True):
            assert one.light == two.light, one.key
    for key in ("data", "discrimination", "calibration", "stability", "concentration"):
        for one in report.section(key).findings:
            assert mixed.section(key).finding(one.key).number == pytest.approx(one.number, rel=1e-9)


def test_a_table_of_later_rows_alone_is_judged_against_what_training_froze(
    report: sc.ValidationReport, trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    alone = sc.validate(trained.bundle, portfolio.filter(LATE))
    assert alone.about["data"]["rows"] == report.about["data"]["rows"]
    assert alone.tables["stability.psi"].equals(report.tables["stability.psi"])
    later = portfolio.filter(LATE).with_columns(pl.col("as_of_date").dt.offset_by("1y"))
    moved = sc.validate(trained.bundle, later)
    assert moved.about["data"]["first"] >= "2025"


def test_no_row_is_judged_against_itself(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    product = sc.Rater(trained.bundle).product
    policy = Policy.parse(product.policy)
    every = draw_judged(product, policy, portfolio, window="as_of_date is not null")
    assert every.early is None
    part = draw_judged(product, policy, portfolio, window="as_of_date >= date '2022-01-01'")
    assert part.early is not None
    assert part.early.last is not None
    assert part.early.last < "2022" <= str(part.judged.first)


def test_a_table_without_rows_to_judge_is_refused(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    early = portfolio.filter(pl.col("as_of_date").dt.year() < 2022)
    with pytest.raises(TableError, match="No row of the table is one to judge"):
        sc.validate(trained.bundle, early)
    with pytest.raises(TableError, match="at least 20 bads"):
        sc.validate(trained.bundle, portfolio.filter(LATE).head(100))


def test_borrowers_at_two_dates_make_a_migration_matrix(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    assert sc.validate(trained.bundle, portfolio).lights["migration"] == "grey"
    late = portfolio.filter(LATE)
    before = late.with_columns(as_of_date=pl.date(2021, 6, 1)).filter(
        pl.col("established_date") < pl.date(2020, 1, 1)
    )
    twice = sc.validate(trained.bundle, pl.concat([before, late]))
    matrix = twice.tables["migration.matrix"].drop("from").to_numpy()
    known = before.filter(pl.col("default_12m").is_not_null())
    assert 0 < matrix.sum() <= known["uscc"].n_unique()
    # The same firm, but for its age: hardly anybody moves.
    assert np.trace(matrix) / matrix.sum() > 0.7
    assert twice.lights["migration"] == "green"
    far = np.abs(np.subtract.outer(range(10), range(10))) > 2
    share = matrix[far].sum() / matrix.sum()
    assert twice.section("migration").finding("far").number == pytest.approx(share, abs=1e-12)


def test_a_champion_of_another_bundle_is_compared_on_the_same_rows(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    found = sc.validate(trained.bundle, portfolio, champion=trained.bundle).section("challenger")
    assert found.finding("champion").number == 0  # itself
    assert found.finding("champion").light == "green"


def test_what_is_no_model_and_no_table_is_refused(
    trained: sc.TrainingResult, portfolio: pl.DataFrame
) -> None:
    with pytest.raises(InputError):
        sc.validate("models:/nobody", portfolio)
    with pytest.raises(InputError):
        sc.validate(trained.bundle, 3)
