"""The card as a document: everything survives to the bit, and nothing else is read."""

from __future__ import annotations

import json

import polars as pl
import pytest
from engines import Duck
from enriched import differences

import scorecard as sc
from scorecard.errors import InputError
from scorecard.export import PortableCard, to_sql
from scorecard.models import Scorecard


def test_a_card_survives_as_json(road: PortableCard) -> None:
    text = road.to_json()
    back = PortableCard.from_json(text)
    assert back == road
    assert back.to_json() == text
    assert to_sql(back, dialect="hive") == to_sql(road, dialect="hive")
    card = Scorecard.from_dict(json.loads(json.dumps(road.card.to_dict())))
    assert card == road.card


def test_the_document_alone_rates_as_the_bundle(
    road: PortableCard, awkward: pl.DataFrame, wanted: pl.DataFrame
) -> None:
    back = PortableCard.from_json(road.to_json())
    features = back.features.evaluate(awkward)
    points = back.card.points(features)
    log_odds = back.calibration.log_odds(back.card.margin(back.card.score(points)))
    assert back.scale.grades(log_odds).tolist() == wanted["grade"].to_list()


def test_a_second_opinion_is_exported_too(rater: sc.Rater, portfolio: pl.DataFrame) -> None:
    """Whichever model answers, the statement is of the scorecard."""
    column = "score" if rater.answering == "scorecard" else "second_score"
    rows = portfolio.head(500).with_row_index("row_id")
    want = rater.rate_features(rater.features.evaluate(rows))
    with Duck() as engine:
        engine.load("applications", rows)
        got = engine.run(to_sql(rater, dialect="duckdb", keep=["row_id"])).sort("row_id")
    assert differences(got, want.select(score=column)) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(format=1), "no scorecard in JSON of format 2"),
        (lambda d: d.pop("card"), "no scorecard in JSON"),
        (lambda d: d["card"].update(offset=float("nan")), "no scorecard in JSON"),
        (lambda d: d["features"].pop(), "no scorecard in JSON"),
        (lambda d: d["features"][0].update(normal="1"), "do not fit together"),
        (lambda d: d["scale"]["edges"].reverse(), "do not fit together"),
    ],
)
def test_a_changed_document_is_refused(road: PortableCard, change, said: str) -> None:
    data = json.loads(road.to_json())
    change(data)
    with pytest.raises(InputError, match=said):
        PortableCard.from_json(json.dumps(data))


def test_what_holds_no_card_is_refused() -> None:
    with pytest.raises(InputError, match=r"got dict. Load one: Rater\.load"):
        PortableCard.of({})
