"""A fitted binner through JSON: the same to the bit, or a sentence that names what is wrong."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

import scorecard as sc
from scorecard.errors import InputError, NotFittedError
from scorecard.selection import FeatureSelector

pytestmark = pytest.mark.filterwarnings("ignore::scorecard.errors.TextTargetWarning")


def loans(n=3000, seed=4):
    draw = np.random.default_rng(seed)
    use = np.where(draw.random(n) < 0.1, np.nan, draw.uniform(0, 1, n))
    use[draw.random(n) < 0.05] = -1.0
    debt, job = draw.lognormal(0, 1, n), draw.choice(["clerk", "cook", "工匠", None], n)
    logit = -2 + 2 * np.nan_to_num(use) + 0.3 * np.log(debt) + 0.7 * (job == "cook")
    bad = draw.random(n) < 1 / (1 + np.exp(-logit))
    return pl.DataFrame({"use": use, "debt": debt, "job": job}), bad


@pytest.fixture(scope="module")
def made():
    X, y = loans()
    binner = sc.OptimalBinner(
        special_values={"use": np.array([-1.0])}, min_bin_share=np.float64(0.05),
        trend={"debt": "ascending"}, by_feature={"job": {"unseen": "worst"}},
    ).fit(X, np.where(y, "bad", "aye"))  # fmt: skip
    return binner.use(binner.edit("use").merge(0)), X, y


def test_what_is_read_is_what_was_written(made):
    binner, X, y = made
    text = binner.to_json()
    again = sc.OptimalBinner.from_json(text)
    assert again.to_json() == text
    assert again.bins_ == binner.bins_
    assert (again.transform(X) == binner.transform(X)).all()
    for name in ("edited_", "splits_", "objective_", "trend_loss_", "single_bin_"):
        assert getattr(again, name) == getattr(binner, name)
    assert again.classes_.tolist() == ["aye", "bad"]
    assert again.classes_.dtype == binner.classes_.dtype
    assert list(again.feature_names_in_) == X.columns
    assert again.binning_table("job").equals(binner.binning_table("job"))
    assert again.plot("use").axes[0].get_title(loc="left").startswith("use: IV")
    assert clone(again).fit(X, y).bins_ == clone(binner).fit(X, y).bins_
    part = again.subset(["job", "use"])
    assert part.to_json() == binner.subset(["job", "use"]).to_json()
    with pytest.raises(InputError, match=r"use: the pieces .* are not saved in JSON"):
        again.edit("use")
    with pytest.raises(InputError, match="not saved"):
        again.stability_table("use")
    with pytest.raises(InputError, match=r"edited by hand \(use\)"):
        sc.ScorecardClassifier(binner=again).fit(X, y)
    with pytest.raises(NotFittedError):
        sc.OptimalBinner().to_json()


@pytest.mark.parametrize("extra", [{}, {"refine": True, "crosses": 2}])
def test_a_card_of_read_bins_is_the_card(made, extra):
    binner, X, y = made
    if extra:  # what only crosses can say
        y = ((X["use"] > 0.5) ^ (X["debt"] > 1)).fill_null(value=False).to_numpy() ^ y
    y = np.where(y, "bad", "aye")
    cards = [
        sc.ScorecardClassifier(binner=FrozenEstimator(each), **extra).fit(X, y)
        for each in (binner, sc.OptimalBinner.from_json(binner.to_json()))
    ]
    assert cards[0].scorecard_ == cards[1].scorecard_
    if extra:
        assert cards[0].crossing_.taken
    chosen = [FeatureSelector(binner=FrozenEstimator(c.binner_)).fit(X, y).log_ for c in cards]
    assert chosen[0].equals(chosen[1])


@pytest.mark.parametrize(
    ("X", "y"),
    [
        (np.arange(40.0).reshape(20, 2), [0, 1] * 10),
        (pd.DataFrame({"a": range(20)}), np.array([False, True] * 10)),
        (pd.DataFrame({"a": [None] * 20, "b": ["x", "y"] * 10}), np.array([1.0, 2.0] * 10)),
        (pd.DataFrame({"a": range(20)}), np.array(["g", "b"] * 10, dtype=object)),
    ],
)
def test_names_and_classes_are_kept_whatever_they_were(X, y):
    binner = sc.OptimalBinner().fit(X, y)
    again = sc.OptimalBinner.from_json(binner.to_json())
    assert again.classes_.dtype == binner.classes_.dtype
    assert again.classes_.tolist() == binner.classes_.tolist()
    assert hasattr(again, "feature_names_in_") == hasattr(binner, "feature_names_in_")
    assert (again.transform(X) == binner.transform(X)).all()


def changed(data, path, value):
    data = json.loads(json.dumps(data))
    *way, last = path
    place = data
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["kind"], "scorecard", "its kind must be 'optimal_binner'; got 'scorecard'"),
        (["format"], 2, "format must be 1; got 2. Read it with the version"),
        (["format"], None, "format must be 1; got None"),
        (["classes"], None, "damaged: it lacks classes"),
        (["also"], 1, "damaged: it has unknown keys: also"),
        (["parameters", "bins"], 3, "parameters that no binner knows: bins"),
        (["parameters", "max_bins"], 0, "parameters do not hold: max_bins must be a whole"),
        (["parameters", "trend"], {"x": "none"}, r"do not hold: trend must name columns"),
        (["named"], "yes", "named must be true or false"),
        (["classes", "values"], [1, 0], "classes must be two values of their dtype"),
        (["classes", "dtype"], "nonsense", "classes must be two values"),
        (["edited"], ["x"], "edited must list names of its features"),
        (["features"], [], "features must be a list of at least one"),
        (["features", 1, "woe"], None, "feature 2 lacks woe"),
        (["features", 0, "woe", 1], "x", r"woe of feature 1 \(use\) is of another type"),
        (["features", 0, "woe"], [0.5], "Feature use: woe, rows, bads and goods must"),
        (["features", 0, "rows", 0], 1.5, r"rows of feature 1 \(use\)"),
        (["features", 1, "splits", 0], 1e300, r"Feature debt: cut points must"),
        (["features", 1, "groups"], [["a"]], r"feature 2 \(debt\) is number and has groups"),
        (["features", 2, "groups", 0, 0], "\ud800", r"groups of feature 3 \(job\)"),
        (["parameters", "special_values", "use"], [10**400], "use: special_values must be a list"),
        (["features", 2, "name"], "use", "two features have one name"),
    ],
)
def test_what_is_damaged_is_named(made, path, value, message):
    data = json.loads(made[0].to_json())
    with pytest.raises(InputError, match=message):
        sc.OptimalBinner.from_json(changed(data, path, value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "read from the text of to_json; got NoneType"),
        ("", "no JSON from line 1, column 1"),
        ("[1]", "must be a JSON object; got list"),
        ('{"kind": NaN}', "NaN is no finite number"),
        ("[" * 100_000, "."),
        ("{}", "its kind must be"),
    ],
)
def test_a_foreign_text_is_refused_in_a_sentence(text, message):
    with pytest.raises(InputError, match=message):
        sc.OptimalBinner.from_json(text)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_damage_ends_in_a_foreign_error(made, data):
    """Any value in place of any other is read as a binner or refused as damaged."""
    document = json.loads(made[0].to_json())
    place, path = document, []
    while isinstance(place, (dict, list)) and place and (not path or data.draw(st.booleans())):
        keys = list(place) if isinstance(place, dict) else range(len(place))
        path.append(data.draw(st.sampled_from(keys)))
        place = place[path[-1]]
    junk = st.sampled_from([None, True, -1, 0, 1e308, "", "x", [], {}, [[]], [None], {"a": []}])
    text = changed(document, path, data.draw(junk))
    try:
        again = sc.OptimalBinner.from_json(text)
    except InputError:
        return
    assert sc.OptimalBinner.from_json(again.to_json()).bins_ == again.bins_
