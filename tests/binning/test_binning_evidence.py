"""When a shape may turn: what gains more than noise, in a unit that weights cannot move."""

import numpy as np
import polars as pl
import pytest

from scorecard.binning import OptimalBinner
from scorecard.binning.divergence import DIVERGENCES
from scorecard.binning.evidence import distinct_rows, log_likelihood


def loans(rows, depth, seed=0):
    """Return a table whose risk is lowest in the middle of ``use``, by ``depth`` log-odds."""
    draw = np.random.default_rng(seed)
    use, noise = draw.normal(size=(2, rows))
    bad = draw.random(rows) < 1 / (1 + np.exp(1.5 - depth * (np.abs(use) - 0.8)))
    return pl.DataFrame({"use": use, "noise": noise}), bad.astype(int)


def test_a_real_valley_is_found_and_most_noise_stays_straight():
    frame, bad = loans(4_000, 1.0)
    binner = OptimalBinner().fit(frame, bad)
    assert binner.bins_["use"].trend == "valley"
    straight = [
        OptimalBinner().fit(*loans(1_000, 0.0, seed)).bins_[name].trend
        for seed in range(30)
        for name in ("use", "noise")
    ]
    assert sum(trend in ("peak", "valley") for trend in straight) <= 30  # it would be all 60


def test_the_same_shape_is_believed_with_more_rows():
    frame, bad = loans(30_000, 0.25)
    few = [
        OptimalBinner().fit(frame[k : k + 300], bad[k : k + 300]).bins_["use"].trend
        for k in range(0, 9_000, 300)
    ]
    assert OptimalBinner().fit(frame, bad).bins_["use"].trend == "valley"
    assert few.count("valley") < 15


def test_neither_copies_nor_the_unit_of_weights_are_evidence():
    frame, bad = loans(400, 0.45)
    weight = np.random.default_rng(1).integers(1, 60, 400).astype(float)
    alone = OptimalBinner().fit(frame, bad, weight)
    twice = pl.concat([frame, frame]), np.tile(bad, 2), np.concatenate([weight * 7, weight * 3])
    assert OptimalBinner().fit(*twice).splits_ == alone.splits_
    columns = [frame["use"].to_numpy(), pl.Series(["a", None] * 200)]
    rows = distinct_rows(columns, bad == 1, np.ones(400))
    assert rows == 400
    doubled = [np.tile(columns[0], 2), pl.concat([columns[1]] * 2)]
    assert distinct_rows(doubled, np.tile(bad, 2) == 1, np.ones(800)) == rows
    assert distinct_rows(columns, bad == 1, np.arange(400.0) % 4) == 300


def test_the_likelihood_is_that_of_the_bins_own_rates():
    bads, goods = np.array([3.0, 0, 5]), np.array([7.0, 4, 0])
    assert log_likelihood(bads, goods) == pytest.approx(3 * np.log(0.3) + 7 * np.log(0.7))


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_the_judgement_is_the_same_for_every_divergence(divergence):
    for depth, trend in ((1.0, {"valley"}), (0.0, {"ascending", "descending", "none"})):
        binner = OptimalBinner(divergence=divergence).fit(*loans(4_000, depth))
        assert binner.bins_["use"].trend in trend
