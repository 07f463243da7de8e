import doctest
from pathlib import Path

from scorecard.tuning import boosted_search, time_folds


def test_the_documented_search_and_folds_are_what_comes_out():
    page = Path(__file__).parents[2] / "docs" / "boosted.md"
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted >= 10
    assert not found.failed


def test_the_examples_of_search_and_folds():
    for module in (boosted_search, time_folds):
        found = doctest.testmod(module)
        assert found.attempted
        assert not found.failed
