"""The laws of an exact interventional explanation, held by tables and by the direct way alike."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from boosters import brute_force, fitted, rows

from scorecard.errors import ExplanationError, InputError
from scorecard.explain import (
    DirectInterventional,
    Interventional,
    InterventionalTables,
    check_additivity,
    interventional,
)
from scorecard.explain.forest import Forest
from scorecard.explain.leaves import DeepTreeError, Leaves
from scorecard.explain.tree import Leaf, Step
from scorecard.models.boosted import BoostedModel

WAYS = (InterventionalTables, DirectInterventional)
each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.how)


@pytest.fixture(scope="module")
def model() -> BoostedModel:
    return fitted()


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: way.how)
def exact(request, model) -> Interventional:
    return request.param(model, rows(40, seed=3))


@pytest.mark.parametrize(
    ("depth", "more"),
    [(1, {}), (2, {}), (4, {}), (4, {"max_cat_to_onehot": 100}), (6, {}), (6, {"max_leaves": 9})],
    ids=str,
)
def test_contributions_are_shapley_values_over_all_coalitions(depth, more):
    grow = {"grow_policy": "lossguide"} if "max_leaves" in more else {}
    model = fitted(depth, rounds=8, **more, **grow)
    types = set(model.booster.trees_to_dataframe()["Category"].map(type))
    assert list in types or depth == 1, "the test needs a split on a category"
    background = rows(15, seed=4)
    ways = [way(model, background) for way in WAYS]
    for each in ways:
        assert each.base == pytest.approx(model.margin(background).mean(), abs=1e-12)
    for row in rows(12, seed=5, missing=0.3):
        expected = brute_force(model, background, row)
        for each in ways:
            np.testing.assert_allclose(each.contributions_one(row), expected, rtol=0, atol=1e-6)


def test_trees_too_deep_for_tables_are_explained_directly_and_as_exactly():
    model = fitted(9, rounds=8, min_child_weight=0.1)
    assert Forest.read(model.booster).depth == 9
    background = rows(15, seed=4)
    exact = interventional(model, background)
    assert exact.how == "direct"
    matrix = rows(400, seed=5, missing=0.3)
    check_additivity(exact.base, exact.contributions(matrix), model.margin(matrix))
    for row in matrix[:8]:
        expected = brute_force(model, background, row)
        np.testing.assert_allclose(exact.contributions_one(row), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("depth", [1, 4, 6])
def test_tables_and_the_direct_way_agree(depth):
    model, background, matrix = fitted(depth), rows(60, seed=3), rows(500, seed=9, missing=0.3)
    tables, direct = (way(model, background) for way in WAYS)
    assert interventional(model, background).how == "tables"
    margin, contributions = tables.explain(matrix)
    same, close = direct.explain(matrix)
    np.testing.assert_array_equal(same, margin)  # the same leaves added in the same order
    np.testing.assert_allclose(close, contributions, rtol=0, atol=1e-12)


def test_numbers_at_the_edges_are_compared_as_xgboost_compares_them(model, exact):
    # Equal to a threshold, one float64 above or below it, beyond float32, infinite, ±0, and codes
    # that no split has seen.
    cuts = model.booster.trees_to_dataframe().query("Feature == 'leverage'")["Split"].to_numpy()
    thresholds = cuts.astype(np.float32).astype(np.float64)
    values = np.concatenate([
        thresholds, np.nextafter(thresholds, -np.inf), np.nextafter(thresholds, np.inf),
        [1e300, -1e300, np.inf, -np.inf, 0.0, -0.0, 1e-46, np.nan],
    ])  # fmt: skip
    matrix = np.zeros((len(values), 5))
    matrix[:, 0] = values
    matrix[:, 1] = np.resize([0, 3, 6, 7, 40, 1000, np.nan], len(values))
    check_additivity(exact.base, exact.contributions(matrix), model.margin(matrix))
    few = np.concatenate([exact.contributions(part) for part in np.array_split(matrix, 9)])
    np.testing.assert_array_equal(few, exact.contributions(matrix))


def test_base_and_contributions_add_up_to_the_boosters_margin(model, exact):
    matrix = rows(3000, seed=6, missing=0.3)
    check_additivity(exact.base, exact.contributions(matrix), model.margin(matrix))


def test_one_row_and_batches_of_any_size_give_the_same_bits(exact):
    # 2,500 rows: more than a chunk, and both orders of adding within tables.
    matrix = rows(2500, seed=7)
    margin, batch = exact.explain(matrix)
    for size in (1, 3, 63, 64, 199, 200, 201, 2048):
        picked = matrix[-size:]
        assert exact.explain(picked)[0].tobytes() == margin[-size:].tobytes(), size
        assert exact.contributions(picked).tobytes() == batch[-size:].tobytes(), size
    backwards = exact.contributions(matrix[::-1])
    assert backwards[::-1].tobytes() == batch.tobytes()
    ones = np.array([exact.contributions_one(row) for row in matrix[:50]])
    assert ones.tobytes() == batch[:50].tobytes()


def test_threads_and_processes_give_the_same_bits(model, exact, tmp_path):
    matrix = rows(600, seed=7)
    alone = exact.contributions(matrix).tobytes()
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: exact.contributions(matrix).tobytes(), range(8))) == {alone}
    (tmp_path / "booster.ubj").write_bytes(model.to_bytes())
    np.save(tmp_path / "background.npy", rows(40, seed=3))
    np.save(tmp_path / "matrix.npy", matrix)
    code = (
        "import sys, pathlib, hashlib, numpy as np\n"
        "from scorecard import explain\n"
        "from scorecard.models.boosted import BoostedModel\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "model = BoostedModel.from_bytes((folder / 'booster.ubj').read_bytes())\n"
        "way = getattr(explain, sys.argv[2])(model, np.load(folder / 'background.npy'))\n"
        "answer = way.contributions(np.load(folder / 'matrix.npy')).tobytes()\n"
        "print(hashlib.sha256(answer).hexdigest())\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), type(exact).__name__]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.strip() == hashlib.sha256(alone).hexdigest()


def test_a_declared_direction_holds_for_margin_and_contribution(model, exact):
    for row in rows(20, seed=8):
        matrix = np.tile(row, (121, 1))
        matrix[:, 0] = np.linspace(-4, 4, 121)
        margin, contributions = exact.explain(matrix)
        contribution = contributions[:, 0]
        assert (np.diff(margin) >= 0).all()
        assert (np.diff(model.margin(matrix)) >= 0).all()
        # Equal patterns of a leaf are equal bits; sums of different leaves may round apart.
        assert (np.diff(contribution) >= -1e-12).all()
        assert contribution[-1] > contribution[0]


@each_way
def test_a_feature_the_trees_do_not_read_gets_exactly_nothing(way):
    model = fitted(blank=True)
    assert "age" not in model.booster.get_fscore()
    contributions = way(model, rows(20, seed=3)).contributions(rows(50, seed=9))
    assert (contributions[:, 4] == 0).all()
    assert (contributions[:, 0] != 0).any()


@each_way
def test_background_order_does_not_matter_and_its_only_row_gets_nothing(way, model):
    background = rows(20, seed=3)
    matrix = rows(50, seed=9)
    there = way(model, background).contributions(matrix)
    back = way(model, background[::-1]).contributions(matrix)
    np.testing.assert_array_equal(there, back)
    alone = way(model, background[:1])
    assert (alone.contributions_one(background[0]) == 0).all()
    assert alone.base == model.margin(background[:1])[0]


@each_way
def test_a_model_of_stumps_without_splits_explains_nothing(way):
    model = fitted(min_child_weight=1e9)
    exact = way(model, rows(5, seed=3))
    for n in (4, 300):
        assert (exact.contributions(rows(n, seed=9)) == 0).all()
    assert exact.contributions(np.empty((0, 5))).shape == (0, 5)
    assert exact.base == pytest.approx(model.margin(rows(1, seed=9))[0])


def test_what_cannot_be_served_is_refused():
    with pytest.raises(DeepTreeError, match="at most 6 decisions on a path; got 7"):
        InterventionalTables(fitted(7, rounds=3, min_child_weight=0.1), rows(5, seed=3))
    path = tuple(Step(j, True, j) for j in range(65))
    with pytest.raises(DeepTreeError, match="at most 64 features; got 65"):
        Leaves.of([Leaf(1.0, path)])


def test_wrong_shapes_are_refused(model, exact):
    with pytest.raises(ExplanationError, match="at least one row"):
        type(exact)(model, np.empty((0, 5)))
    with pytest.raises(InputError, match="5 columns"):
        exact.contributions(np.zeros((2, 4)))
    with pytest.raises(InputError, match="shape"):
        exact.contributions_one(np.zeros((2, 5)))


def test_the_gate_counts_rows_that_do_not_add_up(model, exact):
    matrix = rows(100, seed=6)
    margin, contributions = model.margin(matrix), exact.contributions(matrix)
    contributions[3, 2] += 0.01
    contributions[5, 1] = np.nan
    with pytest.raises(ExplanationError, match="2 of 100 rows"):
        check_additivity(exact.base, contributions, margin)
    contributions[5, 1] = 0
    with pytest.raises(ExplanationError, match="1 margins"):
        check_additivity(exact.base, contributions, margin[:1])


@each_way
def test_trees_that_mean_something_else_do_not_pass(way, model, monkeypatch):
    read = Forest.read

    def flipped(booster):
        forest = read(booster)
        left = forest.decisions.category_left
        left[:, :-1] = ~left[:, :-1]
        return forest

    monkeypatch.setattr(Forest, "read", staticmethod(flipped))
    with pytest.raises(ExplanationError, match="add up"):
        way(model, rows(40, seed=3))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@each_way
def test_the_numeric_model_agrees_with_shap(way):
    import shap

    model = fitted(rounds=60, categories=False)
    background, matrix = rows(50, seed=3), rows(200, seed=9)
    explainer = shap.TreeExplainer(
        model.booster, data=background, feature_perturbation="interventional"
    )
    expected = explainer.shap_values(matrix, check_additivity=False)
    actual = way(model, background).contributions(matrix)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)
