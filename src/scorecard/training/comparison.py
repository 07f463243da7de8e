"""How the two models did, in time and out of time, and what a reader must know about it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from scorecard import metrics
from scorecard.errors import InputError
from scorecard.features import FeatureSet
from scorecard.logodds import Floats
from scorecard.metrics.suspicion import SUSPICIOUS_AUC, SUSPICIOUS_IV
from scorecard.models.cycle import CycleModel
from scorecard.policy import Policy
from scorecard.sample import EXCLUDING, Part, Sample
from scorecard.training.fit import Fitted
from scorecard.training.grades import grade_notes
from scorecard.training.pd_note import pd_note

IN_TIME, OUT_OF_TIME = "in time", "out of time"


#: Below this a feature hardly tells goods from bads.
WEAK_IV = 0.02


def compare(models: tuple[Fitted, ...], sample: Sample, policy: Policy) -> pl.DataFrame:
    """Return one row per model and window: counts, level, ranking and calibration.

    Calibration intercept and slope come with their 95% intervals, null where there is no finite
    one; at ``cycle_index`` the mean PD is the bad rate. In time, all but the mean PD come from
    cross-fitted margins, never from rows the model learnt from; the mean PD is the final model's.
    Everything is weighted.
    """
    cycle = CycleModel(policy.calibration.asset_correlation)
    rows = []
    for model in models:
        cross = model.calibration.pd(model.cross_margin)
        early, late = sample.in_time, sample.out_of_time
        rows.append(_row(model, IN_TIME, early, (cross, model.pd(early.features)), cycle))
        late_pd = model.pd(late.features)
        rows.append(_row(model, OUT_OF_TIME, late, (late_pd, late_pd), cycle))
    return pl.DataFrame(rows)


def _row(
    model: Fitted, window: str, part: Part, pds: tuple[Floats, Floats], cycle: CycleModel
) -> dict[str, str | int | float | None]:
    judged, answered = pds
    area = metrics.auc(part.y, judged, part.weight).value
    return {
        "model": model.name,
        "window": window,
        "rows": len(part),
        "bads": int(part.y.sum()),
        "bad_rate": part.bad_rate,
        "mean_pd": metrics.mean_pd(answered, part.weight),
        "auc": area,
        "gini": 2 * area - 1,
        "ks": metrics.ks(part.y, judged, part.weight).value,
        "brier": metrics.brier(part.y, judged, part.weight).value,
        **_estimate("intercept", metrics.calibration_intercept, part, judged),
        **_estimate("slope", metrics.calibration_slope, part, judged),
        "cycle_index": _index(cycle, part, judged),
    }


def _index(cycle: CycleModel, part: Part, pd: Floats) -> float | None:
    try:
        return cycle.implied_index(pd, part.bad_rate, part.weight)
    except InputError:  # a PD of exactly 0 or 1 no cycle can move
        return None


def _estimate(
    name: str, measure: Callable[..., metrics.Measure], part: Part, pd: Floats
) -> dict[str, float | None]:
    names = (f"calibration_{name}", f"{name}_low", f"{name}_high")
    try:
        found = measure(part.y, pd, part.weight)
    except InputError:  # PDs without an error have no finite slope
        return dict.fromkeys(names)
    return dict(zip(names, (found.value, found.low, found.high), strict=True))


def value(table: pl.DataFrame, model: str, window: str, name: str) -> float:
    """Return one number of `compare`'s table."""
    return float(table.row(by_predicate=_is(model, window), named=True)[name])


def _is(model: str, window: str) -> pl.Expr:
    return (pl.col("model") == model) & (pl.col("window") == window)


def answering(table: pl.DataFrame, policy: Policy) -> str:
    """Return which model answers: the declared default unless the other wins by the margin."""
    rule = policy.answering
    other = "boosted" if rule.default == "scorecard" else "scorecard"
    gain = value(table, other, OUT_OF_TIME, rule.metric) - value(
        table, rule.default, OUT_OF_TIME, rule.metric
    )
    return other if gain >= rule.min_gain else rule.default


def power(features: FeatureSet, part: Part, table: pl.DataFrame) -> pl.DataFrame:
    """Return each feature's IV (from the card's binning) and own AUC, the strongest first.

    ``table`` maps ``feature`` to ``iv``; ``label`` is Chinese and English, or the one they share.
    The AUC is of the feature alone, missing rows left out,
    direction ignored; ``suspicious`` marks what is too good to be known at application.
    """
    iv = dict(table.select("feature", "iv").rows())
    rows = []
    for name in features.names:
        area: float | None = None
        if name in features.numeric:
            values = part.features[name].to_numpy()
            known = ~np.isnan(values)
            y = part.y[known]
            if 0 < y.sum() < len(y):
                area = metrics.auc(y, values[known], part.weight[known]).value
                area = max(area, 1 - area)
        strong = iv.get(name, 0.0) > SUSPICIOUS_IV or (area or 0.0) > SUSPICIOUS_AUC
        told = dict.fromkeys(filter(None, (features[name].zh, features[name].en)))
        rows.append(
            {
                "feature": name, "label": " · ".join(told), "iv": iv.get(name), "auc": area,
                "suspicious": strong,
            }
        )  # fmt: skip
    return pl.DataFrame(rows).sort("iv", descending=True, nulls_last=True)


def notes(
    sample: Sample,
    table: pl.DataFrame,
    strength: pl.DataFrame,
    policy: Policy,
    answers: str,
    *,
    grades: pl.DataFrame,
) -> list[str]:
    """Return what a reader must know about these numbers, in sentences."""
    said = []
    for name, label, iv, area in (
        strength.filter("suspicious").select("feature", "label", "iv", "auc").rows()
    ):
        alone = "" if area is None else f", AUC {area:.3f}"
        said.append(
            f"SUSPICIOUS: {name}{f' ({label})' if label else ''} alone is implausibly strong "
            f"(IV {iv or 0:.2f}{alone}). Check that it is known at application."
        )
    if policy.sample.observation_date is None:
        said.append(
            "NOT OUT OF TIME: the product has no observation date; what is called out of time are "
            "rows held out by sample.out_of_time of policy.yaml, and a later period may go "
            "differently."
        )
    elif sample.purged is None:
        said.append(
            "UNPURGED: the outcome has no horizon, so a row's label may have been settled after "
            "the first out-of-time date; out-of-time results are called unpurged."
        )
    elif sample.purged:
        said.append(
            f"Purged {sample.purged:,} in-time rows whose label window reaches the out-of-time "
            "window."
        )
    undecided = sample.steps.filter(pl.col("undecided") > 0).select("step", "undecided").rows()
    if undecided:
        each = "; ".join(f"{step.removeprefix(EXCLUDING)}, {rows:,}" for step, rows in undecided)
        said.append(
            "UNDECIDED: an exclusion that cannot be decided for a row, because a column it reads "
            f"is empty, keeps the row: {each}."
        )
    for model in table["model"].unique(maintain_order=True):
        row = table.row(by_predicate=_is(model, OUT_OF_TIME), named=True)
        if row["calibration_slope"] is not None:
            said.append(pd_note(row, sample.in_time.bad_rate, policy, _called(model)))
        drop = value(table, model, IN_TIME, "auc") - value(table, model, OUT_OF_TIME, "auc")
        if drop > 0.02:
            said.append(
                f"AUC of the {_called(model)} falls by {drop:.3f} from in time to out of time: "
                "part of what ranked risk in the training years did not hold afterwards."
            )
    said += grade_notes(grades, {name: _called(name) for name in table["model"].unique()})
    best = strength.filter(pl.col("iv").is_not_null())
    if best.height:
        weak = strength.filter(pl.col("iv").fill_null(0.0) < WEAK_IV).height
        said.append(
            f"The strongest feature known at application is {best['feature'][0]} with an IV of "
            f"{best['iv'][0]:.3f} in time; {weak} of {strength.height} features have an IV below "
            f"{WEAK_IV}."
        )
    said += [remark.en for remark in policy.remarks]
    rule = policy.answering
    said.append(
        f"The {_called(answers)} answers: the {_called(rule.default)} is the product's default, "
        f"and the other takes its place only with an out-of-time {rule.metric.upper()} at least "
        f"{rule.min_gain} higher. The same {rule.metric.upper()} that is reported out of time made "
        "this choice, so it is slightly optimistic for the model chosen."
    )
    return said


def _called(model: str) -> str:
    return "boosted model" if model == "boosted" else model
