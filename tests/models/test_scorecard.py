import json
import pickle
import time

import numpy as np
import polars as pl
import pytest

from scorecard.binning import FeatureBins
from scorecard.errors import InputError
from scorecard.models.scorecard import Scorecard


def number(name="debt"):
    return FeatureBins(
        name=name, kind="number", trend="ascending", objective=0.1, splits=(0.5, 2.0), groups=(),
        special_values=(-999.0,), woe=(0.9, 0.1, -0.7, 0.3, 0.0, 0.0), rows=(5, 3, 2, 1, 0, 0),
        bads=(1.0, 1.0, 1.0, 0.5, 0.0, 0.0), goods=(4.0, 2.0, 1.0, 0.5, 0.0, 0.0),
    )  # fmt: skip


def text(name="trade"):
    return FeatureBins(
        name=name, kind="text", trend="none", objective=0.1, splits=(),
        groups=(("food",), ("steel", "toys")), special_values=(), woe=(0.4, -0.6, -0.2, 0.0),
        rows=(5, 5, 1, 0), bads=(1.0, 2.0, 0.5, 0.0), goods=(4.0, 3.0, 0.5, 0.0),
    )  # fmt: skip


def card(bins=None, betas=(-0.8, -1.1)):
    return Scorecard.build(
        bins or (number(), text()), betas, -3.1, pdo=20, base_score=600, base_odds=30
    )


def test_scaling_known_values():
    assert card().factor == pytest.approx(28.8539, abs=5e-5)
    assert card().offset == pytest.approx(501.8622, abs=5e-5)
    # odds of 30:1 give 600, of 60:1 give 620
    assert card().margin(600.0) == pytest.approx(-np.log(30))
    assert card().margin(620.0) == pytest.approx(-np.log(60))


def test_points_of_one_row_by_hand():
    factor, offset = 20 / np.log(2), 600 - 20 / np.log(2) * np.log(30)
    debt, trade = card().points_one({"debt": 2.0, "trade": "food", "other": 1})
    assert debt == pytest.approx(-factor * (-0.8 * -0.7 - 3.1 / 2) + offset / 2)
    assert trade == pytest.approx(-factor * (-1.1 * 0.4 - 3.1 / 2) + offset / 2)
    margin = -3.1 + -0.8 * -0.7 + -1.1 * 0.4
    assert card().margin(debt + trade) == pytest.approx(margin)


def test_one_row_is_bit_identical_with_the_batch():
    names = [f"f{j}" for j in range(35)]
    made = card([number(n) if j % 3 else text(n) for j, n in enumerate(names)], (-0.37,) * 35)
    rng = np.random.default_rng(0)
    levels = ["food", "toys", "spice", None]
    frame = pl.DataFrame(
        {n: rng.choice([0.2, 0.5, 1.9, 2.0, np.nan, -999.0], 400) if j % 3 else
         rng.choice(levels, 400) for j, n in enumerate(names)}
    )  # fmt: skip
    points = made.points(frame)
    rows = frame.rows(named=True)
    singles = [made.points_one(row) for row in rows]
    assert np.array(singles).tobytes() == np.ascontiguousarray(points).tobytes()
    assert [made.score_one(p) for p in singles] == made.score(points).tolist()
    assert made.points_one([rows[0][n] for n in names]) == singles[0]
    best = min(_timed(made.points_one, row) for row in rows[:50])
    assert best < 100e-6


def _timed(call, argument):
    start = time.perf_counter()
    call(argument)
    return time.perf_counter() - start


def test_json_and_pickle_keep_every_bit():
    again = Scorecard.from_dict(json.loads(json.dumps(card().to_dict())))
    assert again == card()
    assert again.bin_points == card().bin_points
    assert pickle.loads(pickle.dumps(again)) == again


def test_mean_points_are_weighted():
    low, middle, high, special, *_ = card().bin_points[0]
    assert card().mean_points[0] == pytest.approx((5 * low + 3 * middle + 2 * high + special) / 11)


def test_flags_name_what_training_never_saw():
    assert card().flags({"debt": None, "trade": "spice"}) == {
        "debt": "unseen_missing",
        "trade": "unseen_level",
    }
    assert card().flags([-999.0, None]) == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: card(betas=(0.1, -1.0)), "beta must be at most 0"),
        (lambda: card(betas=(-1.0,)), "one beta"),
        (lambda: card().points(pl.DataFrame({"debt": [1.0]})), "missing: .*trade"),
        (lambda: card().points_one({"debt": 1.0}), "missing: .*trade"),
        (lambda: card().points_one({"debt": float("inf"), "trade": "food"}), "debt: .*infinite"),
        (lambda: card().points_one({"debt": "1", "trade": "food"}), "debt: .*text"),
        (lambda: card().points_one({"debt": 1.0, "trade": 3}), "trade: .*number"),
    ],
)
def test_refusals(change, message):
    with pytest.raises(InputError, match=message):
        change()
