import doctest
from pathlib import Path

from scorecard.selection import selector


def test_the_documented_log_is_what_comes_out():
    page = Path(__file__).parents[2] / "docs" / "selection.md"
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted >= 8
    assert not found.failed


def test_the_example_of_the_selector():
    assert not doctest.testmod(selector).failed
