"""Declared limits on interactions hold on every path, and mean what they say for the margin."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard.errors import InputError
from scorecard.models import BoostedClassifier, meetings

NAMES = ("a", "b", "c", "d", "e")
FAST = {"n_estimators": 25, "max_depth": 5, "min_child_weight": 0.1, "learning_rate": 0.3,
        "n_jobs": 1, "reg_lambda": 0.1}  # fmt: skip


def everything_interacts(n: int = 800) -> tuple[pl.DataFrame, Any]:
    """A product of all features: a free model lets them all meet."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, 5))
    y = (np.prod(X, axis=1) + 0.3 * X.sum(axis=1) > 0).astype(int)
    frame = pl.DataFrame(X, schema=list(NAMES))
    return frame.with_columns(e=pl.col("e").round().cast(pl.Int64).cast(pl.String)), y


GROUPS = st.lists(st.sets(st.sampled_from(NAMES), min_size=1).map(sorted), max_size=4)


@given(GROUPS, st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_on_every_path_the_features_are_of_one_group(groups: list[list[str]], trees: int) -> None:
    frame, y = everything_interacts()
    model = BoostedClassifier(interactions=groups, num_parallel_tree=trees, **FAST).fit(frame, y)
    declared = [set(group) for group in groups] + [{name} for name in NAMES]
    for met in meetings(model.model_):
        assert any(met <= group for group in declared), (met, groups)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_at_most_k_features_meet_on_a_path(most: int) -> None:
    frame, y = everything_interacts()
    limited = BoostedClassifier(interactions=most, **FAST).fit(frame, y)
    assert max(len(met) for met in meetings(limited.model_)) == most
    free = BoostedClassifier(**FAST).fit(frame, y)
    assert max(len(met) for met in meetings(free.model_)) > 3


def test_features_that_may_not_meet_add_up() -> None:
    frame, y = everything_interacts()
    fitted = BoostedClassifier(interactions=[("a", "b"), ("b", "c")], **FAST).fit(frame, y)

    def effect_of_a(**others: Any) -> Any:
        rows = pl.DataFrame({"a": np.linspace(-2, 2, 50)}).with_columns(
            **{name: pl.lit(value) for name, value in others.items()}
        )
        return np.diff(fitted.decision_function(rows.select(NAMES)))

    here = {"b": 0.5, "c": 0.1, "d": -1.0, "e": "1"}
    there = {"b": 0.5, "c": -1.5, "d": 1.0, "e": None}
    np.testing.assert_allclose(effect_of_a(**here), effect_of_a(**there), atol=1e-5)
    assert np.abs(effect_of_a(**here) - effect_of_a(**{**here, "b": -1.0})).max() > 0.1


def test_a_pair_that_repeats_the_names_of_no_column_is_refused() -> None:
    frame, y = everything_interacts(100)
    for wrong, message in (
        ([("a", "z")], "columns of X; got z"),
        ("ab", "groups of feature names"),
        (["ab"], "groups of feature names"),
        ([()], "groups of feature names"),
        (0, "integer of at least 1"),
        (True, "integer of at least 1"),
    ):
        with pytest.raises(InputError, match=message):
            BoostedClassifier(interactions=wrong, **FAST).fit(frame, y)
