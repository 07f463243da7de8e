"""How many pairs and rounds are taken: the fewest that inner folds cannot tell from the best."""

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from scorecard.binning import OptimalBinner
from scorecard.models import crossing
from scorecard.models.crossing import STAGES, Trial, counts, search_crosses
from scorecard.models.inner_fold import corrected_error, inner_folds
from scorecard.models.observations import Observations
from scorecard.models.plain_card import PlainCard
from scorecard.models.regression import regress
from scorecard.models.stumps import Stumps

ROUGH = (-0.004, 0.003, 0.001, -0.002, 0.002)  # of five folds


class Told:
    """A fold whose gains are told: ``step`` for each doubling of pairs, up to 200 rounds."""

    def __init__(self, step, rough):
        self.step, self.rough, self.played, self.card = step, rough, [], None
        self.pairs = [(0, k) for k in range(40)]

    def gains(self, count):
        for stage in STAGES:
            self.played.append(stage)
            late = abs(np.log2(stage / 200))
            yield 0.02 + self.step * np.log2(count) - 0.001 * late + self.rough * count / 10


def searched(monkeypatch, step, rough=ROUGH):
    folds = [Told(step, each) for each in rough]
    monkeypatch.setattr(crossing.Pieces, "of", lambda card: None)
    monkeypatch.setattr(crossing.Trial, "of", lambda fold, pieces, most, refined: fold)
    return search_crosses(folds, None, 0, 40), folds


def test_an_eighth_a_quarter_half_and_all_are_tried():
    assert counts(40) == (5, 10, 20, 40)
    assert counts(10) == (2, 3, 5, 10)
    assert counts(1) == (1,)


@pytest.mark.parametrize(("step", "taken"), [(0.0, 5), (0.0005, 5), (0.01, 40), (-0.001, 5)])
def test_more_pairs_are_taken_only_where_they_gain_beyond_the_noise(monkeypatch, step, taken):
    found, _ = searched(monkeypatch, step)
    assert found.best == (taken, 200)
    assert found.taken
    assert found.gain == pytest.approx(0.02 + step * np.log2(taken))
    spread = np.std(ROUGH, ddof=1) * taken / 10
    assert found.error == pytest.approx(spread * np.sqrt(1 / 5 + 1 / 4))


def test_fewer_pairs_that_prove_nothing_do_not_keep_out_more_that_do(monkeypatch):
    few, many = (0.03, -0.02, 0.02, -0.01, 0.02), (0.02, 0.06, 0.01, 0.03, 0.02)  # of five folds
    assert np.mean(few) < corrected_error(few)
    behind = np.subtract(many, few)
    assert behind.mean() < corrected_error(behind.tolist())  # few would do, had they gained

    def told(self, count):
        own = (many if count == 40 else few)[ROUGH.index(self.rough)]
        yield from [own] * len(STAGES)

    monkeypatch.setattr(Told, "gains", told)
    found, _ = searched(monkeypatch, 0.0)
    assert found.best[0] == 40
    assert found.taken


def test_no_more_pairs_are_tried_than_meet(monkeypatch):
    _, folds = searched(monkeypatch, 0.0)
    for fold in folds:
        fold.pairs = fold.pairs[:3]
    again = search_crosses(folds, None, 0, 1000)
    assert {count for count, _ in again.gains} == {1, 2, 3}


def test_boosting_ends_with_the_first_stage_that_gains_nothing(monkeypatch):
    found, folds = searched(monkeypatch, 0.0)
    assert folds[0].played == [50, 100, 200, 400] * 4
    assert found.gains.keys() == {(c, s) for c in (5, 10, 20, 40) for s in (50, 100, 200, 400)}


def test_nothing_is_found_where_nothing_gains(monkeypatch):
    monkeypatch.setattr(Told, "gains", lambda self, count: iter([0.0] * len(STAGES)))
    assert searched(monkeypatch, 0.0)[0] is None


@pytest.mark.parametrize("refined", [True, False])
def test_the_card_so_far_must_be_beaten(refined):
    rng = np.random.default_rng(1)
    X = pl.DataFrame({"a": rng.normal(size=800), "b": rng.normal(size=800)})
    y = rng.random(800) < expit(X["a"].to_numpy() ** 2 - X["b"].to_numpy() - 1)
    binner = OptimalBinner(trend="ascending")
    names, columns = binner.read(X, reset=True)

    def plain(rows):
        index = binner.fit_columns(names, list(rows.columns), rows.bad, rows.weight, part=True)
        terms = regress(binner, index, rows, l2=0.0, min_iv=0.0)
        return PlainCard.of(binner, terms, 0.0, held=False)

    fold = inner_folds(plain, Observations(columns, y, np.ones(800)))[0]
    pieces = Stumps.fit(fold.card, fold.inside, 50).pieces(50)
    told = {
        True: fold.auc(pieces.margin(fold.outside.columns)),
        False: fold.auc(fold.card.margin(fold.outside.columns)),
    }
    assert told[True] != told[False]
    assert Trial.of(fold, pieces, 1, refined=refined).before == told[refined]
