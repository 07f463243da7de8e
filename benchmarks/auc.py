"""Out-of-fold AUC of the automatic scorecard beside other scorecards and boosted models.

Repeated stratified folds, the same for everybody, so that differences are paired. A difference is
told in standard errors twice: of the mean over folds as they are, which is too small because folds
share their training rows, and corrected for that (Nadeau and Bengio 2003). Row 4b tells the mean
distance to the best boosted model for the card as it comes and for those with crossed features, and
judges the finest; everything else is about the card as it comes.

    python benchmarks/auc.py [--small] [--folds 5] [--repeats 4] [--ebm 5] [--seed 20] [--cards]
                             [--resume FILE]

Another ``--seed`` deals other folds, which nothing was ever chosen on; ``--cards`` leaves out the
boosted models. The peers' runs are kept in ``--resume`` as they end, one JSON object a line, and
not repeated; ours are always played anew.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from contestants import BOOSTED, FINE, OURS, REFINED, SCORECARDS, Contestant
from public import TABLES, PublicTable
from rows import Row, command, finish, installed
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold

GAP = 0.010  # wanted: mean distance to the best boosted model
SMALL_ROWS = 3_000
LARGE_ROWS = 20_000  # larger tables need fewer repeats
SEED = 20  # of the folds on which defaults were compared
Key = tuple[str, str, int]


@dataclass(frozen=True)
class Run:
    """One fold of one model on one table."""

    table: str
    model: str
    fold: int
    auc: float
    seconds: float
    seed: int = SEED


def play(
    table: PublicTable,
    models: Mapping[str, Contestant],
    *,
    folds: int,
    repeats: int,
    seed: int = SEED,
    rows: int | None = None,
    known: Iterable[Key] = (),
    limits: Mapping[str, int] | None = None,
) -> Iterator[Run]:
    """Fit every model on every fold of a table and yield what it reached; skip what is known.

    ``seed`` deals the folds. ``limits`` says of a model how many folds at most it plays.
    """
    X, y = table.load()
    if rows is not None:
        X, y = X.iloc[:rows], y[:rows]
    done = set(known)
    splits = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    for fold, (train, test) in enumerate(splits.split(X, y)):
        for name, model in models.items():
            if (table.name, name, fold) in done or fold >= (limits or {}).get(name, fold + 1):
                continue
            begun = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # peers' own deprecations
                risk = model(X.iloc[train], y[train], X.iloc[test])
            seconds = time.perf_counter() - begun
            auc = float(roc_auc_score(y[test], risk))
            yield Run(table.name, name, fold, auc, seconds, seed)


def standard_errors(differences: Sequence[float], folds: int) -> tuple[float, float]:
    """Return the standard error of mean paired differences over folds, plain and corrected."""
    count = len(differences)
    spread = float(np.std(differences, ddof=1))
    return spread / count**0.5, spread * (1 / count + 1 / (folds - 1)) ** 0.5


def standings(runs: Sequence[Run], folds: int) -> list[dict[str, Any]]:
    """Return one record a table, worst first: AUC by model, rank among scorecards, differences.

    Every model is compared with ours over the folds that both have.
    """
    records = []
    for table in dict.fromkeys(run.table for run in runs):
        by_model: dict[str, dict[int, float]] = {}
        for run in runs:
            if run.table == table:
                by_model.setdefault(run.model, {})[run.fold] = run.auc
        ours = by_model.pop(OURS)
        over = {
            model: [ours[fold] - auc for fold, auc in aucs.items() if fold in ours]
            for model, aucs in by_model.items()
        }
        lead = {model: float(np.mean(each)) for model, each in over.items() if each}
        cards = {m: gain for m, gain in lead.items() if m not in BOOSTED and m not in REFINED}
        best = min(cards, key=lambda model: cards[model], default=None)
        boosted = {model: by_model[model] for model in BOOSTED if model in by_model}
        plain, corrected = standard_errors(over[best], folds) if best else (np.nan, np.nan)
        records.append(
            {
                "table": table,
                "folds": len(ours),
                "auc": float(np.mean(list(ours.values()))),
                "lead": lead,
                "rank": 1 + sum(gain < 0 for gain in cards.values()),
                "best": best,
                "plain": cards[best] / plain if best else np.nan,
                "corrected": cards[best] / corrected if best else np.nan,
                "error": plain,
                "gaps": {
                    name: _distance({OURS: ours, **by_model}.get(name, {}), boosted)
                    for name in (OURS, *REFINED)
                },
            }
        )
    return sorted(records, key=lambda record: record["plain"])


def as_rows(records: Sequence[dict[str, Any]]) -> list[Row]:
    """Return one line a table, worst first, and two for all tables together."""
    lines = []
    for record in records:
        sides = ", ".join(
            f"{model} {record['auc'] - gain:.4f}" for model, gain in record["lead"].items()
        )
        held = record["best"] is not None
        lines.append(
            Row(
                "4", f"AUC out of fold, {record['table']}, {record['folds']} folds",
                f"{record['auc']:.4f}", sides,
                f"{record['plain']:+.1f} s.e. ({record['corrected']:+.1f} corrected)" if held
                else "",
                "≥ −1 s.e. of the best card", record["plain"] >= -1 if held else None,
            )
        )  # fmt: skip
    ranks = [record["rank"] for record in records if record["best"]]
    if ranks:
        mean = float(np.mean(ranks))
        lines.append(
            Row(
                "4a", "mean rank among scorecards", f"{mean:.1f}", f"{_next_rank(records):.1f}", "",
                "first", mean < _next_rank(records),
            )
        )  # fmt: skip
    means = {name: _mean(record["gaps"][name] for record in records) for name in (OURS, *REFINED)}
    gaps = {name: gap for name, gap in means.items() if gap is not None}
    if gaps:
        judged = FINE if FINE in gaps else OURS
        others = ", ".join(f"{name} {gap:.4f}" for name, gap in gaps.items() if name != judged)
        lines.append(
            Row(
                "4b", f"mean distance to the better of EBM and xgboost, {judged}",
                f"{gaps[judged]:.4f}", others, "", f"≤ {GAP:.3f}", gaps[judged] <= GAP,
            )
        )  # fmt: skip
    return lines


def _distance(own: Mapping[int, float], boosted: Mapping[str, Mapping[int, float]]) -> float:
    """Return how far the best boosted model is ahead, each over the folds that both have."""
    ahead = [
        np.mean([auc - own[fold] for fold, auc in aucs.items() if fold in own])
        for aucs in boosted.values()
        if own.keys() & aucs.keys()
    ]
    return float(max(ahead, default=np.nan))


def _mean(numbers: Iterable[float]) -> float | None:
    known = [number for number in numbers if not np.isnan(number)]
    return float(np.mean(known)) if known else None


def _next_rank(records: Sequence[dict[str, Any]]) -> float:
    """Return the best mean rank of another scorecard."""
    ranks: dict[str, list[int]] = {}
    for record in records:
        others = {m: gain for m, gain in record["lead"].items() if m not in {**BOOSTED, **REFINED}}
        cards = {**others, OURS: 0.0}
        for place, model in enumerate(sorted(cards, key=lambda m: cards[m]), 1):
            ranks.setdefault(model, []).append(place)
    return min(float(np.mean(each)) for model, each in ranks.items() if model != OURS)


def main() -> int:
    parser = command(__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--ebm", type=int, default=5, help="folds of a table that EBM plays")
    parser.add_argument("--seed", type=int, default=SEED, help="of the folds")
    parser.add_argument("--cards", action="store_true", help="scorecards alone")
    parser.add_argument("--tables", nargs="*", help="names of tables; all where none is given")
    parser.add_argument("--resume", type=Path, help="where runs are kept")
    options = parser.parse_args()
    peers = [name for name in ("optbinning", "toad") if installed(name)]
    models = {
        name: model
        for name, model in {**SCORECARDS, **REFINED, **BOOSTED}.items()
        if name in (OURS, *REFINED, "xgboost") or any(name.startswith(peer) for peer in peers)
        or (name == "EBM" and options.ebm and installed("interpret"))
    }  # fmt: skip
    if options.cards:
        models = {name: model for name, model in models.items() if name in SCORECARDS}
    tables = [table for table in TABLES if not options.tables or table.name in options.tables]
    rows = None
    if options.small:
        tables, options.repeats, rows = list(tables[:2]), 1, SMALL_ROWS
        models.pop("EBM", None)
    runs: list[Run] = []
    if options.resume is not None and options.resume.exists():
        lines = options.resume.read_text(encoding="utf-8").splitlines()
        kept = (Run(**json.loads(line)) for line in lines)
        runs = [run for run in kept if run.seed == options.seed]
    known = [(run.table, run.model, run.fold) for run in runs]
    for table in tables:
        large = len(table.load()[1]) > LARGE_ROWS and not options.small
        repeats = 1 if large else options.repeats
        limits = {"EBM": options.ebm}
        for run in play(
            table, models, folds=options.folds, repeats=repeats, seed=options.seed, rows=rows,
            known=known, limits=limits,
        ):  # fmt: skip
            runs.append(run)
            print(f"auc: {run}", file=sys.stderr)
            if options.resume is not None and run.model not in (OURS, *REFINED):
                options.resume.parent.mkdir(parents=True, exist_ok=True)
                with options.resume.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(run)) + "\n")
    names = {table.name for table in tables}
    runs = [run for run in runs if run.table in names and run.model in models]
    return finish(
        as_rows(standings(runs, options.folds)),
        options.out,
        unjudged=("4", "4a", "4b") if options.small else (),
    )


if __name__ == "__main__":
    sys.exit(main())
