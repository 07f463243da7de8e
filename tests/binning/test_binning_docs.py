"""The examples in the docstrings of binning come out as they say."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("module", ["binner", "number_prebins", "solver"])
def test_examples_of_docstrings(module):
    found = doctest.testmod(import_module(f"scorecard.binning.{module}"))
    assert found.attempted > 0
    assert found.failed == 0
