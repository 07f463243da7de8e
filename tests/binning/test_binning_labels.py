"""Binning tables that are read outside a notebook, and lists of levels too long for a screen."""

import doctest
import re

import numpy as np
import polars as pl
import pytest

from scorecard import aligned
from scorecard.binning import OptimalBinner
from scorecard.binning import labels as labels_of_bins
from scorecard.binning.labels import MOST, listed, remarks, short_labels


def test_columns_stand_under_their_heads_whatever_the_script():
    text = aligned.aligned(
        ("分箱 bin", "count", "iv"), [("制造业", "1,200", "0.1"), ("x", "3", "10.25")]
    )
    head, *rows = text.splitlines()
    assert [aligned.width(line) for line in (head, *rows)] == [22, 22, 22]
    assert rows[0] == "制造业    1,200    0.1"
    assert aligned.shortened("a\nb", 9) == "a b"  # a line stays a line


def test_the_examples():
    for module in (aligned, labels_of_bins):
        found = doctest.testmod(module)
        assert found.attempted
        assert not found.failed


@pytest.mark.parametrize("size", [1, 2, 60, 5000])
@pytest.mark.parametrize("name", ["i", "industry of forty characters, or so {} x", "制造业与批发"])
def test_a_list_of_levels_fits_and_counts_what_it_leaves_out(size, name):
    levels = [f"{name}{k}" for k in range(size)]
    said = listed(levels)
    assert aligned.width(said) <= MOST
    left = re.search(r" … \(\+([\d,]+)\)$", said)
    shown = said[: left.start()] if left else said
    left_out = int(left.group(1).replace(",", "")) if left else 0
    whole = [level for level in levels if f"{level}, " in f"{shown}, "]
    assert left_out + max(len(whole), 1) == size  # the first may be cut itself
    assert (said == ", ".join(levels)) == (aligned.width(", ".join(levels)) <= MOST)


@pytest.fixture(scope="module")
def binner():
    rng = np.random.default_rng(0)
    industry = [f"industry {k:02d} <of a name as long as they are>" for k in range(60)]
    codes = rng.integers(0, 60, 6000)
    X = pl.DataFrame({"size": rng.normal(size=6000), "trade": np.array(industry)[codes]})
    y = (rng.random(6000) < 0.05 + 0.3 * codes / 60 + 0.1 * (X["size"].to_numpy() > 0)).astype(int)
    return OptimalBinner(rare_share=0.0).fit(X, y)


def test_a_printed_table_holds_every_column_of_every_bin(binner):
    for feature in ("size", "trade"):
        table = binner.binning_table(feature)
        title, head, *rows = str(table).split("\n\n")[0].splitlines()
        assert title.startswith(f"{feature}, ")
        assert head.split() == [
            "bin",
            "count",
            "share",
            "bads",
            "goods",
            "bad",
            "rate",
            "woe",
            "iv",
        ]
        assert len(rows) == table.height
        assert max(map(len, rows)) < 110
        for row, told in zip(table.iter_rows(named=True), rows, strict=True):
            assert f" {row['count']:,} " in told
            assert told.endswith(f" {row['iv']:.4f}")
        assert repr(table) == str(table)
        assert "shape: (2, 2)" in str(table.head(2).select("bin", "iv"))  # any other frame


def test_the_whole_list_shows_on_hover(binner):
    table, bins = binner.binning_table("trade"), binner.bins_["trade"]
    html = table._repr_html_()
    cells = re.findall(r"<td class='bin' " 'title="([^"]*)">([^<]*)</td>', html)
    assert [title for title, _ in cells] == [
        label.replace("<", "&lt;").replace(">", "&gt;") for label in bins.labels[: bins.ordinary]
    ]
    assert all("(+" in shown and aligned.width(shown) <= MOST + 6 for _, shown in cells)
    assert table["bin"].to_list() == [*bins.labels, "total"]
    # A part of the table knows its bins no longer, yet its labels stay short.
    assert short_labels(bins)[0] not in table.tail(3)._repr_html_()
    assert len(str(table.head(3)).splitlines()[1]) < 110


def test_bins_that_do_not_speak_have_no_information_value_and_a_remark():
    rng = np.random.default_rng(2)
    y = (rng.random(4000) < 0.2).astype(int)
    x = rng.normal(size=4000) + y
    x[(rng.random(4000) < 0.3) & (y == 1)] = np.nan
    x[:5], x[5:400] = -1.0, -2.0
    binner = OptimalBinner(missing="neutral", special_values=[-1.0, -2.0, -3.0]).fit(x[:, None], y)
    bins, table = binner.bins_["x0"], binner.binning_table("x0")
    thin, spoken, absent, missing = range(bins.ordinary, bins.missing_index + 1)
    assert bins.silent == (thin, absent, missing)
    assert bins.iv[spoken] > 0
    assert [bins.iv[k] for k in bins.silent] == [0, 0, 0]
    assert table["iv"][-1] == sum(bins.iv)
    assert remarks(bins) == {thin: ("过少", "too thin"), missing: ("按规则", "by policy")}
    assert "special -1 (too thin) " in str(table)
    assert "missing (by policy) " in str(table)
    assert "missing <small>按规则 by policy</small>" in table._repr_html_()
    # With the bins' own WOE everything speaks, and nothing is remarked.
    loud = OptimalBinner(special_values=[-1.0, -2.0], rare_share=0.0).fit(x[:, None], y).bins_["x0"]
    assert (loud.silent, remarks(loud)) == ((), {})
    assert loud.iv[: bins.ordinary] == bins.iv[: bins.ordinary]
    # Another order of the sums changes a last bit of WOE, and no bin falls silent.
    order, weight = rng.permutation(4000), rng.uniform(0.1, 3, 4000)
    for at in (order, order[::-1]):
        again = OptimalBinner(special_values=[-1.0, -2.0], rare_share=0.0)
        assert again.fit(x[at, None], y[at], weight[at]).bins_["x0"].silent == ()
