"""The solver against enumeration, and the laws an optimum obeys."""

from dataclasses import replace
from itertools import combinations
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.binning import InfeasibleBinning, certify, solve
from scorecard.binning.divergence import DIVERGENCES, SMOOTHING, shares, woe
from scorecard.binning.rules import TRENDS
from scorecard.errors import InputError
from scorecard.features.feature import TRENDS as DECLARED_TRENDS


def follows(rates, trend):
    steps = np.diff(rates)
    up, down = steps >= -1e-12, steps <= 1e-12
    if trend in ("peak", "valley"):
        first, second = (up, down) if trend == "peak" else (down, up)
        return any(first[:k].all() and second[k:].all() for k in range(len(steps) + 1))
    if trend in ("concave", "convex"):
        bends = np.diff(steps)
        return (bends <= 1e-12).all() if trend == "concave" else (bends >= -1e-12).all()
    if trend == "auto":
        return follows(rates, "peak") or follows(rates, "valley")
    return {"none": True, "ascending": up.all(), "descending": down.all()}[trend]


def significant(b1, n1, b2, n2, level):
    pooled = (b1 + b2) / (n1 + n2)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
    if variance <= 0:
        return level >= 1
    z = abs(b1 / n1 - b2 / n2) / np.sqrt(variance)
    return 2 * (1 - NormalDist().cdf(z)) <= level


def brute_force(b, g, *, divergence="iv", trend="none", min_bins=1, max_bins=99, min_bin_share=0,
                max_bin_share=1, min_bin_bads=0, min_bin_goods=0, min_rate_gap=0.0,
                max_p_value=1.0):  # fmt: skip
    """Try every way to cut and return the best objective, None if no way meets the rules."""
    best = None
    for k in range(len(b)):
        for cuts in combinations(range(1, len(b)), k):
            starts = [0, *cuts]
            bb, gg = np.add.reduceat(b, starts), np.add.reduceat(g, starts)
            n = bb + gg
            share = n / n.sum()
            if not (
                min_bins <= k + 1 <= max_bins
                and (share >= min_bin_share * (1 - 1e-9)).all()
                and (share <= max_bin_share * (1 + 1e-9)).all()
                and (bb >= min_bin_bads * (1 - 1e-9)).all()
                and (gg >= min_bin_goods * (1 - 1e-9)).all()
                and (np.abs(np.diff(bb / n)) >= min_rate_gap - 1e-12).all()
                and follows(bb / n, trend)
                and all(
                    significant(bb[i], n[i], bb[i + 1], n[i + 1], max_p_value) for i in range(k)
                )
            ):
                continue
            value = DIVERGENCES[divergence](*shares(bb, gg, b.sum(), g.sum())).sum()
            best = value if best is None else max(best, value)
    return best


@st.composite
def problems(draw):
    n = draw(st.integers(1, 8))
    weights = st.one_of(st.integers(0, 30), st.floats(0.1, 30))
    b = np.array(draw(st.lists(weights, min_size=n, max_size=n)), dtype=float)
    g = np.array(draw(st.lists(weights, min_size=n, max_size=n)), dtype=float)
    b[0] += 0.5
    g[-1] += 0.5
    g[b + g == 0] = 1.0
    maybe = {
        "divergence": st.sampled_from(list(DIVERGENCES)),
        "trend": st.sampled_from(TRENDS),
        "min_bins": st.integers(1, 3),
        "max_bins": st.integers(1, 5),
        "min_bin_share": st.floats(0, 0.4),
        "max_bin_share": st.floats(0.3, 1),
        "min_bin_bads": st.floats(0, 15),
        "min_bin_goods": st.floats(0, 15),
        "min_rate_gap": st.floats(0, 0.3),
        "max_p_value": st.floats(0.01, 1),
    }
    names = draw(st.sets(st.sampled_from(sorted(maybe)), max_size=4))
    return b, g, {name: draw(maybe[name]) for name in sorted(names)}


@settings(max_examples=300, deadline=None)
@given(problems())
def test_equals_enumeration(problem):
    b, g, rules = problem
    expected = brute_force(b, g, **rules)
    if expected is None:
        with pytest.raises(InfeasibleBinning):
            solve(b, g, **rules)
        return
    found = solve(b, g, **rules)
    assert found.objective == pytest.approx(expected, rel=1e-12, abs=1e-12)
    # the cuts that are returned are worth the objective that is claimed
    starts = [0, *found.cuts]
    bb, gg = np.add.reduceat(b, starts), np.add.reduceat(g, starts)
    worth = DIVERGENCES[rules.get("divergence", "iv")](*shares(bb, gg, b.sum(), g.sum())).sum()
    assert worth == pytest.approx(found.objective, rel=1e-12, abs=1e-12)
    assert follows(bb / (bb + gg), found.trend)


@given(st.integers(0, 10_000), st.floats(1e-3, 1e6))
@settings(max_examples=30, deadline=None)
def test_scale_and_reversal(seed, scale):
    rng = np.random.default_rng(seed)
    b, g = rng.uniform(1, 20, 25), rng.uniform(20, 90, 25)
    rules = {"max_bins": 6, "min_bin_share": 0.05}
    base = solve(b, g, trend="ascending", **rules)
    assert solve(b * scale, g * scale, trend="ascending", **rules).cuts == base.cuts
    mirrored = solve(b[::-1], g[::-1], trend="descending", **rules)
    assert tuple(25 - cut for cut in reversed(mirrored.cuts)) == base.cuts


@pytest.mark.parametrize("rules", [{}, {"max_bins": 3}, {"min_bin_share": 0.2}])
@pytest.mark.parametrize("seed", range(8))
def test_auto_is_the_best_of_all_shapes_and_the_simplest_of_equals(seed, rules):
    b, g = random_counts(seed)
    shapes = [t for t in TRENDS if t not in ("none", "auto")]
    found = {t: solve(b, g, trend=t, **rules).objective for t in shapes}
    best = solve(b, g, trend="auto", **rules)
    assert best.objective == pytest.approx(max(found.values()), rel=1e-12)
    straight = max(found["ascending"], found["descending"])
    assert (best.trend in ("peak", "valley")) == (best.objective > straight + 1e-12)


def test_one_bin_is_a_result():
    found = solve([5.0, 5, 5], [10.0, 10, 10], trend="auto")
    assert (found.cuts, found.objective, found.trend) == ((), 0.0, "none")


def test_pooled_z_test_known_value():
    # 15/100 against 25/100: z = 0.1 / sqrt(.2·.8·.02) = 1.76777, two-sided p = 0.0771
    assert solve([15, 25], [85, 75], max_p_value=0.0772).cuts == (1,)
    assert solve([15, 25], [85, 75], max_p_value=0.0770).cuts == ()


def test_a_p_value_may_be_as_small_as_numbers_go():
    assert solve([20, 980], [980, 20], max_p_value=1e-300).cuts == (1,)  # z = 42.9
    assert solve([40, 60], [60, 40], max_p_value=0.0).cuts == ()
    assert solve([0, 1, 2], [0, 3, 3], max_p_value=0.0).cuts == ()  # a rate that no sample has


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ({"min_bins": 4, "min_bin_share": 0.3}, "min_bin_share"),
        ({"max_bin_share": 0.2}, "max_bin_share"),
        ({"max_bin_share": 0.6, "trend": "descending"}, "trend"),
        ({"min_bins": 2, "max_p_value": 0.01}, "max_p_value"),
        ({"max_bins": 1, "fixed_cuts": [2]}, "max_bins"),
        ({"min_bin_bads": 1e6}, "min_bin_bads"),
        ({"min_bins": 5}, "min_bins"),
    ],
)
def test_infeasible_names_the_constraint(rules, named):
    with pytest.raises(InfeasibleBinning, match=named) as caught:
        solve([1.0, 2, 3, 4], [9.0, 8, 7, 6], **rules)
    assert caught.value.constraint == named


def test_infeasible_tells_what_else_would_do_and_what_must_go_together():
    counts = [1.0, 2, 3, 4], [9.0, 8, 7, 6]
    with pytest.raises(InfeasibleBinning, match=r"meets min_bin_share=0\.3; without it") as e:
        solve(*counts, min_bins=4, min_bin_share=0.3, min_bin_bads=0.5)
    assert "to drop min_bins instead would do" in str(e.value)
    assert "min_bin_bads" not in str(e.value)
    rules = {"min_bins": 3, "trend": "descending", "min_bin_share": 0.5, "max_p_value": 0.9}
    with pytest.raises(InfeasibleBinning, match="no single one will do") as e:
        solve(*counts, **{**rules, "max_bin_share": 0.3, "min_bin_bads": 0.5})
    blamed = [name for name in (*rules, "max_bin_share", "min_bin_bads") if name in str(e.value)]
    assert "min_bin_bads" not in blamed
    kept = {name: rule for name, rule in rules.items() if name not in blamed}
    solve(*counts, **kept)
    for name in blamed:  # each of them has to go
        with pytest.raises(InfeasibleBinning):
            solve(*counts, **kept, **{name: {**rules, "max_bin_share": 0.3}[name]})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"trend": "up"}, "trend must be one of none, .*; got 'up'"),
        ({"divergence": "kl"}, "divergence must be one of"),
        ({"min_bin_share": 3}, "min_bin_share must lie between 0 and 1"),
        ({"max_bins": 0}, "max_bins"),
        ({"max_bins": "x"}, "max_bins must be a whole number"),
        ({"min_bin_bads": "x"}, "min_bin_bads must be a weight"),
        ({"bads": [1.0, np.nan]}, "bads"),
        ({"bads": [0.0, 0.0]}, "both bads and goods"),
        ({"bads": [1.0]}, "equally long"),
        ({"bads": [], "goods": []}, "one prebin at least"),
        ({"bads": ["a", "b"]}, "bads must be a list of finite weights"),
        ({"bads": [[1.0, 2.0], [1.0]]}, "bads must be a list of finite weights"),
        ({"goods": [1e308, 1e308]}, "goods must be weights up to 1e"),
        ({"fixed_cuts": [1.0]}, "fixed_cuts must be whole numbers"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(InputError, match=message):
        solve(**{"bads": [1.0, 2], "goods": [2.0, 1], **arguments})


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2), st.floats(0.01, 0.5))
def test_woe_falls_as_the_rate_rises_even_at_the_ends(rates, share):
    low, high = sorted(rates)
    n = np.array([share, share])
    bads = n * [low, high]
    first, second = woe(bads, n - bads, 0.3, 0.7)
    assert np.isfinite([first, second]).all()
    assert first >= second - 1e-12


def test_bins_without_bads_or_goods_are_finite_and_others_exact():
    bads, goods = np.array([0.0, 30, 10]), np.array([50.0, 10, 0])
    found = woe(bads, goods, 40, 60)
    assert found[1] == np.log((10 / 60) / (30 / 40))
    assert found[0] == pytest.approx(np.log((50 / 60) / (SMOOTHING * 0.5)))
    assert found[2] == pytest.approx(np.log((SMOOTHING * 0.1) / (10 / 40)))


def test_every_declared_trend_can_be_solved():
    assert set(DECLARED_TRENDS) <= set(TRENDS)


def random_counts(seed, n=40):
    rng = np.random.default_rng(seed)
    rate = 1 / (1 + np.exp(-np.linspace(-3, -1, n) - rng.normal(0, 0.4, n)))
    weight = rng.uniform(20, 90, n)
    return weight * rate, weight * (1 - rate)


@pytest.mark.parametrize("trend", TRENDS)
@pytest.mark.parametrize(
    "rules", [{}, {"max_bins": 5, "min_bin_share": 0.05}, {"max_p_value": 0.2, "min_bins": 3}]
)
def test_the_certificate_proves_the_optimum_and_finds_out_anything_less(trend, rules):
    b, g = random_counts(TRENDS.index(trend))
    if trend == "descending":
        b, g = b[::-1], g[::-1]
    found = solve(b, g, trend=trend, **rules)
    proof = certify(found, b, g, trend=trend, **rules)
    assert proof.proven
    assert proof.objective == pytest.approx(found.objective, rel=1e-12)
    worse = replace(found, cuts=found.cuts[:-1])
    try:
        doubt = certify(worse, b, g, trend=trend, **rules)
    except InfeasibleBinning:
        return
    assert not doubt.proven
    assert doubt.gap == pytest.approx(found.objective - doubt.objective)


def test_a_certificate_is_refused_to_cuts_that_break_a_rule():
    b, g = random_counts(1)
    free = solve(b, g)
    with pytest.raises(InfeasibleBinning, match="trend"):
        certify(replace(free, trend="ascending"), b, g, trend="ascending")


def test_fixed_cuts_are_kept_at_what_they_cost():
    b, g = random_counts(3)
    free = solve(b, g, trend="ascending", max_bins=5)
    fixed = next(k for k in range(1, 40) if k not in free.cuts)
    held = solve(b, g, trend="ascending", max_bins=5, fixed_cuts=[fixed])
    assert fixed in held.cuts
    assert held.objective < free.objective
    with pytest.raises(InfeasibleBinning, match="max_bins"):
        solve(b, g, max_bins=2, fixed_cuts=[3, 9])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["none", "ascending", "peak", "concave"]))
def test_bins_are_stable_in_every_period_and_the_best_of_these(seed, trend):
    rng = np.random.default_rng(seed)
    parts = [(rng.uniform(0, 9, 7), rng.uniform(5, 30, 7)) for _ in range(3)]
    b, g = sum(p[0] for p in parts), sum(p[1] for p in parts)

    def orders(starts):
        sums = [(np.add.reduceat(x, starts), np.add.reduceat(y, starts)) for x, y in parts]
        sums.append((np.add.reduceat(b, starts), np.add.reduceat(g, starts)))
        return [np.sign(np.diff(x / (x + y))) for x, y in sums]

    found = solve(b, g, trend=trend, periods=parts)
    *periods, whole = orders([0, *found.cuts])
    assert all((order == whole).all() for order in periods)
    best = 0.0
    for k in range(1, 7):
        for cuts in combinations(range(1, 7), k):
            starts = [0, *cuts]
            *periods, whole = orders(starts)
            bb, gg = np.add.reduceat(b, starts), np.add.reduceat(g, starts)
            if follows(bb / (bb + gg), trend) and all((o == whole).all() for o in periods):
                best = max(best, DIVERGENCES["iv"](*shares(bb, gg, b.sum(), g.sum())).sum())
    assert found.objective == pytest.approx(best, abs=1e-12)


def test_auto_tells_what_its_trend_costs():
    b, g = random_counts(5)
    found = solve(b, g, trend="auto")
    assert found.loss == pytest.approx(solve(b, g).objective - found.objective)
    assert solve(b, g).loss is None
