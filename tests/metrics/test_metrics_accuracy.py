"""Numbers known from elsewhere, and laws of weights."""

import numpy as np
import pytest

from scorecard import metrics

P = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.05]
Y = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0]


def test_published_numbers() -> None:
    assert metrics.auc(Y, P) == pytest.approx(0.9583333, abs=1e-7)
    assert metrics.ks(Y, P) == pytest.approx(0.8333333, abs=1e-7)
    assert metrics.brier(Y, P) == pytest.approx(0.12525, abs=1e-12)
    goods = [0, 0.01, 0.02, 0.03, 0.2, 0.6, 0.66, 0.7]
    bads = [0.3, 0.35, 0.36, 0.42, 0.5, 0.8, 0.82, 0.99]
    assert metrics.auc([0] * 8 + [1] * 8, goods + bads) == 0.765625
    assert metrics.gini([0] * 8 + [1] * 8, goods + bads) == pytest.approx(2 * 0.765625 - 1)


@pytest.mark.parametrize("name", ["auc", "ks", "brier"])
def test_a_weight_of_two_is_a_row_twice(name: str) -> None:
    rng = np.random.default_rng(3)
    y, p = rng.integers(0, 2, 60), rng.random(60).round(1)
    twice = rng.integers(1, 3, 60)
    measure = getattr(metrics, name)
    assert measure(y, p, twice.astype(float)) == pytest.approx(
        measure(np.repeat(y, twice), np.repeat(p, twice)), abs=1e-12
    )


def test_means_are_weighted() -> None:
    assert metrics.bad_rate([1, 0], [3.0, 1.0]) == 0.75
    assert metrics.mean_pd([0.1, 0.3], [1.0, 3.0]) == pytest.approx(0.25)
