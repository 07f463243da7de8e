from itertools import combinations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression

from scorecard.models.logistic import fit_logistic as scorecard_fit
from scorecard.selection.log import DecisionLog
from scorecard.selection.logistic import RIDGE, fit_logistic, score_test, wald
from scorecard.selection.stepwise import Rule, Stepwise


def unbounded(woe, bad, weight):
    """Coefficients and log-likelihood by scikit-learn, without any rule of sign."""
    if woe.shape[1] == 0:
        margin = np.full(len(bad), np.log(weight @ bad / (weight @ (1 - bad))))
        coef = np.zeros(0)
    else:
        peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
        peer.fit(woe, bad, sample_weight=weight)
        coef, margin = peer.coef_[0], peer.decision_function(woe)
    return coef, float(weight @ (bad * margin - np.logaddexp(0, margin)))


def run(evidence, *, criterion="bic", direction="both", limit=None, forced=(), alpha=0.05):
    log = DecisionLog(frozenset(forced))
    rule = Rule.build(criterion, evidence.rows, alpha)
    search = Stepwise(evidence, log, rule, direction, limit)
    return set(search.run(list(range(len(evidence.names))))), log.frame()


@pytest.mark.parametrize("seed", range(4))
def test_signs_and_optimum_against_every_subset(evidence_of, woe_table, seed):
    woe, bad = woe_table(seed)
    rng = np.random.default_rng(seed)
    weight = rng.uniform(0.3, 3.0, len(bad))
    evidence = evidence_of(woe, bad, weight)
    scaled = weight * len(bad) / weight.sum()
    likelihoods = {}
    for subset in (set(s) for size in range(7) for s in combinations(range(6), size)):
        coef, likelihood = unbounded(woe[:, sorted(subset)], bad, scaled)
        if (coef < 0).all():
            likelihoods[frozenset(subset)] = likelihood
    for criterion, price in (("bic", np.log(len(bad))), ("aic", 2.0)):
        cost = {s: -2 * likelihood + price * len(s) for s, likelihood in likelihoods.items()}
        best = min(cost, key=cost.get)
        for direction in ("both", "backward"):
            found, log = run(evidence, criterion=criterion, direction=direction)
            assert found == best
            last = {row["feature"]: row for row in log.iter_rows(named=True)}
            for j in range(6):
                row = last[f"f{j}"]
                neighbour = cost.get(best ^ {j})
                assert (row["decision"] == "in") == (j in best)
                if row["statistic"] == f"{criterion}_change":
                    change = (cost[best] - neighbour) * (1 if j in best else -1)
                    assert row["value"] == pytest.approx(change, abs=1e-5)
                else:  # out because of its sign: the joint model is none of the admissible ones
                    assert neighbour is None
                    joint = [*sorted(best), j]
                    free, _ = unbounded(woe[:, joint], bad, scaled)
                    assert row["value"] == pytest.approx(free[-1], abs=1e-4)
                    assert free[-1] > 0


def test_a_feature_whose_sign_turns_is_out_with_that_reason(evidence_of, woe_table):
    woe, bad = woe_table(11, n=4000)
    found, log = run(evidence_of(woe, bad))
    assert 1 not in found
    last = log.filter(feature="f1").row(-1, named=True)
    assert (last["decision"], last["statistic"], last["against"]) == ("out", "coefficient", "f0")
    assert last["value"] > 0
    assert "positive" in last["reason_en"]
    assert "为正" in last["reason_zh"]


def test_the_sign_of_the_score_is_that_of_the_joint_coefficient(woe_table):
    for seed in range(5):
        woe, bad = woe_table(seed)
        weight = np.full(len(bad), 1 / len(bad))
        fit = fit_logistic(woe[:, :3], bad, weight)
        scores = score_test(fit, woe[:, :3], woe[:, 3:], bad, weight * len(bad))
        inside = np.flatnonzero(fit.coef < 0)
        for k in range(3):
            coef, likelihood = unbounded(woe[:, [*inside, 3 + k]], bad, weight * len(bad))
            assert np.sign(coef[-1]) == np.sign(scores.slope[k])
            gain = 2 * (likelihood - len(bad) * fit.log_likelihood)
            assert scores.statistic[k] == pytest.approx(gain, rel=0.2, abs=0.05)


def test_the_bounded_fit_meets_its_conditions_and_ignores_scale(woe_table):
    woe, bad = woe_table(0, n=3000)
    weight = np.random.default_rng(5).uniform(0.1, 2.0, len(bad))
    weight /= weight.sum()
    fit = fit_logistic(woe, bad, weight)
    assert fit.coef[1] == 0.0
    slope = (weight * (bad - expit(fit.margin))) @ woe
    free = fit.coef < 0
    assert np.abs(slope[free]).max() < 1e-6
    assert (slope[~free] >= 0).all()  # only a positive coefficient would raise the likelihood
    peer, likelihood = unbounded(woe[:, free], bad, weight)
    np.testing.assert_allclose(fit.coef[free], peer, rtol=1e-4)
    assert fit.log_likelihood == pytest.approx(likelihood, abs=1e-9)
    # Wald's and the likelihood ratio tell much the same of each.
    for k, statistic in enumerate(wald(fit, woe, weight * len(bad))):
        without = fit_logistic(np.delete(woe, k, axis=1), bad, weight)
        ratio = 2 * len(bad) * (fit.log_likelihood - without.log_likelihood)
        assert statistic == pytest.approx(ratio, rel=0.25, abs=0.1)


def test_a_feature_that_decides_the_outcome_is_survived(evidence_of):
    rng = np.random.default_rng(6)
    bad = rng.integers(0, 2, 500).astype(float)
    woe = np.column_stack((4.0 - 8.0 * bad, rng.normal(size=500)))
    found, _ = run(evidence_of(woe, bad))
    assert found == {0}


def test_p_value_is_that_of_the_likelihood_ratio(evidence_of, woe_table):
    woe, bad = woe_table(2)
    found, log = run(evidence_of(woe, bad), criterion="p_value", alpha=0.01)
    last = {row["feature"]: row for row in log.iter_rows(named=True)}
    _, with_all = unbounded(woe[:, sorted(found)], bad, np.ones(len(bad)))
    for j in found:
        _, without = unbounded(woe[:, sorted(found - {j})], bad, np.ones(len(bad)))
        p = chi2.sf(2 * (with_all - without), 1)
        assert last[f"f{j}"]["value"] == pytest.approx(p, rel=1e-3)
        assert p <= 0.01 == last[f"f{j}"]["threshold"]
    weak = [r for r in last.values() if r["decision"] == "out" and r["statistic"] == "p_value"]
    assert weak
    assert all(row["value"] > 0.01 for row in weak)


def test_limit_and_forced_features(evidence_of, woe_table):
    woe, bad = woe_table(3, n=3000)
    evidence = evidence_of(woe, bad)
    for direction in ("both", "forward", "backward"):
        found, log = run(evidence, direction=direction, limit=2)
        assert found == {0, 2}  # the two strongest
        reason = log.filter(feature="f3")["reason_en"][-1]
        assert "most allowed" in reason
        found, log = run(evidence, direction=direction, limit=5, forced=("f1", "f5"))
        assert found == {0, 1, 2, 3, 5}
        for name in ("f1", "f5"):
            assert set(log.filter(feature=name)["decision"]) == {"kept"}
        assert "hold it at 0" in log.filter(feature="f1")["reason_en"][-1]


def test_a_feature_that_turns_the_sign_of_another(evidence_of):
    rng = np.random.default_rng(8)
    n = 6000
    first, second, third = rng.normal(size=(3, n))
    proxy = first + second + 0.4 * third  # strongest alone; what only it knows turns its sign
    bad = (rng.random(n) < expit(-1 - 1.1 * first - second + 0.5 * third)).astype(float)
    evidence = evidence_of(np.column_stack((proxy, first, second)), bad)
    found, log = run(evidence)
    assert found == {1, 2}  # both ways: the second turns the proxy out
    assert log.filter(feature="f0")["decision"].to_list() == ["in", "out", "out"]
    assert log.filter(feature="f0")["against"][1] == "f2"
    assert "positive" in log.filter(feature="f0")["reason_en"][-1]
    found, log = run(evidence, direction="forward")  # never removes, so the second must stay out
    assert found == {0, 1}
    last = log.filter(feature="f2").row(-1, named=True)
    assert (last["decision"], last["against"]) == ("out", "f0")
    assert "with it the coefficient of f0 would turn positive" in last["reason_en"]
    found, _ = run(evidence, direction="backward")
    assert found == {1, 2}


def test_the_fit_is_that_of_the_scorecard(woe_table):
    woe, bad = woe_table(0, n=3000)
    weight = np.random.default_rng(9).uniform(0.1, 2.0, len(bad))
    card = scorecard_fit(np.column_stack((np.ones(len(bad)), woe)), bad > 0, weight, RIDGE)
    fit = fit_logistic(woe, bad, weight / weight.sum())
    assert card[2] == fit.coef[1] == 0.0
    np.testing.assert_allclose([fit.intercept, *fit.coef], card, atol=1e-5)
