"""``scorecard export``: the scorecard of a model as one SQL statement, or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from scorecard.cli import screen
from scorecard.cli.tables import replacing, shown
from scorecard.errors import InputError
from scorecard.export import PortableCard, Statement, sql_dialect, statement
from scorecard.rating import Rater

FORMATS = ("sql", "json")


def run_export(
    model: str,
    *,
    dialect: str | None,
    form: str,
    out: Path | None,
    table: str | None,
    keep: Sequence[str] | None,
    as_json: bool,
) -> None:
    """Write the scorecard of a bundle, or of a document exported before, to a file or the screen.

    Without ``keep`` the product's identifiers are kept, as far as they are known.
    """
    screen.quiet_libraries()
    _check(form, dialect, table, keep)
    if out is not None:
        _check_out(out, form)
    card, identifiers = _read(model)
    notes: tuple[str, ...] = ()
    if form == "json":
        made = card.to_json()
        about: dict[str, object] = {"format": form}
    else:
        written: Statement = statement(
            card,
            dialect=str(dialect),
            table="applications" if table is None else table,
            keep=identifiers if keep is None else keep,
        )
        made, notes = f"{written.sql};\n", written.notes
        about = {"format": form, "dialect": dialect, "executed_by_tests": written.executed}
    if out is not None:
        with replacing(out) as file:
            file.write(made.encode())
    if as_json:
        screen.print_json(
            {
                **about,
                "product": card.product,
                "model_sha256": card.sha256,
                "features": len(card.features),
                "notes": notes,
                "file": None if out is None else shown(out),
                "text": made if out is None else None,
            }
        )
        return
    if out is None:
        sys.stdout.write(made)
    else:
        what = "JSON" if form == "json" else f"one {dialect} statement"
        screen.out.print(
            f"Wrote the scorecard of {card.product} ({len(card.features)} features, bundle "
            f"{card.sha256[:12]}) as {what} to {shown(out)}."
        )
    for note in notes:
        screen.err.print(f"Note: {note}.")


def _check(form: str, dialect: str | None, table: str | None, keep: Sequence[str] | None) -> None:
    if form not in FORMATS:
        raise InputError(f"--format must be one of {', '.join(FORMATS)}; got {form!r}.")
    if form == "json":
        given = {"--dialect": dialect, "--table": table, "--keep": keep}
        if wrong := [name for name, value in given.items() if value is not None]:
            raise InputError(f"{wrong[0]} is of SQL; leave it out with --format json.")
        return
    if dialect is None:
        raise InputError("SQL is of a dialect; name the engine's with --dialect, e.g. duckdb.")
    sql_dialect(dialect)


def _check_out(out: Path, form: str) -> None:
    if out.suffix.lower() != f".{form}":
        raise InputError(f"{shown(out)}: write to a file ending in .{form}.")
    if out.is_dir() or not out.parent.is_dir():
        raise InputError(f"{shown(out)}: this is a folder, or its folder does not exist.")


def _read(model: str) -> tuple[PortableCard, list[str]]:
    """Return the card, and the columns that name an application where the product is known."""
    if Path(model).suffix.lower() == ".json":
        try:
            return PortableCard.from_json(Path(model).read_text(encoding="utf-8")), []
        except UnicodeDecodeError:
            raise InputError(f"{model} is no JSON document in UTF-8.") from None
    rater = Rater.load(model)
    return PortableCard.of(rater), [
        column.name for column in rater.product.columns if column.role == "identifier"
    ]
