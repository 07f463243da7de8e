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
from scorecard.selection.evidence import gather
from scorecard.selection.folds import Sample, fold_of

pytestmark = pytest.mark.filterwarnings("ignore::scorecard.errors.TextTargetWarning")
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


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_nothing_can_be_held_of_an_unfitted_binner(kind):
    X, y = loans(500)
    with pytest.raises(NotFittedError, match="inside FrozenEstimator must be fitted"):
        kind(binner=FrozenEstimator(OptimalBinner())).fit(X, y)


def test_a_subset_keeps_bins_and_edits_and_goes_its_own_way(edited):
    binner, X, _ = edited
    part = binner.subset(["job", "use"])
    assert list(part.bins_) == ["job", "use"]
    assert part.bins_ == {name: binner.bins_[name] for name in ("job", "use")}
    assert part.edited_ == ("use",)
    both = binner.transform(X)
    assert (part.transform(X.select("job", "use")) == both[:, [2, 0]]).all()
    with pytest.raises(ValueError, match="feature names should match"):
        part.transform(X.select("use", "job"))
    part.use(part.edit("use").undo())
    assert binner.edited_ == ("use",)
    assert (binner.transform(X) == both).all()


def test_a_subset_takes_its_own_parameters_along():
    X, y = loans()
    wishes = {"trend": {"use": "ascending", "debt": "none"}, "user_splits": {"use": [0.25, 0.5]}}
    binner = OptimalBinner(**wishes).fit(X, y)
    part = binner.subset(["debt", "job"])
    assert (part.trend, part.user_splits) == ({"debt": "none"}, {})
    again = clone(part).fit(X.select("debt", "job"), y)
    assert {name: bins.splits for name, bins in again.bins_.items()} == {
        name: bins.splits for name, bins in part.bins_.items()
    }
    for names, message in [
        (["age"], "feature must be one of"), ([], "one at least"), ("use", "a list of features"),
        (None, "a list of features; got NoneType"), (["use", "use"], "different features"),
    ]:  # fmt: skip
        with pytest.raises(InputError, match=message):
            binner.subset(names)


@pytest.mark.parametrize(
    "frame", [pl.DataFrame.to_pandas, pl.DataFrame.to_arrow, pl.DataFrame.lazy]
)
def test_a_card_of_fewer_features_takes_their_bins_as_they_stand(edited, frame):
    binner, X, y = edited
    columns = ["job", "use"]
    card = ScorecardClassifier(binner=FrozenEstimator(binner), min_iv=0.0)
    card.fit(frame(X.select(columns)), y)
    assert {b.name: b for b in card.scorecard_.bins} == binner.subset(columns).bins_
    assert list(card.feature_names_in_) == columns
    assert list(binner.bins_) == ["use", "debt", "job"]
    with pytest.raises(InputError, match="no bins for age, wage; its feature names are use"):
        card.fit(frame(X.with_columns(age=1, wage=2)), y)


def test_a_selection_keeps_held_bins_in_every_step(edited):
    binner, X, y = edited
    binner.use(binner.edit("job").merge(0, 2))  # one bin: nothing to choose it for
    selector = FeatureSelector(binner=FrozenEstimator(binner)).fit(X.select("job", "use"), y)
    assert selector.binner_.bins_ == binner.subset(["job", "use"]).bins_
    assert selector.selected_ == ("use",)
    assert selector.iv_["use"] == pytest.approx(sum(binner.bins_["use"].iv))
    card = ScorecardClassifier(binner=FrozenEstimator(binner))
    chosen = card.fit(selector.transform(X.select("job", "use")), y).scorecard_
    assert chosen.bins == (binner.bins_["use"],)
    with pytest.raises(InputError, match="fitted on the classes"):
        selector.fit(X.select("job", "use"), np.where(y == 1, "bad", "good"))


def test_no_step_of_a_selection_cuts_held_bins_anew(edited, monkeypatch):
    binner, X, y = edited
    monkeypatch.delattr(OptimalBinner, "fit_columns")
    selector = FeatureSelector(("iv", "stepwise", "l1"), binner=FrozenEstimator(binner))
    assert "use" in selector.fit(X, y).selected_


def test_out_of_fold_the_woe_of_held_bins_is_counted_in_the_other_folds(edited):
    binner, X, y = edited
    names, columns = binner.read(X, reset=False)
    evidence = gather(
        list(binner.bins_.values()), binner.index_columns(columns), y > 0, 0.0 * y + 1
    )
    sample = Sample(names, columns, 0.0 * y + 1, held=True)
    place = evidence.names.index("use")
    woe = sample.cross_fitted(evidence, [place], binner, 4, seed=3).woe[:, place]
    rest = fold_of(evidence, 4, 3) != 0
    use, cut = X["use"].to_numpy(), binner.splits_["use"][0]
    below, bad = (use < cut)[rest], y[rest] == 1
    expected = np.log((below & ~bad).sum() / (~bad).sum()) - np.log((below & bad).sum() / bad.sum())
    assert np.allclose(woe[~rest & (use < cut)], expected, rtol=1e-12)
    assert binner.bins_["use"].woe[0] != pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_binner_of_a_fitted_estimator_can_be_held_by_another(kind):
    X, y = loans()
    first = kind().fit(X, y).binner_
    held = ScorecardClassifier(binner=FrozenEstimator(first)).fit(X, y)
    assert held.binner_ is first
    assert first.subset(["use"]).classes_.tolist() == [0, 1]
