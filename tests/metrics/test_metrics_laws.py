"""Laws that hold for any rows, and what is refused."""

from __future__ import annotations

import copy
import doctest
import importlib
import json
import pickle
import pkgutil
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard import metrics
from scorecard.errors import InputError
from scorecard.metrics import Measure

RANKED = ("auc", "gini", "ks", "h_measure", "delong", "capture_rate", "lift")
OF_PDS = ("brier", "log_loss", "ece")
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    """Outcomes of both classes, PDs that tie, and how often each row is there."""
    size = draw(st.integers(4, 30))
    y = draw(st.lists(st.sampled_from([0, 1]), min_size=size, max_size=size))
    y[:4] = [0, 1, 0, 1]
    pd = draw(st.lists(st.integers(1, 19), min_size=size, max_size=size))
    times = draw(st.lists(st.integers(1, 3), min_size=size, max_size=size))
    return np.array(y), np.array(pd) / 20, np.array(times)


@given(rows())
def test_a_weight_of_two_is_a_row_twice(given_rows: Rows) -> None:
    y, pd, times = given_rows
    for name in (*RANKED, *OF_PDS):
        measure = getattr(metrics, name)
        twice = measure(np.repeat(y, times), np.repeat(pd, times))
        assert measure(y, pd, times) == pytest.approx(twice.value, rel=1e-9, abs=1e-9), name
    whole = metrics.gains(np.repeat(y, times), np.repeat(pd, times), bands=4)
    weighted = metrics.gains(y, pd, times, bands=4)
    assert np.allclose(whole.to_numpy(), weighted.to_numpy(), atol=1e-9)
    assert metrics.cbpe(pd, times) == pytest.approx(metrics.cbpe(np.repeat(pd, times)).value)


@given(rows(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(given_rows: Rows, random: Any) -> None:
    y, pd, w = given_rows
    order = list(range(len(y)))
    random.shuffle(order)
    for name in (*RANKED, *OF_PDS):
        measure = getattr(metrics, name)
        assert measure(y[order], pd[order], w[order]) == pytest.approx(
            measure(y, pd, w).value, rel=1e-9, abs=1e-9
        ), name


@given(rows(), st.sampled_from([np.exp, np.log, lambda x: 7 * x - 3, lambda x: x**3]))
def test_a_rising_map_of_the_risk_changes_nothing(given_rows: Rows, rising: Any) -> None:
    y, pd, w = given_rows
    for name in RANKED:
        measure = getattr(metrics, name)
        assert measure(y, rising(pd), w) == measure(y, pd, w), name
    found, mapped = metrics.delong(y, pd, w), metrics.delong(y, rising(pd), w)
    assert (found.variance, found.interval) == (mapped.variance, mapped.interval)


@given(rows())
def test_a_row_of_weight_0_is_no_row(given_rows: Rows) -> None:
    y, pd, times = given_rows
    w = np.where(np.arange(len(y)) < 4, times, times - 1).astype(float)
    there = w > 0
    for name in (*RANKED, *OF_PDS):
        measure = getattr(metrics, name)
        assert measure(y, pd, w) == measure(y[there], pd[there], w[there]), name
    assert metrics.delong(y, pd, w).variance == metrics.delong(
        y[there], pd[there], w[there]
    ).variance  # fmt: skip


@given(rows())
def test_a_risk_upside_down_turns_the_area_around(given_rows: Rows) -> None:
    y, pd, w = given_rows
    assert metrics.auc(y, -pd, w) == pytest.approx(1 - metrics.auc(y, pd, w))
    assert 0 <= metrics.h_measure(y, pd, w) <= 1


@given(st.integers(0, 40), st.integers(0, 400), st.lists(st.floats(0.001, 0.999), min_size=2))
def test_a_higher_pd_is_less_likely_too_low(defaults: int, more: int, pds: list[float]) -> None:
    size, pds = len(pds), sorted(pds)
    count = defaults + more + 1
    for test in (metrics.jeffreys, metrics.binomial):
        p = [each.value for each in test([defaults] * size, [count] * size, pds)]
        assert p == sorted(p)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=12).filter(lambda c: sum(c) > 1))
def test_a_table_against_itself_has_not_moved(counts: list[int]) -> None:
    found = metrics.psi(counts, counts)
    assert (found.value, found.p_value) == (0.0, 1.0)


def test_a_measure_is_a_frozen_float() -> None:
    found = metrics.delong([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6])
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert (again, again.interval, again.variance) == (found, found.interval, found.variance)
        assert type(again) is type(found)
    assert type(found.value) is float
    assert found == found.value
    assert hash(found) == hash(found.value)
    assert json.dumps(found) == str(found) == repr(found.value)
    assert type(found * 2) is float
    assert pl.Series([None, found]).to_list() == [None, found.value]
    assert np.asarray([found]).dtype == np.float64
    with pytest.raises(FrozenInstanceError):
        found.p_value = 0.5
    with pytest.raises(FrozenInstanceError):
        del found.interval
    with pytest.raises(TypeError, match="no attribute 'p'"):
        Measure(0.5, p=0.1)


@pytest.mark.parametrize("name", [*RANKED, *OF_PDS, "spiegelhalter", "calibration_line"])
@pytest.mark.parametrize(
    ("y", "pd", "weight", "told"),
    [
        ([0, 1, 2], [0.1, 0.2, 0.3], None, "y must be 0 .good. and 1 .bad. only"),
        ([0, np.nan, 1], [0.1, 0.2, 0.3], None, "y must be finite numbers; got missing"),
        (["0", "1", "1"], [0.1, 0.2, 0.3], None, "y must be numbers; got text"),
        ([0, 1, 1], [0.1, None, 0.3], None, "(risk|pd) must be finite numbers; got missing"),
        ([0, 1, 1], [0.1, np.inf, 0.3], None, "(risk|pd) must be finite numbers; got infinite"),
        ([0, 1, 1], [0.1, 0.2], None, "(risk|pd) must have one entry for each"),
        ([0, 1, 1], [0.1, 0.2, 0.3], [1, 2], "weight must have one entry for each"),
        ([0, 1, 1], [0.1, 0.2, 0.3], [1, -2, 1], "weight must be positive .* got negative"),
        ([0, 1, 1], [0.1, 0.2, 0.3], [0, 0, 0], "weight must be positive .* zeros only"),
        ([], [], None, "y must be one-dimensional and not empty"),
        ([[0, 1]], [[0.1, 0.2]], None, "y must be one-dimensional"),
    ],
)
def test_what_is_no_input_is_refused(name: str, y: Any, pd: Any, weight: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        getattr(metrics, name)(y, pd, weight)


@pytest.mark.parametrize("name", [*RANKED, "gains", "calibration_slope", "calibration_line"])
def test_one_class_alone_is_refused(name: str) -> None:
    for y, told in (([0, 0], "only goods"), ([1, 1], "only bads")):
        with pytest.raises(InputError, match=told):
            getattr(metrics, name)(y, [0.1, 0.2])
    with pytest.raises(InputError, match="only goods"):
        getattr(metrics, name)([0, 0, 1], [0.1, 0.2, 0.3], [1, 1, 0])


@pytest.mark.parametrize("name", [*OF_PDS, "spiegelhalter", "calibration_line"])
def test_no_pd_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="pd must be probabilities"):
        getattr(metrics, name)([0, 1], [0.1, 1.2])


def test_messages_carry_no_values() -> None:
    with pytest.raises(InputError) as caught:
        metrics.auc([0, 1], ["Zhang San", "Li Si"])
    assert "Zhang" not in str(caught.value)


def test_the_examples() -> None:
    attempted = 0
    for module in pkgutil.iter_modules(metrics.__path__):
        found = doctest.testmod(importlib.import_module(f"scorecard.metrics.{module.name}"))
        assert not found.failed, module.name
        attempted += found.attempted
    assert attempted > 50
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted
    assert not found.failed


def test_every_statistic_has_a_source_or_is_a_mean() -> None:
    for name in metrics.__all__:
        text = getattr(metrics, name).__doc__ or ""
        if name[0].islower() and name not in ("bad_rate", "mean_pd", "vintage"):
            assert "ource" in text, name
