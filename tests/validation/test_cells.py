"""What a feature's cells foretell, and what an AUC of so many rows proves, by numbers on paper."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import logit
from scipy.stats import norm

from scorecard import metrics
from scorecard.validation import cells as module
from scorecard.validation.cells import Area, cells, foretold

BADS, GOODS = 20, 80
Y = np.r_[np.ones(BADS), np.zeros(GOODS)]
TELLING = pl.Series("x", ["bad"] * BADS + ["good"] * GOODS)


@pytest.mark.parametrize("unit", [1.0, 7.0])
def test_a_cell_foretells_its_rate_with_one_more_of_the_rarer_class(unit: float) -> None:
    """Four of five folds: 16 bads, 64 goods, mean .2, so one bad comes in five rows."""
    told = foretold(TELLING, Y, np.full(100, unit), seed=0)
    assert told[:BADS] == pytest.approx(math.log(17 / 4) - math.log(1 / 4))
    assert told[BADS:] == pytest.approx(math.log(1 / 68) - math.log(1 / 4))


def test_a_cells_rate_is_by_weight() -> None:
    """A bad weighs 2: a mean of 1/3, and one row of mean weight 1.2 comes in 3.6."""
    told = foretold(TELLING, Y, np.where(Y == 1, 2.0, 1.0), seed=0)
    assert told[:BADS] == pytest.approx(logit(33.2 / 35.6) - logit(1 / 3))
    assert told[BADS:] == pytest.approx(logit(1.2 / 67.6) - logit(1 / 3))


def test_of_few_goods_among_bads_the_reverse_is_foretold() -> None:
    told = foretold(TELLING, Y, np.ones(100), seed=0)
    assert foretold(TELLING, 1 - Y, np.ones(100), seed=0) == pytest.approx(-told)


def test_no_row_tells_of_itself() -> None:
    values = pl.Series("x", ["only"] + ["all"] * 99)
    told = foretold(values, Y, np.ones(100), seed=0)
    assert told[0] == 0
    assert (told[1:] < 0.05).all()
    alone = foretold(pl.Series("x", [None] * 100, dtype=pl.String), Y, np.ones(100), seed=0)
    assert alone == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("bads", "goods", "most"),
    [(9, 90, 2), (29, 300, 2), (30, 300, 3), (300, 39, 3), (199, 900, 19), (900, 900, 20)],
)
def test_each_cell_may_hold_ten_of_the_rarer_class(
    monkeypatch: pytest.MonkeyPatch, bads: int, goods: int, most: int
) -> None:
    asked = []

    def spy(values: pl.Series, most: int) -> Any:
        asked.append(most)
        return cells(values, most)

    monkeypatch.setattr(module, "cells", spy)
    n = bads + goods
    foretold(pl.Series("x", np.arange(float(n))), np.arange(n) < bads, np.ones(n), seed=0)
    assert asked == [most]


def test_cells_of_a_number_hold_alike_many_rows() -> None:
    x = np.random.default_rng(0).permutation(200)
    assert cells(pl.Series("x", x)).tolist() == (1 + x // 10).tolist()
    assert cells(pl.Series("x", x), most=4).tolist() == (1 + x // 50).tolist()


# -- areas -----------------------------------------------------------------------------------------
def test_rows_count_by_what_they_weigh() -> None:
    y, risk = [1, 1, 1, 0, 0], [3.0, 1.0, 5.0, 2.0, 4.0]
    area = Area.of(y, risk, [1.0, 1.0, 2.0, 3.0, 1.0])
    assert (area.bads, area.goods) == (pytest.approx(16 / 6), pytest.approx(1.6))
    assert area.auc == pytest.approx((2 * 4 + 1 * 3) / 16)  # beaten goods, by weight
    plain = Area.of(y, risk)
    assert (plain.auc, plain.bads, plain.goods) == (pytest.approx(3 / 6), 3, 2)
    assert plain.variance == metrics.delong(y, risk).variance


@pytest.mark.parametrize("auc", [0.0, 1.0])
def test_a_perfect_ranking_has_no_interval(auc: float) -> None:
    assert Area(auc, 0.01, 10, 10).interval == (auc, auc)


def test_the_error_on_the_line_is_hanley_and_mcneils() -> None:
    error = 0.0325116  # of .893 with 51 bads and 58 goods
    assert Area(0.95, 0.0, 51, 58).p_above(0.893) == pytest.approx(norm.sf(0.057 / error), rel=1e-4)
    # One bad and one good: a coin that falls right with the line's chance.
    assert Area(0.9, 0.0, 1, 1).p_above(0.8) == pytest.approx(norm.sf(0.1 / 0.4))
