import itertools
import json
import math
import pickle
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scorecard.binning import FeatureBins
from scorecard.errors import InputError
from scorecard.models.scorecard import Scorecard
from scorecard.rating.voice import ScorecardVoice


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


def card(bins=None, betas=(-0.8, -1.1), **scale):
    scale = {"pdo": 20, "base_score": 600, "base_odds": 30} | scale
    return Scorecard.build(bins or (number(), text()), betas, -3.1, **scale)


def between(low, high, **more):
    odds = {"pdo": None, "base_score": None, "base_odds": None}
    return card(min_score=low, max_score=high, **odds, **more)


EVERY = [  # a value for every bin that there is, and one that is rarely thought of
    (0.4, 0.5, 2.0, -999.0, None, math.nan, True),
    ("food", "steel", "spice", None),
]


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


def test_blocks_of_rows_meet_without_a_seam(monkeypatch):
    rows = [{"debt": d, "trade": t} for d in EVERY[0] for t in EVERY[1]]
    frame = pl.DataFrame(rows, schema={"debt": pl.Float64, "trade": pl.String}, strict=False)
    whole = card().points(frame)
    score = card().score(whole)
    monkeypatch.setattr("scorecard.models.scorecard._BLOCK", 5)
    assert len(rows) % 5
    np.testing.assert_array_equal(card().points(frame), whole)
    np.testing.assert_array_equal(card().score(whole), score)
    assert card().points(frame.clear()).shape == (0, 2)


def test_one_row_is_bit_identical_with_the_batch():
    names = [f"f{j}" for j in range(35)]
    made = card([number(n) if j % 3 else text(n) for j, n in enumerate(names)], (-0.37,) * 35)
    made = replace(made, base=0.1)
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


@pytest.mark.parametrize("made", [card(), card(neutral_at_zero=True), between(1 / 3, 0.7)])
def test_json_and_pickle_keep_every_bit(made):
    again = Scorecard.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again == made
    assert (again.bin_points, again.base) == (made.bin_points, made.base)
    assert pickle.loads(pickle.dumps(again)) == again


def test_neutral_at_zero_gives_woe_0_no_points_and_the_same_margins():
    plain, neutral = card(), card(neutral_at_zero=True)
    for bins, points in zip(neutral.bins, neutral.bin_points, strict=True):
        assert [p for p, woe in zip(points, bins.woe, strict=True) if woe == 0] != []
        assert all((p == 0) == (woe == 0) for p, woe in zip(points, bins.woe, strict=True))
    assert plain.base == 0
    for row in itertools.product(*EVERY):
        here, there = (c.margin(c.score_one(c.points_one(row))) for c in (plain, neutral))
        assert here == pytest.approx(there, rel=1e-12)


@pytest.mark.parametrize("neutral", [False, True])
def test_the_least_and_the_greatest_score_there_can_be_are_those_asked_for(neutral):
    made = between(300, 850, neutral_at_zero=neutral)
    scores = [made.score_one(made.points_one(row)) for row in itertools.product(*EVERY)]
    assert (min(scores), max(scores)) == (made.min_score, made.max_score)
    assert (made.min_score, made.max_score) == pytest.approx((300, 850), rel=1e-12)
    # the same risks on another scale
    ranked = [card().score_one(card().points_one(row)) for row in itertools.product(*EVERY)]
    assert np.corrcoef(scores, ranked)[0, 1] == pytest.approx(1, abs=1e-12)
    row = ("food", 2.0)[::-1]
    margins = [c.margin(c.score_one(c.points_one(row))) for c in (made, card())]
    assert margins[0] == pytest.approx(margins[1], rel=1e-12)


def test_the_voice_explains_the_score_to_the_bit_from_the_cards_own_base():
    made = card(neutral_at_zero=True)
    voice = ScorecardVoice(made, SimpleNamespace(names=("trade", "debt")))
    account = voice.hear_one(("toys", 0.7))
    total = account.base
    for contribution in account.contributions[0]:
        total += contribution
    assert account.base == made.base > 0
    assert total == account.score[0] == made.score_one(made.points_one([0.7, "toys"]))
    mean = np.array(made.mean_points)
    assert (account.risk[0] == (mean - made.points_one([0.7, "toys"])) / made.factor).all()


ODD = st.one_of(
    st.floats(), st.integers(-(2**60), 2**60), st.booleans(), st.none(), st.text(max_size=2),
    st.sampled_from([0.5, 2.0, -999.0, -999, "food", "steel", np.float64(0.5), np.int64(2)]),
)  # fmt: skip


def answer(call, row):
    try:
        return call(row)
    except InputError as error:
        return str(error)


@given(ODD, ODD)
@example(math.inf, "food")
@example(math.nan, math.nan)
def test_the_compiled_scorer_answers_as_the_card_does(debt, trade):
    made = card(neutral_at_zero=True)
    row = {"other": 1, "trade": trade, "debt": debt}
    said, expected = answer(made.compile(), row), answer(made.points_one, row)
    if isinstance(expected, str):
        assert said == expected
    else:
        assert said.points == dict(zip(made.features, expected, strict=True))
        assert said.score == made.score_one(expected)
        assert said.margin == made.margin(said.score)


def test_the_compiled_scorer_takes_microseconds_and_names_what_is_absent():
    names = [f"f{j}" for j in range(20)]
    made = card([number(n) if j % 3 else text(n) for j, n in enumerate(names)], (-0.37,) * 20)
    scorer = made.compile()
    row = {n: 1.2 if j % 3 else "toys" for j, n in enumerate(names)}
    assert min(_timed(scorer, row) for _ in range(50)) < 100e-6
    del row["f7"]
    with pytest.raises(InputError, match=r"missing: \['f7'\]"):
        scorer(row)


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
        (lambda: card(betas=(-1.0,)), "one beta for each"),
        (lambda: replace(card(), betas=(-1.0,)), "one beta, one mean"),
        (lambda: replace(card(), bin_points=(card().bin_points[0], (1.0,))), "each of its 4 bins"),
        (
            lambda: replace(card(), bin_points=(card().bin_points[0], (1.0, 2.0, 1.5, 1.5))),
            "trade: a safer bin never has fewer points",
        ),
        (lambda: replace(card(), base=math.inf), "must be finite"),
        (lambda: card(min_score=0), "one scale"),
        (lambda: card(pdo=None), "one scale"),
        (lambda: between(850, 300), "min_score must be below"),
        (lambda: card(pdo=0), "pdo and base_odds must be positive"),
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
