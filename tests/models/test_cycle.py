"""Through the cycle and point in time: the published number, and the laws of the two ways."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

import scorecard as sc
from scorecard.errors import InputError

RHO = st.floats(0.005, 0.5)
PD = st.floats(1e-5, 0.6)
INDEX = st.floats(-4, 4)


def test_the_published_number_and_the_mean_over_the_cycle() -> None:
    cycle = sc.CycleModel(0.15)
    assert float(cycle.point_in_time(0.02, 0.0)) == pytest.approx(0.0130, abs=5e-5)
    mean, _ = quad(lambda z: float(cycle.point_in_time(0.02, z)) * norm.pdf(z), -12, 12)
    assert mean == pytest.approx(0.02, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(rho=RHO, pd=PD, index=INDEX)
def test_the_two_ways_are_inverses_and_good_times_lower_the_pd(
    rho: float, pd: float, index: float
) -> None:
    cycle = sc.CycleModel(rho)
    there = cycle.point_in_time(pd, index)
    assert float(cycle.through_the_cycle(there, index)) == pytest.approx(pd, rel=1e-9)
    back = cycle.through_the_cycle(pd, index)
    assert float(cycle.point_in_time(back, index)) == pytest.approx(pd, rel=1e-9)
    assert cycle.point_in_time(pd, index + 0.01) < there < cycle.point_in_time(pd * 1.01, index)


@settings(max_examples=40, deadline=None)
@given(rho=RHO, pds=st.lists(PD, min_size=1, max_size=8), index=st.floats(-3, 3))
def test_a_portfolio_gives_its_index_back(rho: float, pds: list[float], index: float) -> None:
    cycle, p = sc.CycleModel(rho), np.array(pds)
    weight = np.arange(1.0, len(p) + 1)
    rate = float(np.average(cycle.point_in_time(p, index), weights=weight))
    assert cycle.implied_index(p, rate, weight) == pytest.approx(index, abs=1e-7)


@pytest.mark.parametrize("rho", [0.0, 1.0, float("nan")])
def test_a_correlation_outside_its_range_is_refused(rho: float) -> None:
    with pytest.raises(InputError, match="must lie in"):
        sc.CycleModel(rho)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_period_of_one_outcome_implies_no_index(rate: float) -> None:
    with pytest.raises(InputError, match="implied by a default rate"):
        sc.CycleModel(0.1).implied_index([0.02, 0.03], rate)
