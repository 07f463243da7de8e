"""Statistics under the binning table, held against scipy, statsmodels, optbinning and the rows."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import beta, chi2_contingency
from statsmodels.stats.proportion import proportions_ztest

from scorecard import metrics
from scorecard.binning import FeatureBins, OptimalBinner
from scorecard.binning.analysis import BinAnalysis, surely_above
from scorecard.binning.divergence import woe
from scorecard.binning.solver import solve
from scorecard.errors import InputError


def bins_of(bads, goods, missing=(0.0, 0.0)):
    """Return bins of one number with these counts."""
    b, g = np.array([*bads, missing[0], 0.0]), np.array([*goods, missing[1], 0.0])
    return FeatureBins(
        name="x", kind="number", trend="none", objective=0.0,
        splits=tuple(map(float, range(1, len(bads)))), groups=(), special_values=(),
        woe=tuple(woe(b, g, b.sum(), g.sum()).tolist()), rows=(1,) * len(b),
        bads=tuple(b.tolist()), goods=tuple(g.tolist()),
    )  # fmt: skip


# LOAN of hmeq, cut at 5100, 7600, 15100, 23000 and 37600.
LOAN = np.array([111, 118, 426, 264, 186, 84]), np.array([194, 401, 2027, 1793, 1188, 357])


def test_numbers_of_optbinning_on_the_same_bins():
    bads, rows = LOAN
    found = BinAnalysis.of(bins_of(bads, rows - bads))
    assert found.iv == pytest.approx(0.20439887, abs=5e-9)
    assert found.gini == pytest.approx(0.20529238, abs=5e-9)
    assert found.hhi == pytest.approx(0.25507883, abs=5e-9)
    assert found.hhi_normalised == pytest.approx(0.10609459, abs=5e-9)
    assert found.cramers_v == pytest.approx(0.20064639, abs=5e-9)
    squares = [42.650635, 13.619930, 25.452488, 0.484933, 11.797846]
    np.testing.assert_allclose(found.pairs["z"] ** 2, squares, rtol=1e-6)
    tails = [6.544319e-11, 2.237970e-04, 4.534125e-07, 4.861965e-01, 5.929930e-04]
    np.testing.assert_allclose(found.pairs["p_value"], tails, rtol=1e-6)
    # optbinning's are estimates of another prior, so the last digits differ.
    surely = [1.0, 0.999832, 1.0, 0.7551875, 0.9995679]
    np.testing.assert_allclose(found.pairs["p_riskier"], surely, atol=3e-3)


def test_chi_square_and_pairs_are_those_of_scipy_and_statsmodels():
    bads, goods = np.array([12, 30, 9, 44]), np.array([300, 280, 150, 90])
    found = BinAnalysis.of(bins_of(bads, goods, missing=(20, 11)))
    every = np.array([[*bads, 20], [*goods, 11]])
    statistic, p_value, *_ = chi2_contingency(every, correction=False)
    assert (found.chi2, found.p_value) == pytest.approx((statistic, p_value), rel=1e-9)
    for k, pair in enumerate(found.pairs.iter_rows(named=True)):
        z, p = proportions_ztest(bads[[k + 1, k]], (bads + goods)[[k + 1, k]])
        assert (pair["z"], pair["p_value"]) == pytest.approx((z, p), rel=1e-9)
        rate = bads / (bads + goods)
        assert pair["gap"] == pytest.approx(rate[k + 1] - rate[k])
    # The solver keeps two bins apart up to this very p-value and no further.
    for k, p in enumerate(found.pairs["p_value"]):
        for level, cuts in ((p * 1.001, (1,)), (p * 0.999, ())):
            assert solve(bads[k : k + 2], goods[k : k + 2], max_p_value=level).cuts == cuts


def test_gini_and_ks_are_those_of_the_rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=3000)
    y = (rng.random(3000) < 0.1 + 0.3 * (x > 0.5) + 0.4 * (np.abs(x) > 2)).astype(int)
    x[rng.random(3000) < 0.2] = np.nan
    weight = rng.uniform(0.5, 2, 3000)
    for policy in ("bin", "worst"):
        binner = OptimalBinner(missing=policy).fit(x[:, None], y, weight)
        risk = -binner.transform(x[:, None])[:, 0]
        found = binner.binning_table("x0").analysis
        assert found.gini == pytest.approx(metrics.gini(y, risk, weight), abs=1e-12)
        assert found.ks == pytest.approx(metrics.ks(y, risk, weight), abs=1e-12)
        assert found.iv == sum(binner.bins_["x0"].iv)


@pytest.mark.parametrize(
    "counts", [((0, 3), (0, 5)), ((10, 90), (12, 80)), ((786, 481), (105, 83)), ((1, 9999), (2, 8))]
)
def test_who_is_riskier_is_what_many_draws_say(counts):
    rng = np.random.default_rng(1)
    one, other = (beta(b + 0.5, g + 0.5).rvs(400_000, random_state=rng) for b, g in counts)
    found = surely_above(*counts)
    assert found == pytest.approx((one > other).mean(), abs=0.003)
    assert found + surely_above(*counts[::-1]) == pytest.approx(1, abs=1e-12)


def test_who_is_riskier_is_known_where_it_can_be_written_down():
    assert surely_above((0, 0), (0, 0)) == pytest.approx(0.5, abs=1e-12)
    # X of Beta(1, 1) and Y of Beta(1, 2): P(X > Y) = 2/3
    assert surely_above((0.5, 0.5), (0.5, 1.5)) == pytest.approx(2 / 3, abs=1e-12)
    assert surely_above((3e9, 7e9), (3e9, 7e9)) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("unit", [1e-290, 1e290])
def test_weights_of_any_unit_have_an_analysis(unit):
    counts = np.array([12, 30, 9]), np.array([300, 280, 0])
    one, other = (BinAnalysis.of(bins_of(*(c * u for c in counts))) for u in (1.0, unit))
    for name in ("iv", "gini", "ks", "hhi", "cramers_v"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-9)
    assert 0 <= other.p_value <= 1
    assert other.pairs.filter(pl.all_horizontal(pl.col("p_riskier").is_between(0, 1))).height == 2
    assert surely_above((3e200, 7e200), (3, 7)) == pytest.approx(beta(3.5, 7.5).cdf(0.3))


def test_bins_that_say_nothing_have_an_analysis_too():
    found = BinAnalysis.of(bins_of([5], [20]))
    assert (found.gini, found.ks, found.chi2, found.p_value, found.hhi) == (0, 0, 0, 1, 1)
    assert found.pairs.is_empty()
    empty = BinAnalysis.of(bins_of([0, 0, 5], [4, 6, 0]))  # neither of two neighbours has a bad
    assert empty.pairs.row(0)[2:5] == (0.0, 0.0, 1.0)


def test_the_analysis_stands_under_the_table():
    X = pl.DataFrame({"trade": ["<b>", "steel", "toys"] * 200})
    table = (
        OptimalBinner().fit(X, [1, 0, 0, 0, 1, 0, 1, 0, 1] * 66 + [0] * 6).binning_table("trade")
    )
    for text in (str(table), table._repr_html_()):
        assert f"{table.analysis.cramers_v:.4f}" in text
        assert f"{table.analysis.pairs['p_riskier'][0]:.4f}" in text
    assert "&lt;b&gt; →" in table._repr_html_() or "→ &lt;b&gt;" in table._repr_html_()
    with pytest.raises(InputError, match="part of a binning table does not know"):
        table.head(2).analysis  # noqa: B018
