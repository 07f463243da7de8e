"""A rival that ranks better turns a light, one that ranks worse does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit
from standin import standin

import scorecard as sc
from scorecard import metrics
from scorecard.validation.light import Light
from scorecard.validation.sections import challenger

GREEN, AMBER, RED = Light.GREEN, Light.AMBER, Light.RED


def rivals(noise: float, n: int = 6000) -> tuple[Any, Any, Any]:
    """Return outcomes, PDs that know the risk, and PDs that know it with noise."""
    rng = np.random.default_rng(2)
    x = rng.normal(0, 1.3, n)
    y = (rng.random(n) < expit(x - 2)).astype(float)
    return y, expit(x - 2), expit(x - 2 + noise * rng.normal(size=n))


@pytest.mark.parametrize(
    ("noise", "n", "light"),
    [(0.2, 6000, GREEN), (0.6, 6000, AMBER), (1.2, 6000, RED), (0.5, 120, GREEN)],
)
@pytest.mark.parametrize("role", ["second", "champion"])
def test_a_better_rival_turns_amber_and_red(
    sme_cn: sc.Product, noise: float, n: int, light: Light, role: str
) -> None:
    y, better, worse = rivals(noise, n)
    other = {"second": {"other": better}, "champion": {"champion": better}}[role]
    section = challenger.section(standin(sme_cn, y, worse, **other))
    found = section.finding(role)
    gain = float(metrics.auc(y, better)) - float(metrics.auc(y, worse))
    assert found.number == pytest.approx(gain)
    assert found.light is light
    # The other rival, where there is one, is the model itself: one of two tests.
    both = metrics.delong_test(y, better, worse).p_value
    assert both is not None
    tests = 1 if role == "second" else 2
    assert found.p_value == pytest.approx(min(1.0, tests * both / 2))
    named = dict(section.tables["models"].select("role", "model").rows())
    assert (named["answers"], named["second"]) == ("scorecard", "boosted")
    row = section.tables["models"].filter(role=role).row(0, named=True)
    assert row["p_value"] == pytest.approx(both)
    assert row["auc"] == pytest.approx(float(metrics.auc(y, better)))
    assert row["low"] < row["auc"] < row["high"]
    assert row["gain_low"] < row["gain"] < row["gain_high"]


def test_a_worse_rival_is_no_news(sme_cn: sc.Product) -> None:
    y, better, worse = rivals(1.2)
    section = challenger.section(standin(sme_cn, y, better, other=worse, champion=worse))
    for role in ("second", "champion"):
        found = section.finding(role)
        assert found.number < -0.03  # type: ignore[operator]
        assert found.light is GREEN
        assert found.p_value == pytest.approx(1.0)


def test_a_rival_that_is_a_little_worse_is_tested_on_one_side(sme_cn: sc.Product) -> None:
    y, worse, better = rivals(0.1, 400)  # noise is lucky here
    found = challenger.section(standin(sme_cn, y, better, other=worse)).finding("second")
    both = metrics.delong_test(y, worse, better)
    assert both < 0
    assert both.p_value is not None
    assert 0.05 < both.p_value < 0.95
    assert found.p_value == pytest.approx(1 - both.p_value / 2)
