"""Binners handed to a scorecard and to a selection: edits are kept or refused, never lost."""

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import cross_val_score

from scorecard import OptimalBinner, ScorecardClassifier
from scorecard.errors import InputError, NotFittedError
from scorecard.selection import FeatureSelector

ESTIMATORS = [ScorecardClassifier, FeatureSelector]


def loans(n=4000, seed=1):
    draw = np.random.default_rng(seed)
    use, debt = draw.uniform(0, 1, n), draw.lognormal(0, 1, n)
    job = draw.choice(["clerk", "cook", "smith"], n)
    logit = -2.5 + 2 * use + 0.5 * np.log(debt) + 0.7 * (job == "cook")
    bad = (draw.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    return pl.DataFrame({"use": use, "debt": debt, "job": job}), bad


@pytest.fixture
def edited():
    X, y = loans()
    binner = OptimalBinner().fit(X, y)
    return binner.use(binner.edit("use").merge(0)), X, y


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_edited_bins_are_never_lost_silently(kind, edited):
    binner, X, y = edited
    assert binner.edited_ == ("use",)
    with pytest.raises(InputError, match=r"edited by hand \(use\); put it inside FrozenEst"):
        kind(binner=binner).fit(X, y)
    with pytest.raises(InputError, match="edited by hand"):  # a search never gets to fit
        clone(kind(binner=binner))
    kind(binner=clone(binner)).fit(X, y)
    back = binner.use(binner.edit("use").undo())
    assert back.edited_ == ()
    kind(binner=back).fit(X, y)


def test_a_search_over_folds_refuses_edited_bins_as_well(edited):
    binner, X, y = edited
    with pytest.raises(InputError, match="edited by hand"):
        cross_val_score(ScorecardClassifier(binner=binner), X.to_pandas(), y, cv=2)


@pytest.mark.parametrize("kind", [ScorecardClassifier])
def test_nothing_can_be_held_of_an_unfitted_binner(kind):
    X, y = loans(500)
    with pytest.raises(NotFittedError, match="inside FrozenEstimator must be fitted"):
        kind(binner=FrozenEstimator(OptimalBinner())).fit(X, y)
