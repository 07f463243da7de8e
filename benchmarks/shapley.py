"""Interventional contributions from tables, against shap and the booster's own tree-path ones.

One model of 300 trees of depth 4 on the numeric features of simulated sme_cn applications (shap
reads no splits on categories), one background of 100 rows. Sides take turns in one process, so that
whatever else the machine does falls on all alike; numbers are medians. Ours and shap's take a
matrix; the booster's own is made beforehand and not counted. One thread each, but where it says
two. Of many rows shap answers a tenth, and its seconds are counted tenfold: its time is
proportional to the rows.

python benchmarks/shapley.py [--small] [--out FILE]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import polars as pl
from rows import Row, command, finish, installed, times

import scorecard as sc
from scorecard.explain import InterventionalTables, check_additivity
from scorecard.models.boosted import BoostedModel, xgboost

BACKGROUND, TREES, DEPTH, APPLICATIONS = 100, 300, 4, 20_000
MANY, ONES, ROUNDS, TENTH = 10_000, 100, 3, 10
BUILD_SECONDS, AGREE = 5.0, 1e-6
AGAINST_SHAP = {1: 20.0, MANY: 40.0}
#: At a miniature's size fixed costs decide, so its ratios only tell.
FULL_SIZE = ("3",)


def trained(trees: int, applications: int) -> tuple[BoostedModel, np.ndarray, float]:
    """Return a model, its training matrix and its seconds of fitting."""
    product = sc.load_product("sme_cn")
    frame = sc.simulate(product, applications, 11).filter(pl.col("default_12m").is_not_null())
    X = product.features.evaluate(frame).select(product.features.numeric)
    trends = {name: trend for name, trend in product.features.trends().items() if name in X.columns}
    model = sc.BoostedClassifier(
        trends, n_estimators=trees, max_depth=DEPTH, min_child_weight=1.0, n_jobs=1
    )
    begun = time.perf_counter()
    model.fit(X, frame["default_12m"].cast(pl.Int64).to_numpy())
    # The booster reads float32, shap float64: at a threshold they would part, and shap be wrong.
    matrix = model.encode(X).astype(np.float32).astype(np.float64)
    return model.model_, matrix, time.perf_counter() - begun


def sides(
    model: BoostedModel, tables: InterventionalTables, background: np.ndarray
) -> dict[str, Callable[[np.ndarray], Callable[[], Any]]]:
    """Return, by name, what makes a side ready for some rows and then answers them."""

    def booster(threads: int) -> Callable[[np.ndarray], Callable[[], Any]]:
        def ready(rows: np.ndarray) -> Callable[[], Any]:
            data = xgboost().DMatrix(rows, feature_names=list(model.names), nthread=threads)

            def answer() -> Any:
                model.booster.set_param({"nthread": threads})
                return model.booster.predict(data, pred_contribs=True)

            return answer

        return ready

    found = {
        "ours": lambda rows: lambda: tables.contributions(rows),
        "pred_contribs": booster(1),
        "pred_contribs, 2 threads": booster(2),
    }
    if installed("shap"):
        import shap

        explainer = shap.TreeExplainer(
            model.booster, data=background, feature_perturbation="interventional"
        )
        found["shap.TreeExplainer"] = lambda rows: (
            lambda: explainer.shap_values(rows, check_additivity=False)
        )
    return found


def measure(answers: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return each side's median seconds, sides in turn."""
    taken: dict[str, list[float]] = {name: [] for name in answers}
    for _ in range(rounds):
        for name, answer in answers.items():
            begun = time.perf_counter()
            answer()
            taken[name].append(time.perf_counter() - begun)
    return {name: median(each) for name, each in taken.items()}


def shown(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def main() -> int:
    options = command(__doc__).parse_args()
    many, trees, applications = (500, 30, 4_000) if options.small else (MANY, TREES, APPLICATIONS)
    model, matrix, fitting = trained(trees, applications)
    draw = np.random.default_rng(0)
    background = matrix[np.sort(draw.choice(len(matrix), BACKGROUND, replace=False))]
    begun = time.perf_counter()
    tables = InterventionalTables(model, background)
    building = time.perf_counter() - begun
    told = f"{trees} trees of depth {DEPTH}, {len(model.names)} features, background {BACKGROUND}"
    lines = [
        Row(
            "3", f"tables made; {told}", shown(building), f"{shown(fitting)} (the model's fit)", "",
            f"< {BUILD_SECONDS:g} s", building < BUILD_SECONDS,
        )
    ]  # fmt: skip
    rows = matrix[draw.choice(len(matrix), many, replace=len(matrix) < many)]
    check_additivity(tables.base, tables.contributions(rows), model.margin(rows))
    ready = sides(model, tables, background)
    if "shap.TreeExplainer" in ready:
        few = rows[:200]
        gap = float(np.abs(tables.contributions(few) - ready["shap.TreeExplainer"](few)()).max())
        lines.append(
            Row(
                "3", f"largest difference from shap's values, {len(few)} rows; {told}",
                f"{gap:.1e}", "", "", f"< {AGREE:g}", gap < AGREE,
            )
        )  # fmt: skip
    for size, rounds in ((1, ONES), (many, ROUNDS)):
        part = {name: TENTH if size > 1 and name.startswith("shap") else 1 for name in ready}
        answers = {name: make(rows[: size // part[name]]) for name, make in ready.items()}
        seconds = {name: each * part[name] for name, each in measure(answers, rounds).items()}
        for name, peer in seconds.items():
            if name == "ours":
                continue
            shap = name.startswith("shap")
            least = AGAINST_SHAP[1 if size == 1 else MANY] if shap else 1.0
            ratio = peer / seconds["ours"]
            lines.append(
                Row(
                    "3", f"{size:,} row{'s' if size > 1 else ''}: ours, and {name}; {told}",
                    shown(seconds["ours"]), shown(peer), times(ratio), f">= {least:g} ×",
                    ratio >= least,
                )
            )  # fmt: skip
    model.booster.set_param({"nthread": 1})
    return finish(lines, options.out, unjudged=FULL_SIZE if options.small else ())


if __name__ == "__main__":
    sys.exit(main())
