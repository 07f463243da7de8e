import os
import pickle
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from scipy.special import expit
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from scorecard.binning import OptimalBinner
from scorecard.errors import InputError, SuspiciousFeatureWarning
from scorecard.models.scorecard_classifier import ScorecardClassifier
from scorecard.models.suspects import own_auc


def table(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    debt, cash = rng.lognormal(0, 1, n), rng.normal(0, 1, n)
    income = np.where(rng.random(n) < 0.1, np.nan, rng.normal(50, 20, n))
    trade = rng.choice(["food", "steel", "toys"], n, p=[0.5, 0.3, 0.2])
    logit = -2 + 0.8 * np.log(debt) - 0.6 * cash - 0.02 * np.nan_to_num(income) + (trade == "toys")
    y = (rng.random(n) < expit(logit)).astype(int)
    return pl.DataFrame({"debt": debt, "cash": cash, "income": income, "trade": trade}), y


@pytest.fixture(scope="module")
def fitted():
    X, y = table()
    return ScorecardClassifier(trend={"debt": "ascending"}).fit(X, y), X, y


def test_a_handful_of_gaps_moves_no_points():
    X, y = table(5000)
    gaps = pl.Series(np.isin(np.arange(5000), np.flatnonzero(y == 0)[:3]))
    X = X.with_columns(debt=pl.when(gaps).then(None).otherwise("debt"))
    card = ScorecardClassifier().fit(X, y).scorecard_
    j = card.features.index("debt")
    neutral = (card.offset - card.factor * card.alpha) / len(card.features)
    row = {**X.row(0, named=True), "debt": None}
    assert card.points_one(row)[j] == pytest.approx(neutral, rel=1e-12)
    assert card.flags(row) == {"debt": "unseen_missing"}
    gaps = card.features.index("income")  # missing in a tenth: its own points, no flag
    blank = card.points_one({**row, "income": None})[gaps]
    assert blank != pytest.approx(neutral, abs=1)
    assert "income" not in card.flags({**row, "income": None})


def test_thin_bins_keep_no_feature_in_the_card():
    X, y = table(5000)
    noise = np.where(np.isin(np.arange(5000), np.flatnonzero(y)[:30]), np.nan, 1.0)
    model = ScorecardClassifier().fit(X.with_columns(noise=noise), y)
    assert sum(model.binner_.bins_["noise"].iv) > model.min_iv
    assert model.dropped_["noise"].startswith("information value 0")


# The checks' made-up features are as strong as leaks.
@pytest.mark.filterwarnings("ignore::scorecard.errors.SuspiciousFeatureWarning")
@parametrize_with_checks(
    [
        ScorecardClassifier(),
        ScorecardClassifier(points_digits=0, neutral_at_zero=True),
        ScorecardClassifier(refine=True, crosses=2),
    ]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_points_sum_to_the_score_and_the_score_to_the_probability(fitted):
    model, X, _ = fitted
    points = model.points(X)
    score = model.score_points(X)
    np.testing.assert_allclose(points.sum(axis=1), score, rtol=1e-13)
    np.testing.assert_allclose(
        model.decision_function(X), (501.8622 - score) / 28.8539, rtol=1e-4, atol=1e-5
    )
    assert (model.predict_proba(X)[:, 1] == expit(model.decision_function(X))).all()
    np.testing.assert_allclose(model.scorecard_.mean_points, points.mean(axis=0), rtol=1e-12)


def test_coefficients_are_the_maximum_likelihood_where_nothing_pulls(fitted):
    _, X, y = fitted
    model = ScorecardClassifier(l2=0.0).fit(X, y)
    woe = pl.DataFrame(model.binner_.transform(X), schema=X.columns)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    peer.fit(woe.select(model.scorecard_.features).to_numpy(), y)
    np.testing.assert_allclose(model.coef_, peer.coef_, rtol=1e-5)
    np.testing.assert_allclose(model.intercept_, peer.intercept_, rtol=1e-5)
    assert model.predict_proba(X)[:, 1].mean() == pytest.approx(y.mean(), abs=1e-9)


def test_raising_an_ascending_feature_never_lowers_the_risk(fitted):
    model, X, _ = fitted
    rng = np.random.default_rng(0)
    bump = X.with_columns(debt=pl.col("debt") + pl.Series(rng.exponential(1, len(X))))
    assert (model.decision_function(bump) >= model.decision_function(X)).all()
    assert (model.decision_function(bump) > model.decision_function(X)).any()


@pytest.mark.parametrize("options", [{}, {"points_digits": 0}, {"neutral_at_zero": True}])
def test_row_order_split_weights_and_scale_change_nothing(fitted, options):
    model, X, y = fitted
    model = clone(model).set_params(**options).fit(X, y)
    rng = np.random.default_rng(1)
    order = rng.permutation(len(y))
    same = clone(model).fit(X[order], y[order])
    np.testing.assert_allclose(same.points(X), model.points(X), rtol=1e-10, atol=1e-12)
    weight = rng.uniform(0.5, 2, len(y))
    plain = clone(model).fit(X, y, sample_weight=weight)
    whole = plain.points(X)
    part = weight * rng.uniform(0.1, 0.9, len(y))
    split = clone(model).fit(
        pl.concat([X, X]), np.tile(y, 2), sample_weight=np.concatenate((part, weight - part))
    )
    scaled = clone(model).fit(X, y, sample_weight=weight * 1e-3)
    np.testing.assert_allclose(split.points(X), whole, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(scaled.points(X), whole, rtol=1e-9, atol=1e-12)
    counts = pl.col("bads", "goods")
    before, after = plain.table().with_columns(counts * 1e-3), scaled.table()
    assert before.select(pl.col(pl.String)).equals(after.select(pl.col(pl.String)))
    numbers = before.select(pl.selectors.numeric()).columns
    np.testing.assert_allclose(before[numbers], after[numbers], rtol=1e-9, atol=1e-12)


def test_constant_feature_changes_nothing(fitted):
    model, X, y = fitted
    more = clone(model).fit(X.with_columns(same=pl.lit(3.0)), y)
    assert more.scorecard_ == model.scorecard_
    assert "min_iv" in more.dropped_["same"]


def test_a_feature_that_would_turn_its_sign_is_dropped_with_a_reason():
    rng = np.random.default_rng(0)
    n = 20_000
    first = rng.normal(size=n)
    second = first + rng.normal(size=n)  # risky alone, protective beside the first
    y = (rng.random(n) < expit(2 * first - 0.6 * second - 1)).astype(int)
    X = pl.DataFrame({"first": first, "second": second})
    model = ScorecardClassifier().fit(X, y)
    assert model.binner_.bins_["second"].trend == "ascending"
    assert model.scorecard_.features == ("first",)
    assert "positive" in model.dropped_["second"]
    alone = ScorecardClassifier().fit(X.select("first"), y)
    np.testing.assert_allclose(model.coef_, alone.coef_, rtol=1e-9)


def test_table_lists_every_bin(fitted):
    model, _, y = fitted
    frame = model.table({"debt": "负债 debt"})
    assert frame.columns == [
        "feature", "label", "bin", "count", "share", "bads", "goods", "bad_rate", "woe", "iv",
        "coefficient", "points",
    ]  # fmt: skip
    features = list(model.scorecard_.features)
    assert frame["feature"].unique(maintain_order=True).to_list() == features
    assert set(frame["label"]) == {"负债 debt", "cash", "income", "trade"}
    sums = frame.group_by("feature", maintain_order=True).agg(
        pl.col("share", "count", "bads", "goods").sum(),
        (pl.col("share") * pl.col("points")).sum().alias("mean"),
        pl.col("coefficient").unique().len().alias("coefficients"),
    )
    np.testing.assert_allclose(sums["share"], 1)
    assert set(sums["count"]) == {len(y)}
    assert (set(sums["bads"]), set(sums["goods"])) == ({y.sum()}, {(1 - y).sum()})
    np.testing.assert_allclose(sums["mean"], model.scorecard_.mean_points)
    assert sums["coefficients"].to_list() == [1] * len(features)
    slope = frame.filter(pl.col("woe") != 0).with_columns(
        (pl.col("points") - pl.col("points").first().over("feature"))
        / (pl.col("woe") - pl.col("woe").first().over("feature"))
        / -pl.col("coefficient")
    )["points"]
    slope = slope.drop_nans()
    np.testing.assert_allclose(slope, model.scorecard_.factor, rtol=1e-9)
    assert frame.filter(pl.col("bin") == "unseen")["woe"].to_list() == [0.0]


def test_a_rounded_card_serves_what_it_shows(fitted):
    model, X, y = fitted
    whole = clone(model).set_params(points_digits=0, pdo=5.0).fit(X, y)
    card, report = whole.scorecard_, whole.rounding_
    assert all(p == int(p) for p in whole.table()["points"])
    score = whole.score_points(X)
    assert (score == np.rint(score)).all()
    assert (whole.decision_function(X) == (card.offset - score) / card.factor).all()
    assert (whole.predict_proba(X)[:, 1] == expit(whole.decision_function(X))).all()
    assert report.auc == pytest.approx(roc_auc_score(y, -score), abs=1e-12)
    exact = clone(model).set_params(pdo=5.0).fit(X, y)
    assert exact.rounding_ is None
    assert (exact.coef_ == whole.coef_).all()
    assert report.auc_exact == pytest.approx(roc_auc_score(y, exact.decision_function(X)))
    error = np.abs(score - exact.score_points(X)).max()
    assert report.largest_error == pytest.approx(error)
    assert error <= report.bound + 1e-9


def test_scales_exclude_each_other(fitted):
    model, X, y = fitted
    asked = {"min_score": 300, "max_score": 850, "neutral_at_zero": True}
    made = clone(model).set_params(**asked).fit(X, y)
    assert (made.scorecard_.min_score, made.scorecard_.max_score) == pytest.approx((300, 850))
    np.testing.assert_allclose(
        made.decision_function(X), model.decision_function(X), rtol=1e-9, atol=1e-9
    )
    whole = clone(made).set_params(points_digits=0).fit(X, y).scorecard_
    assert (whole.min_score, whole.max_score) == (300, 850)
    for wrong in ({"min_score": 300}, {**asked, "pdo": 20.0}, {**asked, "base_odds": 30.0}):
        with pytest.raises(InputError, match="min_score and max_score are given together"):
            clone(model).set_params(**wrong).fit(X, y)
    assert clone(model).set_params(pdo=20.0).fit(X, y).scorecard_ == model.scorecard_
    with pytest.raises(InputError, match="whole number of decimals"):
        clone(model).set_params(points_digits=0.5).fit(X, y)


@pytest.mark.parametrize(
    "wrong",
    [
        {"l2": "1"}, {"l2": -1}, {"min_iv": None}, {"min_iv": np.nan}, {"pdo": "20"},
        {"base_odds": True}, {"base_score": 10**400}, {"min_score": "0", "max_score": 1},
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_by_name(wrong):
    X, y = np.arange(40.0)[:, None], np.arange(40) % 2
    with pytest.raises(InputError, match=f"^{next(iter(wrong))} must be a finite number"):
        ScorecardClassifier(**wrong).fit(X, y)


def test_points_come_as_the_frame_asked_for(fitted):
    model, X, _ = fitted
    model = pickle.loads(pickle.dumps(model))
    points, features = model.points(X), list(model.scorecard_.features)
    assert isinstance(points, np.ndarray)
    framed = model.set_output(transform="polars").points(X)
    assert framed.equals(pl.DataFrame(points, schema=features))
    assert clone(model).fit(X, fitted[2]).points(X[:3]).equals(framed[:3])
    index = pd.Index(range(100, 100 + len(X)))
    framed = model.set_output(transform="pandas").points(X.to_pandas().set_index(index))
    pd.testing.assert_frame_equal(framed, pd.DataFrame(points, index=index, columns=features))
    assert isinstance(model.set_output(transform="default").points(X), np.ndarray)
    with sklearn.config_context(transform_output="polars"):
        assert isinstance(fitted[0].points(X), pl.DataFrame)
        assert isinstance(fitted[0].predict_proba(X), np.ndarray)
    with pytest.raises(InputError, match="transform must be one of"):
        model.set_output(transform="arrow")


def test_one_row_of_any_frame_is_the_batch_to_the_bit_and_quick(fitted):
    model, X, y = fitted
    X = X.with_columns(spare=pl.lit(1), flag=pl.col("cash") > 0)
    X = X.with_columns(trade=pl.when(pl.col("cash") < 1).then("trade"))
    model = clone(model).fit(X, y)
    batch = model.predict_proba(X)
    frames = {"polars": X, "pandas": X.to_pandas()}
    frames["categories"] = frames["pandas"].astype({"trade": "category"})
    for frame in frames.values():
        assert (model.predict_proba(frame) == batch).all()
        for i in range(40):
            assert (model.predict_proba(frame[i : i + 1]) == batch[i]).all()
    numbers = X.select("debt", "cash", "income").to_numpy()
    bare = ScorecardClassifier().fit(numbers, y)
    assert (bare.predict_proba(numbers[7:8]) == bare.predict_proba(numbers)[7]).all()
    for fit, row in ((model, X[:1]), (model, frames["pandas"][:1]), (bare, numbers[:1])):
        took = []
        for _ in range(20):
            start = time.perf_counter()
            fit.predict_proba(row)
            took.append(time.perf_counter() - start)
        assert min(took) < 1e-3


@pytest.mark.parametrize(
    "odd",
    [
        {"debt": "1"},
        {"debt": float("inf")},
        {"spare": float("inf")},
        {"spare": date(2024, 1, 1)},
        {"trade": 3.0},
        {"strange": 1.0},
    ],
)
def test_one_odd_row_is_refused_in_the_words_of_the_batch(odd):
    X, y = table(1000)
    X = X.with_columns(spare=pl.lit(1.0))
    model = ScorecardClassifier().fit(X, y)
    row = X[:1].with_columns(**{k: pl.lit(v) for k, v in odd.items()})
    said = []
    for frame in (row, pl.concat([row, row])):
        with pytest.raises(ValueError, match=r"debt|spare|trade|strange") as caught:
            model.predict_proba(frame)
        said.append(str(caught.value))
    assert said[0].replace("a number.", "numbers.") == said[1]


def test_weights_find_their_way_through_a_search_over_a_pipeline(fitted):
    _, X, y = fitted
    X, y = X[:1500], y[:1500]
    weight = np.where(y == 1, 3.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        steps = [("card", ScorecardClassifier().set_fit_request(sample_weight=True))]
        scorer = get_scorer("roc_auc").set_score_request(sample_weight=True)
        search = GridSearchCV(
            Pipeline(steps), {"card__points_digits": [None, 0]}, scoring=scorer, cv=3
        ).fit(X, y, sample_weight=weight)
    direct = clone(search.best_estimator_["card"]).fit(X, y, sample_weight=weight)
    assert search.best_estimator_["card"].scorecard_ == direct.scorecard_
    assert search.best_score_ > 0.7


def test_fewer_cuts_are_tried_the_fewer_bads_there_are_for_the_numbers():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(4000, 40))
    y = (rng.random(4000) < expit(X[:, 0] - 3)).astype(int)
    tried = round(7 * y.sum() / 40) - 1, round(7 * y.sum() / 40) + 1
    model = ScorecardClassifier().fit(X, y)
    assert tried[0] <= model.binner_.max_prebins <= tried[1] < 100
    same = pl.DataFrame(X).with_columns(same=1.0, level=pl.lit("a"))
    twice = np.repeat(np.arange(4000), 1 + y)  # copies are nothing new, and weights no unit
    for other in (
        ScorecardClassifier().fit(same, y),
        ScorecardClassifier().fit(X[twice], y[twice], 9.0 / (1 + y[twice])),
    ):
        assert other.binner_.max_prebins == model.binner_.max_prebins
    goods_are_rare = ScorecardClassifier().fit(-X, 1 - y)
    assert goods_are_rare.binner_.max_prebins == model.binner_.max_prebins
    assert ScorecardClassifier().fit(X[:900], y[:900]).binner_.max_prebins == 20
    assert ScorecardClassifier().fit(X[:, :1], y).binner_.max_prebins == 100
    assert ScorecardClassifier(max_prebins=60).fit(X, y).binner_.max_prebins == 60


def test_no_feature_left():
    with pytest.raises(InputError, match=r"No feature is left.*min_iv"):
        ScorecardClassifier().fit(pl.DataFrame({"same": [1.0] * 10}), [0, 1] * 5)


@pytest.mark.real_data
def test_power_on_give_me_some_credit():
    root = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("SCORECARD_DATA") or root.parent / "shared" / "data")
    path = data / "public" / "give_me_some_credit.parquet"
    if not path.exists():
        pytest.skip("give_me_some_credit.parquet is not beside the project (set SCORECARD_DATA)")
    frame = pl.read_parquet(path).drop("id", "age")
    X, y = frame.drop("SeriousDlqin2yrs"), frame["SeriousDlqin2yrs"].to_numpy()
    late = np.random.default_rng(0).random(len(y)) < 0.3
    model = ScorecardClassifier(trend="none").fit(X.filter(~late), y[~late])
    assert roc_auc_score(y[late], model.decision_function(X.filter(late))) > 0.85


def test_cuts_given_by_hand_are_the_binners():
    draw = np.random.default_rng(5)
    use = draw.uniform(0, 1, 4000)
    X = pl.DataFrame({"use": use, "grade": draw.choice(["A", "B", "C"], 4000)})
    y = draw.uniform(size=4000) < 0.02 + 0.2 * use
    cuts = {"use": [0.25, 0.5, 0.75], "grade": [["A"], ["B", "C"]]}
    card = ScorecardClassifier(user_splits=cuts, min_iv=0).fit(X, y)
    assert set(card.binner_.splits_["use"]) <= set(cuts["use"])
    same = ScorecardClassifier(binner=OptimalBinner(user_splits=cuts), min_iv=0).fit(X, y)
    assert card.scorecard_ == same.scorecard_
    with pytest.raises(InputError, match="user_splits must be given to the binner"):
        ScorecardClassifier(user_splits=cuts, binner=OptimalBinner()).fit(X, y)


def test_tables_that_do_not_fit_are_told_the_next_step(fitted):
    model, X, _ = fitted
    more = X.with_columns(loan_id=pl.lit("7"))
    for wider in (more, more.to_pandas(), more.to_arrow(), more.lazy()):
        with pytest.raises(InputError, match=r"(?s)unseen at fit.*X\[list\(model"):
            model.score_points(wider)
    assert (model.score_points(more[list(model.feature_names_in_)]) == model.score_points(X)).all()
    with pytest.raises(InputError, match=r"(?s)yet now missing:\n- trade") as caught:
        model.score_points(X.drop("trade"))
    assert "Select" not in str(caught.value)
    for rows in ({"debt": 1.0}, [{"debt": 1.0}]):
        with pytest.raises(InputError, match=r"X must be a table.*polars.DataFrame\(\[row\]\)"):
            model.score_points(rows)


def test_an_array_after_a_frame_is_read_by_place():
    X, y = table()
    X = X.drop("trade")
    model = ScorecardClassifier().fit(X, y)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        held = model.score_points(X.to_numpy())
    assert (held == model.score_points(X)).all()


def test_a_feature_too_strong_alone_is_told(fitted):
    model, X, y = fitted
    rng = np.random.default_rng(8)
    leak = X.with_columns(paid=np.where(rng.random(len(y)) < 0.97, y, 1 - y))
    with pytest.warns(SuspiciousFeatureWarning, match=r"^suspicious: paid \(AUC 0\.9\d\d\) alone"):
        ScorecardClassifier().fit(leak, y)
    woe = model.binner_.transform(X)[:, 0]
    expected = roc_auc_score(y, -woe)
    assert own_auc(model.binner_.bins_["debt"]) == pytest.approx(expected, rel=1e-12)
