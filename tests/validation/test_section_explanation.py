"""Explanations that are not the model's are found, whatever the rating itself checks."""

from __future__ import annotations

import polars as pl
import pytest

from scorecard.rating import Rater
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import explanation


def test_a_sound_bundle_is_green_with_numbers(clean: Evidence) -> None:
    section = explanation.section(clean)
    assert section.light is Light.GREEN
    assert set(section.tables) == {"sums", "recomputed", "direction", "steadiness"}
    again = section.tables["recomputed"]
    assert set(again["model"]) == {"scorecard", "boosted"}
    assert again["contribution"].abs().max() > 0.1  # type: ignore[operator]
    assert section.finding("steadiness").number > 0.8  # type: ignore[operator]


@pytest.mark.parametrize("model", ["scorecard", "boosted"])
def test_contributions_that_do_not_add_up_are_red(
    clean: Evidence, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    honest = Rater.risk

    def wrong(self: Rater, features: pl.DataFrame, *, model: str | None = None) -> pl.DataFrame:
        found = honest(self, features, model=model)
        return found.with_columns(pl.col("debt_to_assets") + 1e-3) if model == told else found

    told = model
    monkeypatch.setattr(Rater, "risk", wrong)
    section = explanation.section(clean)
    red = {finding.key for finding in section.findings if finding.light is Light.RED}
    assert red == {f"additivity_{model}", "contributions"}


def test_contributions_dealt_to_the_wrong_feature_add_up_and_are_red(
    clean: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Rater.risk

    def swapped(self: Rater, features: pl.DataFrame, *, model: str | None = None) -> pl.DataFrame:
        found = honest(self, features, model=model)
        both = pl.col("debt_to_assets"), pl.col("tax_grade")
        return found.with_columns(both[0].alias("tax_grade"), both[1].alias("debt_to_assets"))

    monkeypatch.setattr(Rater, "risk", swapped)
    section = explanation.section(clean)
    assert section.finding("additivity_boosted").light is Light.GREEN
    assert section.finding("contributions").light is Light.RED


def test_contributions_that_run_backwards_are_red(
    clean: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Rater.risk

    def backwards(self: Rater, features: pl.DataFrame, *, model: str | None = None) -> pl.DataFrame:
        found = honest(self, features, model=model)
        kept = found["debt_to_assets"] + found["tax_grade"]
        return found.with_columns(
            (-found["debt_to_assets"]).alias("debt_to_assets"),
            (kept + found["debt_to_assets"]).alias("tax_grade"),
        )

    monkeypatch.setattr(Rater, "risk", backwards)
    section = explanation.section(clean)
    red = {finding.key for finding in section.findings if finding.light is Light.RED}
    assert red == {"direction", "contributions"}
