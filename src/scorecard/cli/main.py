"""``scorecard``: its commands and their options; what each does is in a module of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from scorecard.errors import ScorecardError

BAD_INPUT = 2
INTERRUPTED = 130  # as shells call it: 128 and the number of SIGINT

app = typer.Typer(
    name="scorecard",
    help="Credit scoring for small and micro enterprise lending.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines, no progress.")]
Port = Annotated[int, typer.Option(help="Port to listen on.")]
Workers = Annotated[int, typer.Option(min=1, help="Worker processes.")]


@app.command()
def simulate(
    product: Annotated[str, typer.Argument(help="Product folder or name.")] = "sme_cn",
    out: Annotated[Path, typer.Option(help="File to write, .parquet or .csv.")] = Path(
        "applications.parquet"
    ),
    rows: Annotated[int, typer.Option(min=1, help="Rows to simulate.")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same rows.")] = 1,
    dirty_share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of rows made dirty.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Simulate a portfolio whose truth is known, and write it to a file."""
    from scorecard.cli.screen import out as screen
    from scorecard.cli.screen import print_json
    from scorecard.cli.tables import check_target, shown, write_table
    from scorecard.contract import load_product
    from scorecard.simulation import simulate as draw

    check_target(out)
    frame = draw(load_product(product), rows, seed, dirty_share=dirty_share)
    write_table(frame, out)
    if as_json:
        print_json({"rows": frame.height, "columns": frame.width, "file": shown(out)})
    else:
        screen.print(f"Wrote {frame.height:,} rows of {frame.width} columns to {shown(out)}.")


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="Name of the product to draft, an identifier.")],
    table: Annotated[Path, typer.Option("--from", help="Table to draft from, .parquet or .csv.")],
    target: Annotated[
        str,
        typer.Option(help="Outcome column: 0 and 1 (bad), true (bad) and false, or two levels."),
    ],
    folder: Annotated[
        Path | None, typer.Option(help="Where the product's folder goes; features/ by default.")
    ] = None,
    date: Annotated[
        str | None, typer.Option(help="Observation date; left out, it is guessed.")
    ] = None,
    weight: Annotated[str | None, typer.Option(help="Column of sampling weights.")] = None,
    bad: Annotated[
        str | None, typer.Option(help="The bad value of the target; the rarer of two by default.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Column known at application, never set aside; may be repeated."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Set aside whatever has an IV above 0.5, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draft a product from a table: schema, features and policy, every guess marked for review."""
    from scorecard.cli.init import run_init

    run_init(
        name,
        table,
        target,
        folder=folder,
        date=date,
        weight=weight,
        bad=bad,
        keep=keep or (),
        strict=strict,
        as_json=as_json,
    )


@app.command()
def train(
    product: Annotated[str, typer.Argument(help="Product folder or name.")],
    data: Annotated[
        Path | None,
        typer.Option(help="Table to train on; left out, the product's simulator is used."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help="Outcome column of 0 and 1, in place of the declared one; gets no alias."
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=1000, help="Rows to simulate without --data.")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds, booster, simulation.")] = 1,
    rejected: Annotated[
        Path, typer.Option(help="Where rows that break the contract are written.")
    ] = Path("rejected.parquet"),
    search_trials: Annotated[
        int | None,
        typer.Option(min=1, help="Search the boosted model's settings: trials at most."),
    ] = None,
    search_minutes: Annotated[
        float | None, typer.Option(min=0.01, help="The same: minutes at most.")
    ] = None,
    challenger: Annotated[
        str | None,
        typer.Option(help="Compare with another family: ebm or random_forest; it never answers."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train both models, compare them out of time, register the bundle.

    The product's first one becomes champion, a later one challenger.
    """
    from scorecard.cli.training import run_training

    run_training(
        product,
        data,
        target=target,
        rows=rows,
        seed=seed,
        rejected=rejected,
        search_trials=search_trials,
        search_minutes=search_minutes,
        challenger=challenger,
        as_json=as_json,
    )


@app.command()
def promote(
    model: Annotated[str, typer.Argument(help="models:/NAME/VERSION or models:/NAME@challenger.")],
    by: Annotated[str, typer.Option(help="Who asks for it.")],
    to: Annotated[str, typer.Option(help="champion or challenger.")] = "champion",
    data: Annotated[
        Path | None,
        typer.Option(help="Table with outcomes, for the gates of a champion; .parquet or .csv."),
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(help="SQL condition on the rows to judge; out of time by default."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Promote though gates fail; needs a second name.")
    ] = False,
    approved_by: Annotated[
        str | None, typer.Option(help="With --force: who approves it, not the one who asks.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="With --force: why.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a registered version champion if it passes the gates of its policy; record it.

    Exit code 3 where gates fail.
    """
    from scorecard.cli.promotion import run_promotion

    code = run_promotion(
        model,
        to=to,
        data=data,
        window=window,
        by=by,
        force=force,
        approved_by=approved_by,
        reason=reason,
        as_json=as_json,
    )
    raise typer.Exit(code)


@app.command()
def rollback(
    name: Annotated[str, typer.Argument(help="Registered name, such as sme_cn.")],
    by: Annotated[str, typer.Option(help="Who asks for it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json: AsJson = False,
) -> None:
    """Make the version champion that was so before; twice goes two promotions back."""
    from scorecard.cli.promotion import run_rollback

    raise typer.Exit(run_rollback(name, by=by, reason=reason, as_json=as_json))


@app.command()
def history(
    name: Annotated[str, typer.Argument(help="Registered name, such as sme_cn.")],
    as_json: AsJson = False,
) -> None:
    """List every promotion, refusal, forced promotion and rollback of a model."""
    from scorecard.cli.promotion import run_history

    run_history(name, as_json=as_json)


@app.command()
def rate(
    model: Annotated[str, typer.Argument(help="Bundle folder, or models:/NAME@champion.")],
    file: Annotated[Path, typer.Argument(help="Table of applications, .parquet or .csv.")],
    out: Annotated[Path, typer.Option(help="File to write, .parquet or .csv.")] = Path(
        "ratings.parquet"
    ),
    rejected: Annotated[
        Path | None,
        typer.Option(help="Where rows that break the contract go; beside --out by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rate a table of applications; rows that break the contract are set apart with the reason."""
    from scorecard.cli.rating import run_rating

    run_rating(model, file, out=out, rejected=rejected, as_json=as_json)


@app.command()
def validate(
    model: Annotated[str, typer.Argument(help="Bundle folder, or models:/NAME@champion.")],
    data: Annotated[Path, typer.Option(help="Table with known outcomes, .parquet or .csv.")],
    html: Annotated[Path | None, typer.Option(help="Report to write, .html.")] = None,
    json: Annotated[
        Path | None, typer.Option(help="The report's numbers for machines, .json.")
    ] = None,
    card: Annotated[Path | None, typer.Option(help="Model card to write, .html or .md.")] = None,
    window: Annotated[
        str | None,
        typer.Option(help="SQL condition of the rows to judge; out of time by default."),
    ] = None,
    champion: Annotated[
        str | None, typer.Option(help="Another model to compare with on the same rows.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language shown first: en or zh.")] = "en",
    fail_on: Annotated[
        str | None,
        typer.Option(help="End with code 3 where the report is red, or amber or worse."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every draw of rows.")] = 0,
    attach: Annotated[
        bool, typer.Option(help="Keep the report of a registered model in MLflow.")
    ] = True,
) -> None:
    """Validate a model: sections of numbers with rules and lights, as a page and as JSON.

    Ends with code 0 once the report is made, whatever its lights; --fail-on changes that.
    """
    from scorecard.cli.validation import run_validation

    run_validation(
        model,
        data,
        html=html,
        json=json,
        card=card,
        window=window,
        champion=champion,
        language=language,
        fail_on=fail_on,
        seed=seed,
        attach=attach,
    )


@app.command()
def export(
    model: Annotated[
        str,
        typer.Argument(help="Bundle folder, models:/NAME@champion, or a file of --format json."),
    ],
    dialect: Annotated[
        str | None,
        typer.Option(
            help="duckdb, postgres, spark, hive, databricks, trino, snowflake, bigquery or "
            "redshift."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write, .sql or .json; left out, it is printed.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="sql or json.")] = "sql",
    table: Annotated[
        str | None, typer.Option(help="Table of applications; applications by default.")
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Column to pass on, repeatable; the product's identifiers by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the scorecard as one SQL statement: features, points, score, PD and grade."""
    from scorecard.cli.export import run_export

    run_export(model, dialect=dialect, form=form, out=out, table=table, keep=keep, as_json=as_json)


@app.command()
def serve(
    model: Annotated[
        str, typer.Argument(help="Bundle folder, or models:/NAME@champion.")
    ] = "models:/sme_cn@champion",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Port = 3000,
    workers: Workers = 2,
) -> None:
    """Serve ratings over HTTP until interrupted."""
    from scorecard.cli.screen import err, quiet_libraries
    from scorecard.cli.serve import serve as run

    quiet_libraries()
    code = run(
        model, host, port, workers, on_ready=lambda url: err.print(f"Serving {model} at {url}")
    )
    raise typer.Exit(code)


@app.command()
def demo(
    port: Port = 3000,
    rows: Annotated[int, typer.Option(min=5000, help="Rows to simulate and train on.")] = 40_000,
    workers: Workers = 2,
) -> None:
    """Simulate, train if no champion exists, serve, rate one example and keep serving."""
    from scorecard.cli.demo import run_demo

    raise typer.Exit(run_demo(port=port, rows=rows, workers=workers))


def main() -> None:
    """Run the command line; bad input ends with one sentence and exit code 2."""
    # Threads of numerical libraries sleep while they wait: left to spin, they wait for cores that
    # other programs use, and a fit of two seconds takes a minute beside one busy process.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app()
    except ScorecardError as error:
        _end(str(error))
    except OSError as error:  # a file or folder that no room has spoken for
        what = error.strerror or str(error) or type(error).__name__
        _end(f"{what}: {error.filename}." if error.filename else f"{what}.")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _end(message: str) -> NoReturn:
    from scorecard.cli.screen import plain

    sys.stderr.write(f"scorecard: {' '.join(plain(message).split())}\n")
    sys.exit(BAD_INPUT)
