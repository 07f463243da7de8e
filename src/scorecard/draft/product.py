"""A product folder drafted from any table, ready for review and for a first training."""

from __future__ import annotations

import keyword
import os
import secrets
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from scorecard import metrics
from scorecard.contract import as_frame, load_product, read_table
from scorecard.draft.audit import audit_groups
from scorecard.draft.borrower import guess_borrower
from scorecard.draft.columns import Drafted, draft_columns
from scorecard.draft.features_file import features_source
from scorecard.draft.policy_file import Business, policy_source
from scorecard.draft.roles import NAMED_WEIGHT, Known, guess_date
from scorecard.draft.schema_file import schema_source
from scorecard.draft.table import Table, read_any
from scorecard.draft.target import Target, read_target
from scorecard.draft.windows import FEWEST, Windows, by_time, held_out
from scorecard.errors import InputError, ScorecardError

_MOST_NAMED = 8


@dataclass(frozen=True)
class Draft:
    """A drafted product: ``files`` maps each file's name to its text.

    ``columns`` are the declared columns, ``undeclared`` maps the others to the reason why not;
    ``target`` and ``windows`` tell what is bad and which rows train and test; ``warnings`` are
    sentences that a reader must know.
    """

    name: str
    files: Mapping[str, str] = field(repr=False)
    columns: tuple[Drafted, ...] = field(repr=False)
    undeclared: Mapping[str, str]
    target: Target = field(repr=False)
    windows: Windows = field(repr=False)
    central_tendency: float
    warnings: tuple[str, ...]

    def table(self) -> pl.DataFrame:
        """Return one row a column of the table: ``column``, ``kind``, ``role``, ``why``."""
        rows: list[tuple[str, str, str, str]] = [
            (each.column.name, each.column.kind, each.column.role, each.guess.why)
            for each in self.columns
        ]
        rows += [(name, "", "not declared", why) for name, why in self.undeclared.items()]
        schema = dict.fromkeys(("column", "kind", "role", "why"), pl.String)
        return pl.DataFrame(rows, schema=schema, orient="row")

    def write(self, folder: str | Path) -> Path:
        """Write the product into a new folder ``folder/NAME`` and return that.

        The folder is there whole or not at all. Raises `InputError` where it exists already.
        """
        parent = Path(folder).expanduser()
        target = parent / self.name
        check_absent(target)
        parent.mkdir(parents=True, exist_ok=True)
        draft = parent / f".{self.name}-{secrets.token_hex(8)}"
        try:
            _write(draft, self.files)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return target


def check_name(name: str) -> None:
    """Raise `InputError` unless ``name`` can name a product and its folder."""
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise InputError(
            f"NAME must be an identifier (letters, digits, _; no digit or _ first); got {name!r}."
        )


def check_absent(folder: Path) -> None:
    """Raise `InputError` where ``folder`` exists: nothing is ever overwritten."""
    if folder.exists() or folder.is_symlink():
        raise InputError(
            f"{folder} exists already and is not overwritten; choose another name or remove it."
        )


def draft_product(
    name: str,
    data: Any,
    target: str,
    *,
    day: str,
    date: str | None = None,
    weight: str | None = None,
    bad: str | None = None,
    keep: Collection[str] = (),
    strict: bool = False,
) -> Draft:
    """Draft a product called ``name`` from a file or frame whose column ``target`` is the outcome.

    ``day`` is the policy's effective date (YYYY-MM-DD). ``date`` names the observation date (left
    out, it is guessed), ``weight`` the sampling weights, ``bad`` the bad value of the target;
    columns in ``keep`` are vouched for as known at application. What is implausibly strong by
    information value alone is kept and marked; ``strict`` sets it aside.

    The drafted product is loaded and checked against the whole table before it is returned. Raises
    `InputError` (`TableError` for the file), in one sentence, where no product can be drafted.
    """
    check_name(name)
    table = read_any(data)
    outcome = read_target(table, target, bad)
    _check_declared(table, outcome, date=date, weight=weight, keep=keep)
    chosen = date or guess_date(table.frame, {c: k for c, k in table.kinds.items() if c != target})
    windows = None if chosen is None else by_time(table, outcome, chosen)
    if date is not None and windows is None:
        raise InputError(
            f"No day of {date} leaves {FEWEST} bads and {FEWEST} goods before and after it; leave "
            "--date out to hold rows out instead."
        )
    # A date that cannot split the rows can still be what ages are counted from.
    known = Known(target, chosen, weight, frozenset(keep), strict)
    columns = draft_columns(table, outcome, known)
    if not any(each.feature for each in columns):
        aside = [each.column.name for each in columns if each.column.name != target]
        out = [f"{column}, since {why}" for column, why in table.undeclared.items()]
        found = {"set aside": aside, "not declared": out}
        why = "; ".join(f"{what}: {', '.join(names)}" for what, names in found.items() if names)
        raise InputError(
            f"No column is left for scoring ({why or 'there is no other'}); add columns known at "
            "application, or vouch for some with --keep."
        )
    if windows is None:
        windows = held_out(table, outcome, {c.column.name: c.column.role for c in columns})
    rate, source = _central_tendency(table, outcome, windows, weight)
    business = Business(
        name=name,
        day=day,
        source=f"Drafted by scorecard init from {table.source}; review before any use.",
        weight=weight,
        central_tendency=rate,
        central_source=source,
    )
    draft = Draft(
        name=name,
        files={
            "schema.py": schema_source(columns, table),
            "features.py": features_source(columns),
            "policy.yaml": policy_source(
                business,
                outcome,
                windows,
                guess_borrower(columns, table),
                audit_groups(columns, table),
            ),
        },
        columns=columns,
        undeclared=table.undeclared,
        target=outcome,
        windows=windows,
        central_tendency=rate,
        warnings=_warnings(columns, outcome, windows, guessed=date is None),
    )
    _prove(draft, table, data)
    return draft


def _check_declared(
    table: Table, target: Target, *, date: str | None, weight: str | None, keep: Collection[str]
) -> None:
    named = [("--date", date), ("--weight", weight), *(("--keep", column) for column in keep)]
    for option, column in named:
        if column is None:
            continue
        if column in table.undeclared:
            raise InputError(f"{option} {column} cannot be declared: {table.undeclared[column]}.")
        if column not in table.kinds:
            raise InputError(f"{option} {column}: the table has no such column.")
        if column == target.column:
            raise InputError(f"{option} {column}: this is the target; name another column.")
    if date is not None and (table.kinds[date] != "date" or table.frame[date].null_count()):
        raise InputError(f"--date {date} must be a column of dates, known in every row.")
    if weight is not None:
        values = table.frame[weight]
        positive = table.kinds[weight] in ("int", "float") and not values.null_count()
        if not positive or not (values > 0).all():
            raise InputError(f"--weight {weight} must be a positive number in every row.")


def _central_tendency(
    table: Table, target: Target, windows: Windows, weight: str | None
) -> tuple[float, str]:
    weights = np.ones(len(target.y))
    if weight is not None:
        weights = table.frame[weight].cast(pl.Float64).to_numpy()
    weighted = "bad rate" if weight is None else f"bad rate, weighted by {weight},"
    for rows, what in (
        (windows.early & target.is_known, "in-time rows"),
        (target.is_known, "all rows, since the in-time rows hold one outcome only"),
    ):
        y = target.y[rows]
        if 0 < y.sum() < len(y):
            rate = float(f"{metrics.bad_rate(y, weights[rows]):.4g}")
            source = (
                f"Mean {weighted} of the {what}: {int(y.sum()):,} bads in {len(y):,} rows of "
                f"{table.source}."
            )
            return rate, source
    raise AssertionError("a target has two outcomes")


def _warnings(
    columns: tuple[Drafted, ...], target: Target, windows: Windows, *, guessed: bool
) -> tuple[str, ...]:
    said = []
    if not windows.trainable:
        bads, goods, _ = target.counts
        said.append(
            f"Too few rows to train: each window needs {FEWEST} bads and {FEWEST} goods; the table "
            f"has {bads} bads and {goods} goods."
        )
    if windows.date is None:
        said.append(
            "No usable observation date: results are of rows held out, not out of time. Name a "
            "date with --date if there is one."
        )
    elif guessed:
        said.append(
            f"{windows.date} is the observation date by guess; --date names another. Ages are "
            "counted from it, and whatever is dated later is set aside."
        )
    weights = [c.column.name for c in columns if c.guess.why.startswith(NAMED_WEIGHT)]
    if weights:
        said.append(
            f"{weights[0]} looks like a sampling weight: without --weight {weights[0]} every row "
            "counts alike, and the central tendency is that of the sample."
        )
    doubtful = [each.column.name for each in columns if each.guess.warned]
    if doubtful:
        more = f" and {len(doubtful) - _MOST_NAMED} more" if len(doubtful) > _MOST_NAMED else ""
        said.append(
            f"Doubtful, but kept as features: {', '.join(doubtful[:_MOST_NAMED])}{more}; check "
            "that each is known at application, or set them aside with --strict."
        )
    return tuple(said)


def _prove(draft: Draft, table: Table, data: Any) -> None:
    """Load the draft and hold every row of the table against its contract.

    Raises `ScorecardError` where the draft does not keep its promise.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / draft.name
        _write(place, draft.files)
        try:
            product = load_product(place)
            product.refuse_leaks()
        except ScorecardError as error:
            raise ScorecardError(f"The draft breaks a rule: {error} Please report this.") from error
    again = (
        read_table(Path(data), product.columns)
        if isinstance(data, (str, os.PathLike))
        else as_frame(data, product.columns)
    )
    checked = product.table.check(again)
    if checked.rejected.height:
        raise ScorecardError(
            f"The draft refuses {checked.rejected.height:,} rows of its own table "
            f"({checked.rejected['problems'][0]}); please report this."
        )
    _ = product.features.evaluate(checked.accepted), product.request_model


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
