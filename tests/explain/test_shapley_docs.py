import doctest
from pathlib import Path

from scorecard.explain import contributions


def test_the_documented_contributions_are_what_comes_out():
    page = Path(__file__).parents[2] / "docs" / "shapley.md"
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted >= 6
    assert not found.failed


def test_the_example_of_shapley():
    found = doctest.testmod(contributions)
    assert found.attempted >= 4
    assert not found.failed
