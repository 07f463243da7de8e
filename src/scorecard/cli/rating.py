"""``scorecard rate``: a table in, ratings out, bad rows set apart."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from scorecard.cli import screen
from scorecard.cli.tables import check_target, write_table
from scorecard.contract import read_table
from scorecard.rating import Rater

REJECTED = "rejected.parquet"


def run_rating(model: str, file: Path, *, out: Path, rejected: Path | None, as_json: bool) -> None:
    """Rate ``file`` and write ratings (with each row's position in the file) and rejected rows."""
    screen.quiet_libraries()
    rejected = out.with_name(REJECTED) if rejected is None else rejected
    check_target(out)
    check_target(rejected)
    with screen.progress(shown=not as_json) as report:
        report("loading the model", 0.0)
        rater = Rater.load(model)
        report("reading the table", 0.0)
        table = read_table(file, rater.product.columns)
        report("rating", 0.0)
        rated = rater.rate(table).with_row_index("row")
    good = rated.filter(pl.col("problems").is_null()).drop("problems")
    bad = rated.filter(pl.col("problems").is_not_null()).select("row", "problems")
    identifiers = [
        c.name for c in rater.product.columns if c.role == "identifier" and c.name in table.columns
    ]
    write_table(pl.concat([table[good["row"]].select(identifiers), good], how="horizontal"), out)
    if bad.height:
        write_table(pl.concat([bad, table[bad["row"]]], how="horizontal"), rejected)
    grades = good["grade"].value_counts(sort=True)
    if as_json:
        screen.print_json(
            {
                "rated": good.height,
                "rejected": bad.height,
                "out": str(out),
                "rejected_file": str(rejected) if bad.height else None,
                "model_sha256": rater.model.sha256,
                "grades": dict(grades.rows()),
            }
        )
        return
    screen.print_table(
        good.group_by("grade")
        .agg(rows=pl.len(), mean_pd=pl.col("pd").mean(), mean_score=pl.col("score").mean())
        .sort("mean_pd"),
        f"Rated {good.height:,} applications with {rater}",
        {"rows": ",", "mean_pd": ".2%", "mean_score": ".0f"},
    )
    screen.out.print(f"Ratings are in {out}.")
    if bad.height:
        screen.out.print(f"{bad.height:,} rows break the contract; see {rejected}.")
