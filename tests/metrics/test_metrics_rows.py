"""Gains, vintages and the bootstrap: by hand, by another package, by coverage."""

from __future__ import annotations

import importlib

import numpy as np
import polars as pl
import pytest
from scipy import stats

from scorecard import metrics
from scorecard.errors import InputError

P = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.05]
Y = [0, 0, 1, 0, 1, 1, 1, 1, 1, 0]


def test_gains_by_hand() -> None:
    table = metrics.gains(Y, P, bands=5)
    assert table["bads"].to_list() == pytest.approx([2, 2, 1, 1, 0], abs=1e-12)
    assert table["weight"].to_list() == [2.0] * 5
    assert table["bad_rate"].to_list() == pytest.approx([1, 1, 0.5, 0.5, 0], abs=1e-12)
    assert table["capture"].to_list() == pytest.approx([2 / 6, 4 / 6, 5 / 6, 1, 1])
    assert table["lift"].to_list() == pytest.approx([5 / 3, 5 / 3, 25 / 18, 1.25, 1])
    assert table["ks"].to_list() == pytest.approx([2 / 6, 4 / 6, 5 / 6 - 1 / 4, 0.5, 0])


def test_rows_of_one_risk_are_divided() -> None:
    assert metrics.capture_rate([1, 0, 0, 0], [5, 5, 5, 5], top=0.25) == pytest.approx(0.25)
    assert metrics.lift([1, 0, 1, 0], [1, 1, 1, 1], top=0.1) == pytest.approx(1.0)
    assert metrics.capture_rate(Y, P, top=1) == 1.0
    for top in (0, 1.5):
        with pytest.raises(InputError, match="top must be a share"):
            metrics.lift(Y, P, top=top)
    with pytest.raises(InputError, match="bands must be a whole number"):
        metrics.gains(Y, P, bands=2.5)


def test_a_curve_ends_where_its_cohort_is_not_mature() -> None:
    """The April loan of 1 month hides its cohort's later months, known defaults or not."""
    table = metrics.vintage(
        pl.Series(["2024-01"] * 4 + ["2024-04"] * 3 + ["2024-06"]),
        [1, 3, None, 6, 1, 3, None, None],
        [5, 5, 4, 6, 3, 3, 1, 0],
        [1, 1, 2, 4, 1, 1, 2, 1],
    )
    january = table.filter(pl.col("cohort") == "2024-01")
    assert january["age"].to_list() == [1, 2, 3, 4]
    assert january["bads"].to_list() == [1, 1, 2, 2]
    assert january["bad_rate"].to_list() == [1 / 8, 1 / 8, 2 / 8, 2 / 8]
    assert january["rows"].to_list() == [4] * 4
    assert table.filter(pl.col("cohort") == "2024-04").rows() == [("2024-04", 1, 3, 4.0, 1.0, 0.25)]
    assert "2024-06" not in table["cohort"].to_list()


def test_curves_of_mature_cohorts_are_the_distribution_of_ages() -> None:
    rng = np.random.default_rng(0)
    age = rng.geometric(0.1, 500)
    died = np.where(age <= 20, age, np.nan)
    table = metrics.vintage(np.repeat(["a", "b"], 250), died, np.full(500, 20))
    for at, name in enumerate("ab"):
        own = age[250 * at : 250 * (at + 1)]
        steps = stats.ecdf(own).cdf.evaluate(np.arange(1, 21))
        found = table.filter(pl.col("cohort") == name)["bad_rate"]
        assert found.to_list() == pytest.approx(steps.tolist())


def test_what_is_no_vintage_is_refused() -> None:
    with pytest.raises(InputError, match="cohort must be a label"):
        metrics.vintage(pl.Series(["a", None]), [1, 2], [3, 3])
    with pytest.raises(InputError, match="default_age must be whole periods from 1"):
        metrics.vintage(["a", "a"], [0, 2], [3, 3])
    with pytest.raises(InputError, match="observed_age must be finite"):
        metrics.vintage(["a", "a"], [1, 2], [3, np.nan])
    with pytest.raises(InputError, match="default_age must be numbers or missing"):
        metrics.vintage(["a", "a"], ["1", "2"], [3, 3])
    with pytest.raises(InputError, match="one entry a loan"):
        metrics.vintage(["a", "a"], [1, 2, 3], [3, 3])


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    y = np.repeat([0.0, 1.0], [60, 25])
    return y, rng.normal(y)


def test_bootstrap_is_scipys_of_two_samples(rows: tuple[np.ndarray, np.ndarray]) -> None:
    y, risk = rows

    def area(bads: np.ndarray, goods: np.ndarray, axis: int = -1) -> np.ndarray:
        return (bads[..., :, None] > goods[..., None, :]).mean(axis=(-1, -2))

    peer = stats.bootstrap(
        (risk[y == 1], risk[y == 0]), area, vectorized=True, n_resamples=4_000, method="BCa",
        rng=np.random.default_rng(1),
    )  # fmt: skip
    found = metrics.bootstrap(metrics.auc, y, risk, resamples=4_000)
    assert found.interval == pytest.approx(tuple(peer.confidence_interval), abs=0.01)
    assert found.standard_error == pytest.approx(peer.standard_error, rel=0.05)
    assert found.standard_error == pytest.approx(metrics.delong(y, risk).standard_error, rel=0.1)
    assert found.name == "auc"


def test_blocks_tell_the_skew_of_single_borrowers(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    y = np.repeat([0.0, 1.0], [300, 250])
    risk = np.exp(rng.normal(0.4 * y))

    def mean(y: np.ndarray, risk: np.ndarray, w: np.ndarray) -> float:
        return float(risk[y == 1].mean())

    blocks = metrics.bootstrap(mean, y, risk, resamples=500)
    room = importlib.import_module("scorecard.metrics.bootstrap")
    monkeypatch.setattr(room, "_BLOCKS", 1_000)
    single = metrics.bootstrap(mean, y, risk, resamples=500)
    plain = metrics.bootstrap(mean, y, np.where(y == 1, rng.normal(size=550), 0), resamples=500)
    shift = single.high - single.value - (single.value - single.low)
    assert blocks.high - single.high == pytest.approx(0.0, abs=0.3 * shift)
    assert shift > 0.1 * plain.standard_error


def test_rows_of_one_borrower_go_together(rows: tuple[np.ndarray, np.ndarray]) -> None:
    """Each row four times says no more than once."""
    y, risk = rows
    four = (np.repeat(y, 4), np.repeat(risk, 4))
    once = metrics.bootstrap(metrics.auc, y, risk, seed=3)
    together = metrics.bootstrap(metrics.auc, *four, borrower=np.repeat(np.arange(len(y)), 4))
    apart = metrics.bootstrap(metrics.auc, *four)
    assert together.standard_error == pytest.approx(once.standard_error, rel=0.1)
    assert apart.standard_error == pytest.approx(once.standard_error / 2, rel=0.15)


def test_the_seed_decides(rows: tuple[np.ndarray, np.ndarray]) -> None:
    found = [metrics.bootstrap(metrics.ks, *rows, resamples=100, seed=s) for s in (1, 1, 2)]
    assert found[0].interval == found[1].interval != found[2].interval


def test_the_ends_of_the_bootstrap() -> None:
    perfect = metrics.bootstrap(metrics.auc, [0, 0, 1, 1], [1, 2, 3, 4], resamples=100)
    assert (perfect.value, perfect.interval) == (1.0, None)
    with pytest.raises(InputError, match="two bad borrowers"):
        metrics.bootstrap(metrics.auc, [0, 0, 1, 1], [1, 2, 3, 4], borrower=list("abcc"))
    with pytest.raises(InputError, match="one entry a row"):
        metrics.bootstrap(metrics.auc, [0, 0, 1, 1], [1, 2, 3, 4], borrower=list("abc"))
    with pytest.raises(InputError, match="resamples must be"):
        metrics.bootstrap(metrics.auc, [0, 0, 1, 1], [1, 2, 3, 4], resamples=10)
