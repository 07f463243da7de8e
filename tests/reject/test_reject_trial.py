"""The trial against the truth, in miniature: the signs that docs/reject.md claims."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scorecard.errors import InputError
from scorecard.metrics import auc
from scorecard.models import ScorecardClassifier
from scorecard.reject import (
    CONTENDERS,
    WORLDS,
    Extrapolation,
    FuzzyAugmentation,
    World,
    picture,
    summarise,
    trial,
)
from scorecard.reject.trials import _measures

NAMES = ("debt_to_assets", "interest_cover", "inflow_trend", "owner_card_use", "tax_grade")
WORLD = {world.name: world for world in WORLDS}


def test_the_worlds_differ_in_what_the_old_decision_knew():
    rng = np.random.default_rng(0)
    score, luck = rng.normal(size=(2, 50_000))
    truth = score + luck
    for name, world in WORLD.items():
        accepted = world.accepts(score, truth, 0.6, seed=4)
        assert accepted.mean() == pytest.approx(0.6, abs=1e-4)
        alike = np.abs(score - np.quantile(score, 0.6)) < 0.2  # equal features, near enough
        riskier = luck[alike & ~accepted].mean() - luck[alike & accepted].mean()
        assert (riskier > 0.5) if name == "hidden" else (abs(riskier) < 0.1), name
        overlap = score[accepted].max() > score[~accepted].min()
        assert overlap == (name != "cutoff")


@pytest.fixture(scope="module")
def table(sme_cn) -> pl.DataFrame:
    """Two seeds of 4,000 applicants, five features; three contenders beside the default ones."""
    chosen = ("fuzzy", "parcelling, true rate", "parcelling, twice it", "extrapolation, PD ≥ .5")
    trends = sme_cn.features.subset(NAMES).trends()
    return trial(
        sme_cn,
        names=NAMES,
        worlds=(WORLD["random"], WORLD["hidden"]),
        contenders={name: CONTENDERS[name] for name in chosen},
        estimator=ScorecardClassifier(trend=trends, max_bins=5, max_prebins=20, l2=0.0),
        rows=4_000,
        test_rows=6_000,
        seeds=(1, 2),
    )


def test_the_trial_shows_when_each_method_helps_or_harms(table):
    found = {
        (row["world"], row["method"]): row
        for row in summarise(table).filter(population="rejected").iter_rows(named=True)
    }

    def ratio(world, method):
        return found[world, method]["pd_ratio"]

    # Where features held all the old decision knew, the accepted suffice; else they flatter.
    assert ratio("random", "accepted only") > 0.8
    assert ratio("hidden", "accepted only") < 0.75
    # Fuzzy repeats what the accepted said; the right rate corrects the level, a wrong one harms.
    assert ratio("hidden", "fuzzy") == pytest.approx(ratio("hidden", "accepted only"), abs=0.05)
    assert ratio("hidden", "parcelling, true rate") == pytest.approx(1, abs=0.2)
    for world in ("random", "hidden"):
        assert ratio(world, "parcelling, twice it") > 1.35
        assert ratio(world, "extrapolation, PD ≥ .5") < 0.6
        assert found[world, "extrapolation, PD ≥ .5"]["auc_gain"] < -0.005
        assert found[world, "oracle"]["auc_gain"] > 0
        assert found[world, "accepted only"]["auc_gain"] == 0


def test_the_trial_is_one_row_per_fit_and_population_and_repeats_itself(sme_cn, table):
    assert table.columns == [
        "world", "method", "seed", "population", "auc", "mean_pd", "bad_rate",
    ]  # fmt: skip
    assert table.height == 2 * 2 * 6 * 2
    again = trial(
        sme_cn,
        names=NAMES,
        worlds=(WORLD["hidden"],),
        contenders={"fuzzy": lambda _: FuzzyAugmentation()},
        estimator=ScorecardClassifier(
            trend=sme_cn.features.subset(NAMES).trends(), max_bins=5, max_prebins=20, l2=0.0
        ),
        rows=4_000,
        test_rows=6_000,
        seeds=(2,),
    )
    here = table.filter(seed=2, world="hidden").filter(pl.col("method").is_in(again["method"]))
    assert again.equals(here)


def test_the_auc_of_true_pds_is_what_drawn_outcomes_give_on_average():
    rng = np.random.default_rng(3)
    truth = rng.beta(1, 8, 300)
    asked = truth * rng.uniform(0.5, 1.5, 300)
    drawn = [auc((rng.random(300) < truth).astype(int), asked) for _ in range(144)]
    error = np.std(drawn) / 12
    assert _measures(asked, truth)["auc"] == pytest.approx(np.mean(drawn), abs=4 * error + 2e-3)


def test_a_summary_of_known_numbers():
    rows = [
        ("w", method, seed, "all", value, 0.1, 0.2)
        for method, values in (("accepted only", (0.70, 0.72)), ("other", (0.71, 0.75)))
        for seed, value in enumerate(values)
    ]
    table = pl.DataFrame(
        rows,
        schema=["world", "method", "seed", "population", "auc", "mean_pd", "bad_rate"],
        orient="row",
    )
    other = summarise(table).filter(method="other").row(0, named=True)
    assert other["auc_gain"] == pytest.approx(0.02)
    assert other["auc_gain_se"] == pytest.approx(0.01)  # gains .01 and .03, paired by seed
    assert (other["pd_ratio"], other["pd_ratio_se"]) == (0.5, 0.0)
    with pytest.raises(InputError, match="accepted only"):
        summarise(table.filter(method="other"))


def test_the_picture_has_a_row_of_panels_per_world(table):
    axes = picture(summarise(table)).axes
    assert len(axes) == 2 * 2
    assert axes[0].get_yticklabels()[0].get_text() == "accepted only"


def test_bad_parameters_are_refused(sme_cn):
    with pytest.raises(InputError, match="at least 100; got 99"):
        trial(sme_cn, rows=99)
    with pytest.raises(InputError, match=r"approval_rate must lie inside \(0, 1\); got 1.0"):
        World("all", 1.0, 0.0, 0.0, "").accepts(np.arange(3.0), np.arange(3.0), 1.0, 0)
    assert isinstance(CONTENDERS["extrapolation, true rate"](0.1), Extrapolation)
