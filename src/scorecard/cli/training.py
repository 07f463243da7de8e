"""``scorecard train``: what it does and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from scorecard.cli import screen
from scorecard.cli.tables import check_distinct, check_target, shown, write_table
from scorecard.contract import Product, load_product
from scorecard.errors import InputError
from scorecard.training import SearchSettings, TrainingResult
from scorecard.training import train as fit
from scorecard.training.declaration import trainable_policy

FORMATS = {
    "rows": ",", "undecided": ",", "bads": ",", "weight": ",.0f", "weighted_bad_rate": ".2%",
    "bad_rate": ".2%", "mean_pd": ".2%", "auc": ".4f", "gini": ".4f", "ks": ".4f", "brier": ".4f",
    "iv": ".3f",
}  # fmt: skip


def run_training(
    product: str,
    data: Path | None,
    *,
    target: str | None,
    rows: int,
    seed: int,
    rejected: Path,
    search_trials: int | None = None,
    search_minutes: float | None = None,
    challenger: str | None = None,
    as_json: bool,
) -> TrainingResult:
    """Train and print one row a model and window, the notes, and the registered version."""
    screen.quiet_libraries()
    check_target(rejected)
    if data is not None:
        check_distinct({"--data": data, "--rejected": rejected})
    declared = load_product(product)
    trainable_policy(declared, target)  # before the simulation, not after
    with screen.progress(shown=not as_json) as report:
        table: pl.DataFrame | Path = data if data is not None else simulated(declared, rows, seed)
        result = fit(
            declared,
            table,
            target=target,
            seed=seed,
            search=SearchSettings.limited(search_trials, search_minutes),
            challenger=challenger,  # type: ignore[arg-type]  # refused by name where unknown
            source=None if data is not None else f"simulated, {rows:,} rows, seed {seed}",
            progress=report,
        )
    bad = result.sample.rejected
    written = None
    try:
        if bad.height:
            write_table(bad, rejected)
            written = shown(rejected)
    finally:  # the model is registered by now, whether or not the file could be written
        if as_json:
            screen.print_json(_document(result, written))
        else:
            _show(result, written)
    return result


def _document(result: TrainingResult, written: str | None) -> dict[str, Any]:
    return {
        "product": result.product,
        "version": result.version,
        "champion": result.champion,
        "target": result.target,
        "answering": result.answering,
        "bundle_sha256": result.bundle.sha256,
        "models": by_model(result.table),
        "search": None if result.search is None else dict(result.search.params),
        "steps": result.steps.to_dicts(),
        "notes": list(result.notes),
        "rejected_rows": result.sample.rejected.height,
        "rejected_file": written,
        "ignored_columns": list(result.sample.ignored),
    }


def _show(result: TrainingResult, written: str | None) -> None:
    screen.print_table(result.steps, "From the file to the windows", FORMATS)
    screen.print_table(
        _side_by_side(result.table),
        "Models, in time (cross-fitted) → out of time; all weighted",
        {},
    )
    top = result.power.select("feature", "label", "iv").head(10)
    screen.print_table(top, "Strongest features", FORMATS)
    for note in result.notes:
        screen.out.print(f"• {note}", markup=False)
    if written is not None:
        rows = result.sample.rejected.height
        screen.out.print(f"{rows:,} rows break the contract; see {written}.", markup=False)
    if result.sample.ignored:
        names = ", ".join(result.sample.ignored)
        screen.out.print(f"Columns nobody declared, ignored: {names}.", markup=False)
    name, version = result.product, result.version
    if result.champion:
        said = f"Registered {name} version {version}, now champion: models:/{name}@champion"
    elif result.target is None:
        said = (
            f"Registered {name} version {version}, now challenger: models:/{name}@challenger. To "
            f"put it to the gates: scorecard promote models:/{name}/{version} --to champion "
            "--data FILE --by NAME"
        )
    else:
        said = (
            f"Registered {name} version {version}, NOT champion, since {result.target} took the "
            f"place of the declared outcome: models:/{name}/{version}"
        )
    screen.out.print(said, markup=False)


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
