"""The search: what it measures is what it says, it is seeded, pruned, time-boxed and weighted."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

import scorecard as sc
from scorecard.errors import InputError
from scorecard.models import BoostedClassifier, meetings
from scorecard.tuning import Between, BoostedSearch, TimeFolds, Trial
from scorecard.tuning.trial import COMPLETE, PRUNED, as_frame, choose

BASE = BoostedClassifier({"leverage": "ascending"}, n_jobs=1, min_child_weight=1.0)
SMALL = {"cv": 3, "max_rounds": 60, "patience": 10}
WILD = {"learning_rate": Between(0.01, 1.0, log=True), "max_depth": Between(1, 6)}


@pytest.fixture(scope="module")
def table() -> tuple[pl.DataFrame, Any, Any]:
    rng = np.random.default_rng(0)
    n = 900
    leverage, sales = rng.normal(size=n), rng.normal(size=n)
    sector = rng.choice(["农业", "IT", "mining"], n)
    odds = -1 + leverage + np.where(sales > 0, 1.5 * (sector == "IT"), -0.5)
    y = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
    frame = pl.DataFrame({"leverage": leverage, "sales": sales, "sector": sector})
    blank = pl.Series(rng.random(n) < 0.2)
    frame = frame.with_columns(sales=pl.when(blank).then(None).otherwise("sales"))
    return frame, y, rng.uniform(0.2, 5.0, n)


@parametrize_with_checks(
    [BoostedSearch(BoostedClassifier(n_jobs=1, min_child_weight=0.1, learning_rate=0.3),
                   trials=1, cv=2, max_rounds=10, patience=3)],
    expected_failed_checks=lambda _: {
        "check_sample_weight_equivalence_on_dense_data": "weights are sampling weights",
    },
)  # fmt: skip
def test_scikit_learn_conventions(estimator: Any, check: Any) -> None:
    check(estimator)


def test_the_value_is_the_weighted_loss_of_the_rounds_taken_on_rows_not_learnt_from(
    table: tuple[pl.DataFrame, Any, Any],
) -> None:
    X, y, w = table
    rows = np.arange(len(y))
    splits = [(rows[rows % 3 != k], rows[rows % 3 == k]) for k in range(3)]
    for metric in ("log_loss", "auc"):
        search = BoostedSearch(BASE, trials=2, **{**SMALL, "cv": splits}, metric=metric)
        search.fit(X, y, w)
        trial = search.best_trial_
        taken = {**search.best_params_, "n_estimators": trial.rounds}
        model = sc.BoostedClassifier(**{**BASE.get_params(), **taken})
        told = []
        for train, test in splits:
            model.fit(X[train], y[train], w[train])
            pd = model.predict_proba(X[test])[:, 1]
            told.append(
                log_loss(y[test], pd, sample_weight=w[test])
                if metric == "log_loss"
                else 1 - roc_auc_score(y[test], pd, sample_weight=w[test])
            )
        assert trial.losses == pytest.approx(told, abs=1e-5)
        assert trial.value == pytest.approx(np.mean(told), abs=1e-5)
        assert trial.std_error == pytest.approx(np.std(told, ddof=1) / 3**0.5, abs=1e-5)


def test_what_it_takes_is_fitted_to_all_rows_and_answers(
    table: tuple[pl.DataFrame, Any, Any],
) -> None:
    X, y, w = table
    search = BoostedSearch(BASE, trials=3, num_parallel_tree=2, **SMALL).fit(X, y, w)
    again = BoostedClassifier(**{**BASE.get_params(), **search.best_params_}).fit(X, y, w)
    assert search.best_estimator_.model_ == again.model_
    np.testing.assert_array_equal(search.decision_function(X), again.decision_function(X))
    trees = again.model_.booster.num_boosted_rounds() * 2
    assert len(again.model_.booster.get_dump()) == trees
    more = (3 / 2) ** 0.5  # all rows against two folds of three
    assert search.best_params_["n_estimators"] == round(search.best_trial_.rounds * more)
    assert again.model_.trends["leverage"] == "ascending"


def test_the_same_seed_finds_the_same_and_the_estimator_s_own_settings_come_first(
    table: tuple[pl.DataFrame, Any, Any],
) -> None:
    X, y, w = table
    runs = [
        BoostedSearch(BASE, trials=6, **SMALL, random_state=seed).fit(X, y, w) for seed in (1, 1, 2)
    ]
    one, two, other = (run.trials_.drop("seconds") for run in runs)
    assert one.equals(two)
    assert runs[0].best_estimator_.model_ == runs[1].best_estimator_.model_
    assert not one.equals(other)
    first = json.loads(one["params"][0])
    assert first == {name: BASE.get_params()[name] for name in first}


def test_trials_without_hope_play_fewer_folds(table: tuple[pl.DataFrame, Any, Any]) -> None:
    X, y, w = table
    told: list[tuple[int, int, int]] = []
    search = BoostedSearch(
        BASE, trials=14, **{**SMALL, "max_rounds": 15}, space=WILD,
        on_trial=lambda trial, done, most: told.append((trial.number, done, most)),
    ).fit(X, y, w)  # fmt: skip
    assert told == [(k, k, 14) for k in range(1, 15)]
    frame = search.trials_
    pruned = frame.filter(pl.col("state") == PRUNED)
    assert 0 < pruned.height < 12
    assert pruned["folds"].max() < 3
    assert frame.filter(pl.col("state") == COMPLETE)["folds"].unique().to_list() == [3]
    assert all(a >= b for a, b in pairwise(frame["best"]))


def test_time_ends_the_search_within_a_trial_but_never_the_first(
    table: tuple[pl.DataFrame, Any, Any],
) -> None:
    X, y, w = table
    begun = time.perf_counter()
    search = BoostedSearch(BASE, trials=10_000, timeout=2.0, **SMALL).fit(X, y, w)
    assert time.perf_counter() - begun < 20
    assert 1 < search.trials_.height < 10_000
    once = BoostedSearch(BASE, trials=5, timeout=1e-9, **SMALL).fit(X, y, w)
    assert once.trials_["state"].to_list() == [COMPLETE]


def test_weights_and_dates_take_part(table: tuple[pl.DataFrame, Any, Any]) -> None:
    X, y, w = table
    plain = BoostedSearch(BASE, trials=1, **SMALL).fit(X, y)
    weighted = BoostedSearch(BASE, trials=1, **SMALL).fit(X, y, w)
    scaled = BoostedSearch(BASE, trials=1, **SMALL).fit(X, y, 32 * w)
    assert plain.trials_["value"][0] != weighted.trials_["value"][0]
    assert scaled.best_estimator_.model_ == weighted.best_estimator_.model_
    dates = [dt.date(2020 + i // 300, 1 + (i // 25) % 12, 1) for i in range(len(y))]
    folds = TimeFolds(2, horizon_months=3)
    search = BoostedSearch(BASE, trials=1, **{**SMALL, "cv": folds}).fit(X, y, w, groups=dates)
    assert search.n_splits_ == 2
    with pytest.raises(InputError, match="date"):
        BoostedSearch(BASE, trials=1, **{**SMALL, "cv": folds}).fit(X, y, w)


def test_a_limit_on_interactions_stays_within_the_search(
    table: tuple[pl.DataFrame, Any, Any],
) -> None:
    X, y, w = table
    base = BoostedClassifier(**{**BASE.get_params(), "interactions": [("sales", "sector")]})
    search = BoostedSearch(base, trials=4, **SMALL).fit(X, y, w)
    met = {met for met in meetings(search.best_estimator_.model_) if len(met) > 1}
    assert met == {frozenset({"sales", "sector"})}


def trial(number: int, losses: tuple[float, ...], depth: int, leaves: int, state: str = COMPLETE):
    return Trial(number, state, {}, losses, 10, 1.0, depth, leaves)


def test_near_ties_go_to_the_simpler_model_and_clear_differences_do_not() -> None:
    best = trial(1, (0.30, 0.31, 0.32), 6, 500)
    near = trial(2, (0.302, 0.309, 0.32), 3, 900)  # 0.0003 behind, s.e. of the difference 0.0012
    leaner = trial(3, (0.302, 0.309, 0.32), 3, 400)
    worse = trial(4, (0.31, 0.32, 0.33), 2, 10)  # 0.01 behind in every fold
    given_up = trial(5, (0.1,), 1, 1, PRUNED)
    assert choose([best, worse, given_up]) is best
    assert choose([best, near, worse, given_up]) is near
    assert choose([best, near, leaner, worse, given_up]) is leaner
    assert as_frame([best, near, given_up])["best"].to_list() == [pytest.approx(0.31)] * 3


def test_parameters_that_break_a_rule_are_refused_by_name(
    table: tuple[pl.DataFrame, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y, w = table
    for wrong, said in (
        ({"trials": 0}, "trials"),
        ({"timeout": 0}, "timeout"),
        ({"cv": 1}, "cv must be at least 2"),
        ({"cv": []}, "at least one fold"),
        ({"metric": "gini"}, "eval_metric"),
        ({"space": {"depth": [1]}}, "space must name settings"),
        ({"space": {"n_estimators": [1]}}, "early stopping"),
        ({"space": {"max_depth": []}}, "Between or a list"),
        ({"cv": [(np.flatnonzero(y == 1), np.arange(9))]}, "Fold 1: its training rows"),
    ):
        with pytest.raises(InputError, match=said):
            BoostedSearch(BASE, **{**SMALL, "trials": 1, **wrong}).fit(X, y, w)
    with pytest.raises(ValueError, match="sample_weight"):
        BoostedSearch(BASE, trials=1, **SMALL).fit(X, y, w[:5])
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r"sme-scorecard\[search\]"):
        BoostedSearch(BASE, trials=1, **SMALL).fit(X, y, w)
