from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xgboost as xgb

from scorecard.errors import ExplanationError, InputError
from scorecard.explain.shapley import DeepTreeError, InterventionalTables, check_additivity
from scorecard.models.boosted import BoostedModel, EncodedFeature

LEVELS = ("a", "b", "c", "d", "e", "f")
NAMES = ("leverage", "sector", "sales", "region", "age")


def rows(n: int, seed: int, missing: float = 0.15) -> np.ndarray:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, 5)).round(2)
    matrix[:, 1] = rng.integers(0, len(LEVELS) + 1, n)
    matrix[:, 3] = rng.integers(0, 3, n)
    matrix[rng.random(matrix.shape) < missing] = np.nan
    return matrix


def fitted(
    depth: int = 4, rounds: int = 30, categories: bool = True, blank: bool = False, **more
) -> BoostedModel:
    """A model whose first feature ascends; its second and fourth are categories, if wanted; the
    last tells nothing, if `blank`."""
    matrix = rows(3000, seed=1)
    x = np.nan_to_num(matrix)
    log_odds = x[:, 0] + (x[:, 1] % 3 == 1) * (1 + x[:, 2]) - 0.5 * x[:, 2] * (x[:, 3] == 2)
    y = np.random.default_rng(2).random(len(x)) < 1 / (1 + np.exp(1 - log_odds - x[:, 4] ** 2 / 2))
    features = tuple(
        EncodedFeature(
            name, "none", LEVELS[: 6 if name == "sector" else 2], 6 if name == "sector" else 2
        )
        if categories and name in ("sector", "region")
        else EncodedFeature(name, "ascending" if name == "leverage" else "none")
        for name in NAMES
    )
    if blank:
        matrix[:, 4] = 0
    data = xgb.DMatrix(
        matrix, y.astype(float), feature_names=list(NAMES), enable_categorical=True, nthread=1,
        feature_types=["float" if f.levels is None else "c" for f in features],
    )  # fmt: skip
    parameters = {
        "objective": "binary:logistic", "max_depth": depth, "nthread": 1,
        "monotone_constraints": "(1,0,0,0,0)", **more,
    }  # fmt: skip
    return BoostedModel.from_booster(xgb.train(parameters, data, rounds), features)


def brute_force(model: BoostedModel, background: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Shapley's own sum over every coalition; a coalition is worth the mean mixed margin."""
    n = len(row)
    worth = {}
    for size in range(n + 1):
        for coalition in itertools.combinations(range(n), size):
            mixed = background.copy()
            mixed[:, list(coalition)] = row[list(coalition)]
            worth[frozenset(coalition)] = model.margin(mixed).mean()
    phi = np.zeros(n)
    for i in range(n):
        for coalition, value in worth.items():
            if i not in coalition:
                s = len(coalition)
                share = math.factorial(s) * math.factorial(n - s - 1) / math.factorial(n)
                phi[i] += share * (worth[coalition | {i}] - value)
    return phi


@pytest.fixture(scope="module")
def model() -> BoostedModel:
    return fitted()


@pytest.fixture(scope="module")
def tables(model) -> InterventionalTables:
    return InterventionalTables(model, rows(40, seed=3))


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
    tables = InterventionalTables(model, background)
    assert tables.base == pytest.approx(model.margin(background).mean(), abs=1e-12)
    for row in rows(12, seed=5, missing=0.3):
        expected = brute_force(model, background, row)
        np.testing.assert_allclose(tables.contributions_one(row), expected, rtol=0, atol=1e-6)


def test_numbers_at_the_edges_are_compared_as_xgboost_compares_them(model, tables):
    # Equal to a threshold, one float64 above or below it, beyond float32, infinite, ±0, and codes
    # that no split has seen.
    cuts = model.booster.trees_to_dataframe().query("Feature == 'leverage'")["Split"].to_numpy()
    exact = cuts.astype(np.float32).astype(np.float64)
    values = np.concatenate([
        exact, np.nextafter(exact, -np.inf), np.nextafter(exact, np.inf),
        [1e300, -1e300, np.inf, -np.inf, 0.0, -0.0, 1e-46, np.nan],
    ])  # fmt: skip
    matrix = np.zeros((len(values), 5))
    matrix[:, 0] = values
    matrix[:, 1] = np.resize([0, 3, 6, 7, 40, 1000, np.nan], len(values))
    check_additivity(tables.base, tables.contributions(matrix), model.margin(matrix))


def test_base_and_contributions_add_up_to_the_boosters_margin(model, tables):
    matrix = rows(5000, seed=6, missing=0.3)
    check_additivity(tables.base, tables.contributions(matrix), model.margin(matrix))


def test_one_row_batches_and_threads_give_the_same_bits(tables):
    matrix = rows(300, seed=7)
    batch = tables.contributions(matrix)
    np.testing.assert_array_equal(tables.contributions(matrix[::-1])[::-1], batch)
    with ThreadPoolExecutor(4) as pool:
        ones = np.array(list(pool.map(tables.contributions_one, matrix)))
    np.testing.assert_array_equal(ones, batch)


def test_a_declared_direction_holds_for_margin_and_contribution(model, tables):
    for row in rows(20, seed=8):
        matrix = np.tile(row, (121, 1))
        matrix[:, 0] = np.linspace(-4, 4, 121)
        contribution = tables.contributions(matrix)[:, 0]
        assert (np.diff(model.margin(matrix)) >= 0).all()
        # Equal patterns of a leaf are equal bits; sums of different leaves may round apart.
        assert (np.diff(contribution) >= -1e-12).all()
        assert contribution[-1] > contribution[0]


def test_a_feature_the_trees_do_not_read_gets_exactly_nothing():
    model = fitted(blank=True)
    assert "age" not in model.booster.get_fscore()
    contributions = InterventionalTables(model, rows(20, seed=3)).contributions(rows(50, seed=9))
    assert (contributions[:, 4] == 0).all()
    assert (contributions[:, 0] != 0).any()


def test_background_order_does_not_matter_and_its_only_row_gets_nothing(model):
    background = rows(20, seed=3)
    matrix = rows(50, seed=9)
    there = InterventionalTables(model, background).contributions(matrix)
    back = InterventionalTables(model, background[::-1]).contributions(matrix)
    np.testing.assert_array_equal(there, back)
    alone = InterventionalTables(model, background[:1])
    assert (alone.contributions_one(background[0]) == 0).all()
    assert alone.base == model.margin(background[:1])[0]


def test_a_model_of_stumps_without_splits_explains_nothing():
    model = fitted(min_child_weight=1e9)
    tables = InterventionalTables(model, rows(5, seed=3))
    assert (tables.contributions(rows(4, seed=9)) == 0).all()
    assert tables.contributions(np.empty((0, 5))).shape == (0, 5)


def test_trees_too_deep_for_tables_are_refused():
    with pytest.raises(DeepTreeError, match="at most 6 decisions on a path; got 7"):
        InterventionalTables(fitted(7, rounds=3, min_child_weight=0.1), rows(5, seed=3))


def test_wrong_shapes_are_refused(model, tables):
    with pytest.raises(ExplanationError, match="at least one row"):
        InterventionalTables(model, np.empty((0, 5)))
    with pytest.raises(InputError, match="5 columns"):
        tables.contributions(np.zeros((2, 4)))
    with pytest.raises(InputError, match="shape"):
        tables.contributions_one(np.zeros((2, 5)))


def test_the_gate_counts_rows_that_do_not_add_up(model, tables):
    matrix = rows(100, seed=6)
    margin, contributions = model.margin(matrix), tables.contributions(matrix)
    contributions[3, 2] += 0.01
    contributions[5, 1] = np.nan
    with pytest.raises(ExplanationError, match="2 of 100 rows"):
        check_additivity(tables.base, contributions, margin)
    contributions[5, 1] = 0
    with pytest.raises(ExplanationError, match="1 margins"):
        check_additivity(tables.base, contributions, margin[:1])


def test_trees_that_mean_something_else_do_not_pass(model, monkeypatch):
    from scorecard.explain import shapley

    read = shapley._read_trees

    def flipped(booster):
        trees = read(booster)
        for tree in trees:
            for codes in tree.categories.values():
                codes[:] = [c for c in range(7) if c not in codes]
        return trees

    monkeypatch.setattr(shapley, "_read_trees", flipped)
    with pytest.raises(ExplanationError, match="add up"):
        InterventionalTables(model, rows(40, seed=3))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_numeric_model_agrees_with_shap():
    import shap

    model = fitted(rounds=60, categories=False)
    background, matrix = rows(50, seed=3), rows(200, seed=9)
    explainer = shap.TreeExplainer(
        model.booster, data=background, feature_perturbation="interventional"
    )
    expected = explainer.shap_values(matrix, check_additivity=False)
    actual = InterventionalTables(model, background).contributions(matrix)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)
