import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.selection.evidence import weighted_correlation
from scorecard.selection.filters import (
    by_correlation,
    by_inflation,
    by_information,
    by_rank,
    inflation,
    screen,
)
from scorecard.selection.log import DecisionLog


def free():
    return DecisionLog(frozenset())


def names(evidence, places):
    return {evidence.names[j] for j in places}


def test_weighted_correlation_by_hand():
    # Means 1 and 3/4, variances 1/2 and 27/16, covariance 3/4: r = (3/4)/sqrt(27/32) = sqrt(2/3).
    values = np.array([[0.0, 0.0, 5.0], [1.0, 0.0, 5.0], [2.0, 3.0, 5.0]])
    found = weighted_correlation(values, np.array([0.25, 0.5, 0.25]))
    assert found[0, 1] == pytest.approx(np.sqrt(2 / 3), rel=1e-14)
    assert found[2].tolist() == [0.0, 0.0, 1.0]  # a constant correlates with nothing


def test_weights_are_repetitions():
    rng = np.random.default_rng(0)
    values, times = rng.normal(size=(50, 4)), rng.integers(1, 5, 50)
    np.testing.assert_allclose(
        weighted_correlation(values, times / times.sum()),
        np.corrcoef(np.repeat(values, times, axis=0), rowvar=False),
        atol=1e-14,
    )


def test_inflation_by_hand():
    # r(a, b) = .8 and c apart: 1/(1 - .64) = 25/9 twice, and 1. With r(a, c) = .6 and r(b, c) = 0
    # as well, R² of a is .64 + .36 = 1: a is a linear combination of the two others.
    apart = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(inflation(apart), [25 / 9, 25 / 9, 1.0], rtol=1e-12)
    bound = np.array([[1.0, 0.8, 0.6], [0.8, 1.0, 0.0], [0.6, 0.0, 1.0]])
    assert np.isinf(inflation(bound)).all()


def test_inflation_is_that_of_the_regression_on_the_others():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5))
    weight = rng.uniform(0.2, 3.0, 300)
    factors = inflation(weighted_correlation(values, weight / weight.sum()))
    root = np.sqrt(weight)[:, None]
    for j in range(5):
        others = np.column_stack((np.ones(300), np.delete(values, j, axis=1))) * root
        target = values[:, [j]] * root
        rest = target - others @ np.linalg.lstsq(others, target, rcond=None)[0]
        mean = np.average(values[:, j], weights=weight)
        total = weight @ (values[:, j] - mean) ** 2
        assert factors[j] == pytest.approx(total / float((rest**2).sum()), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shape=st.tuples(st.integers(1, 12), st.integers(1, 4)),
    limit=st.floats(0.05, 0.95),
    forced=st.sets(st.integers(0, 11), max_size=3),
)
def test_correlation_clusters(evidence_of, seed, shape, limit, forced):
    size, rank = shape
    rng = np.random.default_rng(seed)
    woe = rng.normal(size=(40, rank)) @ rng.normal(size=(rank, size))
    evidence = evidence_of(woe + 0.2 * rng.normal(size=woe.shape), np.arange(40) % 2)
    keep = frozenset(f"f{j}" for j in forced if j < size)
    log = DecisionLog(keep)
    stay = by_correlation(evidence, list(range(size)), log, limit)
    strength = np.abs(evidence.correlation)
    for a in stay:
        for b in stay:
            both_forced = {evidence.names[a], evidence.names[b]} <= keep
            assert a == b or both_forced or strength[a, b] <= limit
    for row in log.frame().filter(decision="out").iter_rows(named=True):
        j, k = evidence.names.index(row["feature"]), evidence.names.index(row["against"])
        assert k in stay
        assert strength[j, k] == row["value"] > limit == row["threshold"]
        assert row["against"] in keep or evidence.iv[k] >= evidence.iv[j]
    assert keep <= names(evidence, stay)


def test_inflated_features_go_one_by_one(evidence_of):
    rng = np.random.default_rng(2)
    a, b, c = rng.normal(size=(3, 2000))
    # d = a + b and a copy of c that is nearly exact: one of three and one of two must go.
    woe = np.column_stack((a, b, c, a + b, c + 0.01 * rng.normal(size=2000)))
    evidence = evidence_of(woe, rng.integers(0, 2, 2000), iv=[0.5, 0.4, 0.3, 0.2, 0.1])
    log = free()
    stay = by_inflation(evidence, list(range(5)), log, 5.0)
    out = log.frame().filter(decision="out")
    assert names(evidence, stay) == {"f0", "f1", "f2"}  # the weaker of equals went
    assert out["feature"].to_list() == ["f3", "f4"]
    assert out["value"][0] == np.inf
    assert (out["value"] > 5).all()
    assert out["against"][1] == "f2"
    held = DecisionLog(frozenset({"f3"}))
    assert names(evidence, by_inflation(evidence, list(range(5)), held, 5.0)) == {"f0", "f2", "f3"}
    assert held.frame().filter(feature="f3")["decision"].to_list() == ["kept"]


def test_single_bins_and_copies_are_screened(evidence_of):
    rng = np.random.default_rng(3)
    first, other = rng.normal(size=(2, 200))
    woe = np.column_stack((first, other, -2 * first, np.zeros(200)))
    evidence = evidence_of(woe, rng.integers(0, 2, 200), iv=[0.3, 0.2, 0.3, 0.0])
    log = free()
    assert names(evidence, screen(evidence, list(range(4)), log)) == {"f0", "f1"}
    told = {row["feature"]: row for row in log.frame().iter_rows(named=True)}
    assert (told["f2"]["against"], told["f2"]["value"]) == ("f0", pytest.approx(-1.0))
    assert "copy of f0" in told["f2"]["reason_en"]
    assert "one bin" in told["f3"]["reason_en"]


def test_information_and_rank(evidence_of):
    rng = np.random.default_rng(4)
    evidence = evidence_of(rng.normal(size=(50, 4)), rng.integers(0, 2, 50), iv=[0.7, 0.1, 0.1, 0])
    log = DecisionLog(frozenset({"f3"}))
    stay = by_information(evidence, [0, 1, 2, 3], log, 0.1)
    assert stay == [0, 1, 2, 3]
    told = {row["feature"]: row for row in log.frame().iter_rows(named=True)}
    assert "leak" in told["f0"]["reason_en"]
    assert "leak" not in told["f1"]["reason_en"]
    assert told["f3"]["decision"] == "kept"
    assert told["f3"]["reason_en"].startswith("forced to stay; information value 0 is below 0.1")
    assert told["f3"]["reason_zh"].startswith("指定保留；信息值 0 低于")
    assert names(evidence, by_rank(evidence, stay, log, 3)) == {"f3", "f0", "f1"}  # ties by name
