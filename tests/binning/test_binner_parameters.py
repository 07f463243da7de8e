"""What a binner is asked for is checked before any row of the table is read."""

import numpy as np
import pytest

from scorecard import OptimalBinner, ScorecardClassifier
from scorecard.errors import InputError
from scorecard.selection import FeatureSelector


class Unread:
    """A table that fails when anybody looks at it."""

    @property
    def columns(self):
        raise AssertionError("the table was read before the parameters were checked")

    __array__ = __len__ = columns


WRONG = [
    ({"min_bin_share": 5}, r"min_bin_share must lie between 0 and 1; got 5"),
    ({"min_bin_share": {"LOAN": 0.1}}, r"min_bin_share must be one value .* got a mapping"),
    ({"missing": {"LOAN": "worst"}}, r"missing must be one value .* got a mapping"),
    ({"min_bins": 9, "max_bins": 8}, r"min_bins must be at most max_bins; got min_bins=9"),
    ({"min_bin_share": 0.4, "max_bin_share": 0.3}, r"min_bin_share must be at most max_bin_share"),
    ({"min_bins": 5, "min_bin_share": 0.3}, r"min_bins bins of min_bin_share must fit"),
    ({"max_bin_share": "half"}, r"max_bin_share must lie between 0 and 1"),
    ({"max_p_value": -0.1}, r"max_p_value must lie between 0 and 1"),
    ({"min_rate_gap": float("nan")}, r"min_rate_gap must lie between 0 and 1"),
    ({"min_bin_bads": -1}, r"min_bin_bads must be a weight"),
    ({"max_bins": 2.5}, r"max_bins must be a whole number"),
    ({"max_prebins": 1}, r"max_prebins must be a whole number of at least 2"),
    ({"rare_share": True}, r"rare_share must lie in \[0, 1\)"),
    ({"stable": "no"}, r"stable must be True or False"),
    ({"divergence": ["iv"]}, r"divergence must be one of iv"),
    ({"fixed_splits": [1]}, r"fixed_splits must be a mapping"),
]


@pytest.mark.parametrize(("parameters", "message"), WRONG)
def test_a_wish_that_no_table_could_meet_is_refused_before_the_table_is_read(parameters, message):
    binner = OptimalBinner(**parameters)
    for estimator in (binner, ScorecardClassifier(binner=binner), FeatureSelector(binner=binner)):
        with pytest.raises(InputError, match=message):
            estimator.fit(Unread(), [0, 1])


def test_a_share_that_just_fits_is_no_contradiction():
    X, y = np.repeat(np.arange(10.0), 30).reshape(-1, 1), np.tile([0, 0, 1], 100)
    wish = {"min_bins": 10, "min_bin_share": 0.1, "max_bins": 10, "max_bin_share": 0.1}
    assert OptimalBinner(trend="none", **wish).fit(X, y).bins_["x0"].ordinary == 10
