"""``scorecard rate``: a table in, ratings out, bad rows set apart."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import polars as pl

from scorecard.cli import screen
from scorecard.cli.tables import check_distinct, check_target, shown, write_table
from scorecard.contract import read_table
from scorecard.errors import TableError
from scorecard.rating import Rater

REJECTED = "rejected.parquet"
OWN = ("row", "problems")


def run_rating(model: str, file: Path, *, out: Path, rejected: Path | None, as_json: bool) -> None:
    """Rate ``file`` and write ratings (with each row's position in the file) and rejected rows."""
    screen.quiet_libraries()
    check_target(out)
    rejected = out.with_name(REJECTED) if rejected is None else rejected
    check_target(rejected)
    check_distinct({"the input": file, "--out": out, "--rejected": rejected})
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
    _check_names(identifiers, good)
    write_table(pl.concat([table[good["row"]].select(identifiers), good], how="horizontal"), out)
    if bad.height:
        # The input may be what an earlier run rejected: its own row and problems are of that run.
        rest = table[bad["row"]].drop(OWN, strict=False)
        write_table(pl.concat([bad, rest], how="horizontal"), rejected)
    grades = good["grade"].value_counts(sort=True)
    if as_json:
        screen.print_json(
            {
                "rated": good.height,
                "rejected": bad.height,
                "out": shown(out),
                "rejected_file": shown(rejected) if bad.height else None,
                "model_sha256": rater.model.sha256,
                "grades": dict(grades.rows()),
            }
        )
        return
    screen.print_table(
        good.group_by("grade")
        .agg(rows=pl.len(), mean_pd=pl.col("pd").mean(), mean_score=pl.col("score").mean())
        .sort("mean_pd"),
        f"Rated {good.height:,} applications",
        {"rows": ",", "mean_pd": ".2%", "mean_score": ".0f"},
    )
    screen.out.print(screen.answerer(rater.answering, **asdict(rater.model)))
    # A path may hold square brackets, which are no markup.
    screen.out.print(f"Ratings are in {shown(out)}.", markup=False)
    if bad.height:
        screen.out.print(
            f"{bad.height:,} rows break the contract; see {shown(rejected)}.", markup=False
        )


def _check_names(identifiers: list[str], ratings: pl.DataFrame) -> None:
    taken = [name for name in identifiers if name in ratings.columns]
    if taken:
        raise TableError(
            f"Identifier column(s) {', '.join(taken)} have the name of a column of the ratings; "
            "rename them in the product."
        )
