"""The page of a report: everything is on it, nothing is fetched, nothing runs that should not."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from report_by_hand import SHA, finding, report

from scorecard.errors import InputError
from scorecard.validation import Light, Section, ValidationReport
from scorecard.validation.columns import forms, heading, number, p_value, written
from scorecard.validation.markup import MOST_ROWS, lamp
from scorecard.validation.pictures import PICTURES, Look
from scorecard.validation.stylesheet import SCRIPT
from scorecard.validation.words import Words

VOID = {"meta", "input", "br", "img", "link"}
HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)>\"'|`"


class Page(HTMLParser):
    """The elements of a page, and the text that stands in each table row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[tuple[set[str], str]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self._in_script = tag == "script"
        if tag == "script":
            self.scripts.append("")
        if tag == "tr":
            self.rows.append((set(), ""))
        elif self.rows:
            self.rows[-1][0].update((found.get("class") or "").split())

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data
        elif self.rows:
            classes, text = self.rows[-1]
            self.rows[-1] = (classes, text + data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"


@pytest.fixture(scope="module")
def made() -> ValidationReport:
    return report()


@pytest.fixture(scope="module")
def html(made: ValidationReport) -> str:
    return made.as_html("en")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_every_finding_stands_on_the_page_with_its_rule_in_both_languages(
    made: ValidationReport, html: str
) -> None:
    for section in made.sections:
        for words in (section.title, *section.notes):
            assert escape(words.zh) in html
            assert escape(words.en) in html
        for each in section.findings:
            assert escape(each.shown) in html
            for words in (each.what, each.rule):
                assert f'lang="en">{escape(words.en)}<' in html
                assert f'lang="zh-CN">{escape(words.zh)}<' in html
            if each.p_value is not None:
                assert f"</i>{escape(p_value(each.p_value))}" in html


def test_no_light_stands_without_its_number(made: ValidationReport, page: Page) -> None:
    judged = [row for row in page.rows if {"lamp", "number"} <= row[0]]
    assert len(judged) == len(made.sections) + sum(len(s.findings) for s in made.sections)
    for classes, text in judged:
        assert "grey" in classes or re.search(r"\d", text), text


def test_a_light_is_told_without_colour(page: Page) -> None:
    drawn = {re.sub(r'class="[^"]*"', "", lamp(light, word=False)) for light in Light}
    assert len(drawn) == len(Light)  # four shapes
    assert {"Green", "Amber", "Red", "Grey"} <= {
        word.capitalize() for light in Light for word in re.findall(r"[a-z]+", lamp(light))
    }


def test_nothing_is_fetched_and_every_link_leads_somewhere(page: Page, html: str) -> None:
    ids = [found["id"] for _, found in page.tags if "id" in found]
    assert len(ids) == len(set(ids))
    for tag, found in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "img", "image", "base")
        assert not {"src", "srcset", "action", "data", "background"} & set(found)
        for name in ("href", "xlink:href"):
            if name in found:
                assert (found[name] or "").startswith("#")
                assert str(found[name])[1:] in ids
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", html)


def test_no_script_is_needed_and_only_our_own_may_run(page: Page, html: str) -> None:
    assert page.scripts == [SCRIPT]
    assert "default-src 'none'" in html
    shown = [found for tag, found in page.tags if tag == "input" and "checked" in found]
    assert [each["id"] for each in shown] == ["show-en"]


def test_both_languages_have_the_same_texts(page: Page) -> None:
    count = dict.fromkeys(("en", "zh-CN"), 0)
    for tag, found in page.tags:
        if tag == "span" and found.get("lang") in count:
            count[str(found["lang"])] += 1
    assert count["en"] == count["zh-CN"] > 100


def test_the_same_report_gives_the_same_bytes(made: ValidationReport, html: str) -> None:
    assert report().as_html("en") == html
    other = made.as_html("zh")
    differing = [
        (a, b) for a, b in zip(html.splitlines(), other.splitlines(), strict=True) if a != b
    ]
    assert len(differing) == 4  # html lang, title, and which of the two buttons is pressed


def test_the_page_is_modest(html: str) -> None:
    assert len(html.encode()) < 2_000_000


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_every_picture_is_drawn_in_both_languages(html: str, name: str) -> None:
    section, table = name.split(".")
    table = "owner_gender" if table == "*" else table
    for language in ("en", "zh"):
        assert f'aria-labelledby="{section}_{table}_{language}-title' in html
    assert escape(PICTURES[name].caption.en) in html


def test_a_table_without_what_its_picture_reads_has_none(made: ValidationReport) -> None:
    roc = PICTURES["discrimination.roc"]
    assert not roc.fits(pl.DataFrame({"false_rate": [0.1]}))
    assert not roc.fits(made.tables["discrimination.roc"].clear())
    bare = dataclasses.replace(
        made, sections=(Section("discrimination", Words("区分", "D"), (), {"roc": pl.DataFrame()}),)
    )
    assert "<figure" not in bare.as_html()


def test_rules_that_a_report_does_not_hold_draw_no_lines() -> None:
    assert Look().lines("stability", "psi") == {}
    assert Look(rules={"stability": {"psi": {"amber": 0.1}}}).lines("stability", "psi") == {
        "amber": 0.1
    }


def test_hostile_names_are_harmless(made: ValidationReport) -> None:
    words = Words(HOSTILE, HOSTILE)
    auc = {"auc": [0.8], "low": [0.7], "high": [0.9]}
    section = Section(
        HOSTILE,
        words,
        (dataclasses.replace(finding("x", 1.0, HOSTILE, Light.RED), what=words, rule=words),),
        {
            HOSTILE: pl.DataFrame({HOSTILE: [HOSTILE] * 30, "light": ["red"] * 30}),
            "nested": pl.DataFrame({"x": [[HOSTILE]]}),
        },
        (words,),
    )
    segments = pl.DataFrame({"column": [HOSTILE], "segment": [HOSTILE], **auc})
    pictured = Section("discrimination", words, (), {"segments": segments})
    about = {
        **made.about,
        "product": HOSTILE,
        "title": {"zh": HOSTILE, "en": HOSTILE},
        "model": {"name": HOSTILE, "version": HOSTILE, "sha256": HOSTILE},
        "rules_source": HOSTILE,
        "champion": HOSTILE,
        "labels": {HOSTILE: {"zh": HOSTILE, "en": HOSTILE}},
    }
    hostile = ValidationReport(about, (section, pictured))
    for html in (hostile.as_html("en"), hostile.as_html("zh")):
        found = Page(html)
        assert found.scripts == [SCRIPT]
        assert not [tag for tag, _ in found.tags if tag == "img"]
        assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
        (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
        assert "alert(" not in style
    assert not Page(hostile._repr_html_()).scripts


def test_a_table_too_long_for_the_page_says_what_is_left() -> None:
    long = pl.DataFrame({"feature": [f"f{k}" for k in range(MOST_ROWS + 50)]})
    words = Words("长", "Long")
    html = ValidationReport({}, (Section("data", words, (), {"long": long}),)).as_html()
    assert "50 more rows are in the JSON file." in html
    assert f">f{MOST_ROWS - 1}<" in html
    assert f">f{MOST_ROWS}<" not in html


def test_a_report_that_says_nothing_of_itself_is_a_page_too() -> None:
    html = ValidationReport({}, ()).as_html("zh")
    assert "没有可评判的部分。" in html


def test_another_language_is_refused(made: ValidationReport, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="language must be en or zh; got 'fr'"):
        made.to_html(tmp_path / "page.html", language="fr")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_the_json_file_is_the_report(made: ValidationReport, tmp_path: Path) -> None:
    read = json.loads(made.to_json(tmp_path / "r.json").read_text(encoding="utf-8"))
    assert read == made.to_dict()
    broken = Section("x", Words("甲", "X"), (finding("x", math.inf, "∞", Light.RED),))
    strange = ValidationReport({}, (broken,))
    read = json.loads(strange.to_json(tmp_path / "s.json").read_text(encoding="utf-8"))
    assert read["sections"][0]["findings"][0]["number"] is None


def test_the_verdict_names_what_is_red_and_amber_with_the_number(made: ValidationReport) -> None:
    said = made.verdict
    assert said.en == (
        "Red in 2 of 12 sections: Section calibration (number of grades: R8: 1.63 times), "
        "Section stability (number of features: PSI 0.312); amber in 2: Section discrimination "
        "(number of segments: +0.055), Section fairness (number of impact: 0.750); green in 7; "
        "nothing to judge in 1."
    )
    for number_ in ("1.63", "PSI 0.312", "+0.055", "0.750"):
        assert number_ in said.zh
    green = dataclasses.replace(made, sections=made.sections[:1])
    assert (green.verdict.en, green.verdict.zh) == (
        "The one section is green.",
        "全部1个部分均为绿灯。",
    )


def test_a_notebook_shows_the_lights_with_their_numbers(made: ValidationReport) -> None:
    shown = made._repr_html_()
    assert len(shown) < 8000
    assert SHA[:12] in shown
    for section in made.sections:
        assert section.title.en in shown
    for sign in ("✓ green", "▲ amber", "✗ red", "– grey"):
        assert sign in shown
    assert repr(made).startswith("ValidationReport(sme_cn, red: Red in 2 of 12 sections: ")


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.04471, "rate", "4.47%"),
        (0.125, "share", "12.5%"),
        (0.00052, "share", "0.05%"),  # a small share keeps its digits
        (0.79940327, "area", "0.7994"),
        (1234567, "", "1,234,567"),
        (2024, "year", "2024"),
        (-0.0052, "difference", "−0.0052"),
        (0.0, "", "0"),
        (1.2345e-14, "", "1.23e−14"),
        (123456.7, "", "123,457"),
        (math.inf, "rate", "∞"),
        (1e-7, "p", "< 0.0001"),
    ],
)
def test_numbers_are_written_for_people(value: float, form: str, text: str) -> None:
    assert number(value, form) == text


def test_columns_are_called_in_words_and_intervals_follow_their_middle() -> None:
    assert heading("bad_rate") == Words("坏账率", "bad rate")
    assert heading("never_heard_of") == Words("never heard of", "never heard of")
    assert forms(["auc", "low", "high", "bad_rate", "rows"]) == {
        "auc": "area", "low": "area", "high": "area", "bad_rate": "rate", "rows": "count",
    }  # fmt: skip
    assert forms(["p_at_level", "calibration_p"]) == {"p_at_level": "p", "calibration_p": "p"}
    assert written(float("nan")).en == "–"
    assert written(True) == Words("是", "yes")
    labels = {"Bankrupt": {"zh": "破产", "en": "Bankrupt"}}
    assert written("after excluding: Bankrupt", labels=labels).zh == "排除：破产"
