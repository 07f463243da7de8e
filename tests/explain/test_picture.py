"""The waterfall's bars end at the number they explain, in both spaces."""

from __future__ import annotations

import dataclasses

import pytest
from matplotlib.patches import Rectangle

import scorecard as sc
from scorecard.errors import InputError
from scorecard.explain.picture import RISKIER, SAFER, waterfall_figure, waterfall_table
from scorecard.values import Explanation, ModelRef, Rating

POINTS = Explanation("points", 0.0, {"debt": 210.5, "age": 180.25, "tax": 230.0, "sector": 0.5})
LOG_ODDS = Explanation("log_odds", -3.0, {"debt": 0.75, "age": -0.5, "tax": 0.0, "sector": 0.125})
MEANS = {"debt": 220.0, "age": 200.0, "tax": 200.0, "sector": 10.0}


def rating_of(explanation: Explanation) -> Rating:
    return Rating(
        "loans", 0.03, 600.0, -3.0, "R5", (), explanation, None, "scorecard",
        ModelRef("loans", None, "0"), "1", "0",
    )  # fmt: skip


@pytest.mark.parametrize("reference", [None, MEANS])
@pytest.mark.parametrize("explanation", [POINTS, LOG_ODDS])
@pytest.mark.parametrize("most", [1, 2, 3, 12])
def test_bars_lead_from_the_start_to_the_number(
    explanation: Explanation, reference: dict[str, float] | None, most: int
) -> None:
    table = waterfall_table(explanation, reference=reference, most=most)
    ends = table["end"].to_list()
    assert ends[0] == explanation.base + sum((reference or {}).values())
    assert ends[-1] == explanation.total
    between = table.slice(1, table.height - 2)
    assert between["start"].to_list() == ends[:-2]
    assert ends[-2] == pytest.approx(explanation.total, abs=1e-9)


def test_colours_follow_the_space() -> None:
    # More points are safer, more log-odds riskier.
    points = dict(waterfall_table(POINTS, reference=MEANS).select("label", "riskier").iter_rows())
    assert points["age"] is True
    assert points["tax"] is False
    log_odds = dict(waterfall_table(LOG_ODDS).select("label", "riskier").iter_rows())
    assert log_odds["debt"] is True
    assert log_odds["age"] is False


def test_the_figure_draws_the_table() -> None:
    (axes,) = waterfall_figure(rating_of(LOG_ODDS), labels={"age": "Age of the firm"}).axes
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert [bar.get_width() for bar in bars] == [0.75, -0.5, 0.125, 0.0]
    assert [bar.get_x() for bar in bars] == [-3.0, -2.25, -2.75, -2.625]
    assert [bar.get_facecolor()[0] for bar in bars[:2]] == [
        int(colour[1:3], 16) / 255 for colour in (RISKIER, SAFER)
    ]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        "base", "debt", "Age of the firm", "sector", "tax", "margin",
    ]  # fmt: skip


def test_a_real_rating_adds_up(rater: sc.Rater, applications: list[dict[str, object]]) -> None:
    rating = rater.rate_one(applications[0])
    number = rating.score if rating.explanation.space == "points" else rating.margin
    assert waterfall_table(rating.explanation)["end"][-1] == pytest.approx(number, abs=1e-5)
    assert waterfall_figure(rating).axes


def test_reference_must_fit() -> None:
    with pytest.raises(InputError, match="sector"):
        waterfall_table(POINTS, reference={"debt": 1.0, "age": 1.0, "tax": 1.0})
    with pytest.raises(InputError, match="at least 1"):
        waterfall_figure(dataclasses.replace(rating_of(POINTS)), most=0)
