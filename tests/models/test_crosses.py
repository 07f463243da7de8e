"""Crossed characteristics: found where planted, absent where not, and exact on every road."""

import itertools
import json
import re

import numpy as np
import polars as pl
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

import scorecard as sc
from scorecard.errors import InputError
from scorecard.models import Cross, Scorecard, ScorecardClassifier, ends
from scorecard.models.card_report import CardReport
from scorecard.models.rounding import round_card


def portfolio(n=3000, seed=1, together=1.2):
    """Two features of which one turns the other's sense, beside two that just add up."""
    rng = np.random.default_rng(seed)
    debt, cash, size = rng.normal(0, 1, (3, n))
    trade = rng.choice(["food", "steel", "toys"], n)
    logit = -1 + 0.5 * debt + 0.5 * cash + 0.8 * size + (trade == "toys")
    logit = logit + together * np.sign(debt * cash) + 0.7 * (size > 0) * (trade == "food")
    y = (rng.random(n) < expit(logit)).astype(int)
    debt = np.where(rng.random(n) < 0.08, np.nan, debt)
    return pl.DataFrame({"debt": debt, "cash": cash, "size": size, "trade": trade}), y


@pytest.fixture(scope="module")
def crossed():
    X, y = portfolio()
    return ScorecardClassifier(refine=True, crosses=2).fit(X, y), X, y


def pairs(model):
    return {frozenset((c.a, c.b)) for c in model.scorecard_.crosses}


def met(X):
    """Rows that also meet what training never saw."""
    return X.with_columns(
        trade=pl.when(pl.int_range(pl.len()) % 7 == 0).then(pl.lit("new")).otherwise("trade"),
        cash=pl.when(pl.int_range(pl.len()) % 11 == 0).then(None).otherwise("cash"),
    )


def test_a_planted_interaction_is_found_and_ranks_better(crossed):
    model, X, y = crossed
    fresh, truth = portfolio(seed=2)
    before = roc_auc_score(truth, ScorecardClassifier().fit(X, y).decision_function(fresh))
    after = roc_auc_score(truth, model.decision_function(fresh))
    found = model.crossing_
    assert frozenset(("debt", "cash")) in pairs(model)
    assert found.taken
    assert found.gain > found.error > 0
    assert after - before > 0.03
    assert after - before == pytest.approx(found.gain, abs=0.015)  # of the card, not of its trees
    assert model.predict_proba(X)[:, 1].mean() == pytest.approx(y.mean(), abs=0.01)


def test_what_just_adds_up_is_seldom_crossed_and_else_the_plain_card():
    taken = []
    for seed in range(5):  # a gain beyond one standard error: one sample in six by chance
        rng = np.random.default_rng(seed)
        a, b, c = rng.normal(0, 1, (3, 1200))
        X, y = pl.DataFrame({"a": a, "b": b, "c": c}), rng.random(1200) < expit(a - b + c / 2 - 1)
        model, plain = ScorecardClassifier(crosses=3).fit(X, y), ScorecardClassifier().fit(X, y)
        taken.append(model.crossing_.taken)
        assert taken[-1] or model.scorecard_ == plain.scorecard_
        assert taken[-1] == ("crosses" in model.scorecard_.to_dict())
        assert plain.crossing_ is None
    assert sum(taken) <= 1


def test_points_add_up_to_the_same_bits_on_every_road(crossed):
    model, X, _ = crossed
    card, rows = model.scorecard_, met(X)
    points = card.points(rows)
    scores = card.score(points)
    singles = rows.rows(named=True)[:300]
    run = card.compile()
    assert [card.points_one(row) for row in singles] == [tuple(p) for p in points[:300].tolist()]
    assert [tuple(run(row)) for row in singles[:1]] == [
        (scores[0], card.margin(scores[0]), dict(zip(card.features, points[0], strict=True)))
    ]
    assert [run(row).score for row in singles] == scores[:300].tolist()
    assert [model.score_points(X[k : k + 1])[0] for k in range(40)] == model.score_points(X)[
        :40
    ].tolist()
    own = sum(
        np.array(t)[b.index(rows[b.name])] for t, b in zip(card.bin_points, card.bins, strict=True)
    )
    at = {b.name: b.index(rows[b.name]) for b in card.bins}
    together = sum(np.array(c.points)[at[c.a], at[c.b]] for c in card.crosses)
    assert scores == pytest.approx(card.base + own + together, rel=1e-12)
    assert np.array(card.mean_points) == pytest.approx(card.points(X).mean(axis=0), rel=1e-9)


def test_json_brings_back_the_same_card(crossed):
    card = crossed[0].scorecard_
    assert Scorecard.from_dict(json.loads(json.dumps(card.to_dict()))) == card


def test_sql_gives_the_same_bits(crossed):
    duckdb = pytest.importorskip("duckdb")
    card, rows = crossed[0].scorecard_, met(crossed[1]).with_row_index("row_id")
    with duckdb.connect() as connection:
        connection.register("features", rows.to_arrow())
        found = connection.sql(card.to_sql("duckdb", keep=["row_id"])).pl().sort("row_id")
    points = card.points(rows)
    assert found["score"].to_list() == card.score(points).tolist()
    told = found.select(f"points_{name}" for name in card.features)
    assert (told.to_numpy() == points).all()


def test_what_training_never_saw_is_neutral(crossed):
    card = crossed[0].scorecard_
    bins = {b.name: b for b in card.bins}
    spoken = {n: [k for k in range(len(b.woe)) if b.flag(k) is None] for n, b in bins.items()}
    assert bins["debt"].missing_index in spoken["debt"]
    assert bins["cash"].missing_index not in spoken["cash"]
    for cross in card.crosses:
        grid = np.array(cross.points)
        heard = np.zeros(grid.shape, bool)
        heard[np.ix_(spoken[cross.a], spoken[cross.b])] = True
        assert (grid[~heard] == 0).all()
        for name, each in ((cross.b, grid), (cross.a, grid.T)):  # a grid alone moves no mean
            assert each @ np.array(bins[name].weights) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("refine", [True, False])
def test_a_declared_direction_holds_whatever_it_is_crossed_with(refine):
    rng = np.random.default_rng(4)
    X, _ = portfolio(seed=4)
    debt, cash = X["debt"].fill_nan(0).to_numpy(), X["cash"].to_numpy()
    logit = -1 + np.where(cash > 0, 3.0, -0.5) * debt + 0.5 * cash  # half of it against the word
    y = (rng.random(len(X)) < expit(logit)).astype(int)
    model = ScorecardClassifier({"debt": "ascending"}, refine=refine, crosses=2).fit(X, y)
    assert frozenset(("debt", "cash")) in pairs(model)
    levels = np.linspace(-3, 3, 121)
    seen = [row for row in met(X).head(60).rows(named=True) if row["debt"] == row["debt"]]
    j = model.scorecard_.features.index("debt")
    for row in seen:
        sweep = pl.DataFrame([{**row, "debt": v} for v in levels], schema=X.schema)
        points = model.points(sweep)
        assert (np.diff(model.decision_function(sweep)) >= -1e-9).all()
        assert (np.diff(points[:, j]) <= 1e-9).all()  # its own points follow too


def test_a_shape_that_is_no_direction_is_not_crossed():
    X, y = portfolio()
    model = ScorecardClassifier({"debt": "peak"}, crosses=3).fit(X, y)
    assert not any("debt" in pair for pair in pairs(model))


def test_what_says_something_only_in_narrow_ranges_of_another_is_found():
    def stripes(seed):
        rng = np.random.default_rng(seed)
        a, b, c = rng.normal(0, 1, (3, 4000))
        logit = 1.5 * np.sign(np.sin(5 * a)) * np.sign(b) + c - 1  # alone, a and b say nothing
        return pl.DataFrame({"a": a, "b": b, "c": c}), rng.random(4000) < expit(logit)

    X, y = stripes(1)
    fresh, truth = stripes(2)
    model = ScorecardClassifier(refine=True, crosses=1, fine_bins=32, min_iv=0).fit(X, y)
    plain = ScorecardClassifier(min_iv=0).fit(X, y)
    after, before = (roc_auc_score(truth, m.decision_function(fresh)) for m in (model, plain))
    assert not model.refinement_.taken
    assert pairs(model) == {frozenset("ab")}
    assert after > before + 0.1
    assert after - before == pytest.approx(model.crossing_.gain, abs=0.03)


@pytest.mark.parametrize("unit", [1e155, 1e-200])
def test_weights_of_any_size_are_taken(unit):
    X, y = portfolio(n=400)
    model, same = (
        ScorecardClassifier(refine=True, crosses=np.uint8(4)).fit(X, y, np.full(len(y), weight))
        for weight in (unit, 1.0)
    )
    assert model.crossing_.best == same.crossing_.best
    assert model.crossing_.gain == pytest.approx(same.crossing_.gain)
    np.testing.assert_allclose(model.points(X), same.points(X), atol=1e-6)


def test_weights_have_no_unit_and_weight_zero_is_no_row(crossed):
    model, X, y = crossed
    more, told = pl.concat([X, X.head(500)]), np.concatenate((y, 1 - y[:500]))
    weight = np.concatenate((np.full(len(y), 7.3), np.zeros(500)))
    again = ScorecardClassifier(refine=True, crosses=2).fit(more, told, weight)
    assert again.crossing_ == model.crossing_
    for one, other in zip(again.scorecard_.crosses, model.scorecard_.crosses, strict=True):
        np.testing.assert_allclose(one.points, other.points, atol=1e-9)


def test_neither_order_nor_copies_of_rows_move_a_point(crossed):
    model, X, y = crossed
    rng = np.random.default_rng(0)
    copies = rng.integers(1, 4, len(y))
    rows = rng.permutation(np.repeat(np.arange(len(y)), copies))
    again = ScorecardClassifier(refine=True, crosses=2).fit(X[rows], y[rows], 1 / copies[rows])
    assert pairs(again) == pairs(model)
    assert again.crossing_.best == model.crossing_.best
    np.testing.assert_allclose(again.points(X), model.points(X), atol=1e-3)


def test_the_ends_of_the_score_are_attained_and_never_passed(crossed):
    model, X, y = crossed
    card = model.scorecard_
    sizes = [len(b.woe) - (b.kind == "number") for b in card.bins]
    scores = [
        card.score_one(card._points_at(index)) for index in itertools.product(*map(range, sizes))
    ]
    assert (card.min_score, card.max_score) == (min(scores), max(scores))
    scaled = ScorecardClassifier(refine=True, crosses=2, min_score=300, max_score=900).fit(X, y)
    ends = (scaled.scorecard_.min_score, scaled.scorecard_.max_score)
    assert ends == pytest.approx((300, 900))


def test_shapley_values_are_those_of_all_orders(crossed):
    card, X = crossed[0].scorecard_, crossed[1]
    background, rows = X.tail(40), X.head(5)
    base, found = sc.shapley(card, rows, background)
    n = len(card.features)

    def worth(row, inside):
        mixed = background.with_columns(
            pl.lit(row[name], dtype=X.schema[name]).alias(name) for name in inside
        )
        return card.margin(card.score(card.points(mixed))).mean()

    assert base == pytest.approx(worth({}, ()))
    orders = list(itertools.permutations(card.features))
    for k, row in enumerate(rows.rows(named=True)):
        value = dict.fromkeys(card.features, 0.0)
        for order in orders:
            for i in range(n):
                value[order[i]] += worth(row, order[: i + 1]) - worth(row, order[:i])
        for name in card.features:
            assert found[name][k] == pytest.approx(value[name] / len(orders), abs=1e-9)


def test_halves_are_shapley_values_against_the_training_rows(crossed):
    card, X = crossed[0].scorecard_, crossed[1]
    rows = met(X).head(300)
    _, found = sc.shapley(card, rows, X)
    halves = (np.array(card.mean_points) - card.points(rows)) / card.factor
    np.testing.assert_allclose(found.to_numpy(), halves, atol=1e-9)


def test_print_shows_every_grid_after_the_features(crossed, monkeypatch):
    model = crossed[0]
    card, first = model.scorecard_, model.scorecard_.crosses[0]
    table = model.table({first.a: "债务 <a>"})
    rows = table.filter(pl.col("feature") == first.name)
    sizes = [
        len(b.woe) - (b.kind == "number") for b in card.bins for n in (first.a, first.b)
        if b.name == n
    ]  # fmt: skip
    assert rows.height == np.prod(sizes)
    assert rows["label"][0] == f"债务 <a> × {first.b}"
    assert rows["points"][1] == first.points[0][1]
    html = CardReport(card, {first.a: "债务 <a>"}).html
    assert html.count("class='cross'") == len(card.crosses)
    assert f"债务 &lt;a&gt; × {first.b}" in html
    assert f"{card.min_score:.2f} … {card.max_score:.2f}" in html
    tinted = re.findall(r"<td style='background:(#\w{6})(\w\w)'>([+-][\d.]+)</td>", html)
    assert {(tint, points[0]) for tint, _, points in tinted} == {("#3f8f7b", "+"), ("#c2603f", "-")}
    strength = {abs(float(points)): int(alpha, 16) for _, alpha, points in tinted}
    assert [strength[size] for size in sorted(strength)] == sorted(strength.values())
    assert "<td>+0.00</td>" in html  # what says nothing has no tint
    monkeypatch.setattr(ends, "MOST_CELLS", -1)
    assert "not found, so many crosses meet" in CardReport(card).html


def test_what_cannot_be_had_is_refused(crossed):
    model, X, y = crossed
    with pytest.raises(InputError, match="points_digits"):
        ScorecardClassifier(crosses=2, points_digits=0).fit(X, y)
    for wrong in (-1, 1.5, True):
        with pytest.raises(InputError, match="whole number"):
            ScorecardClassifier(crosses=wrong).fit(X, y)
    with pytest.raises(InputError, match="crosses=0"):
        model.coefficients()
    with pytest.raises(InputError, match="not rounded"):
        round_card(model.scorecard_, [], y, 1 - y, digits=0)
    card = model.scorecard_.to_dict()
    for key, value in (("a", "nobody"), ("points", [[0.0]]), ("b", card["crosses"][0]["a"])):
        broken = {**card, "crosses": [{**card["crosses"][0], key: value}]}
        with pytest.raises(InputError):
            Scorecard.from_dict(broken)
    with pytest.raises(InputError, match="twice"):
        Scorecard.from_dict({**card, "crosses": [card["crosses"][0]] * 2})
    with pytest.raises(InputError, match="finite"):
        Cross("a", "b", ((float("nan"),),), 0.0)
