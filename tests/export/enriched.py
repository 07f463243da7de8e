"""A card with every kind of bin, and applications full of what bins are there for."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import polars as pl

import scorecard as sc
from scorecard.models.scorecard import Scorecard

#: Feature → column and code: values that are no amounts but codes, within the contract's bounds.
CODES = {
    "revenue_growth": ("revenue_growth_yoy", 100.0),
    "power_trend": ("electricity_yoy", 100.0),
    "invoice_gap_days": ("invoice_gap_max_days", 366),
    "owner_queries": ("owner_query_3m", 999),
    "firm_queries": ("ent_query_3m", 999),
}
TEXTS = {
    "tax_credit_grade": ["", "Z", "a", " A", "A ", "A'", "甲", "A\\"],
    "industry_code": ["", "Z99", "c39", "'", " C39"],
}


def coded(bundle: sc.Bundle, frame: pl.DataFrame) -> sc.Bundle:
    """Give a bundle a card that knows every kind of bin, a base, and an isotonic calibration."""
    rater = sc.Rater(bundle)
    known = with_codes(frame, 1).filter(pl.col("default_12m").is_not_null())
    model = sc.ScorecardClassifier(
        special_values={name: [float(code)] for name, (_, code) in CODES.items()},
        min_iv=0.0, neutral_at_zero=True, min_bin_share=0.02,
    )  # fmt: skip
    model.fit(rater.features.evaluate(known), known["default_12m"])
    margin = model.decision_function(rater.features.evaluate(known))
    fitted = sc.PDCalibrator(0.03, method="isotonic").fit(margin, known["default_12m"])
    calibrations = bundle.json("calibration.json")
    calibrations["scorecard"] = fitted.calibration_.to_dict()
    files = {
        **bundle.files,
        "scorecard.json": json.dumps(model.scorecard_.to_dict()).encode(),
        "calibration.json": json.dumps(calibrations).encode(),
    }
    about = {k: v for k, v in bundle.manifest.items() if k != "self"}
    return sc.Bundle.seal(files, {**about, "answering": "scorecard"})


def with_codes(frame: pl.DataFrame, seed: int, share: float = 0.06) -> pl.DataFrame:
    """Put codes and nulls into a share of the rows of every coded column."""
    rng = np.random.default_rng(seed)
    columns = []
    for column, code in CODES.values():
        draw = pl.Series(rng.random(frame.height))
        columns.append(
            pl.when(draw < share).then(pl.lit(code, frame.schema[column]))
            .when(draw < 2 * share).then(None).otherwise(pl.col(column)).alias(column)
        )  # fmt: skip
    return frame.with_columns(columns)


def enriched(frame: pl.DataFrame, rater: sc.Rater, card: Scorecard, seed: int) -> pl.DataFrame:
    """Give a third of the rows cut points, their neighbours, codes, nulls and unseen texts.

    A ratio meets a cut point exactly where its denominator is 1. Some rows also get the largest and
    the smallest numbers there are, and zeros of both signs. ``row_id`` numbers the rows.
    """
    rng = np.random.default_rng(seed)
    kinds = rater.product.kinds
    data = {name: frame[name].to_list() for name in sorted(rater.features.reads)}
    n = frame.height
    for bins in card.bins:
        expression = rater.features.expressions[rater.features.names.index(bins.name)]
        if bins.kind == "text":
            continue
        column, one = _numerator(expression.normal)
        if column is None:
            continue
        edges = [*bins.splits, *bins.special_values]
        near = [f(e) for e in edges for f in (float, _below, _above)]
        if kinds[column] == "int":
            near = sorted({math.floor(v) for v in near} | {math.ceil(v) for v in near})
        if not near:
            continue
        for i in rng.choice(n, size=n // 60, replace=False):
            data[column][i] = near[rng.integers(len(near))]
            if one is not None:
                data[one][i] = 1 if kinds[one] == "int" else 1.0
    for name, values in data.items():
        for i in rng.choice(n, size=n // 80, replace=False):
            values[i] = None
        if kinds[name] == "str":
            for i in rng.choice(n, size=n // 20, replace=False):
                values[i] = TEXTS[name][rng.integers(len(TEXTS[name]))]
        if kinds[name] == "float":
            wild = [0.0, -0.0, 5e-324, -5e-324, 1e-310, 1e300, -1e300, 1.7976931348623157e308]
            for i in rng.choice(n, size=n // 200, replace=False):
                values[i] = wild[rng.integers(len(wild))]
        if kinds[name] == "int":
            for i in rng.choice(n, size=n // 200, replace=False):
                values[i] = (0, 2**53, -(2**62), 7)[rng.integers(4)]
    columns = [pl.Series(name, values, dtype=frame.schema[name]) for name, values in data.items()]
    return pl.DataFrame([pl.Series("row_id", np.arange(n)), *columns])


def expected(rater: sc.Rater, frame: pl.DataFrame) -> pl.DataFrame:
    """What the rater's scorecard says of each row, the contract left out: it would refuse many."""
    features = rater.features.evaluate(frame)
    rated = rater.rate_features(features)
    points = rated["contributions"].struct.unnest()
    return pl.concat(
        [
            frame.select("row_id"),
            rated.select("score", "margin", "pd", "grade"),
            points.rename({name: f"points_{name}" for name in points.columns}),
        ],
        how="horizontal",
    )


def differences(got: pl.DataFrame, want: pl.DataFrame) -> dict[str, int]:
    """Return, by column, how many rows differ in a bit; the PD is left to whoever asks."""
    counts = {}
    for name in want.columns:
        mine, other = got[name], want[name]
        if mine.dtype == pl.Float64:
            assert not mine.null_count(), name
            mine, other = mine.reinterpret(signed=True), other.reinterpret(signed=True)
        counts[name] = int((mine != other).sum())
    return {name: n for name, n in counts.items() if n and name != "pd"}


def _numerator(normal: str) -> tuple[str | None, str | None]:
    """Return the column that a feature is, or is a multiple of, and its denominator."""
    plain = re.sub(r'CAST\(("\w+") AS DOUBLE\)', r"\1", normal)
    found = re.fullmatch(r'"(\w+)"(?: / NULLIF\("(\w+)", CAST\(0 AS DOUBLE\)\))?', plain)
    return (found.group(1), found.group(2)) if found else (None, None)


def _below(value: float) -> float:
    return math.nextafter(value, -math.inf)


def _above(value: float) -> float:
    return math.nextafter(value, math.inf)
