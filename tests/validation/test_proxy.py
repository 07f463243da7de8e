"""A copy of a group is found, chance is not, and each group is measured by its own chances."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scorecard import metrics
from scorecard.validation.cells import foretold
from scorecard.validation.proxy import Proxy, carriers

N = 600


def test_a_copy_tells_its_group_and_groups_dealt_anew_tell_nothing() -> None:
    """Two of three groups are alike: each beats the told one, and half of its own kind."""
    codes = np.arange(N) % 3
    noise = np.random.default_rng(0).normal(size=N)
    features = pl.DataFrame({"noise": noise, "copy": (codes == 1).astype(float)})
    found = Proxy.of(features, codes, seed=0)
    assert set(found.areas) == set(found.chance) == {0, 1, 2}
    assert found.areas[1].auc == pytest.approx(1)
    for group in (0, 2):
        assert found.areas[group].auc == pytest.approx(0.75, abs=0.06)
        assert (found.areas[group].bads, found.areas[group].goods) == (200, 400)
    assert [area.auc for area in found.chance.values()] == pytest.approx([0.5] * 3, abs=0.08)
    assert Proxy.of(features, codes, seed=0) == found


def test_groups_keep_their_codes() -> None:
    codes = np.where(np.arange(N) % 4 == 0, 5, 2)
    found = Proxy.of(pl.DataFrame({"copy": codes.astype(float)}), codes, seed=0)
    assert {group: area.auc for group, area in found.areas.items()} == {2: 1.0, 5: 1.0}
    assert {group: area.bads for group, area in found.areas.items()} == {2: 450, 5: 150}


def test_carriers_are_told_best_first_by_what_their_cells_foretell() -> None:
    rng = np.random.default_rng(1)
    group = np.arange(N) % 3 == 0
    hint = group + rng.normal(size=N)
    features = pl.DataFrame(
        {"flat": np.ones(N), "hint": hint, "b": group.astype(float), "a": group.astype(float)}
    )
    weight = rng.uniform(0.2, 3, N)
    found = carriers(features, group, weight, seed=3)
    assert found["feature"].to_list() == ["a", "b", "hint", "flat"]
    expected = metrics.auc(
        group.astype(float), foretold(features["hint"], group, weight, seed=3), weight
    )
    assert found["auc"][2] == pytest.approx(float(expected))
    assert found["auc"].to_list() == pytest.approx([1, 1, expected, 0.5], abs=0.02)
    assert found["auc"][2] > 0.65
