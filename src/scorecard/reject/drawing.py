"""The picture of a trial: what each method does to ranking and to the level of the PD."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PANELS = (
    ("auc_gain", 0.0, "AUC gained over the accepted only"),
    ("pd_ratio", 1.0, "mean PD / true bad rate"),
)


def picture(summary: pl.DataFrame, population: str = "rejected") -> Figure:
    """Draw `summarise`'s table for one population: a row of panels per world, bars of ± 2 SE."""
    from matplotlib.figure import Figure

    part = summary.filter(pl.col("population") == population)
    worlds = part["world"].unique(maintain_order=True).to_list()
    methods = part["method"].unique(maintain_order=True).to_list()
    height = 0.9 + len(worlds) * (0.6 + 0.24 * len(methods))
    figure = Figure(figsize=(9.0, height), layout="constrained", dpi=110)
    grid = figure.subplots(len(worlds), len(_PANELS), sharex="col", sharey=True, squeeze=False)
    for world, row in zip(worlds, grid, strict=True):
        here = part.filter(pl.col("world") == world)
        for axes, (column, neutral, label) in zip(row, _PANELS, strict=True):
            error = 2 * here[f"{column}_se"].fill_null(0.0)
            axes.axvline(neutral, color="#bbbbbb", linewidth=0.8)
            axes.errorbar(
                here[column].to_list(), here["method"].to_list(), xerr=error.to_list(),
                fmt="o", color="#2b5d8a", markersize=4, capsize=2,
            )  # fmt: skip
            axes.set_title(f"{world}: {label}", fontsize=9, loc="left")
            axes.tick_params(labelsize=8)
            axes.spines[["top", "right"]].set_visible(False)
        if not row[0].yaxis_inverted():
            row[0].invert_yaxis()
    figure.suptitle(f"Reject inference, {population} applicants", fontsize=10)
    return figure
