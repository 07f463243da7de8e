"""How one feature moves ratings, value by value, with the data under it."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.explain.reference import amounts, weighted_quantile
from scorecard.explain.wording import shown
from scorecard.features import Feature
from scorecard.logodds import Floats

#: A number with at most this many different values is shown value by value.
FEW = 12

_Z = 1.959964  # two-sided 95 %
_SCHEMA = {
    "kind": pl.String, "label": pl.String, "low": pl.Float64, "high": pl.Float64, "rows": pl.Int64,
    "share": pl.Float64, "contribution": pl.Float64, "contribution_p10": pl.Float64,
    "contribution_p90": pl.Float64, "bad_rate": pl.Float64, "bad_rate_low": pl.Float64,
    "bad_rate_high": pl.Float64,
}  # fmt: skip

_Place = tuple[str, str, float | None, float | None, np.ndarray]


def dependence_table(
    feature: Feature,
    values: pl.Series,
    risk: Floats,
    *,
    weight: Floats | None = None,
    outcome: Floats | None = None,
    bins: int = 24,
    most: int = 15,
) -> pl.DataFrame:
    """Return, along the values of one feature, its contribution, the data and the bad rate.

    ``values`` (n,) are the feature's, ``risk`` (n,) its contributions in log-odds toward risk as
    `Rater.risk` gives them, ``weight`` (n,) the rows' weights, ``outcome`` (n,) 1 for bad and 0 for
    good, NaN where not known.

    A row per place, ``kind`` being

    - ``range``: of a number, one of ``bins`` equally wide pieces [low, high) between its 1st and
      99th percentile; the first and the last also hold what lies beyond; empty ones are left out;
    - ``value``: of a number with at most `FEW` different values, each of them;
    - ``level``: of a text, the ``most`` levels of most weight, lowest contribution first, and
      after them ``others``, pooled;
    - ``special`` and ``missing``: always apart, last.

    ``share`` is the place's share of the weight; ``contribution`` the weighted mean of its
    contributions with their 10th and 90th percentile: in a scorecard a value has one contribution,
    in a boosted model it also depends on the other features. ``bad_rate`` is the observed one, with
    Wilson's interval of 95 % [1] at the effective number of rows (Σw)²/Σw²; null without an
    outcome.

    Raises `InputError` for lengths that differ, or no rows.

    [1] E. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", *JASA*
    22, 1927.
    """
    n = len(values)
    risk = np.asarray(risk, dtype=np.float64)
    w = np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64)
    y = np.full(n, np.nan) if outcome is None else np.asarray(outcome, dtype=np.float64)
    if n == 0 or not risk.shape == w.shape == y.shape == (n,):
        raise InputError(
            "values, risk, weight and outcome must be of one length, at least 1; got "
            f"{n}, {risk.shape}, {w.shape}, {y.shape}."
        )
    if values.dtype == pl.String:
        places = _levels(values, risk, w, most)
    else:
        places = _numbers(feature, values, w, bins)
    rows = [
        (kind, label, low, high, *_measured(at, risk, w, y, float(w.sum())))
        for kind, label, low, high, at in places
        if at.any()
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _numbers(feature: Feature, values: pl.Series, w: Floats, bins: int) -> list[_Place]:
    x = amounts(values, feature)
    known = ~np.isnan(x)
    places: list[_Place] = []
    distinct = np.unique(x[known])
    if len(distinct) <= FEW:
        for value in distinct.tolist():
            places.append(("value", shown(feature, value)[1], value, value, x == value))
    else:
        edges = np.linspace(*_ends(x, w), bins + 1)
        at = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, bins - 1)
        for k, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
            label = f"{shown(feature, low)[1]} – {shown(feature, high)[1]}"
            places.append(("range", label, low, high, known & (at == k)))
    raw = values.cast(pl.Float64).to_numpy()
    for value in feature.special_values:
        places.append(("special", f"{value:g}", value, value, raw == value))
    return [*places, ("missing", "", None, None, np.isnan(raw))]


def _levels(values: pl.Series, risk: Floats, w: Floats, most: int) -> list[_Place]:
    text = values.to_numpy()
    mass = {
        level: float(w[text == level].sum()) for level in values.drop_nulls().unique().to_list()
    }
    kept = sorted(mass, key=lambda level: (-mass[level], level))[:most]
    kept.sort(key=lambda level: (float(np.average(risk[text == level])), level))
    places: list[_Place] = [("level", level, None, None, text == level) for level in kept]
    missing = values.is_null().to_numpy()
    if len(mass) > len(kept):
        rest = ~missing & ~values.is_in(kept).fill_null(False).to_numpy()
        places.append(("others", "", None, None, rest))
    return [*places, ("missing", "", None, None, missing)]


def _measured(
    at: np.ndarray, risk: Floats, w: Floats, y: Floats, total: float
) -> tuple[int, float, float, *tuple[float | None, ...]]:
    mine, mass = risk[at], w[at]
    mean = float(np.sum(mass * mine) / np.sum(mass)) if mass.sum() > 0 else float(np.mean(mine))
    p10, p90 = (weighted_quantile(mine, mass, q) for q in (0.1, 0.9))
    return int(at.sum()), float(mass.sum()) / total, mean, p10, p90, *_rate(y[at], mass)


def _rate(y: Floats, w: Floats) -> tuple[float | None, float | None, float | None]:
    """Return the weighted bad rate with Wilson's interval; nothing where no outcome is known."""
    known = ~np.isnan(y) & (w > 0)
    if not known.any():
        return None, None, None
    y, w = y[known], w[known]
    rate = float(np.sum(y * w) / np.sum(w))
    n = float(np.sum(w) ** 2 / np.sum(w * w))
    centre = (rate + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    reach = _Z * math.sqrt(rate * (1 - rate) / n + _Z * _Z / (4 * n * n)) / (1 + _Z * _Z / n)
    return rate, max(0.0, centre - reach), min(1.0, centre + reach)


def _ends(x: Floats, w: Floats) -> tuple[float, float]:
    """Return the 1st and 99th percentile, or the extremes where nearly all rows have one value."""
    low, high = (weighted_quantile(x, w, q) for q in (0.01, 0.99))
    if low is None or high is None or low == high:
        return float(np.nanmin(x)), float(np.nanmax(x))
    return low, high
