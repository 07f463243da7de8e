"""Risk moves the way that was declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import fisher_exact

from scorecard import metrics
from scorecard.explain.additivity import TOLERANCE
from scorecard.explain.reference import amounts
from scorecard.features import Feature
from scorecard.logodds import Floats
from scorecard.models.boosted import BoostedModel
from scorecard.validation.claim import DOUBT
from scorecard.validation.evidence import Evidence
from scorecard.validation.holm import holm
from scorecard.validation.light import Light
from scorecard.validation.section import Finding, Section
from scorecard.validation.words import MODELS, Words

#: Judged rows that are swept, and how many quantiles of them a sweep visits.
_ROWS, _QUANTILES = 200, 21
#: How far log-odds may fall: sums of float64, and xgboost's sums of float32 (times max(1, size)).
_TOLERANCE = {"scorecard": 1e-9, "boosted": TOLERANCE}


@dataclass(frozen=True)
class Sweep:
    """One feature of one model over a grid: ``steps`` looked at, ``falls`` against the trend.

    ``largest`` is the deepest fall in log-odds, ``span`` the mean rise from the safe to the risky
    end, ``missing`` the mean change where the value is taken away.
    """

    model: str
    feature: str
    trend: str
    declared: bool
    values: int
    steps: int
    falls: int
    largest: float
    span: float
    missing: float


def trends(evidence: Evidence, model: str) -> dict[str, tuple[str, bool]]:
    """Return the trend that each feature of a model has to keep, and whether it was declared.

    Left to the data (``auto``), it is the one that the model froze; a card whose points need not
    follow WOE froze none. Features without are left out.
    """
    rater = evidence.rater
    frozen: Mapping[str, str]
    if model == "scorecard":
        # Points estimated anew follow what was declared, not the trend of their bins' WOE.
        frozen = {b.name: b.trend if rater.card.ordered else "none" for b in rater.card.bins}
    else:
        frozen = BoostedModel.from_bytes(evidence.bundle.files["booster.ubj"]).trends
    found = {}
    for name, own in frozen.items():
        said = rater.features[name].trend
        trend = own if said == "auto" else said
        if name in rater.features.numeric and trend in ("ascending", "descending"):
            found[name] = (trend, said != "auto")
    return found


def section(evidence: Evidence) -> Section:
    """Sweep every feature with a trend through both models, and look at the grades."""
    rows = evidence.judged.part.features[evidence.some(_ROWS)]
    findings, swept = [], []
    for model in ("scorecard", "boosted"):
        of = trends(evidence, model)
        if not of:
            findings.append(_nothing(model))
            continue
        mine = [_sweep(evidence, rows, model, name, trend) for name, trend in of.items()]
        swept += mine
        findings.append(_finding(model, mine, len(rows)))
    grades = _grades(evidence)
    return Section(
        "monotonicity",
        Words("单调性", "Monotonicity"),
        (*findings, _rise(grades)),
        {
            "features": pl.DataFrame(
                [vars(each) for each in sorted(swept, key=lambda s: (-s.falls, -s.span))],
                schema=_SCHEMA,
            ),
            "grades": grades,
        },
        (
            Words(
                f"对{len(rows)}行被评样本，逐一将每个有方向约束的特征沿网格移动（训练分位数、观察到的"
                "最小最大值、被评样本分位数、评分卡切点两侧），其余特征不变；缺失值单列，特殊值不计。",
                "Each feature with a trend is moved over a grid (quantiles of training, the "
                "extremes observed, quantiles of the judged rows, both sides of the scorecard's "
                f"cuts) in {len(rows)} judged rows, everything else as it is; missing is shown "
                "apart, special values are left out.",
            ),
        ),
    )


_SCHEMA = {
    "model": pl.String, "feature": pl.String, "trend": pl.String, "declared": pl.Boolean,
    "values": pl.Int64, "steps": pl.Int64, "falls": pl.Int64, "largest": pl.Float64,
    "span": pl.Float64, "missing": pl.Float64,
}  # fmt: skip


def grid(evidence: Evidence, feature: Feature) -> Floats:
    """Return the values to visit, rising."""
    seen = amounts(evidence.judged.part.features[feature.name], feature)
    seen = seen[~np.isnan(seen)]
    frozen = [q for q in evidence.baseline.quantiles.get(feature.name, ()) if q is not None]
    cuts = next((b.splits for b in evidence.rater.card.bins if b.name == feature.name), ())
    levels = np.quantile(seen, np.linspace(0, 1, _QUANTILES)) if len(seen) else seen
    values = np.unique(np.concatenate([frozen, levels, cuts, np.nextafter(cuts, -np.inf)]))
    return values[~np.isin(values, feature.special_values)]


def _sweep(
    evidence: Evidence, rows: pl.DataFrame, model: str, name: str, kept: tuple[str, bool]
) -> Sweep:
    trend, declared = kept
    values = grid(evidence, evidence.rater.features[name])
    if trend == "descending":
        values = values[::-1]
    tried = np.append(values, np.nan)
    many = pl.concat([rows] * len(tried)).with_columns(pl.Series(name, np.repeat(tried, len(rows))))
    found = evidence.rater.log_odds(many, model=model).reshape(len(tried), len(rows))
    own = evidence.rater.log_odds(rows, model=model)
    swept, without = found[:-1], found[-1]
    highest = np.maximum.accumulate(swept, axis=0)
    fall = (highest - swept)[1:]
    size = np.maximum(1.0, np.abs(highest[1:])) if model == "boosted" else 1.0
    return Sweep(
        model=model,
        feature=name,
        trend=trend,
        declared=declared,
        values=len(values),
        steps=fall.size,
        falls=int((~(fall <= _TOLERANCE[model] * size)).sum()),
        largest=float(fall.max(initial=0.0)),
        span=float((swept[-1] - swept[0]).mean()) if len(values) else 0.0,
        missing=float((without - own).mean()),
    )


def _finding(model: str, swept: list[Sweep], rows: int) -> Finding:
    falls, steps = sum(s.falls for s in swept), sum(s.steps for s in swept)
    worst = max(swept, key=lambda s: (s.falls > 0, s.largest))
    where = f"; {worst.feature} {worst.largest:.3g}" if falls else ""
    allowed, of = _TOLERANCE[model], " · max(1, |log-odds|)" if model == "boosted" else ""
    return Finding(
        model,
        Words(
            f"{MODELS[model].zh}违反方向的步数", f"Steps of the {MODELS[model].en} against a trend"
        ),
        float(falls),
        f"{falls:,} / {steps:,} ({len(swept)} × {rows}{where})",
        Words(
            f"有任何一步使风险反向超过{allowed:g}{of}（对数几率）即为红",
            f"red above 0: risk moves against the trend by more than {allowed:g}{of} in log-odds",
        ),
        Light.RED if falls else Light.GREEN,
    )


def _nothing(model: str) -> Finding:
    return Finding(
        model,
        Words(
            f"{MODELS[model].zh}违反方向的步数", f"Steps of the {MODELS[model].en} against a trend"
        ),
        None,
        "—",
        Words("该模型没有带方向的特征", "no feature of this model has a trend"),
        Light.GREY,
    )


def _grades(evidence: Evidence) -> pl.DataFrame:
    judged = evidence.judged
    rows = []
    for k, label in enumerate(evidence.grades):
        here = judged.grade == k
        y, w = judged.y[here], judged.weight[here]
        if here.any():
            rows.append(
                (label, int(here.sum()), int(y.sum()), metrics.effective_rows(y, w),
                 metrics.bad_rate(y, w), metrics.mean_pd(judged.pd[here], w))
            )  # fmt: skip
    schema = {
        "grade": pl.String, "rows": pl.Int64, "bads": pl.Int64, "effective_rows": pl.Float64,
        "bad_rate": pl.Float64, "mean_pd": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _rise(grades: pl.DataFrame) -> Finding:
    """Say whether a grade's bad rate is lower than that of its safer neighbour."""
    rate, size = grades["bad_rate"].to_numpy(), grades["effective_rows"].to_numpy()
    p_values = [_p_lower(rate[k + 1], size[k + 1], rate[k], size[k]) for k in range(len(rate) - 1)]
    falls = int((np.diff(rate) < 0).sum())
    p_value = min(holm(p_values), default=1.0)
    what = Words("相邻等级间违约率下降的次数", "Neighbouring grades whose bad rate falls")
    rule = Words(
        f"有一处下降经检验证实（Holm校正p≤{DOUBT}）为黄；不设红线",
        f"amber where a fall is proven (Holm-corrected p at most {DOUBT}); red at no value",
    )
    if len(rate) < 2:
        return Finding("grades", what, None, "—", rule, Light.GREY)
    light = Light.AMBER if p_value <= DOUBT else Light.GREEN
    return Finding("grades", what, float(falls), f"{falls} / {len(rate) - 1}", rule, light, p_value)


def _p_lower(rate: float, size: float, other: float, other_size: float) -> float:
    """Return Fisher's one-sided p-value that a rate is lower than another."""
    bads, others = round(rate * size), round(other * other_size)
    table = [[bads, round(size) - bads], [others, round(other_size) - others]]
    return float(fisher_exact(table, alternative="less").pvalue)
