"""``scorecard init``: a product folder from a table, and what to run next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date as day
from pathlib import Path
from typing import Any

import polars as pl

from scorecard.cli import screen
from scorecard.cli.tables import shown
from scorecard.draft import Draft, check_absent, check_name, draft_product
from scorecard.home import project_root

ORDER = ("outcome", "audit_only", "not declared", "identifier", "scoring")


def run_init(
    name: str,
    table: Path,
    target: str,
    *,
    folder: Path | None,
    date: str | None,
    weight: str | None,
    bad: str | None,
    keep: Sequence[str],
    strict: bool,
    as_json: bool,
) -> Path:
    """Draft a product from ``table``, write its folder, and print each column's role and why."""
    screen.quiet_libraries()
    check_name(name)
    parent = project_root() / "features" if folder is None else folder
    check_absent(parent / name)  # before the table is read, not after
    with screen.progress(shown=not as_json) as report:
        report("drafting", 0.0)
        draft = draft_product(
            name,
            table,
            target,
            day=day.today().isoformat(),
            date=date,
            weight=weight,
            bad=bad,
            keep=tuple(keep),
            strict=strict,
        )
    written = draft.write(parent)
    following = f"scorecard train {shlex.quote(_near(written))} --data {shlex.quote(shown(table))}"
    if as_json:
        screen.print_json(_document(draft, written, following))
    else:
        _show(draft, written, following)
    return written


def _document(draft: Draft, written: Path, following: str) -> dict[str, Any]:
    bads, goods, unknown = draft.target.counts
    return {
        "product": draft.name,
        "folder": shown(written),
        "files": list(draft.files),
        "target": {
            "column": draft.target.column,
            "said": draft.target.said,
            "bads": bads,
            "goods": goods,
            "unknown": unknown,
        },
        "sample": {
            "observation_date": draft.windows.date,
            "out_of_time": draft.windows.date is not None,
            "said": draft.windows.said,
            "trainable": draft.windows.trainable,
        },
        "central_tendency": draft.central_tendency,
        "columns": draft.table().to_dicts(),
        "warnings": list(draft.warnings),
        "next": following,
    }


def _show(draft: Draft, written: Path, following: str) -> None:
    table = draft.table()
    ranked = table.with_columns(
        pl.col("role").replace_strict(ORDER, list(range(len(ORDER)))).alias("rank")
    )
    title = f"Columns of {draft.name}: guessed, to be reviewed"
    screen.print_table(ranked.sort("rank", maintain_order=True).drop("rank"), title, {})
    bads, goods, unknown = draft.target.counts
    missing = f", {unknown:,} not known" if unknown else ""
    lines = [
        f"Target {draft.target.column}: {draft.target.said} ({bads:,} bads, {goods:,} goods"
        f"{missing}).",
        f"Windows: {draft.windows.said}.",
        *draft.warnings,
        f"Wrote {', '.join(draft.files)} in {_near(written)}; lines to review are marked review:.",
        f"Next: {following}",
    ]
    for line in lines:
        screen.out.print(f"• {line}", soft_wrap=True)


def _near(path: Path) -> str:
    """Return a path as seen from here where that is shorter."""
    full = path.resolve()
    here = Path.cwd()
    return shown(full.relative_to(here) if full.is_relative_to(here) else full)
