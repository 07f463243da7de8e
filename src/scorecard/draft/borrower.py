"""Which identifier names the borrower, who may apply again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scorecard.draft.columns import Drafted
from scorecard.draft.table import Table


@dataclass(frozen=True)
class Borrower:
    """The identifier that is the same in every application of a borrower, if one is known.

    ``said`` is a sentence for the reviewer.
    """

    column: str | None
    said: str


def guess_borrower(columns: Iterable[Drafted], table: Table) -> Borrower:
    """Return the only identifier that some rows share; none where several do."""
    names = [c.column.name for c in columns if c.column.role == "identifier"]
    shared = [name for name in names if table.frame[name].drop_nulls().is_duplicated().any()]
    if len(shared) == 1:
        return Borrower(shared[0], f"borrower: {shared[0]} is the identifier that rows share")
    if shared:
        said = f"borrower: rows share {', '.join(shared)}; name the one that is the borrower's"
    elif names:
        said = f"borrower: no two rows share {' or '.join(names)}; name one that is the borrower's"
    else:
        said = "borrower: no identifier was found"
    return Borrower(None, f"{said}, to have migration judged")
