"""Training on simulated and on real loans: counts, weights, windows, leaks, and what is said."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scorecard as sc
from scorecard.errors import InputError, LeakError, ProductError, TableError
from scorecard.policy import Policy
from scorecard.sample import draw_sample
from scorecard.training import comparison, pipeline
from scorecard.training.explained import ROWS


@pytest.fixture(scope="module")
def loans(data_folder: Path) -> pl.DataFrame:
    return pl.read_parquet(data_folder / "sba_7a" / "loans.parquet")


@pytest.fixture(scope="module")
def sba(loans: pl.DataFrame) -> sc.TrainingResult:
    return sc.train("sba_7a", loans, register=False)


def number(result: sc.TrainingResult, model: str, window: str, name: str) -> float:
    return comparison.value(result.table, model, window, name)


# -- simulated portfolio ------------------------------------------------------------------------


def test_in_time_label_windows_end_before_the_first_out_of_time_date(
    small_product: sc.Product, portfolio: pl.DataFrame
) -> None:
    late = {**small_product.policy, "sample": {**small_product.policy["sample"]}}
    late["sample"]["in_time"] = "as_of_date < date '2024-01-01'"
    sample = draw_sample(small_product, Policy.parse(late), portfolio)
    assert sample.purged is not None
    assert sample.purged > 0
    last = dt.date.fromisoformat(sample.in_time.last)
    first = dt.date.fromisoformat(sample.out_of_time.first)
    assert dt.date(last.year + 1, last.month, last.day) < first
    declared = draw_sample(small_product, Policy.parse(small_product.policy), portfolio)
    assert declared.purged == 0


def test_every_row_is_accounted_for(
    small_product: sc.Product, portfolio: pl.DataFrame, trained: sc.TrainingResult
) -> None:
    steps = dict(trained.steps.select("step", "rows").rows())
    assert steps["in the file, valid under the contract"] == portfolio.height
    policy = small_product.policy
    excluded = portfolio.filter(
        pl.col("prohibited_industry_flag")
        | (pl.col("registration_status") != "active").fill_null(False)
        | pl.col("dishonest_flag")
        | (pl.col("ent_dpd_max_24m") > 90).fill_null(False)
        | ((pl.col("as_of_date") - pl.col("established_date")).dt.total_days() < 365)
    )
    assert len(policy["population"]["exclusions"]) == 5
    known = portfolio.join(excluded, on="uscc", how="anti").filter(
        pl.col("default_12m").is_not_null()
    )
    assert steps["outcome known"] == known.height
    assert steps["in time"] == known.filter(pl.col("as_of_date").dt.year() <= 2022).height
    assert steps["out of time"] == known.filter(pl.col("as_of_date").dt.year() == 2024).height


def test_mean_pd_is_the_declared_central_tendency(trained: sc.TrainingResult) -> None:
    target = trained.models["scorecard"].calibration.target
    for model in ("scorecard", "boosted"):
        assert number(trained, model, "in time", "mean_pd") == pytest.approx(target, abs=1e-6)


def test_the_declared_rule_decides_who_answers(trained: sc.TrainingResult) -> None:
    policy = Policy.parse(sc.load_product("sme_cn").policy)
    base = number(trained, "scorecard", "out of time", "auc")
    for gain, answers in ((0.0099, "scorecard"), (0.0101, "boosted")):
        table = trained.table.with_columns(
            pl.when((pl.col("model") == "boosted") & (pl.col("window") == "out of time"))
            .then(base + gain)
            .otherwise(pl.col("auc"))
            .alias("auc")
        )
        assert comparison.answering(table, policy) == answers


def test_rejected_rows_are_set_apart_and_the_rest_trains(
    small_product: sc.Product, portfolio: pl.DataFrame
) -> None:
    dirty = sc.simulate(small_product, 20_000, 7, dirty_share=0.03)
    sample = draw_sample(small_product, Policy.parse(small_product.policy), dirty)
    assert sample.rejected.height == 600
    assert sample.rejected["problems"].is_not_null().all()
    assert sample.steps["rows"][0] == 19_400


def test_row_order_does_not_change_what_is_counted(
    small_product: sc.Product, portfolio: pl.DataFrame
) -> None:
    policy = Policy.parse(small_product.policy)
    a = draw_sample(small_product, policy, portfolio)
    b = draw_sample(small_product, policy, portfolio.reverse())
    assert a.steps.equals(b.steps)
    assert a.fingerprint != b.fingerprint


def test_a_feature_too_good_to_be_true_is_reported_loudly(
    small_product: sc.Product, portfolio: pl.DataFrame
) -> None:
    rng = np.random.default_rng(0)
    planted = portfolio.with_columns(
        pl.Series("tax_paid_12m", rng.random(portfolio.height))
        + pl.col("default_12m").fill_null(0) * 2
    )
    leak = sc.Feature("planted", "tax_paid_12m", "ascending", "LEVERAGE", "埋", "Leak")
    product = small_product.with_features([*small_product.features.features, leak])
    result = sc.train(product, planted, register=False)
    assert result.power["feature"][0] == "planted"
    assert result.power["suspicious"][0]
    assert any(note.startswith("SUSPICIOUS: planted (埋 · Leak) alone") for note in result.notes)


def test_a_window_without_bads_is_one_sentence(
    small_product: sc.Product, portfolio: pl.DataFrame
) -> None:
    early = portfolio.filter(pl.col("as_of_date").dt.year() < 2024)
    with pytest.raises(TableError, match="out of time window needs at least"):
        sc.train(small_product, early, register=False)


@pytest.mark.parametrize(
    "convert", [pl.DataFrame.to_pandas, pl.DataFrame.to_arrow, pl.DataFrame.lazy]
)
def test_any_frame_is_the_same_table(
    small_product: sc.Product,
    portfolio: pl.DataFrame,
    trained: sc.TrainingResult,
    monkeypatch: pytest.MonkeyPatch,
    convert: Callable[[pl.DataFrame], object],
) -> None:
    monkeypatch.setattr(pipeline, "fit_models", lambda *_, **__: tuple(trained.models.values()))
    result = sc.train(small_product, convert(portfolio), seed=3, register=False)
    assert result.bundle.sha256 == trained.bundle.sha256


def test_what_is_no_table_is_refused(small_product: sc.Product) -> None:
    with pytest.raises(InputError, match="A table must be a polars DataFrame"):
        sc.train(small_product, {"revenue_ltm": [1.0]}, register=False)


def test_special_values_are_refused_before_the_table_is_read(small_product: sc.Product) -> None:
    coded = sc.Feature("coded", "revenue_ltm", "none", "LEVERAGE", special_values=(-999.0,))
    product = small_product.with_features([*small_product.features.features, coded])
    with pytest.raises(ProductError, match=r"coded declare special_values.* no policy for them"):
        sc.train(product, "absent.parquet", register=False)


def test_rows_that_no_exclusion_can_judge_are_counted_and_told(
    small_product: sc.Product, portfolio: pl.DataFrame, trained: sc.TrainingResult
) -> None:
    found = trained.steps.filter(pl.col("undecided").is_not_null())
    assert found["step"].str.starts_with("after excluding: ").all()
    assert found.height == len(small_product.policy["population"]["exclusions"])
    counted = dict(found.select("step", "undecided").rows())
    overdue = "The firm was more than 90 days past due"
    earlier = portfolio.filter(
        ~pl.col("prohibited_industry_flag")
        & (pl.col("registration_status") == "active")
        & ~pl.col("dishonest_flag")
    )
    expected = earlier["ent_dpd_max_24m"].null_count()
    assert counted.pop(f"after excluding: {overdue}") == expected > 0
    assert set(counted.values()) == {0}
    (said,) = (note for note in trained.notes if note.startswith("UNDECIDED"))
    assert said.endswith(f": {overdue}, {expected:,}.")


def test_the_judge_of_the_choice_is_called_optimistic(trained: sc.TrainingResult) -> None:
    (said,) = (note for note in trained.notes if "answers:" in note)
    assert "slightly optimistic for the model chosen" in said


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"sample": {"observation_date": "uscc"}}, ProductError, "must name a column of dates"),
        ({"sample": {"weight": "uscc"}}, ProductError, "must name a column of numbers"),
        ({"outcome": {"known": "as_of_date is not null"}}, TableError, r"outcome.bad is null in"),
        (
            {"models": {"boosted": {"trees": 9}}},
            ProductError,
            r"models.boosted does not .*trees",
        ),
    ],
)
def test_a_policy_that_does_not_fit_is_one_sentence(
    small_product: sc.Product,
    portfolio: pl.DataFrame,
    changed: dict[str, dict[str, object]],
    error: type[Exception],
    said: str,
) -> None:
    policy = small_product.policy
    data = small_product.to_dict()
    data["policy"] = policy | {name: policy[name] | lines for name, lines in changed.items()}
    with pytest.raises(error, match=said):
        sc.train(sc.Product.from_dict(data), portfolio, register=False)


# -- real loans ---------------------------------------------------------------------------------


@pytest.mark.real_data
def test_real_loans_rank_honestly_out_of_time(sba: sc.TrainingResult) -> None:
    for model in ("scorecard", "boosted"):
        assert 0.62 <= number(sba, model, "out of time", "auc") <= 0.72
        rate = number(sba, model, "in time", "bad_rate")
        assert abs(number(sba, model, "in time", "mean_pd") / rate - 1) < 1 / 3


@pytest.mark.real_data
def test_real_loans_are_counted_with_their_weights(
    sba: sc.TrainingResult, loans: pl.DataFrame
) -> None:
    steps = {row["step"]: row for row in sba.steps.iter_rows(named=True)}
    assert steps["outcome known"]["rows"] == 17_656
    assert steps["in the file, valid under the contract"]["weighted_bad_rate"] == pytest.approx(
        0.116, abs=5e-4
    )
    assert steps["of these out of time, before exclusions"]["weighted_bad_rate"] == pytest.approx(
        0.218, abs=5e-4
    )
    window = loans.filter(
        (pl.col("SBA_Appv") != pl.col("GrAppv")) & pl.col("ApprovalFY").is_between(1989, 2003)
    )
    bad = window.filter(pl.col("MIS_Status") == "CHGOFF")
    rate = bad["sampling_weight"].sum() / window["sampling_weight"].sum()
    assert number(sba, "scorecard", "in time", "bad_rate") == pytest.approx(rate, rel=1e-12)
    # Declared in policy.yaml with this very number as its source.
    assert sba.models["scorecard"].calibration.target == pytest.approx(rate, abs=5e-4)


@pytest.mark.real_data
def test_weights_reach_both_models(loans: pl.DataFrame, sba: sc.TrainingResult) -> None:
    flat = sc.train("sba_7a", loans.with_columns(sampling_weight=pl.lit(1.0)), register=False)
    assert number(flat, "scorecard", "in time", "bad_rate") > 0.25
    for model in ("scorecard", "boosted"):
        a, b = (r.models[model].margin(sba.sample.out_of_time.features).mean() for r in (flat, sba))
        assert a - b > 1.0, "without weights the sample's bad rate is three times the population's"


@pytest.mark.real_data
def test_real_loans_say_what_a_reader_must_know(sba: sc.TrainingResult) -> None:
    said = "\n".join(sba.notes)
    assert "UNPURGED" in said
    assert "PDs of the scorecard are TOO LOW out of time" in said
    assert "8.5% bad in training, 22.8% after" in said
    assert "Why the AUC is not higher" in said


@pytest.mark.real_data
def test_term_as_a_feature_is_refused_by_name(loans: pl.DataFrame) -> None:
    product = sc.load_product("sba_7a")
    leak = sc.Feature("term", "Term", "auto", "SMALL_LOAN")
    with pytest.raises(LeakError, match="term reads Term, which depends on the outcome"):
        sc.train(product.with_features([*product.features.features, leak]), loans, register=False)


def test_what_moves_ratings_is_explained_by_either_model(trained: sc.TrainingResult) -> None:
    rows = trained.sample.in_time
    for name in ("scorecard", "boosted"):
        explained = trained.explained(name)
        assert explained.risk.height == min(len(rows), ROWS)
        assert explained.importance()["name"].sort().to_list() == sorted(explained.risk.columns)
        groups = explained.importance("reason")
        assert "DEBT_LOAD + INTEREST" in groups["name"].to_list()
        assert groups["importance"].sum() <= explained.importance()["importance"].sum() + 1e-12
        table = explained.dependence("owner_card_use")
        assert table["rows"].sum() == explained.risk.height
        # Declared ascending: the mean contribution never falls along the values.
        along = table.filter(pl.col("kind") == "range")["contribution"]
        if name == "scorecard":
            assert along.diff().drop_nulls().min() >= -1e-12
        mean = float((table["contribution"] * table["share"]).sum())
        assert mean == pytest.approx(float(explained.risk["owner_card_use"].mean()), abs=1e-9)
        assert explained.dependence_figure("tax_grade", language="both").axes
        assert explained.importance_figure("reason", language="zh").axes
    assert trained.explained().model == trained.answering
    with pytest.raises(sc.errors.InputError, match="got 'forest'"):
        trained.explained("forest")
    with pytest.raises(sc.errors.InputError, match="got 'nothing'"):
        explained.dependence("nothing")
