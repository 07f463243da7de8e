"""Points estimated anew: where they gain, where they must not, and that the card stays exact."""

import json

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import roc_auc_score

from scorecard.binning import OptimalBinner
from scorecard.errors import InputError
from scorecard.models import Scorecard, ScorecardClassifier
from scorecard.models.inner_fold import inner_folds
from scorecard.models.observations import Observations
from scorecard.models.refinement import Refinement
from scorecard.models.runs import fewest_runs


def hidden_shape(n=6000, seed=1):
    """A feature whose share in the risk is a valley that its neighbour's slope hides."""
    rng = np.random.default_rng(seed)
    debt = rng.normal(0, 1, n)
    cash = 0.7 * debt + 0.7 * rng.normal(0, 1, n)
    gaps = np.where(rng.random(n) < 0.1, np.nan, rng.normal(0, 1, n))
    trade = rng.choice(["food", "steel", "toys", "wine"], n)
    logit = -1.5 + 1.5 * debt + 0.9 * cash**2 - 1.5 * cash - (trade == "toys") + np.isnan(gaps)
    y = (rng.random(n) < expit(logit)).astype(int)
    return pl.DataFrame({"debt": debt, "cash": cash, "gaps": gaps, "trade": trade}), y


@pytest.fixture(scope="module")
def refined():
    X, y = hidden_shape()
    return ScorecardClassifier(refine=True).fit(X, y), X, y


def test_it_ranks_better_where_shapes_hide_behind_each_other(refined):
    model, X, y = refined
    fresh, truth = hidden_shape(seed=2)
    plain = ScorecardClassifier().fit(X, y)
    before, after = (roc_auc_score(truth, m.decision_function(fresh)) for m in (plain, model))
    found = model.refinement_
    assert found.taken
    assert found.gain > found.error > 0
    assert after - before > 0.03
    assert after - before == pytest.approx(found.gain, abs=0.01)  # of the card, not of its stumps


def test_where_there_is_nothing_to_gain_the_plain_card_stands():
    rng = np.random.default_rng(3)
    X = pl.DataFrame({"a": rng.normal(0, 1, 800), "b": rng.normal(0, 1, 800)})
    y = (rng.random(800) < expit(X["a"].to_numpy() - X["b"].to_numpy())).astype(int)
    model, plain = ScorecardClassifier(refine=True).fit(X, y), ScorecardClassifier().fit(X, y)
    assert not model.refinement_.taken
    assert model.scorecard_ == plain.scorecard_
    assert plain.refinement_ is None


def test_bins_are_as_many_and_as_large_as_asked(refined):
    _, X, y = refined
    model = ScorecardClassifier(refine=True, max_bins=5, min_bin_share=0.06).fit(X, y)
    assert model.refinement_.taken
    for bins in model.scorecard_.bins:
        assert bins.ordinary <= 5
        assert min(bins.rows[: bins.ordinary]) >= 0.06 * len(y) - 1e-9


def test_fine_bins_are_as_many_as_asked_save_where_a_feature_says_otherwise(refined):
    _, X, y = refined
    own = {"debt": {"max_bins": 3}, "gaps": {"min_bin_share": 0.2}}
    asked = {"refine": True, "max_bins": 4, "min_bin_share": 0.1, "by_feature": own}
    coarse = ScorecardClassifier(**asked).fit(X, y)
    model = ScorecardClassifier(fine_bins=20, **asked).fit(X, y)
    bins = {b.name: b for b in model.scorecard_.bins}
    assert model.refinement_.taken
    assert 4 < bins["cash"].ordinary <= 20
    assert min(bins["cash"].rows[: bins["cash"].ordinary]) < 0.1 * len(y)
    assert bins["debt"].ordinary <= 3
    assert min(bins["gaps"].rows[: bins["gaps"].ordinary]) >= 0.2 * X["gaps"].is_not_nan().sum()
    fresh, truth = hidden_shape(seed=2)
    found = [roc_auc_score(truth, m.decision_function(fresh)) for m in (coarse, model)]
    assert found[1] > found[0] + 0.005


def test_groups_by_hand_stay_together(refined):
    _, X, y = refined
    groups = [["food", "toys"], ["steel", "wine"]]
    own = {"trade": {"splits": groups}}
    model = ScorecardClassifier(refine=True, by_feature=own, fine_bins=9).fit(X, y)
    bins = {b.name: b for b in model.scorecard_.bins}
    assert model.refinement_.taken
    assert sorted(map(sorted, bins["trade"].groups)) == groups


def test_a_declared_direction_holds(refined):
    _, X, y = refined
    model = ScorecardClassifier({"debt": "ascending", "gaps": "none"}, refine=True).fit(X, y)
    assert model.refinement_.taken
    card = model.scorecard_
    j = card.features.index("debt")
    points = card.bin_points[j][: card.bins[j].ordinary]
    assert len(points) > 2
    assert list(points) == sorted(points, reverse=True)


def test_the_card_is_its_points_on_every_road(refined):
    model, X, _ = refined
    card = model.scorecard_
    assert not card.ordered
    again = Scorecard.from_dict(json.loads(json.dumps(card.to_dict())))
    assert again == card
    rows = X.rows(named=True)[:200]
    scores = model.score_points(X)
    run = again.compile()
    assert [run(row).score for row in rows] == scores[:200].tolist()
    one_row = [model.score_points(X[k : k + 1])[0] for k in range(50)]
    assert one_row == scores[:50].tolist()
    assert card.base + card.points(X).sum(axis=1) == pytest.approx(scores, rel=1e-12)
    table = model.table()
    assert table["coefficient"].null_count() == table.height
    assert "β" not in model.report().html


def test_sql_gives_the_same_scores(refined):
    duckdb = pytest.importorskip("duckdb")
    model, X, _ = refined
    with duckdb.connect() as connection:
        connection.register("features", X.to_arrow())
        found = connection.sql(model.to_sql("duckdb")).pl()
    assert found["score"].to_numpy() == pytest.approx(model.score_points(X), rel=1e-12)


def test_the_margin_is_calibrated_like_the_stumps(refined):
    model, X, y = refined
    assert model.predict_proba(X)[:, 1].mean() == pytest.approx(y.mean(), abs=0.01)


def test_whole_points_and_a_scale_between_two_ends(refined):
    model, X, y = refined
    whole = ScorecardClassifier(refine=True, points_digits=0, min_score=300, max_score=900)
    whole.fit(X, y)
    card = whole.scorecard_
    assert all(p == round(p) for table in card.bin_points for p in table)
    assert (card.min_score, card.max_score) == (300, 900)
    ranks = roc_auc_score(y, model.decision_function(X))
    assert roc_auc_score(y, whole.decision_function(X)) == pytest.approx(ranks, abs=0.003)


def test_bins_that_stand_are_not_cut_anew(refined):
    _, X, y = refined
    binner = OptimalBinner().fit(X, y)
    model = ScorecardClassifier(binner=FrozenEstimator(binner), refine=True).fit(X, y)
    assert model.refinement_.taken
    assert all(bins == binner.bins_[bins.name] for bins in model.scorecard_.bins)


def test_it_has_no_coefficients_and_knows_no_periods(refined):
    model, X, y = refined
    with pytest.raises(InputError, match="refine=False"):
        model.coefficients()
    with pytest.raises(InputError, match="periods"):
        ScorecardClassifier(binner=OptimalBinner(stable=True), refine=True).fit(
            X, y, periods=["a", "b"] * (len(y) // 2)
        )


def test_the_fit_repeats(refined):
    model, X, y = refined
    again = clone(model).fit(X, y)
    assert again.scorecard_ == model.scorecard_
    assert again.refinement_ == model.refinement_


def test_neither_order_nor_copies_of_rows_move_a_point(refined):
    model, X, y = refined
    rng = np.random.default_rng(0)
    copies = rng.integers(1, 4, len(y))
    rows = rng.permutation(np.repeat(np.arange(len(y)), copies))
    again = clone(model).fit(X[rows], y[rows], 1 / copies[rows])
    assert again.refinement_.gains == pytest.approx(model.refinement_.gains, abs=1e-9)
    np.testing.assert_allclose(again.points(X), model.points(X), atol=1e-3)


def test_copies_of_a_row_are_never_on_both_sides():
    X = [np.repeat(np.arange(200.0), 3)]
    bad = np.arange(600) % 2 == 0
    folds = inner_folds(lambda _: None, Observations(X, bad, np.ones(600)))
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(600))
    for fold in folds:
        train, test = ({(X[0][r], bad[r]) for r in rows} for rows in (fold.train, fold.test))
        assert not train & test


def test_points_are_taken_only_beyond_an_error():
    assert not Refinement({25: 0.001}, 25, 0.001).taken
    assert Refinement({25: 0.0011}, 25, 0.001).taken


def test_runs_are_the_fewest_that_are_bearable():
    values, weights = np.array([0.0, 0.0, 1.0, 1.1, 5.0]), np.full(5, 0.2)
    assert fewest_runs(values, weights, 5, 0.0, 0.0) == [(0, 2), (2, 3), (3, 4), (4, 5)]
    assert fewest_runs(values, weights, 5, 0.0, 0.01) == [(0, 2), (2, 4), (4, 5)]
    assert fewest_runs(values, weights, 2, 0.0, 0.01) == [(0, 4), (4, 5)]
    assert fewest_runs(values, weights, 5, 0.3, 0.01) == [(0, 3), (3, 5)]
    assert fewest_runs(values, weights, 5, 0.9, 0.01) == [(0, 5)]
    beside = np.zeros((5, 130))
    beside[:, [3, 70, 129]] = values[:, None] / np.sqrt(3)  # errors of columns add up
    for most, bearable in ((5, 0.0), (5, 0.01), (2, 0.01)):
        alone = fewest_runs(values, weights, most, 0.0, bearable)
        assert fewest_runs(beside, weights, most, 0.0, bearable) == alone


@pytest.mark.parametrize("wrong", [1, 0, True, 8.0, "8"])
def test_fine_bins_are_a_whole_number_of_refined_bins(wrong):
    X, y = hidden_shape(n=100)
    with pytest.raises(InputError, match="fine_bins must be a whole number, 2 or more"):
        ScorecardClassifier(refine=True, fine_bins=wrong).fit(X, y)
    with pytest.raises(InputError, match="asked for with refine=True"):
        ScorecardClassifier(fine_bins=8).fit(X, y)


def test_another_unit_of_weight_cuts_no_other_pieces(refined):
    _, X, y = refined
    X, y = X.head(1200), y[:1200]  # shares of even parts are met exactly
    one, other = (
        ScorecardClassifier(refine=True, fine_bins=20).fit(X, y, np.full(1200, unit))
        for unit in (1.0, 7.3)
    )
    assert one.refinement_.taken
    assert [b.splits for b in other.scorecard_.bins] == [b.splits for b in one.scorecard_.bins]
    np.testing.assert_allclose(other.points(X), one.points(X), atol=1e-6)


def test_more_fine_bins_than_values_are_every_value(refined):
    _, X, y = refined
    few = X.with_columns(pl.col("cash").round(0))
    many, most = (
        ScorecardClassifier(refine=True, fine_bins=n).fit(few, y).scorecard_ for n in (64, 2**70)
    )
    assert {b.name: b.splits for b in many.bins}["cash"] == {b.name: b.splits for b in most.bins}[
        "cash"
    ]
