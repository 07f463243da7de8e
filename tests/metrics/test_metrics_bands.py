"""Bands of a score: what the rows say, counted one by one."""

import re

import numpy as np
import polars as pl
import pytest

from scorecard import metrics
from scorecard.errors import InputError

CUMULATIVE = ("approval_rate", "bad_rate_of_approved", "bads_refused", "goods_refused", "ks")


def portfolio(n=3000, digits=0):
    rng = np.random.default_rng(0)
    score = np.round(rng.normal(600, 40, n), digits)
    pd = 1 / (1 + np.exp((score - 540) / 25))
    return (rng.random(n) < pd).astype(int), score, rng.uniform(0.2, 3, n), pd


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("asked", [{}, {"bands": 7}, {"edges": [500, 560, 600, 610.5, 900]}])
def test_every_row_of_the_table_is_what_counting_the_rows_gives(weighted, asked):
    y, score, w, pd = portfolio()
    w = w if weighted else np.ones(len(y))
    found = metrics.bands(y, score, w if weighted else None, pd=pd, **asked)
    assert found.table["band"].to_list() == list(range(1, len(found.edges) + 2))
    for row in found.table.iter_rows(named=True):
        own, up = (score >= row["from"]) & (score < row["to"]), score >= row["from"]
        told = {
            "count": own.sum(), "weight": w[own].sum(), "bads": w[own & (y == 1)].sum(),
            "goods": w[own & (y == 0)].sum(), "approval_rate": w[up].sum() / w.sum(),
            "bads_refused": w[~up & (y == 1)].sum() / w[y == 1].sum(),
            "goods_refused": w[~up & (y == 0)].sum() / w[y == 0].sum(),
        }  # fmt: skip
        told["ks"] = told["bads_refused"] - told["goods_refused"]
        assert {name: row[name] for name in told} == pytest.approx(told, abs=1e-9)
        for name, rows, of in (
            ("bad_rate", own, y), ("mean_pd", own, pd), ("bad_rate_of_approved", up, y)
        ):  # fmt: skip
            if rows.any():
                assert row[name] == pytest.approx(np.average(of[rows], weights=w[rows]))
            else:
                assert row[name] is None
    sums = found.table.select("count", "weight", "bads", "goods").sum().row(0)
    assert sums == pytest.approx((len(y), w.sum(), w @ y, w @ (1 - y)))
    assert found.table.select(CUMULATIVE[0], *CUMULATIVE[2:]).tail(1).row(0) == (1.0, 0.0, 0.0, 0.0)


def test_ks_is_that_of_the_score_where_every_score_is_an_edge():
    y, score, w, _ = portfolio()
    for weight in (None, w):
        found = metrics.bands(y, score, weight, edges=np.unique(score))
        assert found.ks == pytest.approx(metrics.ks(y, -score, weight).value, abs=1e-12)
        assert metrics.bands(y, score, weight).ks < found.ks
        # A score that ranks the wrong way is as far apart.
        assert metrics.bands(y, -score, weight, edges=np.unique(-score)).ks == pytest.approx(
            found.ks, abs=1e-12
        )


def test_bands_are_even_and_never_split_a_score():
    y, score, w, _ = portfolio(digits=6)
    even = metrics.bands(y, score, bands=10)
    assert set(even.table["count"]) == {300}
    heavy = metrics.bands(y, score, w, bands=10).table["weight"].to_numpy()
    np.testing.assert_allclose(heavy, w.sum() / 10, atol=w.max())
    # Half of the rows have one score: a band of their own, however many are asked for.
    tied = np.where(np.arange(3000) % 2 == 0, 600.0, score)
    for bands in (2, 3, 10, 5000):
        found = metrics.bands(y, tied, bands=bands)
        assert found.table["count"].max() >= 1500
        assert found.table["count"].min() > 0
        assert len(found.edges) < bands
    order = np.random.default_rng(1).permutation(3000)
    assert metrics.bands(y[order], tied[order]).edges == metrics.bands(y, tied).edges
    assert metrics.bands([0, 1], [5, 5]).edges == ()
    assert metrics.bands([0, 1], [5, 6]).edges == (6.0,)
    # Rows of weight 0 are no rows.
    less = metrics.bands(y, score, np.where(score > 600, 0.0, 1.0), pd=np.full(3000, 0.1))
    assert less.table.equals(
        metrics.bands(
            y[score <= 600], score[score <= 600], pd=np.full(sum(score <= 600), 0.1)
        ).table
    )


def test_edges_of_one_sample_serve_another():
    y, score, _, _ = portfolio()
    first = metrics.bands(y, score)
    later = metrics.bands(y[::3], score[::3] - 10, edges=first.edges)
    assert later.edges == first.edges
    assert later.table["from"].to_list() == first.table["from"].to_list()


def test_what_is_shown():
    y, score, _, pd = portfolio()
    found = metrics.bands(y, score, edges=[560, 600.5], pd=pd)
    head, *rows = str(found).splitlines()
    assert head.split()[:2] == ["band", "count"]
    assert [row.split("  ")[0] for row in rows] == ["≥ 600.5", "560 – 600.5", "< 560", "total"]
    assert f"{y.mean():.2%}" in rows[-1]
    assert f"{pd.mean():.2%}" in rows[-1]
    html = found._repr_html_()
    assert html.count("<tr") == 5
    assert html.count("class=most") == 1
    assert f"KS {found.ks:.4f}" in html
    assert not re.search(r"https?:|<script", html)
    assert found.table.schema["from"] == pl.Float64


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"edges": [600, 500]}, "edges must be scores that ascend"),
        ({"edges": []}, "edges must be one-dimensional and not empty"),
        ({"edges": ["a"]}, "edges must be numbers"),
        ({"bands": 0}, "bands must be a whole number of at least 1"),
        ({"pd": [0.1]}, "pd must have one entry for each"),
        ({"pd": [0.1, 1.2, 0.3]}, "pd must be probabilities"),
        ({"score": [1.0, None, 2.0]}, "score must be finite"),
        ({"y": [0, 0, 0]}, "only goods"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(InputError, match=message):
        metrics.bands(**{"y": [0, 1, 0], "score": [1, 2, 3], **arguments})
