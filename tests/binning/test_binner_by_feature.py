"""Settings of single features, and bins given exactly."""

import json

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

import scorecard as sc
from scorecard.errors import InputError
from scorecard.selection import FeatureSelector


def loans(n=3000, seed=2):
    draw = np.random.default_rng(seed)
    use = np.where(draw.random(n) < 0.1, np.nan, draw.uniform(0, 1, n).round(3))
    years = draw.integers(0, 30, n).astype(float)
    job = draw.choice(["clerk", "cook", "smith", "tailor"], n)
    logit = -2 + 2 * np.nan_to_num(use) - 0.03 * years + 0.7 * (job == "cook")
    bad = (draw.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    return pl.DataFrame({"use": use, "years": years, "job": job}), bad


JOBS = [["smith", "pilot"], ["cook"], ["clerk", "tailor"]]


def test_a_feature_has_its_own_parameters_and_the_others_do_not():
    X, y = loans()
    own = {"max_bins": 2, "missing": "worst", "special_values": [0.5], "trend": "ascending"}
    binner = sc.OptimalBinner(by_feature={"use": own}).fit(X, y)
    alone = sc.OptimalBinner(**own).fit(X.select("use"), y)
    usual = sc.OptimalBinner().fit(X, y)
    assert binner.bins_["use"] == alone.bins_["use"]
    assert binner.bins_["years"] == usual.bins_["years"]
    assert binner.bins_["use"] != usual.bins_["use"]


def test_exact_splits_are_the_bins_whatever_is_asked_of_all():
    X, y = loans()
    cuts = [0.123456, 0.2, 0.9995]
    asked = {"max_bins": 2, "min_bin_share": 0.4, "min_rate_gap": 0.5, "trend": "descending"}
    binner = sc.OptimalBinner(by_feature={"use": {"splits": cuts}}, **asked)
    fitted = binner.fit(X.select("use"), y)
    assert fitted.splits_["use"] == tuple(cuts)
    use, bins = X["use"].to_numpy(), zip([-9, *cuts], [*cuts, 9], strict=True)
    expected = [y[(use >= low) & (use < high)].sum() for low, high in bins]
    assert fitted.binning_table("use")["bads"][:4].to_list() == expected
    assert fitted.objective_["use"] == pytest.approx(sum(fitted.bins_["use"].iv[:4]), rel=1e-12)


def test_an_empty_list_of_splits_is_one_bin():
    X, y = loans()
    one = sc.OptimalBinner(by_feature={"use": {"splits": []}, "job": {"splits": []}}).fit(X, y)
    assert {"use", "job"} <= set(one.single_bin_)
    assert (one.splits_["use"], one.splits_["job"]) == ((), (("clerk", "cook", "smith", "tailor"),))


def test_exact_groups_keep_their_order_and_the_levels_that_the_sample_lacks():
    X, y = loans()
    fitted = sc.OptimalBinner(by_feature={"job": {"splits": JOBS}}).fit(X, y)
    assert fitted.splits_["job"] == (("pilot", "smith"), ("cook",), ("clerk", "tailor"))
    new = X.head(2).with_columns(job=pl.Series(["pilot", "smith"]))
    woe = fitted.transform(new)[:, 2]
    assert woe[0] == woe[1] != 0
    assert fitted.bins_["job"].flag(fitted.bins_["job"].index_one("pilot")) is None
    # groups to choose among keep absent levels too, and leave the others free
    free = sc.OptimalBinner(user_splits={"job": JOBS[:1]}, rare_share=0.0).fit(X, y)
    assert any({"pilot", "smith"} <= set(group) for group in free.splits_["job"])
    assert {level for group in free.splits_["job"] for level in group} == {
        "clerk", "cook", "pilot", "smith", "tailor",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by_feature", "message"),
    [
        ([1], "by_feature must be a mapping by feature"),
        ({"age": {}}, r"by_feature must name columns of X \(use, years, job\); got \['age'\]"),
        ({"use": None}, "use: by_feature must map it to its settings; got NoneType"),
        ({"use": {"stable": True}}, r"use: by_feature knows trend, .*splits; got \['stable'\]"),
        ({"use": {"min_bin_share": 5}}, "use: min_bin_share must lie between 0 and 1"),
        ({"use": {"min_bins": 9}}, "use: min_bins must be at most max_bins; got min_bins=9"),
        ({"use": {"trend": "up"}}, "use: trend must be one of"),
        ({"job": {"trend": "ascending"}}, "job: text has no direction"),
        ({"job": {"special_values": [1]}}, "job: special values are numbers"),
        ({"use": {"splits": [0.5], "max_bins": 3}}, "nothing is sought; got max_bins as well"),
        ({"use": {"splits": [0.5], "user_splits": [1]}}, "got user_splits as well"),
        ({"use": {"splits": [0.5, 2, 7]}}, "leave out the cuts 2, 7, or join"),
        ({"use": {"splits": [0.50001, 0.50002]}}, "leave out the cut 0.50002, or join"),
        ({"use": {"splits": None}}, "use: splits must be a list of different finite numbers"),
        ({"job": {"splits": None}}, "job: splits of a text must be lists"),
        ({"use": {"splits": ["x"]}}, "use: splits must be a list of different finite numbers"),
        ({"job": {"splits": [["cook"], ["cook"]]}}, "job: splits of a text must be lists"),
        ({"job": {"splits": [["cook"]]}}, "3 levels are in no group. Add them to groups, or"),
        ({"job": {"splits": [*JOBS, ["pope"]]}}, r"leave out the group 4 \(pope\)"),
    ],
)
def test_wrong_wishes_of_one_feature_are_one_sentence(by_feature, message):
    with pytest.raises(InputError, match=message):
        sc.OptimalBinner(by_feature=by_feature).fit(*loans())


def test_nothing_is_given_twice():
    X, y = loans()
    with pytest.raises(InputError, match="use: trend is given twice"):
        sc.OptimalBinner(trend={"use": "none"}, by_feature={"use": {"trend": "auto"}}).fit(X, y)


@pytest.mark.parametrize("trend", ["ascending", "descending", "none", "auto", "concave"])
def test_bins_given_exactly_say_which_trend_holds_whatever_was_declared(trend):
    X, y = loans()
    wish = {"use": {"splits": [0.3, 0.6]}}
    bins = sc.OptimalBinner(trend={"use": trend}, by_feature=wish).fit(X, y).bins_["use"]
    assert (bins.trend, bins.splits) == ("ascending", (0.3, 0.6))
    turned = sc.OptimalBinner(trend={"use": trend}, by_feature=wish).fit(X, 1 - y).bins_["use"]
    assert turned.trend == "descending"


def test_bins_given_exactly_can_be_edited_without_an_optimum():
    X, y = loans()
    binner = sc.OptimalBinner(by_feature={"use": {"splits": [0.3, 0.6]}}).fit(X, y)
    editor = binner.edit("use")
    assert (editor.optimum, editor.cost) == (None, None)
    merged = editor.merge(0)
    assert merged.objective < editor.objective == binner.objective_["use"]
    assert merged.split(0.3).bins == editor.bins
    assert "given as splits" in repr(merged)
    with pytest.raises(InputError, match=r"end at 0\.3, 0\.6.* in splits and fit"):
        editor.split(0.4)
    assert binner.use(merged).edited_ == ("use",)


def test_exact_bins_reach_the_card_its_inner_folds_and_a_selection():
    X, y = loans()
    rare = np.arange(len(y)) == np.flatnonzero(y == 1)[0]  # one row, in one fold alone
    X = X.with_columns(years=pl.Series(np.where(rare, 99.0, X["years"])))
    wish = {"years": {"splits": [10, 50]}, "job": {"splits": JOBS}}
    asked = json.loads(json.dumps(wish))
    card = sc.ScorecardClassifier(by_feature=asked, min_iv=0.0, refine=True, crosses=1).fit(X, y)
    assert card.binner_.splits_["years"] == (10.0, 50.0)
    same = sc.ScorecardClassifier(
        binner=sc.OptimalBinner(by_feature=wish), min_iv=0.0, refine=True, crosses=1
    )
    assert same.fit(X, y).scorecard_.features == card.scorecard_.features
    with pytest.raises(InputError, match="by_feature must be given to the binner"):
        sc.ScorecardClassifier(by_feature=asked, binner=sc.OptimalBinner()).fit(X, y)
    selector = FeatureSelector(binner=sc.OptimalBinner(by_feature=wish), keep=("years",)).fit(X, y)
    assert selector.binner_.splits_["years"] == (10.0, 50.0)
    part = selector.binner_.subset(["years"])
    assert clone(part).fit(X.select("years"), y).bins_ == part.bins_
    again = sc.ScorecardClassifier(binner=FrozenEstimator(part), min_iv=0.0)
    assert again.fit(X.select("years"), y).scorecard_.bins[0] == part.bins_["years"]
