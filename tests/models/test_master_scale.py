"""Grades at and around their edges."""

import numpy as np
import pytest

from scorecard.errors import InputError
from scorecard.logodds import logit
from scorecard.models import MasterScale

SCALE = MasterScale.geometric(first_edge=0.0005, ratio=400, count=10, pd_floor=0.0005)


def test_edges_and_grade_pds_are_the_published_ones() -> None:
    edges = [0.050, 0.091, 0.166, 0.302, 0.549, 1.000, 1.821, 3.314, 6.034, 10.986, 20]
    np.testing.assert_allclose(np.array(SCALE.edges) * 100, edges, atol=5e-4)
    pds = dict(zip(SCALE.labels, SCALE.grade_pds(), strict=True))
    assert pds["R5"] == pytest.approx(0.00741, abs=5e-6)
    assert pds["R7"] == pytest.approx(0.02456, abs=5e-6)


def test_a_lower_edge_belongs_to_its_grade() -> None:
    at = logit(np.array(SCALE.edges[:-1]))
    assert SCALE.grades(at).tolist() == list(SCALE.labels)
    below = np.nextafter(at[1:], -np.inf)
    assert SCALE.grades(below).tolist() == list(SCALE.labels[:-1])


def test_outside_the_edges() -> None:
    assert SCALE.grades(logit([1e-6, 0.2, 0.9])).tolist() == ["R1", "R10", "R10"]


def test_grades_never_improve_as_the_log_odds_rise() -> None:
    index = SCALE.index(np.sort(np.random.default_rng(0).normal(-3, 3, 10_000)))
    assert (np.diff(index) >= 0).all()


def test_json_both_ways() -> None:
    assert MasterScale.from_dict(SCALE.to_dict()) == SCALE


@pytest.mark.parametrize("edges", [(0.1,), (0.2, 0.1), (0.0, 0.5), (0.5, 1.0)])
def test_edges_that_do_not_rise_within_0_and_1(edges: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="rising within"):
        MasterScale(edges, 0.0)
