"""Rank correlations are Spearman's, and merged codes are close to one another, each to each."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr

from scorecard.explain.association import FEWEST, merge_codes, rank_correlation


def test_it_is_spearmans_correlation_with_ties_and_a_weight_counts_copies() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(0, 6, 400).astype(float)
    y = x + rng.normal(0, 2, 400)
    copies = rng.integers(1, 5, 400)
    plain = rank_correlation([x, y, -y], np.ones(400))
    assert plain[0, 1] == pytest.approx(spearmanr(x, y).statistic, abs=6e-5)
    assert plain[0, 2] == -plain[0, 1]
    assert plain[1, 2] == -1.0
    weighted = rank_correlation([x, y], copies.astype(float))
    twice = spearmanr(np.repeat(x, copies), np.repeat(y, copies)).statistic
    assert weighted[0, 1] == pytest.approx(twice, abs=6e-5)


def test_only_rows_where_both_are_known_count_and_few_count_for_nothing() -> None:
    x = np.arange(200.0)
    y = x.copy()
    y[FEWEST:] = np.nan
    assert rank_correlation([x, y], np.ones(200))[0, 1] == 1.0
    y[FEWEST - 1] = np.nan
    assert rank_correlation([x, y], np.ones(200))[0, 1] == 0.0
    constant = np.full(200, 3.0)
    assert rank_correlation([x, constant], np.ones(200))[0, 1] == 0.0
    assert rank_correlation([x, np.full(200, np.nan)], np.ones(200))[0, 1] == 0.0


def test_no_chain_joins_codes_that_have_nothing_to_do_with_each_other() -> None:
    names = ("a", "b", "c", "d")
    close = np.eye(4)
    for (i, j), r in {(0, 1): 0.9, (1, 2): -0.95, (0, 2): 0.1, (2, 3): 0.2}.items():
        close[i, j] = close[j, i] = r
    members = {name.upper(): [name] for name in names}
    (group,) = merge_codes(members, names, close, 0.8)
    assert group.codes == ("B", "C")
    assert [(tie.features, tie.correlation) for tie in group.ties] == [(("b", "c"), -0.95)]
    close[0, 2] = close[2, 0] = 0.8
    (group,) = merge_codes(members, names, close, 0.8)
    assert group.codes == ("A", "B", "C")
    assert merge_codes(members, names, close, 0.96) == ()
    # Codes are as close as their closest features; a code of texts alone is close to none.
    both = merge_codes({"X": ["a", "d"], "Y": ["b"], "Z": ["text"]}, names, close, 0.8)
    assert [each.codes for each in both] == [("X", "Y")]


def test_groups_are_disjoint_and_every_pair_in_them_is_tied() -> None:
    rng = np.random.default_rng(5)
    columns = list((rng.normal(size=(12, 1)) + rng.normal(size=(12, 300)) * 0.2).cumsum(axis=0))
    names = [f"f{i}" for i in range(12)]
    close = rank_correlation(columns, np.ones(300))
    found = merge_codes({name: [name] for name in names}, names, close, 0.7)
    assert found
    told = [code for group in found for code in group.codes]
    assert len(set(told)) == len(told)
    for group in found:
        assert len(group.ties) == len(list(combinations(group.codes, 2)))
        assert min(abs(tie.correlation) for tie in group.ties) >= 0.7
