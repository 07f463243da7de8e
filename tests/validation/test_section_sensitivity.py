"""One value at a time, and a bad year."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from scorecard.rating import Rater
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.sections import sensitivity


def test_the_worst_value_is_the_worst_and_unread_features_move_nothing(clean: Evidence) -> None:
    section = sensitivity.section(clean)
    assert section.light is Light.GREEN
    table = section.tables["features"]
    assert table["factor"].to_list() == sorted(table["factor"], reverse=True)
    assert (table["factor"] >= table["best_factor"]).all()
    unread = table.filter(~pl.col("read"))
    assert unread.select((pl.col("factor") - 1).abs().max()).item() in (None, pytest.approx(0))
    assert section.finding("single_factor").number == table["factor"][0]


def test_a_downturn_is_the_cycle_models_own(clean: Evidence) -> None:
    section = sensitivity.section(clean)
    index = clean.rules.sensitivity.downturn_index
    there = clean.rater.cycle.point_in_time(clean.judged.pd, index)
    expected = there.mean() / clean.judged.pd.mean()
    assert section.finding("downturn_factor").number == pytest.approx(expected)
    states = section.tables["downturn"]
    assert states.filter(state="judged period")["mean_pd"][0] == pytest.approx(
        clean.judged.part.bad_rate
    )
    grades = section.tables["downturn_grades"]
    for share in ("share", "loss_share", "downturn_share", "downturn_loss_share"):
        assert grades[share].sum() == pytest.approx(1)


def test_an_answer_that_is_none_is_red(clean: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Rater.log_odds

    def broken(self: Rater, features: pl.DataFrame, *, model: str | None = None) -> np.ndarray:
        found = honest(self, features, model=model)
        return np.where(features["debt_to_assets"].to_numpy() == worst, np.nan, found)

    worst = clean.baseline.quantiles["debt_to_assets"][3]
    monkeypatch.setattr(Rater, "log_odds", broken)
    finding = sensitivity.section(clean).finding("response")
    assert finding.light is Light.RED
    assert finding.number > 0  # type: ignore[operator]
