"""Reject inference where the truth about the rejected is known: when it helps, when it harms.

Three worlds of an old policy over the simulated portfolio; each method against a model of the
accepted only and against an oracle. docs/reject.md holds the tables printed here.

    python benchmarks/reject_inference.py [--model boosted] [--rows N] [--seeds N] [--picture FILE]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import polars as pl

from scorecard.contract import load_product
from scorecard.models import BoostedClassifier, ScorecardClassifier
from scorecard.reject import WORLDS, picture, summarise, trial

PRODUCT = Path(__file__).resolve().parent.parent / "features" / "sme_cn"
# What a lender of few means would have; more features cost time and change no sign.
FEATURES = (
    "debt_to_assets", "interest_cover", "profit_margin", "inflow_trend", "balance_months",
    "tax_grade", "owner_card_use", "owner_queries", "invoice_gap_days", "firm_days_late",
    "months_established", "industry_section",
)  # fmt: skip


def printed(summary: pl.DataFrame, world: str) -> str:
    """Return one world's table in markdown, the numbers ± one standard error."""
    lines = [
        "| method | AUC gained, all | AUC gained, rejected | PD/truth, all | PD/truth, rejected |",
        "|---|---|---|---|---|",
    ]
    here = summary.filter(pl.col("world") == world)
    for method in here["method"].unique(maintain_order=True):
        cells = []
        for column, places, sign in (("auc_gain", 4, "+"), ("pd_ratio", 2, "")):
            for population in ("all", "rejected"):
                row = here.row(
                    by_predicate=(pl.col("method") == method)
                    & (pl.col("population") == population),
                    named=True,
                )
                error = row[f"{column}_se"]
                tail = "" if error is None else f" ± {error:.{places}f}"
                cells.append(f"{row[column]:{sign}.{places}f}{tail}")
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", choices=("scorecard", "boosted"), default="scorecard")
    parser.add_argument("--rows", type=int, default=8_000, help="applicants of each seed")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--picture", type=Path, help="draw the rejected's results to this file")
    options = parser.parse_args()
    product = load_product(PRODUCT)
    trends = product.features.subset(FEATURES).trends()
    if options.model == "scorecard":
        estimator = ScorecardClassifier(trend=trends, max_bins=6, max_prebins=30)
    else:
        estimator = BoostedClassifier(trends, n_estimators=150, max_depth=3, n_jobs=1)
    table = trial(
        product,
        names=FEATURES,
        estimator=estimator,
        rows=options.rows,
        seeds=range(options.seeds),
        on_fit=lambda what: print(f"\r{what:<40}", end="", file=sys.stderr, flush=True),
    )
    print(f"\r{'':<40}\r", end="", file=sys.stderr)
    summary = summarise(table)
    baseline = summary.filter(pl.col("method") == "accepted only")
    for world in WORLDS:
        rates = table.filter(pl.col("world") == world.name).group_by("population").agg(
            pl.col("bad_rate").first()
        )  # fmt: skip
        rate = dict(rates.iter_rows())
        aucs = {
            row["population"]: row["auc"]
            for row in baseline.filter(pl.col("world") == world.name).iter_rows(named=True)
        }
        print(
            f"\n{world.name}: {world.text}\n"
            f"True bad rate {rate['all']:.2%}, of the rejected {rate['rejected']:.2%}; AUC of the "
            f"accepted only {aucs['all']:.4f}, among the rejected {aucs['rejected']:.4f}.\n"
        )
        print(printed(summary, world.name))
    if options.picture:
        picture(summary).savefig(options.picture)


if __name__ == "__main__":
    main()
