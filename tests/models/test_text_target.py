"""A text outcome: which class is bad is said once, and what is no outcome is refused."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import polars as pl
import pytest

from scorecard.binning import OptimalBinner
from scorecard.errors import InputError, TextTargetWarning
from scorecard.models import BoostedClassifier, ScorecardClassifier
from scorecard.reject import FuzzyAugmentation, Parcelling
from scorecard.selection import FeatureSelector
from scorecard.tuning import BoostedSearch

X = pl.DataFrame({"debt": [1.0, 2.0, 3.0, 4.0] * 50})
BAD = np.array(([0, 0, 1, 1] * 20 + [1, 1, 0, 0] * 5) * 2, dtype=bool)
TEXT = np.where(BAD, "CHGOFF", "PIF")
SMALL = BoostedClassifier(n_estimators=5, n_jobs=1)


def infer(method: Any) -> Any:
    return lambda y: method.infer(ScorecardClassifier(), X, y, X.head(40))


FITS = {
    "binner": OptimalBinner().fit,
    "card": ScorecardClassifier(refine=True, crosses=2).fit,
    "booster": SMALL.fit,
    "search": BoostedSearch(SMALL, trials=1, cv=2, max_rounds=5).fit,
    "selector": FeatureSelector(("iv", "stepwise")).fit,
}


@pytest.mark.parametrize("name", [*FITS, "fuzzy", "parcelling"])
def test_it_is_told_once_what_is_bad(name: str) -> None:
    inferred = {"fuzzy": FuzzyAugmentation(), "parcelling": Parcelling(bad_rate=0.6)}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if name in FITS:
            FITS[name](X, TEXT)
        else:
            infer(inferred[name])(TEXT)
    told = [each for each in caught if each.category is TextTargetWarning]
    assert len(told) == 1
    assert "'PIF' is taken as bad, the last of the sorted classes" in str(told[0].message)


@pytest.mark.filterwarnings("error")
def test_booleans_and_numbers_need_no_word() -> None:
    for y in (BAD, BAD.astype(int), BAD + 1.0):
        OptimalBinner().fit(X, y)
        SMALL.fit(X, y)


@pytest.mark.filterwarnings("ignore::scorecard.errors.TextTargetWarning")
def test_reports_name_the_bad_class_of_a_text() -> None:
    card = ScorecardClassifier().fit(X, TEXT)
    assert "<dt>坏类 bad class</dt><dd>PIF</dd>" in card.report().html
    report = FeatureSelector(("iv",)).fit(X, TEXT).report()
    assert "PIF is bad" in str(report)
    assert "坏类为 PIF" in report._repr_html_()
    assert "bad class" not in ScorecardClassifier().fit(X, BAD).report().html
    assert "is bad" not in str(FeatureSelector(("iv",)).fit(X, BAD).report())


@pytest.mark.parametrize("estimator", [ScorecardClassifier(), SMALL], ids=["card", "booster"])
def test_an_amount_is_no_outcome(estimator: Any) -> None:
    with pytest.raises(InputError, match=r"y must have two classes.*limit does"):
        estimator.fit(X, np.linspace(0.1, 5.3, len(X)))
    with pytest.raises(InputError, match="two classes"):
        estimator.fit(X, np.arange(len(X)) % 3)


def test_a_fitted_binner_compares_without_telling_again() -> None:
    with pytest.warns(TextTargetWarning):
        binner = OptimalBinner().fit(X, TEXT)
    with warnings.catch_warnings():
        warnings.simplefilter("error", TextTargetWarning)
        assert binner.compare(X, TEXT).summary["psi"].to_list() == [0.0]
