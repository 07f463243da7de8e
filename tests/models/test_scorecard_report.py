"""The card on paper."""

import re
from html.parser import HTMLParser

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from scorecard.models.card_report import CardReport
from scorecard.models.scorecard_classifier import ScorecardClassifier

EVIL = "<script>alert('x')</script>"


class Cells(HTMLParser):
    """Reads a report's cells by row and refuses tags that do not match."""

    def __init__(self, html):
        super().__init__()
        self.open, self.rows, self.tags = [], [], set()
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in ("br", "meta"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(0)
    n = 2000
    size = rng.normal(size=n)
    trade = rng.choice([EVIL, "missing", "农业 & co"], n)
    y = (rng.random(n) < expit(size + (trade == "missing") - 1)).astype(int)
    X = pl.DataFrame({"size": np.where(size > 1.5, np.nan, size), "tr<de": trade})
    return ScorecardClassifier(points_digits=0, neutral_at_zero=True).fit(X, y)


def test_every_bin_is_in_the_document_with_its_points(model):
    read = Cells(model.report({"size": "规模 <size>"}).html)
    head, *rows = read.rows
    assert head == [
        "特征feature", "分箱bin", "数量count", "占比share", "坏bads", "好goods", "坏账率bad rate",
        "证据权重WOE", "", "信息值IV", "分值points",
    ]  # fmt: skip
    frame = model.table()
    assert len(rows) == frame.height
    assert [float(row[-1]) for row in rows] == frame["points"].to_list()
    assert [row[-9].replace(",", "") for row in rows] == frame["count"].cast(pl.String).to_list()
    assert rows[0][0].startswith("规模 <size>sizeβ -")
    shown = [row[-10] for row in rows]
    assert shown.count("缺失 missing") == 2  # the bins of missing values, not the level so called
    assert "missing" in shown
    assert EVIL in shown


def test_the_document_is_safe_and_stands_alone(model, tmp_path):
    html = model.report().html
    assert EVIL not in html
    assert "tr&lt;de" in html
    assert not re.search(r"https?:|src=|@import|url\(|<script|<link", html)
    for left, width in re.findall(r"left:([\d.]+)%;width:([\d.]+)%", html):
        assert 0 <= float(left) <= float(left) + float(width) <= 100.1
    assert "@media print" in html
    assert f"{model.scorecard_.base:.0f}" in html
    assert f"{model.rounding_.auc:.5f}" in html
    page = model.report().to_html(tmp_path / "card.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert html in page
    assert Cells(page).tags >= {"html", "table"}


def test_the_card_draws_itself_and_shows_digits_as_they_are(model):
    card = model.scorecard_
    assert card._repr_html_() == CardReport(card).html == card.report()._repr_html_()
    assert card.report({"size": "S"}).table.equals(card.table({"size": "S"}))
    exact = Cells(card.with_points(((0.125,) * len(card.bin_points[0]), card.bin_points[1]), 1.0)
                  ._repr_html_())  # fmt: skip
    assert exact.rows[1][-1] == "0.125"
    thirds = card.with_points(((1 / 3,) * len(card.bin_points[0]), card.bin_points[1]), 1.0)
    assert Cells(thirds._repr_html_()).rows[1][-1] == "0.33"


def test_a_printed_card_is_the_card_and_its_repr_is_a_line(model):
    card, frame = model.scorecard_, model.table()
    text = str(model.report({"size": "规模"}))
    lines = text.splitlines()
    head = next(k for k, line in enumerate(lines) if "points" in line)
    assert lines[head].split() == [
        "feature",
        "bin",
        "count",
        "share",
        "bad",
        "rate",
        "WOE",
        "IV",
        "points",
    ]
    rows = lines[head + 1 :]
    assert [float(row.split()[-1]) for row in rows] == frame["points"].to_list()
    assert rows[0].startswith("规模")
    assert sum(not row.startswith(" ") for row in rows) == len(card.features)
    assert f"{model.rounding_.auc:.5f}" in text
    assert str(card).splitlines()[-1] == lines[-1]
    assert repr(card) == f"Scorecard(2 features, {len(card.table()) + 1} bins)"  # and unseen
    assert repr(model.report()) == f"CardReport({card!r})"


def test_long_lists_of_levels_are_cut_on_screen_only():
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 60, 6000)
    trade = np.array([f"industry {k:02d} of a name as long as they are" for k in range(60)])[codes]
    y = (rng.random(6000) < 0.05 + 0.4 * codes / 60).astype(int)
    other = ScorecardClassifier().fit(pl.DataFrame({"trade": trade}), y)
    html, frame = other.report().html, other.table()
    whole = [label for label in frame["bin"] if len(label) > 100]
    assert len(whole) >= 5
    for label in whole:
        assert f'title="{label}"' in html
        assert f">{label}<" not in html
    assert max(map(len, str(other.report()).splitlines())) < 120
    paper = html.split("@media print")[1].split("</style>")[0]
    assert ".bin[title]::after{content:attr(title)" in paper  # on paper the list is whole
