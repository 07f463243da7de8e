"""``scorecard train``: what it does and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from scorecard.cli import screen
from scorecard.cli.tables import check_target, write_table
from scorecard.contract import Product, load_product
from scorecard.errors import InputError
from scorecard.training import TrainingResult
from scorecard.training import train as fit

FORMATS = {
    "rows": ",", "bads": ",", "weight": ",.0f", "weighted_bad_rate": ".2%", "bad_rate": ".2%",
    "mean_pd": ".2%", "auc": ".4f", "gini": ".4f", "ks": ".4f", "brier": ".4f", "iv": ".3f",
}  # fmt: skip


def run_training(
    product: str,
    data: Path | None,
    *,
    target: str | None,
    rows: int,
    seed: int,
    rejected: Path,
    as_json: bool,
) -> TrainingResult:
    """Train and print one row a model and window, the notes, and the registered version."""
    screen.quiet_libraries()
    check_target(rejected)
    declared = load_product(product)
    declared.refuse_leaks()
    with screen.progress(shown=not as_json) as report:
        table: pl.DataFrame | Path = data if data is not None else simulated(declared, rows, seed)
        result = fit(declared, table, target=target, seed=seed, progress=report)
    bad = result.sample.rejected
    if bad.height:
        write_table(bad, rejected)
    if as_json:
        screen.print_json(
            {
                "product": result.product,
                "version": result.version,
                "answering": result.answering,
                "bundle_sha256": result.bundle.sha256,
                "models": by_model(result.table),
                "steps": result.steps.to_dicts(),
                "notes": list(result.notes),
                "rejected_rows": bad.height,
                "ignored_columns": list(result.sample.ignored),
            }
        )
        return result
    screen.print_table(result.steps, "From the file to the windows", FORMATS)
    screen.print_table(
        _side_by_side(result.table),
        "Models, in time (cross-fitted) → out of time; all weighted",
        {},
    )
    top = result.power.select("feature", "iv").head(10)
    screen.print_table(top, "Strongest features", FORMATS)
    for note in result.notes:
        screen.out.print(f"• {note}", highlight=False, markup=False)
    if bad.height:
        screen.out.print(f"{bad.height:,} rows break the contract; see {rejected}.")
    if result.sample.ignored:
        screen.out.print(f"Columns nobody declared, ignored: {', '.join(result.sample.ignored)}.")
    screen.out.print(
        f"Registered {result.product} version {result.version}, now champion: "
        f"models:/{result.product}@champion",
        highlight=False,
    )
    return result


def by_model(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one mapping a model: its name and its numbers in each window."""
    found: dict[str, dict[str, Any]] = {}
    for row in table.iter_rows(named=True):
        name, window = row.pop("model"), row.pop("window").replace(" ", "_")
        found.setdefault(name, {"model": name})[window] = row
    return list(found.values())


def _side_by_side(table: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for each in by_model(table):
        early, late = each["in_time"], each["out_of_time"]
        rows.append(
            {"model": each["model"]}
            | {
                name: f"{early[name]:{FORMATS[name]}} → {late[name]:{FORMATS[name]}}"
                for name in ("bad_rate", "mean_pd", "auc", "gini", "ks", "brier")
            }
        )
    return pl.DataFrame(rows)


def simulated(product: Product, rows: int, seed: int) -> pl.DataFrame:
    """Return the product's simulated portfolio; `InputError` where it has no simulator."""
    from scorecard.simulation import simulate

    try:
        return simulate(product, rows, seed)
    except InputError as error:
        raise InputError(f"{error} Give --data FILE.") from None
