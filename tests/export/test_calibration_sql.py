"""Every kind of calibration in an engine: log-odds to the bit, a beta curve's to 1e-12."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
from engines import Engine

from scorecard.export import PortableCard, statement, to_sql
from scorecard.export.calibration import calibrated_log_odds
from scorecard.models import Calibration
from scorecard.models.calibration_curve import BetaCurve, Curve, IsotonicCurve
from scorecard.models.sql_dialect import Step, sql_dialect

STEPS = IsotonicCurve(
    knots=(-6.3, -4.1, -3.9000000000000004, -1.7, 0.1),
    values=(-7.0, -4.4, -4.3999999999999995, -1.1, 1 / 3),
    tail=0.9,
)
CURVES = {"logistic": None, "isotonic": STEPS, "beta": BetaCurve(-0.37)}


def calibration(curve: Curve | None) -> Calibration:
    return Calibration(-0.123456789, 1.1, 0.7, 0.05, curve)


def margins() -> np.ndarray:
    """Margins far and near, on every knot after the correction, and a bit beside it."""
    rng = np.random.default_rng(2)
    knots = np.array(STEPS.knots) + 0.7
    near = np.concatenate([np.nextafter(knots, -np.inf), knots, np.nextafter(knots, np.inf)])
    wide = [-800.0, -40.0, 0.0, 0.7, 40.0, 800.0]
    return np.concatenate([near, wide, rng.normal(-3, 2, 2_000)])


@pytest.mark.parametrize("kind", list(CURVES))
def test_an_engine_calibrates_as_the_value_does(engine: Engine, kind: str) -> None:
    x, fitted = margins(), calibration(CURVES[kind])
    write = sql_dialect(engine.name)
    log_odds = calibrated_log_odds(fitted, write)
    step = Step("answer", [("row_id", write.column("row_id")), ("log_odds", log_odds)])
    engine.load("margins", pl.DataFrame({"row_id": np.arange(len(x)), "margin": x}))
    got = engine.run(write.statement("margins", [step])).sort("row_id")["log_odds"].to_numpy()
    want = fitted.log_odds(x)
    if kind == "beta":
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)
    else:
        assert got.tolist() == want.tolist()


@pytest.mark.parametrize("kind", list(CURVES))
def test_the_document_holds_the_curve_and_the_header_tells_of_beta(
    road: PortableCard, kind: str
) -> None:
    bent = dataclasses.replace(road, calibration=calibration(CURVES[kind]))
    back = PortableCard.from_json(bent.to_json())
    assert back == bent
    assert to_sql(back, dialect="spark") == to_sql(bent, dialect="spark")
    said = statement(bent, dialect="duckdb").notes
    assert any("calibration is beta" in note for note in said) == (kind == "beta")
