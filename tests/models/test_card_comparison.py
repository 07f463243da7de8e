"""A card on another sample: characteristic analysis."""

import pickle

import numpy as np
import polars as pl
import pytest
from sklearn.frozen import FrozenEstimator

from scorecard import metrics
from scorecard.binning import OptimalBinner
from scorecard.models import ScorecardClassifier
from scorecard.models.card_comparison import points_at


def sample(seed, n=3000, shift=0.0):
    rng = np.random.default_rng(seed)
    X = pl.DataFrame(
        {
            "debt": rng.normal(shift, 1, n),
            "trade": rng.choice(
                ["food", "steel", None], n, p=[0.5 - shift / 4, 0.4 + shift / 4, 0.1]
            ),
            "noise": rng.normal(size=n),
        }
    )
    steel = (X["trade"] == "steel").fill_null(False).to_numpy()
    margin = X["debt"].to_numpy() * np.where(steel, -1.0, 1.5) + steel - 1.5
    return X, (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(int), rng.uniform(0.5, 2, n)


@pytest.fixture(scope="module", params=["plain", "rounded", "crossed", "frozen"])
def model(request):
    X, y, weight = sample(0)
    options = {
        "plain": {}, "rounded": {"points_digits": 0}, "crossed": {"crosses": 2},
        "frozen": {"binner": FrozenEstimator(OptimalBinner().fit(X[:1000], y[:1000]))},
    }[request.param]  # fmt: skip
    found = ScorecardClassifier(**options).fit(X, y, weight)
    assert bool(found.scorecard_.crosses) == (request.param == "crossed")
    return found


def test_the_training_rows_have_not_moved(model):
    X, y, weight = sample(0)
    found = model.compare(X, y, weight)
    assert found.score == pytest.approx(0, abs=1e-12)
    assert found.score_now == pytest.approx(found.score_then, rel=1e-12)
    assert found.table["shift"].to_list() == pytest.approx([0] * found.table.height, abs=1e-9)
    assert found.table["psi"].to_list() == pytest.approx([0] * found.table.height, abs=1e-12)
    index = [bins.index(X[bins.name]) for bins in model.scorecard_.bins]
    assert (points_at(model.scorecard_, index) == model.points(X)).all()


def test_shifts_are_shares_times_points_and_sum_to_the_shift_of_the_score(model):
    X, _, weight = sample(0)
    late, _, w = sample(1, 2000, shift=0.5)
    found, card = model.compare(late, sample_weight=w), model.scorecard_
    then, now = model.score_points(X), model.score_points(late)
    assert found.score_then == pytest.approx(np.average(then, weights=weight))
    assert found.score_now == pytest.approx(np.average(now, weights=w))
    assert found.table["shift"].sum() == pytest.approx(found.score_now - found.score_then)
    told = metrics.StabilityBins.fit(then, weight).psi(now, w)
    assert found.score == pytest.approx(told, rel=1e-9)
    assert found.score.p_value == pytest.approx(told.p_value, rel=1e-6)
    if card.crosses:
        return
    for bins, points in zip(card.bins, card.bin_points, strict=True):
        row = found.table.row(by_predicate=pl.col("feature") == bins.name, named=True)
        table = found.bins.table(bins.name)
        moved = (table["share_now"] - table["share_then"]).to_numpy() @ points[: table.height]
        assert row["shift"] == pytest.approx(moved, abs=1e-9)
        assert row["psi"] == pytest.approx(table["psi"].sum())


def test_what_is_shown(model):
    late, y, _ = sample(1, 2000, shift=0.5)
    found = model.compare(late, y)
    assert f"{found.score_now - found.score_then:+.2f}" in str(found)
    assert str(found).splitlines()[-1].startswith("total")
    assert "order_kept" in found.bins.summary.columns
    assert f"PSI {found.score.value:.4f}" in found._repr_html_()


def test_a_card_from_a_pickle_compares_and_its_binner_does(model):
    late, y, w = sample(1, 2000, shift=0.5)
    again = pickle.loads(pickle.dumps(model))
    assert str(again.compare(late, y, w)) == str(model.compare(late, y, w))
    assert len(pickle.dumps(model._rows)) < 5000  # counts and means, no rows
    told = model.binner_.compare(late, y, w).summary
    assert set(told["feature"]) == set(late.columns)


@pytest.mark.parametrize("unit", [1e295, 1e-295])
def test_the_unit_of_weights_means_nothing(unit):
    X, y, weight = sample(0)
    late, bad, w = sample(1, 2000, shift=0.5)
    one, other = (
        ScorecardClassifier().fit(X, y, weight * u).compare(late, bad, w * u) for u in (1.0, unit)
    )
    assert other.table["shift"].to_list() == pytest.approx(one.table["shift"].to_list(), abs=1e-6)
    assert other.score == pytest.approx(one.score, rel=1e-6)
    assert other.score.p_value == pytest.approx(one.score.p_value, rel=1e-4)
