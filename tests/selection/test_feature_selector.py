import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.special import expit
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import get_scorer, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from scorecard.binning import OptimalBinner
from scorecard.errors import InputError, NotFittedError
from scorecard.models import ScorecardClassifier
from scorecard.selection import FeatureSelector


def expected_failures(selector):
    if not {"stepwise", "l1"} & set(selector.steps):
        return {}
    return {
        "check_sample_weight_equivalence_on_dense_data": "weights are scaled to the number of rows "
        "and rows are dealt to folds, so a row of weight 2 is not two rows of evidence; and the "
        "check's table has one good row with weight, which no fold can do without"
    }


# Some checks hand in noise and expect a fitted transformer.
@pytest.mark.filterwarnings("ignore:No feature is left:UserWarning")
@parametrize_with_checks(
    [
        FeatureSelector(),
        FeatureSelector(("iv", "correlation", "vif")),
        FeatureSelector(("l1",), l1_folds=2),
    ],
    expected_failed_checks=expected_failures,
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


ALL_STEPS = ("iv", "correlation", "vif", "stepwise", "l1")


def table(n=6000, seed=0):
    """Three causes, a stand-in for one of them, a text, noise, a constant and two copies."""
    rng = np.random.default_rng(seed)
    debt, cash, margin = rng.normal(size=(3, n))
    trade = rng.choice(["food", "steel", "toys", None], n, p=[0.5, 0.25, 0.2, 0.05])
    logit = -2 + 0.9 * debt - 0.8 * cash - 0.5 * margin + 0.9 * (trade == "toys")
    y = (rng.random(n) < expit(logit)).astype(int)
    X = pl.DataFrame(
        {
            "noise_a": rng.normal(size=n),
            "debt": np.where(rng.random(n) < 0.06, np.nan, debt),
            "debt_again": debt + 0.5 * rng.normal(size=n),
            "cash": cash,
            "cash_cents": 100 * cash,
            "margin": margin,
            "trade": trade,
            "noise_b": rng.choice(["a", "b", "c"], n),
            "same": np.ones(n),
        }
    )
    return X, y


@pytest.fixture(scope="module")
def fitted():
    X, y = table()
    return FeatureSelector().fit(X, y), X, y


def test_causes_stay_and_everything_else_goes_for_its_own_reason(fitted):
    selector, X, _ = fitted
    assert selector.selected_ == ("debt", "cash", "margin", "trade")
    assert selector.get_support().tolist() == [name in selector.selected_ for name in X.columns]
    assert selector.get_support(indices=True).tolist() == [1, 3, 5, 6]
    assert selector.get_feature_names_out().tolist() == list(selector.selected_)
    last = selector.log_.group_by("feature", maintain_order=True).last()
    told = {row["feature"]: row for row in last.iter_rows(named=True)}
    assert told.keys() == set(X.columns)
    for name, row in told.items():
        assert (row["decision"] == "in") == (name in selector.selected_)
    why = {name: (row["step"], row["against"]) for name, row in told.items()}
    assert why["same"] == ("screen", None)
    assert why["cash_cents"] == ("screen", "cash")
    assert why["debt_again"] == ("correlation", "debt")
    assert why["noise_a"] == why["noise_b"] == ("iv", None)
    assert told["debt_again"]["value"] > 0.7 == told["debt_again"]["threshold"]


@pytest.mark.filterwarnings("error")
def test_order_and_scale_change_nothing(fitted):
    _, X, y = fitted
    rng = np.random.default_rng(1)
    weight = rng.uniform(0.5, 3.0, len(y))
    loose = FeatureSelector(ALL_STEPS, min_iv=0.0, max_correlation=0.95, criterion="aic")
    selector = clone(loose).fit(X, y, weight)
    order = rng.permutation(len(y))
    empty = np.r_[weight, np.zeros(50)]
    cases = {
        "rows": clone(loose).fit(X[order], y[order], weight[order]),
        "columns": clone(loose).fit(X[:, ::-1], y, weight),
        "unit of weight": clone(loose).fit(X, y, weight * 1e-3),
        "rows of no weight": clone(loose).fit(
            pl.concat([X, X[:50]]), np.r_[y, 1 - y[:50]], empty
        ),
    }  # fmt: skip
    for case, other in cases.items():
        assert set(other.selected_) == set(selector.selected_), case
        for column in selector.log_.columns:
            if column in ("value", "threshold"):
                np.testing.assert_allclose(
                    other.log_[column].fill_null(0),
                    selector.log_[column].fill_null(0),
                    rtol=1e-4, atol=1e-6, err_msg=case,
                )  # fmt: skip
            elif not column.startswith("reason"):
                assert other.log_[column].to_list() == selector.log_[column].to_list(), case
    assert set(selector.log_["step"]) == {"screen", *ALL_STEPS}


@pytest.mark.parametrize(
    "steps", [ALL_STEPS, ("stepwise",), ("l1",), ("vif", "iv"), ("correlation", "l1")]
)
def test_every_feature_has_a_last_word_and_forced_ones_stay(fitted, steps):
    _, X, y = fitted
    X, y = X[:2500], y[:2500]
    keep = ("noise_a", "same", "cash_cents")
    selector = FeatureSelector(steps, keep=keep, max_features=6).fit(X, y)
    assert set(keep) <= set(selector.selected_)
    assert len(selector.selected_) <= 6
    for name in X.columns:
        said = selector.log_.filter(feature=name)
        if name in keep:
            assert set(said["decision"]) == {"kept"}
            assert all(text.startswith("forced to stay; ") for text in said["reason_en"])
            assert all(text.startswith("指定保留；") for text in said["reason_zh"])
        else:
            assert (said["decision"][-1] == "in") == (name in selector.selected_)
            assert "kept" not in said["decision"]
        assert "None" not in "".join(said["reason_en"]) + "".join(said["reason_zh"])
    assert "cash" not in selector.selected_  # its copy was forced
    twice = FeatureSelector(steps, keep=keep, max_features=6).fit(X, y)
    assert twice.log_.equals(selector.log_)


def test_noise_beside_the_simulated_portfolio(sme_cn, portfolio):
    known = portfolio.filter(pl.col("default_12m").is_not_null())
    X, y = sme_cn.features.evaluate(known), known["default_12m"].to_numpy()
    rng = np.random.default_rng(2)
    noise = {f"noise_{k}": rng.normal(size=len(y)) for k in range(15)}
    noise |= {f"noise_text_{k}": rng.choice(list("abcdef"), len(y)) for k in range(5)}
    trend, late = sme_cn.features.trends(), np.arange(len(y)) % 2 == 0
    every = ScorecardClassifier(trend=trend).fit(X.filter(~late), y[~late])
    many = roc_auc_score(y[late], every.decision_function(X.filter(late)))
    X = X.with_columns(**noise)
    card = make_pipeline(FeatureSelector(trend=trend), ScorecardClassifier())
    card.fit(X.filter(~late), y[~late])
    selected = card[0].selected_
    assert sum(name.startswith("noise") for name in selected) <= 1
    assert 8 <= len(selected) <= 25
    few = roc_auc_score(y[late], card.decision_function(X.filter(late)))
    assert few > many - 0.015  # though the others never saw noise


def test_any_table_in_the_same_kind_out(fitted):
    _, X, y = fitted
    selector = FeatureSelector(("iv", "correlation"), min_iv=0.03).fit(X, y)
    assert selector.selected_ == ("debt", "cash", "margin", "trade")
    chosen = X.select(selector.selected_)
    assert selector.transform(X).equals(chosen)
    frame = X.to_pandas()
    frame.index = frame.index[::-1]
    pd.testing.assert_frame_equal(selector.transform(frame), frame[list(selector.selected_)])
    assert clone(selector).fit(frame, y).selected_ == selector.selected_
    objects = X.to_numpy()
    places = clone(selector).fit(objects, y)
    assert places.selected_ == ("x1", "x3", "x5", "x6")
    assert places.transform(objects).shape == (len(y), 4)
    for given in (X, frame):
        as_pandas = clone(selector).set_output(transform="pandas").fit(given, y).transform(given)
        assert isinstance(as_pandas, pd.DataFrame)
        assert as_pandas["cash"].dtype == np.float64
        np.testing.assert_array_equal(as_pandas["debt"], X["debt"])
        as_polars = clone(selector).set_output(transform="polars").fit(given, y).transform(given)
        assert as_polars.columns == list(selector.selected_)
        np.testing.assert_array_equal(as_polars["debt"].fill_null(np.nan), X["debt"])
        assert as_polars["trade"].to_list() == X["trade"].to_list()
    with pytest.raises(ValueError, match="feature names"):
        selector.transform(X.rename({"cash": "money"}))


def test_pipeline_grid_search_and_routed_weights(fitted):
    _, X, y = fitted
    X, y = X[:3000], y[:3000]
    weight = np.random.default_rng(3).uniform(0.5, 2.0, len(y))
    with config_context(enable_metadata_routing=True):
        steps = [
            ("select", FeatureSelector().set_fit_request(sample_weight=True)),
            ("card", ScorecardClassifier().set_fit_request(sample_weight=True)),
        ]
        scorer = get_scorer("roc_auc").set_score_request(sample_weight=True)
        search = GridSearchCV(
            Pipeline(steps), {"select__min_iv": [0.02, 9.0], "select__keep": [("debt",)]},
            cv=2, scoring=scorer, error_score="raise",
        )  # fmt: skip
        search.fit(X, y, sample_weight=weight)
    assert search.best_params_ == {"select__min_iv": 0.02, "select__keep": ("debt",)}
    assert search.best_estimator_["card"].scorecard_.features == ("debt", "cash", "margin", "trade")
    own = FeatureSelector().fit(X, y, weight).iv_
    assert search.best_estimator_["select"].iv_ == own != FeatureSelector().fit(X, y).iv_


def test_a_binner_of_ones_own(fitted):
    _, X, y = fitted
    binner = OptimalBinner(max_bins=3, trend={"debt": "ascending"})
    selector = FeatureSelector(binner=binner).fit(X, y)
    assert not hasattr(binner, "bins_")
    assert max(bins.ordinary for bins in selector.binner_.bins_.values()) <= 3
    assert selector.set_params(binner__max_bins=5).fit(X, y).binner_.max_bins == 5


@pytest.mark.filterwarnings("ignore:No feature is left:UserWarning")
def test_bins_too_thin_to_speak_lend_no_information_value(fitted):
    _, X, y = fitted
    few = np.arange(len(y)) % 200 == 0
    X = X.select(rare=np.where(few, np.nan, np.random.default_rng(6).normal(size=len(y))))
    selector = FeatureSelector().fit(X, np.where(few, 1, y))
    bins = selector.binner_.bins_["rare"]
    loud = OptimalBinner(rare_share=0.0).fit(X, np.where(few, 1, y)).bins_["rare"]
    assert sum(loud.iv) > 0.02 > sum(bins.iv) == selector.iv_["rare"]  # every missing one is bad
    assert selector.selected_ == ()


@pytest.mark.parametrize("policy", ["neutral", "worst"])
def test_a_bin_that_a_policy_speaks_for_lends_no_information_value(fitted, policy):
    _, X, y = fitted
    gap = np.random.default_rng(6).random(len(y)) < np.where(y == 1, 0.6, 0.1)
    X = X.select("debt", gap=np.where(gap, np.nan, np.random.default_rng(7).normal(size=len(y))))
    spoken, held = (
        FeatureSelector(("iv",), min_iv=0.45, binner=OptimalBinner(missing=each))
        .fit(X, y) for each in ("bin", policy)
    )  # fmt: skip
    own = held.binner_.bins_["gap"]
    assert own.silent == (own.missing_index,)
    left = spoken.iv_["gap"] - spoken.binner_.bins_["gap"].iv[own.missing_index]
    assert spoken.iv_["gap"] > 0.9
    assert 0.45 > left == pytest.approx(held.iv_["gap"], rel=1e-12)
    assert held.iv_["gap"] == held.binner_.binning_table("gap")["iv"][-1] == own.objective
    assert (spoken.selected_, held.selected_) == (("debt", "gap"), ("debt",))
    dropped = ScorecardClassifier(missing=policy, min_iv=0.45).fit(X, y).dropped_
    assert dropped["gap"].startswith("information value 0.4")
    # Beside one ordinary bin a bin that does not speak tells nothing apart.
    X = X.select("debt", gap=np.where(gap, np.nan, 1.0))
    log = FeatureSelector(("iv",), binner=OptimalBinner(missing=policy)).fit(X, y).log_
    assert log.filter(feature="gap")["reason_en"].to_list() == [
        "all its values share one bin, so it cannot tell good from bad"
    ]
    assert "0 is below" in ScorecardClassifier(missing=policy).fit(X, y).dropped_["gap"]


def test_nothing_left_is_told(fitted):
    _, X, y = fitted
    selector = FeatureSelector(min_iv=50.0)
    with pytest.warns(UserWarning, match="No feature is left of 9; log_ says why"):
        selector.fit(X, y)
    assert selector.selected_ == ()
    assert selector.transform(X).width == 0
    assert set(selector.report().table["decision"]) == {"out"}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"steps": ()}, r"steps must be different ones of iv, .*got \(\)"),
        ({"steps": ("iv", "iv")}, "steps must be different"),
        ({"steps": ("anova",)}, "steps must be different"),
        ({"max_same": "a"}, "max_same must be a number between 0 and 1; got 'a'"),
        ({"min_iv": None}, "min_iv must be a number between 0 and inf; got None"),
        ({"min_iv": -1}, "min_iv must be a number between 0 and inf; got -1"),
        ({"max_correlation": 1.2}, "max_correlation must be a number between 0 and 1; got 1.2"),
        ({"max_vif": 0.5}, "max_vif must be a number between 1 and inf"),
        ({"criterion": "r2"}, "criterion must be one of bic, aic, p_value; got 'r2'"),
        ({"direction": "up"}, "direction must be one of both, forward, backward; got 'up'"),
        ({"max_p_value": 0}, "max_p_value must lie in"),
        ({"l1_folds": 1}, "l1_folds must be a whole number of at least 2; got 1"),
        ({"keep": "debt"}, "keep must be a sequence of names; got the text 'debt'"),
        ({"keep": ("debt", "age")}, r"keep must name columns of X .*got \['age'\]"),
        ({"keep": ("debt", "cash"), "max_features": 1}, "max_features must be at least 1 and"),
        ({"trend": "ascending", "binner": OptimalBinner()}, "give the trend to the binner"),
        ({"binner": "fine"}, "binner must be an OptimalBinner"),
    ],
)
def test_bad_parameters(fitted, parameters, message):
    _, X, y = fitted
    with pytest.raises(InputError, match=message):
        FeatureSelector(**parameters).fit(X[:100], y[:100])


def test_not_fitted():
    with pytest.raises(NotFittedError):
        FeatureSelector().report()


def test_report_is_readable_and_escapes_names(fitted):
    _, X, y = fitted
    X = X.rename({"debt": "<debt & dues>"})
    report = FeatureSelector(keep=("noise_a",)).fit(X, y).report()
    assert report.selected[0] == "<debt & dues>"
    assert set(report.selected) == {"<debt & dues>", "cash", "margin", "trade", "noise_a"}
    lines = str(report).splitlines()
    assert lines[0] == "5 of 9 features stay"
    assert len(lines) == 10
    page = report._repr_html_()
    assert "&lt;debt &amp; dues&gt;" in page
    assert "<debt" not in page
    assert page.count("<tr>") == 2 + 9 + report.log.height
    assert "http" not in page
    assert "指定保留" in page


def test_coefficients_with_sandwich_errors_by_hand(fitted):
    selector, X, y = fitted
    weight = np.random.default_rng(4).uniform(0.2, 4.0, len(y))
    frame = selector.coefficients(X, y, weight)
    woe = selector.binner_.transform(X)[:, selector.get_support()]
    design = np.column_stack((np.ones(len(y)), woe))
    theta = frame["coefficient"].to_numpy()
    p = expit(design @ theta)
    np.testing.assert_allclose((weight * (y - p)) @ design / weight.sum(), 0, atol=1e-7)
    bread = np.linalg.inv(design.T @ (design * (weight * p * (1 - p))[:, None]))
    meat = design.T @ (design * ((weight * (y - p)) ** 2)[:, None])
    errors = np.sqrt(np.diag(bread @ meat @ bread))
    np.testing.assert_allclose(frame["std_error"], errors, rtol=1e-6)
    assert frame["feature"].to_list() == ["(intercept)", *selector.selected_]
    assert (frame["coefficient"][1:] < 0).all()
    assert (frame["p_value"] < 1e-6).all()


@pytest.mark.real_data
def test_give_me_some_credit(data_folder):
    path = data_folder / "public" / "give_me_some_credit.parquet"
    if not path.exists():
        pytest.skip("give_me_some_credit.parquet is not beside the project (set SCORECARD_DATA)")
    frame = pl.read_parquet(path).drop("id", "age")
    X, y = frame.drop("SeriousDlqin2yrs"), frame["SeriousDlqin2yrs"].to_numpy()
    late = np.random.default_rng(0).random(len(y)) < 0.3
    selector = FeatureSelector().fit(X.filter(~late), y[~late])
    assert {
        "RevolvingUtilizationOfUnsecuredLines", "NumberOfTimes90DaysLate",
        "NumberOfTime30-59DaysPastDueNotWorse", "NumberOfTime60-89DaysPastDueNotWorse",
    } <= set(selector.selected_)  # fmt: skip
    table = selector.coefficients(X.filter(late), y[late])  # rows that chose nothing
    assert (table["upper"][1:] < 0).all()
    card = ScorecardClassifier().fit(selector.transform(X.filter(~late)), y[~late])
    chosen = selector.transform(X.filter(late))
    assert roc_auc_score(y[late], card.decision_function(chosen)) > 0.85


@pytest.mark.filterwarnings("error")
def test_every_frame_that_it_is_fitted_on_it_transforms(fitted):
    selector, X, y = fitted
    expected = X.select(selector.selected_)
    assert FeatureSelector().fit(X.lazy(), y).transform(X.lazy()).equals(expected)
    assert pl.from_arrow(selector.transform(X.to_arrow())).equals(expected)
    with pytest.raises(InputError, match=r"(?s)unseen at fit.*Select model.feature_names_in_"):
        selector.transform(X.lazy().with_columns(loan_id=pl.lit("7")))


def test_gaps_and_constants_beyond_their_share_go_first(fitted):
    _, X, y = fitted
    n = len(y)
    X = X.select("debt", "cash").with_columns(
        gappy=pl.when(pl.int_range(n) % 4 == 0).then("cash"),  # a quarter of the rows is there
        fixed=pl.when(pl.int_range(n) % 4 == 0).then("cash").otherwise(7.0),
        word=pl.when(pl.int_range(n) % 4 == 0).then(pl.lit("b")).otherwise(pl.lit("a")),
    )
    selector = FeatureSelector(("iv",), max_missing=0.7, max_same=0.7, min_iv=0.0).fit(X, y)
    last = {row["feature"]: row for row in selector.log_.iter_rows(named=True)}
    told = {name: (row["step"], row["decision"], row["value"]) for name, row in last.items()}
    assert told["gappy"] == ("missing", "out", 0.75)
    assert told["fixed"] == told["word"] == ("same", "out", 0.75)
    assert selector.selected_ == ("debt", "cash")
    assert "缺失占比 0.75 高于上限 0.7" in last["gappy"]["reason_zh"]
    assert "commonest value has a share 0.75 of the weight" in last["word"]["reason_en"]
    assert selector.log_["step"].to_list()[:5] == ["missing"] * 5
    # Weight on the filled rows makes gaps and repetitions rare; a limit that is met is kept.
    weight = np.where(np.arange(n) % 4 == 0, 3.0, 1.0)
    log = clone(selector).fit(X, y, weight).log_.filter(pl.col("step").is_in(["missing", "same"]))
    assert set(log["decision"]) == {"in"}
    assert "gappy" in clone(selector).set_params(max_missing=0.75).fit(X, y).selected_
    kept = clone(selector).set_params(keep=["gappy"]).fit(X, y)
    assert "gappy" in kept.selected_
    assert not {"missing", "same"} & set(FeatureSelector(("iv",)).fit(X, y).log_["step"])
    with pytest.raises(InputError, match="max_missing must be a number between 0 and 1"):
        FeatureSelector(max_missing=2).fit(X, y)


def test_a_suspected_leak_is_told_on_its_own_row(fitted):
    _, X, y = fitted
    rng = np.random.default_rng(8)
    X = X.with_columns(paid=np.where(rng.random(len(y)) < 0.97, y, 1 - y))
    report = FeatureSelector().fit(X, y).report()
    said = dict(report.table.select("feature", "reason_en").iter_rows())
    assert re.search(r"in the final model.*; suspicious: alone .* AUC of 0\.9\d", said["paid"])
    assert [name for name, text in said.items() if "suspicious" in text] == ["paid"]
    assert "可疑：单独即有信息值" in report._repr_html_()
