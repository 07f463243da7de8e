"""An SVG for a page: the same bytes, nothing fetched, nothing leaks into the page, readable."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from scorecard.errors import InputError
from scorecard.explain import canvas
from scorecard.explain.dependence import dependence_table
from scorecard.explain.dependence_picture import dependence_figure
from scorecard.explain.importance import importance_figure, importance_table
from scorecard.explain.picture import waterfall_figure
from scorecard.explain.svg import to_svg
from scorecard.features import Feature
from scorecard.values import Explanation, ModelRef, Rating

AGE = Feature("age", "age", zh="成立<月数>", en="Age & months", unit="months")


def waterfall() -> Figure:
    rating = Rating(
        "loans", 0.03, 600.0, -3.0, "R5", (), Explanation("log_odds", -3.0, {"age": 0.5, "b": -1}),
        None, "boosted", ModelRef("loans", None, "0"), "1", "0",
    )  # fmt: skip
    return waterfall_figure(rating, labels=canvas.labels_of([AGE], "both"), language="both")


def dependence() -> Figure:
    x = pl.Series([None, *np.linspace(0, 90, 99)])
    table = dependence_table(AGE, x, np.linspace(-1, 1, 100), outcome=np.arange(100) % 2.0)
    return dependence_figure(table, AGE, language="both")


def importance() -> Figure:
    risk = pl.DataFrame({"age": np.linspace(-1, 1, 100), "b": np.ones(100)})
    labels = canvas.labels_of([AGE], "both")
    return importance_figure(importance_table(risk), labels=labels, language="both")


@pytest.mark.parametrize("draw", [waterfall, dependence, importance])
def test_it_stands_in_a_page(draw: Callable[[], Figure]) -> None:
    svg = to_svg(draw(), name="first")
    assert svg == to_svg(draw(), name="first")
    root = ElementTree.fromstring(svg)  # one well-formed element
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "first-title first-desc"
    assert [child.tag for child in root][:2] == [f"{space}title", f"{space}desc"]
    assert all(child.text for child in list(root)[:2])
    said = " ".join(t.text or "" for t in root.iter(f"{space}text"))
    assert "Age & months" in said
    assert "成立<月数>" in said
    # Nothing from elsewhere, nothing for elsewhere.
    assert set(re.findall(r'https?://[^"\s]+', svg)) == {
        "http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"
    }  # fmt: skip
    assert not {"style", "script", "image", "metadata"} & {
        e.tag.split("}")[-1] for e in root.iter()
    }
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(str(each).startswith("first-") for each in ids)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    assert used <= set(map(str, ids))


def test_a_machine_without_chinese_fonts_says_the_same_and_leaves_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(canvas, "chinese_font", lambda: None)
    figure = waterfall()
    svg = to_svg(figure)
    assert "成立&lt;月数&gt;" in svg
    assert "DejaVu" not in svg
    assert figure.get_layout_engine().get()["rect"][0] > 0.02


def test_names_and_languages_are_checked() -> None:
    with pytest.raises(InputError, match="identifier"):
        to_svg(waterfall(), name='a"b')
    with pytest.raises(InputError, match="language"):
        canvas.labels_of([AGE], "fr")  # type: ignore[arg-type]
