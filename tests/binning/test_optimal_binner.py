import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from scorecard.binning import FeatureBins, InfeasibleBinning, OptimalBinner
from scorecard.errors import InputError, NotFittedError


def table(n=3000, seed=0):
    """A number, a code-laden number with gaps, a text with gaps, and the outcome."""
    rng = np.random.default_rng(seed)
    debt = rng.lognormal(0, 1, n)
    income = np.where(rng.random(n) < 0.1, np.nan, rng.normal(50, 20, n))
    income[rng.random(n) < 0.05] = -999.0
    trade = rng.choice(["food", "steel", "toys", None], n, p=[0.5, 0.3, 0.15, 0.05])
    logit = -2 + 0.8 * np.log(debt) - 0.02 * np.nan_to_num(income, nan=0.0) + (trade == "steel")
    y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    return pl.DataFrame({"debt": debt, "income": income, "trade": trade}), y


SPECIAL = {"income": [-999.0, -998.0]}


def fitted(**arguments):
    X, y = table()
    return OptimalBinner(special_values=SPECIAL, **arguments).fit(X, y), X, y


@parametrize_with_checks([OptimalBinner()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_woe_and_iv_are_those_of_the_counts():
    binner, X, y = fitted()
    for name in X.columns:
        frame = binner.binning_table(name)
        body, total = frame.head(-1), frame.tail(1)
        assert body["count"].sum() == total["count"].item() == len(y)
        assert body["bads"].sum() == total["bads"].item() == y.sum()
        seen = body.filter((pl.col("bads") > 0) & (pl.col("goods") > 0))
        p, q = seen["bads"] / y.sum(), seen["goods"] / (1 - y).sum()
        p, q = p.to_numpy(), q.to_numpy()
        np.testing.assert_allclose(seen["woe"], np.log(q / p), rtol=1e-12)
        np.testing.assert_allclose(seen["iv"], (p - q) * np.log(p / q), rtol=1e-12)
        ordinary = sum(binner.bins_[name].iv[: binner.bins_[name].ordinary])
        assert binner.objective_[name] == pytest.approx(ordinary, rel=1e-12)


def test_intervals_are_closed_on_the_left():
    X = pl.DataFrame({"v": [1.0] * 50 + [2.0] * 50})
    binner = OptimalBinner().fit(X, [0] * 40 + [1] * 10 + [0] * 10 + [1] * 40)
    assert binner.splits_ == {"v": (2.0,)}
    below, at = binner.transform(pl.DataFrame({"v": [np.nextafter(2.0, 0), 2.0]}))[:, 0]
    assert below > 0 > at


def test_three_policies_three_places():
    X, y = table()
    seen = OptimalBinner(special_values=SPECIAL).fit(X, y)
    income, trade = seen.bins_["income"], seen.bins_["trade"]
    new = pl.DataFrame({"debt": [1.0] * 3, "income": [None, -999.0, -998.0],
                        "trade": [None, "food", "spice"]})  # fmt: skip
    woe = seen.transform(new)
    assert woe[:, 1].tolist() == [income.missing_woe, income.special_woe[0], 0.0]
    assert woe[0, 2] == trade.missing_woe != 0
    assert woe[2, 2] == trade.unseen_woe == 0.0
    assert seen.bins_["debt"].missing_woe == 0.0
    assert len({income.missing_woe, *income.special_woe}) == 3
    worst = OptimalBinner(special_values=SPECIAL, missing="worst", unseen="worst").fit(X, y)
    other = worst.bins_["income"]
    assert other.missing_woe == min(other.woe[: other.ordinary]) != income.missing_woe
    assert other.special_woe == income.special_woe
    assert worst.bins_["trade"].unseen_woe == min(trade.woe[: trade.ordinary])


def test_flags():
    binner, *_ = fitted()
    debt, income, trade = binner.bins_.values()
    assert debt.flag(debt.index_one(None)) == "unseen_missing"
    assert income.flag(income.index_one(float("nan"))) is None
    assert income.flag(income.index_one(-998)) == "unseen_special"
    assert income.flag(income.index_one(-999)) is None
    assert trade.flag(trade.index_one("spice")) == "unseen_level"
    assert trade.flag(trade.index_one("food")) is None


@pytest.mark.parametrize(("value", "flag"), [(None, "unseen_missing"), (-1.0, "unseen_special")])
def test_a_thin_bin_is_counted_but_treated_as_never_seen(value, flag):
    rng = np.random.default_rng(3)
    debt = rng.normal(5, 1, 5000)
    y = (rng.random(5000) < 1 / (1 + np.exp(5 - debt / 2))).astype(int)
    seats = pl.Series("debt", debt).is_in(debt[y == 0][:3].tolist())  # three rows, no bad
    X = pl.DataFrame({"debt": pl.Series(debt).set(seats, value)})
    binner = OptimalBinner(special_values=[-1.0]).fit(X, y)
    bins = binner.bins_["debt"]
    at = bins.index_one(value)
    assert (bins.rows[at], bins.goods[at], bins.bads[at]) == (3, 3.0, 0.0)
    assert bins.woe[at] == 0.0
    assert bins.flag(at) == flag
    assert at in bins.thin
    again = FeatureBins.from_dict(json.loads(json.dumps(bins.to_dict())))
    assert again.flag(at) == flag
    # The share is what decides: at 3 rows in 5,000 exactly, the bin speaks for itself.
    for share in (3 / 5000, 0.0):
        loud = clone(binner).set_params(rare_share=share).fit(X, y, np.full(5000, 0.1))
        assert loud.bins_["debt"].woe[at] > 1
        assert loud.bins_["debt"].flag(at) is None


def test_only_special_and_missing_bins_may_be_thin():
    binner, *_ = fitted()
    for k in (0, binner.bins_["income"].unseen_index):
        with pytest.raises(InputError, match="may be thin"):
            FeatureBins.from_dict({**binner.bins_["income"].to_dict(), "thin": [k]})


def test_array_and_single_value_agree():
    binner, X, _ = fitted()
    extra = {
        "debt": [1, True, np.float32(2), None, -1e308, 2**53 + 1],
        "income": [-999, -998, pd.NA],
        "trade": ["spice", None, "", float("nan")],
    }
    for name, bins in binner.bins_.items():
        edges = [v for s in bins.splits for v in (np.nextafter(s, -np.inf), s)]
        values = np.array([*X[name].head(300).to_list(), *extra[name], *edges], dtype=object)
        assert bins.index(values).tolist() == [bins.index_one(v) for v in values]


def test_every_kind_of_frame_gives_the_same_bins():
    binner, X, y = fitted()
    pandas = X.to_pandas()
    pandas["trade"] = pandas["trade"].astype("category")
    nullable = pandas.astype({"income": "Float64", "trade": "string"})
    for frame in (pandas, nullable, X.with_columns(pl.col("trade").cast(pl.Categorical))):
        other = clone(binner).fit(frame, y)
        assert other.bins_ == binner.bins_
        assert (other.transform(frame) == binner.transform(X)).all()
    out = clone(binner).set_output(transform="polars").fit(X, y).transform(X)
    assert out.columns == X.columns == list(binner.get_feature_names_out())


def test_json_and_pickle_round_trips_are_exact():
    binner, X, _ = fitted()
    for bins in binner.bins_.values():
        again = FeatureBins.from_dict(json.loads(json.dumps(bins.to_dict())))
        assert again == bins
        assert (again.index(X[bins.name]) == bins.index(X[bins.name])).all()
        assert pickle.loads(pickle.dumps(bins)) == bins


def test_row_order_and_split_weights_change_nothing():
    binner, X, y = fitted()
    rng = np.random.default_rng(1)
    order = rng.permutation(len(y))
    shuffled = clone(binner).fit(X[order], y[order])
    assert shuffled.bins_ == binner.bins_
    weight = rng.uniform(0.5, 2, len(y))
    whole = clone(binner).fit(X, y, sample_weight=weight)
    part = weight * rng.uniform(0.1, 0.9, len(y))
    split = clone(binner).fit(
        pl.concat([X, X]), np.tile(y, 2), sample_weight=np.concatenate((part, weight - part))
    )
    scaled = clone(binner).fit(X, y, sample_weight=weight * 3.7)
    for name, bins in whole.bins_.items():
        for other in (split.bins_[name], scaled.bins_[name]):
            assert (other.splits, other.groups) == (bins.splits, bins.groups)
            np.testing.assert_allclose(other.woe, bins.woe, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(scaled.bins_[name].bads, 3.7 * np.array(bins.bads))
    assert whole.bins_ != binner.bins_


def test_declared_trend_holds_and_speaks_by_name():
    _, X, y = fitted()
    binner = OptimalBinner(trend={"income": "ascending", "debt": "ascending"}).fit(X, y)
    for name in ("income", "debt"):
        bins = binner.bins_[name]
        assert (np.diff(bins.woe[: bins.ordinary]) <= 0).all()
    swapped = clone(binner).fit(X.select("trade", "income", "debt"), y)
    assert {n: swapped.bins_[n] for n in X.columns} == binner.bins_
    assert swapped.bins_["debt"].ordinary > 1


def test_transform_does_not_see_the_target():
    binner, X, y = fitted()
    before = binner.transform(X)
    y[:] = 1 - y
    assert (binner.transform(X) == before).all()
    assert binner.fit_transform(X, y)[0, 0] != before[0, 0]


def test_values_without_an_ordinary_bin():
    X = pl.DataFrame({"gap": [None] * 10, "few": [1.0, 2.0] + [None] * 8, "same": [3] * 10})
    X = X.with_columns(pl.col("gap").cast(pl.Float64))
    binner = OptimalBinner(min_bin_share=0.3).fit(X, [0, 1] * 5)
    assert binner.single_bin_ == ("gap", "few", "same")
    new = pl.DataFrame({"gap": [7.0], "few": [9.0], "same": [1]})
    assert binner.transform(new).tolist() == [[0.0, 0.0, 0.0]]
    text = OptimalBinner().fit(pl.DataFrame({"t": ["a", "b"] * 5, "n": [None] * 10}), [0, 1] * 5)
    assert text.bins_["t"].ordinary == 2


@pytest.mark.parametrize(
    ("frame", "arguments", "message"),
    [
        ({"debt": [1.0, float("inf")]}, {}, "debt: .*infinite"),
        ({"debt": [-(10**400), 1.0]}, {}, "debt: .*infinite"),  # more than a float can hold
        ({"debt": ["a", 1]}, {}, "debt: .*numbers or text"),
        ({"debt": [1.0, 2.0]}, {"trend": "up"}, "trend must be one of .*'up'"),
        ({"debt": [1.0, 2.0]}, {"trend": {"dept": "none"}}, "name columns of X.*dept"),
        ({"debt": ["a", "b"]}, {"trend": {"debt": "ascending"}}, "debt: text has no direction"),
        ({"debt": [1.0, 2.0]}, {"special_values": [float("nan")]}, "special_values"),
        ({"debt": [1.0, 2.0]}, {"special_values": -99}, "debt: special_values must be a list"),
        ({"debt": [1.0, 2.0]}, {"special_values": {"debt": ["x"]}}, "debt: special_values"),
        ({"debt": [1.0, 2.0]}, {"trend": None}, "trend must be a text or a mapping"),
        ({"debt": [1.0, 2.0]}, {"missing": "drop"}, "missing must be one of"),
        ({"debt": [1.0, 2.0]}, {"max_bins": 0}, "max_bins"),
    ],
)
def test_refusals(frame, arguments, message):
    with pytest.raises(InputError, match=message):
        OptimalBinner(**arguments).fit(pd.DataFrame(frame), [0, 1])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([None, "good", "bad", "bad"], "y must be known in every row; 1 of 4"),
        (pd.Series(["good", None, None, "bad"], dtype="string"), "2 of 4 are missing"),
        (np.array(["bad", 1, 1, "bad"], dtype=object), "labels of one type; got int and text"),
    ],
)
def test_what_is_wrong_with_an_outcome_is_said(y, message):
    with pytest.raises(InputError, match=message):
        OptimalBinner().fit([[1.0], [2.0], [3.0], [4.0]], y)


def test_an_outcome_of_objects_is_what_the_objects_are():
    X = [[1.0], [2.0], [3.0], [4.0]]
    plain, boxed = (OptimalBinner().fit(X, np.array([0, 0, 1, 1], t)) for t in (int, object))
    assert boxed.bins_ == plain.bins_
    assert boxed.classes_.dtype == plain.classes_.dtype


@pytest.mark.parametrize(
    ("weight", "message"),
    [(["a"] * 4, "must be a number"), ([1e308] * 4, "must sum to"), ([1e299] * 4, None)],
)
def test_weights_that_cannot_be_summed_are_refused(weight, message):
    X, y = [[1.0], [2.0], [3.0], [4.0]], [0, 0, 1, 1]
    if message is None:
        assert OptimalBinner().fit(X, y, weight).splits_ == {"x0": (3.0,)}
    else:
        with pytest.raises(InputError, match=message):
            OptimalBinner().fit(X, y, weight)


def test_numbers_at_the_ends_of_the_line_are_cut():
    X = [[-1.7e308], [1.7e308]] * 4
    assert OptimalBinner().fit(X, [0, 1] * 4).splits_ == {"x0": (0.0,)}


def test_infeasible_names_the_feature():
    X, y = table()
    with pytest.raises(InfeasibleBinning, match=r"debt: .*min_bin_bads"):
        OptimalBinner(min_bin_bads=1e6).fit(X, y)


def test_unfitted_and_wrong_kinds():
    with pytest.raises(NotFittedError):
        OptimalBinner().transform([[1.0]])
    binner, X, _ = fitted()
    with pytest.raises(InputError, match="trade: values must be text"):
        binner.transform(X.with_columns(trade=pl.lit(1.0)))
    with pytest.raises(InputError, match="debt: every number must be finite"):
        binner.transform(X.with_columns(debt=pl.lit(-np.inf)))
    with pytest.raises(InputError, match="debt: values must be number"):
        binner.bins_["debt"].index_one("1.0")


def test_serving_needs_no_scikit_learn():
    code = (
        "import sys, scorecard.binning.feature_bins, scorecard.models.scorecard;"
        "print([m for m in ('sklearn', 'pandas', 'scipy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.real_data
def test_information_value_known_from_textbooks():
    root = Path(__file__).resolve().parents[2]
    data = Path(os.environ.get("SCORECARD_DATA") or root.parent / "shared" / "data")
    path = data / "public" / "german.parquet"
    if not path.exists():
        pytest.skip("german.parquet is not beside the project (set SCORECARD_DATA)")
    X = pl.read_parquet(path)
    y = X["target"].to_numpy()
    binner = OptimalBinner(rare_share=0.0).fit(X.drop("target"), y)
    assert binner.classes_.tolist() == [1, 2]
    # IV of checking-account status over its four levels: .666 in every textbook table of it
    status = next(n for n, b in binner.bins_.items() if b.kind == "text")
    assert sum(binner.bins_[status].iv) == pytest.approx(0.666, abs=5e-4)
