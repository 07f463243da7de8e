"""Out-of-fold AUC of the tuned boosted model beside xgboost, LightGBM and EBM.

Ours (`BoostedSearch`, held to the directions of `trends.py`), xgboost and LightGBM get the same
budget: trials of optuna's TPE on the same inner folds with the same pruner, early stopping and
seed. EBM runs with its defaults, which are meant to need no tuning. Stratified outer folds are the
same for everybody, so differences are paired; their standard errors are told plain, and corrected
for folds sharing their training rows (Nadeau and Bengio 2003). Tables of more rows than ``--rows``
are drawn down to that many.

    python benchmarks/boosted_auc.py [--small] [--folds 3] [--trials 12] [--resume FILE]

Finished folds are kept in ``--resume``, one JSON object a line, and not repeated.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from auc import Run, standard_errors
from contestants import Contestant, ebm
from public import TABLES, PublicTable
from rows import Row, command, finish, installed
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from trends import TRENDS
from tuned import OURS, Budget, lightgbm, ours, xgboost

FEW_ROWS = 2_000  # a smaller table is cheap and noisy: its folds are repeated
REPEATS = 2
TREES = 4  # parallel trees of our final fit


def contestants(table: PublicTable, budget: Budget, trees: int) -> dict[str, Contestant]:
    """Return everybody who is installed, by name."""
    models: dict[str, Contestant] = {
        OURS: ours(TRENDS[table.name], budget, trees),
        "xgboost": xgboost(budget),
    }
    if installed("lightgbm"):
        models["LightGBM"] = lightgbm(budget)
    if installed("interpret"):
        models["EBM"] = ebm
    return models


def play(
    table: PublicTable,
    models: Mapping[str, Contestant],
    known: set[tuple[str, str, int]],
    *,
    folds: int,
    rows: int,
    seed: int,
    limits: Mapping[str, int],
) -> Iterator[Run]:
    """Fit every model on every fold of a table and yield what it reached; skip what is known.

    ``limits`` says of a model how many folds at most it plays.
    """
    X, y = table.load()
    if len(y) > rows:
        kept, _ = train_test_split(
            np.arange(len(y)), train_size=rows, stratify=y, random_state=seed
        )
        X, y = X.iloc[kept].reset_index(drop=True), y[kept]
    repeats = REPEATS if len(y) < FEW_ROWS else 1
    splits = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    for fold, (train, test) in enumerate(splits.split(X, y)):
        for name, model in models.items():
            if (table.name, name, fold) in known or fold >= limits.get(name, fold + 1):
                continue
            begun = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # peers' own deprecations
                risk = model(X.iloc[train], y[train], X.iloc[test])
            seconds = time.perf_counter() - begun
            yield Run(table.name, name, fold, float(roc_auc_score(y[test], risk)), seconds)


def standings(runs: Sequence[Run], folds: int) -> list[dict[str, Any]]:
    """Return one record a table, worst first: mean AUC and rank of each, and ours against each.

    A peer is compared with ours over the folds that both played, and ranked by that difference.
    ``lead`` maps a peer to (mean, plain and corrected standard error) of our AUC minus its.
    """
    records = []
    for table in dict.fromkeys(run.table for run in runs):
        by_model: dict[str, dict[int, float]] = {}
        for run in runs:
            if run.table == table:
                by_model.setdefault(run.model, {})[run.fold] = run.auc
        mine = by_model.pop(OURS, {})
        lead = {}
        for model, each in by_model.items():
            over = [mine[fold] - auc for fold, auc in each.items() if fold in mine]
            if over:
                errors = standard_errors(over, folds) if len(over) > 1 else (np.nan, np.nan)
                lead[model] = (float(np.mean(over)), *errors)
        if not lead:
            continue
        auc = float(np.mean(list(mine.values())))
        gains = {OURS: 0.0, **{model: -gain for model, (gain, *_) in lead.items()}}
        order = sorted(gains, key=lambda model: -gains[model])
        best = max(lead, key=lambda model: gains[model])
        records.append(
            {
                "table": table, "folds": len(mine), "lead": lead,
                "auc": {model: auc + gain for model, gain in gains.items()},
                "rank": {model: order.index(model) + 1 for model in order},
                "worst": lead[best][0] / lead[best][1],
            }
        )  # fmt: skip
    return sorted(records, key=lambda each: each["worst"])


def mean_rank(records: Sequence[dict[str, Any]]) -> tuple[dict[str, float], str, float]:
    """Return everybody's mean rank, the best peer, and the standard error of our distance to it.

    The distance is the mean over tables of our rank minus the peer's; its standard error is over
    tables.
    """
    names = list(records[0]["rank"])
    ranks = {m: np.array([each["rank"][m] for each in records], dtype=float) for m in names}
    means = {m: float(each.mean()) for m, each in ranks.items()}
    peer = min((m for m in names if m != OURS), key=lambda m: means[m])
    apart = ranks[OURS] - ranks[peer]
    error = float(apart.std(ddof=1) / len(apart) ** 0.5) if len(apart) > 1 else float("nan")
    return means, peer, error


def as_rows(records: Sequence[dict[str, Any]]) -> list[Row]:
    """Return one line a table, worst first, and one for the mean rank."""
    lines = []
    for each in records:
        sides = ", ".join(f"{m} {auc:.4f}" for m, auc in each["auc"].items() if m != OURS)
        told = "; ".join(
            f"{m} {gain:+.4f} ± {plain:.4f} ({corrected:.4f})"
            for m, (gain, plain, corrected) in each["lead"].items()
        )
        lines.append(
            Row(
                "6", f"tuned AUC out of fold, {each['table']}, {each['folds']} folds",
                f"{each['auc'][OURS]:.4f}", sides, told, "", None,
            )
        )  # fmt: skip
    means, peer, error = mean_rank(records)
    lines.append(
        Row(
            "6a", f"mean rank of tuned AUC over {len(records)} tables", f"{means[OURS]:.2f}",
            ", ".join(f"{m} {rank:.2f}" for m, rank in means.items() if m != OURS),
            f"{means[OURS] - means[peer]:+.2f} ± {error:.2f} against {peer}",
            "first, or within 1 s.e.",
            means[OURS] - means[peer] <= (0.0 if np.isnan(error) else error),
        )
    )  # fmt: skip
    return lines


def main() -> int:
    parser = command(__doc__)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=Budget.trials)
    parser.add_argument("--seed", type=int, default=20, help="of the outer folds")
    parser.add_argument("--rows", type=int, default=6_000, help="rows of a table at most")
    parser.add_argument("--trees", type=int, default=TREES, help="parallel trees of our final fit")
    parser.add_argument("--ebm", type=int, default=2, help="folds of a table that EBM plays")
    parser.add_argument("--tables", nargs="*", help="names of tables; all where none is given")
    parser.add_argument("--models", nargs="*", help="names of models; all where none is given")
    parser.add_argument("--resume", type=Path, help="where runs are kept")
    options = parser.parse_args()
    if not installed("optuna"):
        return 2
    budget = Budget(trials=options.trials)
    tables = [table for table in TABLES if not options.tables or table.name in options.tables]
    if options.small:
        budget = Budget(trials=3, folds=2, rounds=40, patience=10)
        tables, options.folds, options.rows, options.trees = list(tables[:2]), 2, 1_500, 1
    runs: list[Run] = []
    if options.resume is not None and options.resume.exists():
        lines = options.resume.read_text(encoding="utf-8").splitlines()
        runs = [Run(**json.loads(line)) for line in lines]
    known = {(run.table, run.model, run.fold) for run in runs}
    wanted: set[str] = set()
    for table in tables:
        models = contestants(table, budget, options.trees)
        if options.small:
            models.pop("EBM", None)
        if options.models:
            models = {name: model for name, model in models.items() if name in options.models}
        wanted |= set(models)
        for run in play(
            table, models, known, folds=options.folds, rows=options.rows, seed=options.seed,
            limits={"EBM": options.ebm},
        ):  # fmt: skip
            runs.append(run)
            print(f"boosted_auc: {run}", file=sys.stderr)
            if options.resume is not None:
                options.resume.parent.mkdir(parents=True, exist_ok=True)
                with options.resume.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(run)) + "\n")
    names = {table.name for table in tables}
    runs = [run for run in runs if run.table in names and run.model in wanted]
    rows = as_rows(standings(runs, options.folds))
    return finish(rows, options.out, unjudged=("6", "6a") if options.small else ())


if __name__ == "__main__":
    sys.exit(main())
