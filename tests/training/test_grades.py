"""Margins of error a grade, the cycle a cohort, and a calibration period of its own."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import polars as pl
import pytest
from scipy.stats import beta

import scorecard as sc
from scorecard.errors import ProductError, TableError
from scorecard.models import Calibration, MasterScale
from scorecard.policy import Policy
from scorecard.sample import draw_sample
from scorecard.training.cohorts import cycle_table
from scorecard.training.fit import Fitted
from scorecard.training.grades import grade_notes, grade_table
from scorecard.training.pd_note import pd_note


def with_period(product: sc.Product, period: str | None) -> Policy:
    policy = copy.deepcopy(product.policy)
    policy["calibration"]["period"] = period
    return Policy.parse(policy)


class Known:
    """An estimator whose margin is a feature."""

    def decision_function(self, features: pl.DataFrame) -> np.ndarray:
        return np.nan_to_num(features["debt_to_assets"].to_numpy(), nan=0.5) - 3.5


@pytest.fixture(scope="module")
def policy(small_product: sc.Product) -> Policy:
    return Policy.parse(small_product.policy)


@pytest.fixture(scope="module")
def model(trained: sc.TrainingResult) -> Fitted:
    early = trained.sample.in_time
    line = Calibration(0.2, 1.0, 0.0, 0.05)
    margin = Known().decision_function(early.features)
    return Fitted("scorecard", Known(), line, margin, pl.DataFrame())  # type: ignore[arg-type]


def test_a_grade_s_numbers_are_counted_from_its_rows(
    trained: sc.TrainingResult, policy: Policy, model: Fitted
) -> None:
    table = grade_table((model,), trained.sample, policy)
    scale = MasterScale.geometric(**policy.grades.model_dump())
    part = trained.sample.out_of_time
    log_odds = model.calibration.log_odds(model.margin(part.features))
    late = table.filter(pl.col("window") == "out of time")
    assert late["grade"].to_list() == list(scale.labels)
    assert late["rows"].sum() == len(part)
    row = late.row(by_predicate=pl.col("grade") == "R8", named=True)
    here = scale.grades(log_odds) == "R8"
    n, bads = int(here.sum()), int(part.y[here].sum())
    assert (row["rows"], row["bads"], row["effective_rows"]) == (n, bads, n)
    assert row["grade_pd"] == pytest.approx((0.03314 * 0.06034) ** 0.5, abs=1e-5)
    low, high = beta(bads + 0.5, n - bads + 0.5).ppf([0.025, 0.975])
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    empty = late.filter(pl.col("rows") == 0)
    assert empty["verdict"].null_count() == empty.height > 0


def test_a_pd_outside_its_interval_is_told(trained: sc.TrainingResult, policy: Policy) -> None:
    late = trained.sample.out_of_time
    worse = dataclasses.replace(
        trained.sample, out_of_time=dataclasses.replace(late, y=np.ones(len(late)))
    )
    model = trained.models["scorecard"]
    table = grade_table((model,), worse, policy)
    told = table.filter((pl.col("window") == "out of time") & (pl.col("rows") > 0))
    assert set(told["verdict"]) == set(told["mean_pd_verdict"]) == {"too low"}
    (said,) = grade_notes(table, {"scorecard": "card"})
    assert said.startswith(f"GRADES of the card: the PD of {told.height} of {told.height}")
    assert grade_notes(table.with_columns(verdict=pl.lit("holds")), {}) == []


def test_the_mean_pd_at_the_index_is_the_bad_rate_of_the_cohort(
    trained: sc.TrainingResult, policy: Policy, model: Fitted
) -> None:
    table = cycle_table((model,), trained.sample, policy)
    assert table["rows"].sum() == len(trained.sample.in_time) + len(trained.sample.out_of_time)
    known = table.drop_nulls("index")
    np.testing.assert_allclose(known["mean_pd_at_index"], known["bad_rate"], rtol=1e-9)
    # The index is above 0 only where fewer went bad than the cycle's median rate.
    first = known.sort("bad_rate").row(0, named=True)
    assert first["index"] == known["index"].max()
    assert known["cohort"][0] == "2020 Q1"


# -- a period of its own ------------------------------------------------------------------------


def test_no_model_learns_from_the_rows_that_calibrate(
    small_product: sc.Product, portfolio: pl.DataFrame
) -> None:
    """Turning every outcome of the period over changes the calibration and no model."""
    period = "as_of_date >= date '2022-04-01'"
    data = small_product.to_dict()
    data["policy"] = with_period(small_product, period).model_dump()
    product = sc.Product.from_dict(data)
    here = pl.col("as_of_date").is_between(pl.date(2022, 4, 1), pl.date(2022, 12, 31))
    rng = pl.Series(np.random.default_rng(0).random(portfolio.height) < 0.4)
    other = portfolio.with_columns(
        pl.when(here & rng & (pl.col("default_12m") == 0))
        .then((pl.col("inflow_cv") > 0.4).cast(pl.Int64).fill_null(0))
        .otherwise("default_12m")
        .alias("default_12m")
    )
    a, b = (sc.train(product, frame, seed=3, register=False) for frame in (portfolio, other))
    for name in ("scorecard.json", "booster.ubj"):
        assert a.bundle.files[name] == b.bundle.files[name]
    assert a.bundle.files["calibration.json"] != b.bundle.files["calibration.json"]
    apart = a.sample.in_time.apart
    for model in a.models.values():
        part = a.sample.in_time
        own = model.margin(part.features)
        assert (model.cross_margin[apart] == own[apart]).all()
        assert (model.cross_margin[~apart] != own[~apart]).mean() > 0.9
    steps = dict(a.steps.select("step", "rows").rows())
    assert steps["of these set apart to calibrate on"] == apart.sum() > 1000
    assert set(a.calibrations["model"]) == {"scorecard", "boosted"}


@pytest.mark.parametrize(
    ("period", "error", "said"),
    [
        ("as_of_date > date '2022-12-30'", TableError, "The period of calibration needs at least"),
        ("as_of_date > date '2000-01-01'", TableError, "What is left to train on needs at least"),
        ("revenue_ltm", ProductError, "calibration.period must be a condition"),
    ],
)
def test_a_period_that_leaves_too_little_is_refused(
    small_product: sc.Product,
    portfolio: pl.DataFrame,
    period: str,
    error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        draw_sample(small_product, with_period(small_product, period), portfolio)


# -- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((0.02, -0.05, 0.09, 0.98, 0.92, 1.04), "mean what they say out of time: intercept +0.02"),
        ((0.41, 0.35, 0.47, 0.97, 0.91, 1.03), "TOO LOW out of time by a factor of 1.50"),
        ((-0.41, -0.47, -0.35, 0.97, 0.91, 1.03), "TOO HIGH out of time"),
        ((0.2, -0.1, 0.5, 0.97, 0.91, 1.03), "mean what they say"),
        ((0.0, -0.1, 0.1, 0.8, 0.7, 0.9), "spread is too wide"),
        ((0.0, -0.1, 0.1, 1.3, 1.2, 1.4), "spread is too narrow"),
    ],
)
def test_off_is_a_statement_with_the_numbers(
    policy: Policy, numbers: tuple[float, ...], said: str
) -> None:
    names = ("calibration_intercept", "intercept_low", "intercept_high", "calibration_slope",
             "slope_low", "slope_high")  # fmt: skip
    row = {"bad_rate": 0.06, "mean_pd": 0.04, "cycle_index": -0.8}
    text = pd_note(row | dict(zip(names, numbers, strict=True)), 0.045, policy, "scorecard")
    assert said in text
    assert f"slope {numbers[3]:.2f} [{numbers[4]:.2f}, {numbers[5]:.2f}]" in text
    assert ("cycle index of -0.80" in text) == ("TOO" in text)
