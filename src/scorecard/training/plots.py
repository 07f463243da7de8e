"""Pictures drawn from tables, for the tracking page and notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from scorecard import metrics
from scorecard.logodds import Floats
from scorecard.sample import Part

COLOURS = {"scorecard": "#1b6ca8", "boosted": "#d1603d"}


def calibration_table(pd: Floats, part: Part, bins: int = 10) -> pl.DataFrame:
    """Return, per decile of PD (by weight), the mean PD and the bad rate."""
    order = np.argsort(pd, kind="stable")
    share = np.cumsum(part.weight[order]) / part.weight.sum()
    at = np.minimum((share * bins).astype(int), bins - 1)
    frame = pl.DataFrame({"bin": at, "pd": pd[order], "y": part.y[order], "w": part.weight[order]})
    weight = pl.col("w").sum()
    return (
        frame.group_by("bin")
        .agg(
            rows=pl.len(),
            mean_pd=(pl.col("pd") * pl.col("w")).sum() / weight,
            bad_rate=(pl.col("y") * pl.col("w")).sum() / weight,
        )
        .sort("bin")
    )


def roc_figure(pds: Mapping[str, Floats], part: Part, title: str) -> Figure:
    """Draw the ROC curve of each model."""
    figure, axes = _axes(title, "share of goods called bad", "share of bads called bad")
    axes.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=1)
    for name, pd in pds.items():
        x, y, _ = roc_curve(part.y, pd, sample_weight=part.weight)
        area = metrics.auc(part.y, pd, part.weight)
        axes.plot(x, y, color=COLOURS.get(name), label=f"{name}, AUC {area:.3f}")
    axes.legend(frameon=False, loc="lower right")
    return figure


def calibration_figure(pds: Mapping[str, Floats], part: Part, title: str) -> Figure:
    """Draw the bad rate against the mean PD, by decile of PD."""
    figure, axes = _axes(title, "mean PD of the decile", "bad rate of the decile")
    top = 0.0
    for name, pd in pds.items():
        table = calibration_table(pd, part)
        axes.plot(table["mean_pd"], table["bad_rate"], "o-", color=COLOURS.get(name), label=name)
        top = max(top, float(table["mean_pd"].max()), float(table["bad_rate"].max()))  # type: ignore[arg-type]
    axes.plot([0, top], [0, top], color="#bbbbbb", linewidth=1)
    axes.legend(frameon=False)
    return figure


def grades_figure(grades: pl.DataFrame, model: str, title: str) -> Figure:
    """Draw, per grade, its own PD and the bad rate with its interval, out of time."""
    shown = grades.filter(
        (pl.col("model") == model) & (pl.col("window") == "out of time") & (pl.col("rows") > 0)
    )
    figure, axes = _axes(title, "grade", "PD, bad rate")
    at = np.arange(shown.height)
    # A logarithm has no zero: a grade without bads is drawn at the foot.
    foot = 0.3 * float(shown["grade_pd"].to_numpy().min())
    low, high, rate = (
        np.maximum(shown[name].to_numpy(), foot) for name in ("low", "high", "bad_rate")
    )
    axes.vlines(at, low, high, color="#9aa5b1", linewidth=6, label="95% interval of the bad rate")
    axes.plot(at, rate, "o", color="#c0392b", label="bad rate", clip_on=False)
    axes.plot(at, shown["grade_pd"], "_", color="#222222", markersize=16, label="PD of the grade")
    axes.set(yscale="log", xticks=at, xticklabels=shown["grade"].to_list())
    axes.set_ylim(foot, min(1.0, 1.5 * float(high.max())))
    axes.yaxis.set_major_formatter("{x:.2%}")
    axes.legend(frameon=False, loc="lower right")
    return figure


def power_figure(strength: pl.DataFrame, title: str, most: int = 20) -> Figure:
    """Draw the information value of the strongest features."""
    shown = strength.filter(pl.col("iv").is_not_null()).head(most).reverse()
    figure, axes = _axes(title, "information value", "")
    colours = ["#c0392b" if bad else COLOURS["scorecard"] for bad in shown["suspicious"]]
    axes.barh(shown["feature"].to_list(), shown["iv"].to_list(), color=colours)
    figure.set_size_inches(7, 0.8 + 0.27 * max(shown.height, 3))
    return figure


def score_figure(score: Floats, part: Part, title: str) -> Figure:
    """Draw the distributions of the score of goods and of bads."""
    figure, axes = _axes(title, "score", "share of the class")
    edges = np.linspace(score.min(), score.max() + 1e-9, 41)
    for label, bad, colour in (("good", 0, "#4c9f70"), ("bad", 1, "#c0392b")):
        rows = part.y == bad
        weight = part.weight[rows] / part.weight[rows].sum()
        axes.hist(score[rows], bins=edges, weights=weight, alpha=0.6, color=colour, label=label)
    axes.legend(frameon=False)
    return figure


def search_figure(trials: pl.DataFrame, taken: int, metric: str) -> Figure:
    """Draw each trial's loss, the best so far, and the trial ``taken``."""
    name = "log-loss" if metric == "log_loss" else "1 − AUC"
    figure, axes = _axes("settings of the boosted model", "trial", f"{name}, mean over folds")
    played = trials.filter(pl.col("state") == "complete")
    axes.plot(
        played["number"], played["value"], "o", color=COLOURS["boosted"], label="complete",
        markersize=4,
    )  # fmt: skip
    # What was given up has losses of some folds only, which compare with nothing here.
    rest = trials.filter(pl.col("state") != "complete")["number"].to_list()
    if rest:
        axes.plot(
            rest, [1.0] * len(rest), "x", color="#999999", label="given up early", markersize=5,
            transform=axes.get_xaxis_transform(), clip_on=False,
        )  # fmt: skip
    axes.step(trials["number"], trials["best"], where="post", color="#333333", label="best so far")
    one = trials.filter(pl.col("number") == taken)
    axes.plot(
        one["number"], one["value"], "o", color="none", markeredgecolor="#333333", markersize=11,
        label="taken",
    )  # fmt: skip
    axes.legend(frameon=False)
    return figure


def _axes(title: str, x: str, y: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(6, 4.5), layout="constrained", dpi=110)
    axes = figure.subplots()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
