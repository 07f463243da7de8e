"""Folds in time: the past trains, what follows validates, and no open label is learnt from."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from scorecard.errors import InputError, TableError
from scorecard.tuning import TimeFolds

DAYS = st.lists(
    st.dates(dt.date(2018, 1, 1), dt.date(2022, 12, 31)), min_size=60, max_size=150, unique=True
)


@given(DAYS, st.integers(1, 4), st.integers(1, 14), st.randoms())
@settings(max_examples=60, deadline=None)
def test_every_label_is_settled_before_the_fold_validates(
    days: list[dt.date], folds: int, months: int, random: object
) -> None:
    random.shuffle(days)  # type: ignore[attr-defined]
    dates = pl.Series(days)
    ends = dates.dt.offset_by(f"{months}mo")
    splitter = TimeFolds(folds, horizon_months=months)
    validated: list[int] = []
    try:
        parts = list(splitter.split(None, groups=days))
    except TableError:
        return  # too little settled past
    for train, test in parts:
        first = dates[test].min()
        assert ends[train].max() < first
        # Nothing more is left out than what was open.
        assert len(train) == int((ends < first).sum())
        validated += test.tolist()
    assert len(validated) == len(set(validated))
    assert sorted(dates[validated]) == sorted(dates)[-len(validated) :]  # the latest, all of them
    sizes = [len(test) for _, test in parts]
    assert max(sizes) - min(sizes) <= 2


def test_without_a_horizon_it_is_unpurged_and_says_so() -> None:
    months = pd.date_range("2020-01-01", periods=24, freq="MS")
    free, purged = TimeFolds(2), TimeFolds(2, horizon_months=6)
    assert (free.purged, purged.purged) == (False, True)
    assert "unpurged" in repr(free)
    assert free.describe(months)["purged"].to_list() == [None, None]
    told = purged.describe(months)
    assert told["purged"].to_list() == [6, 6]  # 6 months up to and with the first validation date
    assert told["train_last"].to_list() == [dt.date(2020, 6, 1), dt.date(2020, 12, 1)]
    assert told["first"].to_list() == [dt.date(2021, 1, 1), dt.date(2021, 7, 1)]


def test_scikit_learn_takes_it_and_rows_of_one_date_stay_together() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(240, 2)), rng.integers(0, 2, 240)
    dates = np.array([f"2021-{m:02d}-28" for m in rng.integers(1, 13, 240)])
    scores = cross_val_score(LogisticRegression(), X, y, groups=dates, cv=TimeFolds(3))
    assert len(scores) == 3
    for train, test in TimeFolds(3).split(X, y, dates):
        assert not set(dates[train]) & set(dates[test])


def test_what_is_no_date_or_too_few_dates_is_refused() -> None:
    one = [dt.date(2020, 1, 1)] * 9
    for groups, error, said in (
        (None, InputError, "one observation date a row"),
        ([1, 2, 3], InputError, "date in every row"),
        (["yesterday"] * 3, InputError, "YYYY-MM-DD"),
        ([*one, None], InputError, "1 missing"),
        (one, TableError, "fewer folds"),
    ):
        with pytest.raises(error, match=said):
            list(TimeFolds(2).split(None, groups=groups))
    days = [dt.date(2020, 1, d) for d in range(1, 29)]
    with pytest.raises(TableError, match="horizon of 12 months"):
        list(TimeFolds(2, horizon_months=12).split(None, groups=days))
    for wrong in ({"n_splits": 0}, {"horizon_months": 0}, {"first": 1.0}, {"n_splits": True}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            TimeFolds(**wrong)
