"""Cuts by hand, edits of fitted bins with their cost, and stability through periods."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest

import scorecard as sc
from scorecard.binning import InfeasibleBinning
from scorecard.errors import InputError

mpl.use("agg")


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(0)
    n = 6000
    age = rng.uniform(18, 80, n).round()
    trade = rng.choice(["baker", "cook", "driver", "tailor", "welder"], n)
    risk = -2 - 0.03 * (age - 45) + 0.8 * (trade == "driver")
    y = (rng.random(n) < 1 / (1 + np.exp(-risk))).astype(int)
    X = pl.DataFrame({"age": age, "trade": trade}).with_columns(
        pl.when(pl.int_range(n) % 20 > 0).then("age").alias("age")
    )
    return X, y


@pytest.fixture(scope="module")
def binner(sample):
    return sc.OptimalBinner(max_bins=5).fit(*sample)


def counted(table):
    return table.filter(pl.col("bin") == "total").select("count", "bads", "goods").row(0)


def test_user_splits_are_the_only_candidates_and_fixed_ones_are_there(sample):
    X, y = sample
    fitted = sc.OptimalBinner(user_splits={"age": [25, 33.5, 40, 60]}, trend="none").fit(X, y)
    assert set(fitted.splits_["age"]) <= {25.0, 33.5, 40.0, 60.0}
    fixed = sc.OptimalBinner(fixed_splits={"age": [33.5, 71]}, max_bins=4).fit(X, y)
    free = sc.OptimalBinner(max_bins=4).fit(X, y)
    assert {33.5, 71.0} <= set(fixed.splits_["age"])
    assert fixed.objective_["age"] < free.objective_["age"]
    beyond = sc.OptimalBinner(fixed_splits={"age": [5, 33.2, 33.8]}).fit(X, y)
    assert 33.2 in beyond.splits_["age"]  # 33.8 parts no further values, 5 none at all
    with pytest.raises(InfeasibleBinning, match=r"age.*max_bins"):
        sc.OptimalBinner(fixed_splits={"age": [30, 40, 50]}, max_bins=3).fit(X, y)


def test_groups_of_levels_stay_together(sample):
    groups = [["driver", "baker"], ["cook", "tailor"]]
    fitted = sc.OptimalBinner(user_splits={"trade": groups}).fit(*sample)
    for group in groups:
        homes = {k for k, found in enumerate(fitted.splits_["trade"]) if set(group) & set(found)}
        assert len(homes) == 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"user_splits": {"age": [1, 1]}}, r"age: user_splits must be .* different finite numbers"),
        ({"fixed_splits": {"age": ["x"]}}, r"age: fixed_splits"),
        ({"fixed_splits": {"trade": [1]}}, r"trade: text has no cut points"),
        ({"user_splits": {"trade": [["baker"], ["baker"]]}}, r"trade: user_splits"),
        ({"user_splits": {"height": [1]}}, r"user_splits must name columns"),
        ({"user_splits": {"age": "123"}}, r"age: user_splits"),
        ({"fixed_splits": [1]}, r"fixed_splits must be a mapping"),
        ({"stable": True}, r"needs periods"),
        ({"min_bins": 9}, r"min_bins"),
    ],
)
def test_wrong_wishes_are_one_sentence(sample, parameters, message):
    with pytest.raises(InputError, match=message):
        sc.OptimalBinner(**parameters).fit(*sample)


def test_an_edit_tells_its_cost_and_loses_nobody(binner):
    first = binner.edit("age")
    assert first.cost == 0
    whole = counted(first.table)
    merged = first.merge(0)
    assert len(merged.bins.splits) == len(first.bins.splits) - 1
    assert merged.objective < merged.optimum == pytest.approx(binner.objective_["age"])
    assert merged.cost == pytest.approx(first.objective - merged.objective)
    back = merged.split(first.bins.splits[0])
    assert back.objective == pytest.approx(first.objective)
    assert back.bins.splits == first.bins.splits
    moved = first.move(1, first.bins.splits[1] + 2)
    assert moved.bins.splits[1] == first.bins.splits[1] + 2
    assert moved.cost > 0
    for each in (merged, back, moved, merged.undo()):
        assert counted(each.table) == whole
        woe, iv = each.table["woe"][:-1], each.table["iv"]
        assert len(woe) == len(iv) - 1
        assert f"cost {each.cost:.4f}" in each._repr_html_()


def test_a_cut_stays_the_number_that_was_asked_for(sample):
    X, y = sample
    fitted = sc.OptimalBinner(max_bins=5).fit(X, y)  # ages are whole: 33.4 and 33.6 cut alike
    one, other = (fitted.edit("age").merge(0, 4).split(at) for at in (33.4, 33.6))
    assert (one.bins.splits, other.bins.splits) == ((33.4,), (33.6,))
    assert one.table.drop("bin").equals(other.table.drop("bin"))
    assert one.bins.index_one(33.5) == 1 != other.bins.index_one(33.5) == 0
    both = one.split(50.25)
    assert both.bins.splits == (33.4, 50.25)
    assert both.move(0, 33.7).bins.splits == (33.7, 50.25)
    assert both.merge(1).bins == one.bins
    with pytest.raises(InputError, match=r"cut at 33\.4 already, .* move\(0, 33\.6\) moves"):
        one.split(33.6)
    # the same people on both sides, but no longer the fit's bins: nobody may lose them
    own = fitted.splits_["age"][0]
    moved = fitted.edit("age").move(0, own - 0.25)
    assert (moved.cost, moved.edited) == (0.0, True)
    assert moved.move(0, own) == fitted.edit("age")
    fitted.use(moved)
    assert (fitted.splits_["age"][0], fitted.edited_) == (own - 0.25, ("age",))


def test_levels_are_grouped_by_hand(binner):
    edited = binner.edit("trade").group(["cook", "driver"])
    assert ("cook", "driver") in {tuple(sorted(g)) for g in edited.bins.groups}
    rates = edited.table.filter(pl.col("bin").is_in(["missing", "unseen", "total"]).not_())
    assert rates["bad_rate"].is_sorted()
    assert counted(edited.table) == counted(binner.binning_table("trade"))
    assert binner.edit("trade").group("cook") == binner.edit("trade").group(["cook"])


def test_edited_bins_are_used_and_the_fitted_ones_are_not_touched(sample):
    X, y = sample
    fitted = sc.OptimalBinner(max_bins=5).fit(X, y)
    before = fitted.transform(X)
    edited = fitted.edit("age").merge(0)
    fitted.use(edited)
    assert fitted.splits_["age"] == edited.bins.splits
    after = fitted.transform(X)
    assert (after[:, 1] == before[:, 1]).all()
    assert len(np.unique(after[:, 0])) == len(np.unique(before[:, 0])) - 1
    with pytest.raises(InputError, match="another fit"):
        fitted.use(sc.OptimalBinner(max_bins=3).fit(X, y).edit("age"))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda e: e.merge(99), "bins 0 to"),
        (lambda e: e.merge(0.5), "bins 0 to"),
        (lambda e: e.merge("a"), "bins 0 to"),
        (lambda e: e.merge(0.0), "bins 0 to"),
        (lambda e: e.split(None), "at a number"),
        (lambda e: e.merge(2, 1), "two bins in order"),
        (lambda e: e.split(33.21e9), "cannot be cut at"),
        (lambda e: e.split(e.bins.splits[0]), "cut at .* already"),
        (lambda e: e.group(["x"]), "is no text"),
    ],
)
def test_an_impossible_edit_is_one_sentence(binner, edit, message):
    with pytest.raises(InputError, match=message):
        edit(binner.edit("age"))


def test_fixed_cuts_that_cannot_stand_are_named_as_they_were_given():
    X, y = np.arange(100.0).reshape(-1, 1), np.arange(100) % 3 == 0
    with pytest.raises(InfeasibleBinning, match=r"meets fixed_splits=\(1\.0, 50\.0\)") as error:
        sc.OptimalBinner(min_bin_bads=3, fixed_splits={"x0": [50, 1]}).fit(X, y)
    assert error.value.constraint == "fixed_splits"
    with pytest.raises(InfeasibleBinning, match="to drop fixed_splits instead"):
        sc.OptimalBinner(min_bin_share=0.9, fixed_splits={"x0": [50]}).fit(X, y)


def test_bins_that_nobody_changed_cost_nothing(binner):
    edited = binner.edit("age")
    assert edited.cost == 0
    assert edited.merge(0).split(edited.bins.splits[0]).cost == 0


@pytest.mark.parametrize(
    "label",
    [
        lambda month: np.array(month, dtype="datetime64[M]"),
        lambda month: pd.PeriodIndex(month, freq="M"),
        lambda month: pl.Series(month, dtype=pl.Enum(["2020-02", "2020-01"])),
        lambda month: pd.Series(month, dtype="category"),
    ],
)
def test_periods_may_be_months_in_any_dress(sample, label):
    X, y = sample
    month = ["2020-01", "2020-02"] * (len(y) // 2)
    expected = sc.OptimalBinner().fit(X, y, periods=month).stability_table("age")
    found = sc.OptimalBinner().fit(X, y, periods=label(month)).stability_table("age")
    rates = [sorted(t["bad_rate"].drop_nulls()) for t in (expected, found)]
    assert rates[0] == rates[1]


def test_a_row_without_a_period_is_refused(sample):
    X, y = sample
    with pytest.raises(InputError, match="a label in every row"):
        sc.OptimalBinner().fit(X, y, periods=[np.nan, *[1.0] * (len(y) - 1)])
    with pytest.raises(InputError, match="one label a row"):
        sc.OptimalBinner().fit(X, y, periods=np.ones((len(y), 2)))


def test_stability_is_reported_and_can_be_enforced():
    rng = np.random.default_rng(2)
    n = 60_000
    x = rng.uniform(0, 1, n)
    year = rng.integers(2020, 2023, n)
    late = (year == 2022) & (x > 0.7)  # the best customers of two years turn bad in the third
    y = rng.random(n) < np.where(late, 0.3, 0.3 - 0.25 * x)
    X = pl.DataFrame({"x": x})
    free = sc.OptimalBinner(trend="descending", max_bins=6).fit(X, y, periods=year)
    report = free.stability_table("x")
    broken = report.filter(~pl.col("keeps_order"))
    assert set(broken["period"]) == {2022}
    assert report["weight"].sum() == n
    held = sc.OptimalBinner(trend="descending", stable=True).fit(X, y, periods=year)
    assert held.stability_table("x")["keeps_order"].drop_nulls().all()
    assert 0 < held.objective_["x"] < free.objective_["x"]
    with pytest.raises(InputError, match="periods"):
        sc.OptimalBinner().fit(X, y).stability_table("x")
    with pytest.raises(InputError, match="At most 120 periods"):
        sc.OptimalBinner().fit(X, y, periods=np.arange(n))


def test_the_table_draws_itself_and_the_figure_shows_its_bins(binner):
    table = binner.binning_table("age")
    html = table._repr_html_()
    assert html.split("<p ")[0].count("<tr>") == table.height + 1
    assert f"{table['iv'][-1]:.4f}" in html
    assert "<script" not in html
    assert table.select("bin")._repr_html_()  # no longer a binning table: drawn as any frame
    figure = binner.plot("age")
    bars = [p for p in figure.axes[0].patches if p.get_height() > 0]
    assert len(bars) == table.height - 1
    assert sum(p.get_height() for p in bars) == pytest.approx(1.0)


def test_small_weights_do_not_look_like_nobody():
    X, y = pl.DataFrame({"x": [1.0, 2.0] * 10}), [0, 1] * 10
    html = sc.OptimalBinner().fit(X, y, [0.0123] * 20).binning_table("x")._repr_html_()
    assert html.count("<td>0.123</td>") == 4  # the bads and the goods of a bin, and their totals


def test_the_figure_says_what_is_so():
    rng = np.random.default_rng(0)
    trade = np.repeat(["$x$", "$\\frac{", "a_b", "c", "d", "e", "f", "g"], 100)
    y = rng.random(800) < np.repeat(np.arange(8) / 10 + 0.1, 100)
    figure = sc.OptimalBinner().fit(pl.DataFrame({"a$b$": trade}), y).plot("a$b$")
    figure.canvas.draw()  # a dollar opens no formula
    axes = figure.axes[0]
    for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        assert float(label.get_text().rstrip("%")) == pytest.approx(100 * place, abs=1e-9)
