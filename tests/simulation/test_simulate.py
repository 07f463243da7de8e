"""Laws of the simulated portfolio: repeatable, calibrated, and blind to what it must not see."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sklearn.metrics import roc_auc_score

from scorecard.errors import InputError
from scorecard.simulation import cycle_default_rate, economy_path, simulate


@pytest.fixture(scope="module")
def portfolio() -> pl.DataFrame:
    return simulate("sme_cn", 60_000, seed=11)


def log_odds(frame: pl.DataFrame) -> np.ndarray:
    pd = frame["true_pd"].to_numpy()
    return np.log(pd / (1 - pd))


def test_same_seed_same_frame_and_another_seed_another():
    first = simulate("sme_cn", 500, seed=3)
    assert_frame_equal(first, simulate(SimpleNamespace(name="sme_cn"), 500, seed=3))
    assert not first.equals(simulate("sme_cn", 500, seed=4))


def test_outcome_is_drawn_from_the_true_pd(portfolio):
    known = portfolio.filter(pl.col("default_12m").is_not_null())
    for part in known.sort("true_pd").iter_slices(len(known) // 10 + 1):
        pd = part["true_pd"].to_numpy()
        spread = np.sqrt((pd * (1 - pd)).sum())
        assert abs(part["default_12m"].sum() - pd.sum()) < 4 * spread


def test_power_and_level_of_risk_are_those_of_a_real_portfolio(portfolio):
    known = portfolio.filter(pl.col("default_12m").is_not_null())
    assert 0.80 <= roc_auc_score(known["default_12m"], known["true_pd"]) <= 0.84
    assert 0.03 <= known["default_12m"].mean() <= 0.05
    assert 0.005 <= portfolio["default_12m"].null_count() / len(portfolio) <= 0.02


@pytest.mark.parametrize("name", ["region_code", "entity_type", "owner_gender", "premises_type"])
def test_risk_does_not_depend_on_irrelevant_fields(portfolio, name):
    risk = portfolio.select(pl.col(name), pl.Series("risk", log_odds(portfolio))).drop_nulls()
    groups = risk.group_by(name).agg(pl.col("risk").mean(), pl.len())
    between = (groups["len"] * (groups["risk"] - risk["risk"].mean()) ** 2).sum()
    assert between / (len(risk) * risk["risk"].var()) < 2e-3


def test_young_firms_have_thinner_files(portfolio):
    age = (pl.col("as_of_date") - pl.col("established_date")).dt.total_days()
    young, old = portfolio.filter(age < 700), portfolio.filter(age > 800)
    for name in ("total_assets", "ent_dpd_max_24m", "invoice_amount_12m"):
        assert young[name].is_null().mean() > 2 * old[name].is_null().mean() > 0


def test_sixty_cohorts_and_a_cycle_that_moves_default(portfolio):
    months = portfolio["as_of_date"].dt.truncate("1mo")
    assert months.n_unique() == 60
    by_year = portfolio.group_by(pl.col("as_of_date").dt.year().alias("y")).agg(
        pl.col("true_pd").mean()
    )
    rate = dict(by_year.rows())
    assert rate[2022] > 1.3 * rate[2020]


def test_a_downturn_in_the_last_year_is_one_and_leaves_the_years_before(portfolio):
    assert_frame_equal(simulate("sme_cn", 60_000, seed=11, economy=economy_path()), portfolio)
    bad = simulate("sme_cn", 60_000, seed=11, economy=economy_path(last_year=-1))
    assert_frame_equal(bad.select("as_of_date"), portfolio.select("as_of_date"))
    last = pl.col("as_of_date").dt.year() == 2024

    def ratio(rows):
        return bad.filter(rows)["true_pd"].mean() / portfolio.filter(rows)["true_pd"].mean()

    assert ratio(~last) == pytest.approx(1, abs=0.03)
    assert ratio(last) > 1.15


def test_dirt_leaves_types_and_the_other_rows_alone():
    clean = simulate("sme_cn", 4_000, seed=5)
    dirty = simulate("sme_cn", 4_000, seed=5, dirty_share=0.1)
    assert dirty.schema == clean.schema
    differs = pl.any_horizontal(pl.col(c).ne_missing(dirty[c]) for c in clean.columns)
    assert clean.select(differs.sum()).item() == 400


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("sba_7a", 10, 1), {}, "Only sme_cn can be simulated; got 'sba_7a'"),
        (("sme_cn", 0, 1), {}, "n must be at least 1; got 0"),
        (("sme_cn", 10, -1), {}, "seed must be 0 or more; got -1"),
        (("sme_cn", 10, 1), {"dirty_share": 1.5}, "between 0 and 1; got 1.5"),
        (("sme_cn", 10, 1), {"economy": [0.0] * 59}, "one state for each of the 60"),
        (("sme_cn", 10, 1), {"economy": [9.0] * 60}, "between -3 and 3"),
    ],
)
def test_refusals_name_what_was_received(arguments, options, words):
    with pytest.raises(InputError, match=words):
        simulate(*arguments, **options)


def test_each_cohort_of_the_cycle_counts_the_same():
    frame = pl.DataFrame(
        {
            "as_of_date": [date(2021, 12, 5), date(2022, 1, 5), date(2022, 1, 9), date(2022, 1, 9)],
            "default_12m": [1, 0, 1, None],
            "blocked": [False, False, False, False],
        }
    )
    last = date(2022, 1, 31)
    assert cycle_default_rate(frame, last, months=2) == pytest.approx((1 + 1 / 2) / 2)
    with pytest.raises(InputError, match="cycle of 3 monthly cohorts"):
        cycle_default_rate(frame, last, months=3)
    only_null = frame.with_columns(pl.lit(None, dtype=pl.Boolean).alias("blocked"))
    assert cycle_default_rate(
        only_null, last, months=2, exclusions=["blocked", "default_12m = 0"]
    ) == pytest.approx(1.0)
