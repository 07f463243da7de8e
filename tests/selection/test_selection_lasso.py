from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from scorecard.errors import InputError
from scorecard.selection.folds import fold_of
from scorecard.selection.lasso import by_lasso
from scorecard.selection.log import DecisionLog
from scorecard.selection.logistic import fit_logistic


def run(evidence, *, forced=(), limit=None, folds=5):
    log = DecisionLog(frozenset(forced))
    places = list(range(len(evidence.names)))
    stay, path = by_lasso(evidence, places, log, folds=folds, seed=0, max_features=limit)
    return set(stay), path, log.frame()


@pytest.mark.parametrize(("strength", "columns"), [(0.3, [0, 2, 3]), (0.05, [0, 2, 3, 4])])
def test_penalised_fit_is_that_of_scikit_learn(woe_table, strength, columns):
    woe, bad = woe_table(0, n=1500)
    woe = woe[:, columns]  # no sign binds among these at this penalty
    weight = np.random.default_rng(0).uniform(0.5, 2.0, 1500)
    peer = LogisticRegression(l1_ratio=1, C=strength, solver="saga", tol=1e-8, max_iter=20_000).fit(
        woe, bad, sample_weight=weight
    )
    penalty = 1 / (strength * weight.sum())
    fit = fit_logistic(woe, bad, weight / weight.sum(), penalty=penalty)
    np.testing.assert_allclose(fit.coef, peer.coef_[0], atol=2e-5)
    assert fit.intercept == pytest.approx(peer.intercept_[0], abs=2e-5)
    assert ((fit.coef == 0) == (peer.coef_[0] == 0)).all()


def test_one_standard_error_rule_signs_and_limit(evidence_of, woe_table):
    woe, bad = woe_table(1, n=3000)
    evidence = evidence_of(woe, bad, np.random.default_rng(1).uniform(0.5, 2.0, 3000))
    stay, path, log = run(evidence)
    assert {0, 2, 3} <= stay
    assert 1 not in stay  # its sign turns beside the first
    assert (path.coefs <= 0).all()
    assert (path.coefs[0] == 0).all()
    best = path.deviance.argmin()
    assert path.deviance[path.chosen] <= path.deviance[best] + path.error[best]
    assert path.deviance[path.chosen - 1] > path.deviance[best] + path.error[best]
    told = log.filter(decision="in")
    assert {int(name[1]) for name in told["feature"]} == stay
    for row in told.iter_rows(named=True):
        assert row["value"] == path.coefs[path.chosen, int(row["feature"][1])] < 0
    few, path, _ = run(evidence, limit=2)
    assert len(few) <= 2
    assert (path.coefs[path.chosen] < 0).sum() <= 2


def test_forced_features_pay_no_penalty(evidence_of, woe_table):
    woe, bad = woe_table(2, n=3000)
    evidence = evidence_of(woe, bad)
    stay, path, log = run(evidence, forced=("f3",))
    assert 3 in stay
    alone = fit_logistic(woe[:, [3]], bad, evidence.weight)
    assert path.coefs[0, 3] == pytest.approx(float(alone.coef[0]), abs=1e-5)
    assert log.filter(feature="f3")["decision"].to_list() == ["kept"]
    # Nothing is left to say beside a feature and its copy.
    twice = evidence_of(np.column_stack((woe[:, 0], woe[:, 0])), bad)
    stay, path, log = run(twice, forced=("f0",))
    assert (stay, path) == ({0}, None)
    assert "any L1 penalty" in log.filter(feature="f1")["reason_en"].item()


def test_folds_follow_the_rows_not_their_order(evidence_of, woe_table):
    woe, bad = woe_table(3, n=500)
    evidence = evidence_of(woe, bad)
    order = np.random.default_rng(3).permutation(500)
    moved = replace(evidence, woe=woe[order], bad=bad[order], row_key=evidence.row_key[order])
    fold = fold_of(evidence, 5, 0)
    assert (fold_of(moved, 5, 0) == fold[order]).all()
    for outcome in (0, 1):
        assert np.ptp(np.bincount(fold[bad == outcome])) <= 1
    assert (fold_of(evidence, 5, 1) != fold).any()
    with pytest.raises(InputError, match=r"501 folds need as many rows .* Take fewer folds"):
        fold_of(evidence, 501, 0)
