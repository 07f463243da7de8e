"""A first look at a table: one row a column, by the measures that a draft is made of."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import polars as pl

from scorecard.aligned import aligned, shortened
from scorecard.contract.column import Kind
from scorecard.draft.columns import evidence_of
from scorecard.draft.evidence import Evidence
from scorecard.draft.limits import special_codes
from scorecard.draft.roles import (
    TELLS_A_PERSON,
    Guess,
    Known,
    guess_date,
    guess_role,
    may_name_rows,
)
from scorecard.draft.table import read_any
from scorecard.draft.target import read_target

_QUANTILES = {"q05": 0.05, "median": 0.5, "q95": 0.95}
#: A commonest value that fewer rows share may tell who they are.
_FEW_ROWS = 5
_LONGEST = 24
_SCHEMA: dict[str, Any] = {
    "column": pl.String, "kind": pl.String, "missing": pl.Float64, "distinct": pl.Int64,
    "commonest": pl.String, "commonest_share": pl.Float64, "minimum": pl.Float64,
    **dict.fromkeys(_QUANTILES, pl.Float64), "maximum": pl.Float64, "special": pl.String,
    "iv": pl.Float64, "auc": pl.Float64, "remark": pl.String,
}  # fmt: skip
_HEADS = {
    "column": "列<br>column", "kind": "类型<br>kind", "missing": "缺失<br>missing",
    "distinct": "取值数<br>distinct", "commonest": "最常见值<br>commonest",
    "commonest_share": "占比<br>share", "minimum": "最小<br>min", "q05": "5%", "median": "50%",
    "q95": "95%", "maximum": "最大<br>max", "special": "疑似代码<br>codes?", "iv": "IV",
    "auc": "AUC", "remark": "备注<br>remark",
}  # fmt: skip
_TEXT = ("column", "kind", "commonest", "special", "remark")
_KIND = {name: "" if name in _TEXT else " class=n" for name in _SCHEMA} | {"remark": " class=r"}
_STYLE = """<style scoped>
.prof{font:13px/1.45 system-ui,"Noto Sans CJK SC",sans-serif;color:#1c2733;overflow-x:auto}
.prof.prof table{border-collapse:collapse;margin:.3em 0;font:inherit}
.prof.prof th,.prof.prof td{text-align:left;padding:.2em .5em;border-bottom:1px solid #e3e7ea;
background:none;vertical-align:top}
.prof.prof th{font-weight:500;color:#5c6873;border-bottom:1px solid #c9cfd4;white-space:nowrap;
vertical-align:bottom}
.prof.prof .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.prof.prof .r{min-width:20em}
</style>"""


@dataclass(frozen=True)
class Profile:
    """What the columns of a table hold, one row of ``table`` a column.

    Columns of ``table``: column, kind (float, int, bool, str, date; null where no declaration can
    hold it, these come last), missing (share of ``rows``), distinct (different known values),
    commonest and commonest_share (of the known rows; the value only where five rows share it),
    minimum, q05, median, q95, maximum (of numbers), special (numbers that look like codes), iv and
    auc (against the target, see `scorecard.draft.evidence`), remark. Values of columns that may
    name rows or people are never shown. ``said`` tells which value of the target is bad. Printed
    it is text, in a notebook a table of HTML.
    """

    table: pl.DataFrame
    rows: int
    said: str | None = None

    def __str__(self) -> str:
        names = self.table.columns
        rows = [
            [_shown(name, value) for name, value in zip(names, row, strict=True)]
            for row in self.table.iter_rows()
        ]
        lefts = [k for k, name in enumerate(names) if name in _TEXT]
        return f"{self._headline()}\n{aligned(names, rows, left=lefts)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th{_KIND[name]}>{_HEADS[name]}</th>" for name in self.table.columns)
        body = "".join(
            "<tr>"
            + "".join(
                f"<td{_KIND[name]}>{escape(_shown(name, value))}</td>"
                for name, value in row.items()
            )
            + "</tr>"
            for row in self.table.iter_rows(named=True)
        )
        return (
            f"{_STYLE}<div class='prof'><p>{escape(self._headline())}</p>"
            f"<table><tr>{head}</tr>{body}</table></div>"
        )

    def _headline(self) -> str:
        said = "" if self.said is None else f"; {self.said}"
        return f"{self.rows:,} rows, {self.table.height} columns{said}"


def profile(data: Any, target: str | None = None, *, bad: str | None = None) -> Profile:
    """Look at every column of a file or frame, against the outcome ``target`` where it is named.

    ``data`` is what `scorecard init` takes: a path, or a frame of polars, pandas or pyarrow.
    ``bad`` names the bad value of the target (left out: 1 of 0 and 1, true, else the rarer of two
    levels). Measures and remarks are those of the draft, so that both say the same: identifiers,
    suspected leaks, constants, columns that tell what a person is. IV and AUC need 20 bads and 20
    goods.

    Raises `InputError` (`TableError` for the file) where there is no such table or target.

    >>> frame = pl.DataFrame({"debt": [1.0, 2.0, None, 2.0], "country": ["CN"] * 4})
    >>> profile(frame).table.select("column", "missing", "distinct", "remark").rows()[1]
    ('country', 0.0, 1, 'the same value in every row tells nothing')
    """
    table = read_any(data)
    outcome = None if target is None else read_target(table, target, bad)
    kinds = {name: kind for name, kind in table.kinds.items() if name != target}
    date = guess_date(table.frame, kinds)
    observed = None if date is None else table.frame[date]
    known = Known(target or "", date, None, frozenset(), strict=False)
    y = np.full(table.frame.height, np.nan) if outcome is None else outcome.y
    rows = []
    for name, kind in table.kinds.items():
        values = table.frame[name]
        evidence = evidence_of(values, kind, y, observed)
        guess = guess_role(values, kind, evidence, known, observed)
        rows.append(_row(values, kind, evidence, guess, is_target=name == target))
    rows += [{"column": name, "remark": why} for name, why in table.undeclared.items()]
    found = pl.DataFrame([{**dict.fromkeys(_SCHEMA), **row} for row in rows], schema=_SCHEMA)
    said = None if outcome is None else f"{outcome.column}: {outcome.said}"
    return Profile(found, table.frame.height, said)


def _row(
    values: pl.Series, kind: Kind, evidence: Evidence, guess: Guess, *, is_target: bool
) -> dict[str, Any]:
    known = values.drop_nulls()
    counted = known.value_counts().sort("count", known.name, descending=[True, False])
    most = int(counted["count"][0])
    row: dict[str, Any] = {
        "column": values.name,
        "kind": kind,
        "missing": values.null_count() / len(values),
        "distinct": counted.height,
        "commonest_share": most / len(known),
        "remark": _remark(guess, evidence, is_target=is_target),
    }
    if not is_target:
        row |= {"iv": evidence.iv, "auc": evidence.auc}
    if guess.role == "identifier" or may_name_rows(values, kind):
        return row
    if most >= _FEW_ROWS or is_target:
        row["commonest"] = str(counted[known.name][0])
    if kind == "date" and not guess.why.startswith(TELLS_A_PERSON):
        first, last = str(known.min()), str(known.max())
        row["remark"] = "; ".join(filter(None, (f"{first} to {last}", row["remark"])))
    if kind in ("int", "float"):
        row |= {"minimum": known.min(), "maximum": known.max()}
        row |= {name: known.quantile(q, "linear") for name, q in _QUANTILES.items()}
        row["special"] = ", ".join(map(str, special_codes(values))) or None
    return row


def _remark(guess: Guess, evidence: Evidence, *, is_target: bool) -> str:
    """Return what the draft says of a column, without the numbers that stand beside it."""
    if is_target:
        return guess.why
    if guess.role == "identifier":
        return f"identifier: {guess.why}"
    if guess.role == "outcome" and evidence.leak is not None:
        return f"suspected leak: {guess.why}"
    return guess.why.removeprefix(str(evidence)).removeprefix("; ")


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in ("missing", "commonest_share"):
        return f"{value:.1%}"
    if name == "iv":
        return f"{value:.2f}"
    if name == "auc":
        return f"{value:.3f}"
    if name == "distinct":
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return str(value) if name in ("column", "remark") else shortened(str(value), _LONGEST)
