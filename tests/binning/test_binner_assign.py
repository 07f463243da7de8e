"""The bin of every value: label, index, bad rate, WOE."""

import numpy as np
import polars as pl
import pytest

from scorecard import OptimalBinner
from scorecard.errors import InputError, NotFittedError

DRAW = np.random.default_rng(3)
BAD = DRAW.random(800) < 0.3
X = pl.DataFrame(
    {
        "debt": np.where(DRAW.random(800) < 0.1, np.nan, DRAW.normal(size=800) + BAD),
        "job": DRAW.choice(["clerk", "cook", None], 800),
    }
)
BINNER = OptimalBinner().fit(X, BAD)


def test_what_is_shown_is_the_row_of_the_table_that_counted_the_value():
    shown = {show: BINNER.assign(X, show) for show in ("label", "index", "bad_rate", "woe")}
    for name in X.columns:
        table = BINNER.binning_table(name)
        for k in shown["index"][name].unique():
            here = shown["index"][name] == k
            assert shown["label"][name].filter(here).unique().to_list() == [table["bin"][k]]
            assert here.sum() == table["count"][k]
            assert BAD[here.to_numpy()].mean() == pytest.approx(table["bad_rate"][k])
            assert shown["bad_rate"][name].filter(here)[0] == table["bad_rate"][k]
    assert (shown["woe"].to_numpy() == BINNER.transform(X)).all()


def test_a_bin_that_was_never_filled_has_no_bad_rate():
    new = pl.DataFrame({"debt": [0.0, 0.0], "job": ["smith", "cook"]})
    assert BINNER.assign(new, "bad_rate")["job"].is_null().to_list() == [True, False]
    assert BINNER.assign(new)["job"].to_list()[0] == "unseen"


def test_refusals():
    with pytest.raises(InputError, match="show must be one of label, index, bad_rate, woe; got 'x"):
        BINNER.assign(X, "x")
    with pytest.raises(NotFittedError):
        OptimalBinner().assign(X)
