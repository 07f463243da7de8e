"""The product's pandera model read into frozen columns, and a table schema built back from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import pandera.polars as pa
import polars as pl

from scorecard.contract.column import METADATA_KEY, Column, Kind
from scorecard.contract.dtype import DTYPES, KIND_OF_DTYPE
from scorecard.errors import ProductError

# pandera's name of a check → our field for each of its statistics.
STATISTICS = {
    "greater_than_or_equal_to": {"min_value": "ge"},
    "greater_than": {"min_value": "gt"},
    "less_than_or_equal_to": {"max_value": "le"},
    "less_than": {"max_value": "lt"},
    "isin": {"allowed_values": "isin"},
    "str_contains": {"pattern": "pattern"},
    "str_length": {"min_value": "min_length", "max_value": "max_length"},
}
MEANING = ("role", "zh", "en", "unit", "source", "proxy_review", "note", "change")


def columns_of(model: type[pa.DataFrameModel]) -> tuple[Column, ...]:
    """Read a pandera model whose fields were written with `column` into frozen columns.

    Raises `ProductError`, naming column and rule, for whatever a request could not be held to as
    well: an unknown check or type, a number without both bounds, a missing label, a field not
    written with `column`, or a rule on the table as a whole.
    """
    schema = model.to_schema()
    for setting in ("checks", "unique", "coerce", "ordered", "parsers"):
        if getattr(schema, setting, None):
            raise ProductError(
                f"{model.__name__}: {setting} on the whole table cannot be asked of one request; "
                "declare a Rule instead."
            )
    return tuple(_column(name, declared) for name, declared in schema.columns.items())


def pandera_schema(columns: Iterable[Column], *, asked_only: bool = False) -> pa.DataFrameSchema:
    """Build the pandera schema of a table from frozen columns, all or only the asked ones.

    Each check carries the name of the rule it stands for (see `RULES`); columns the schema does not
    know are left alone. Values must be finite; the table contract turns NaN into null beforehand.
    """
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                DTYPES[column.kind],
                checks=_checks(column),
                nullable=not column.required,
                title=column.en,
                metadata={METADATA_KEY: column.to_dict()},
            )
            for column in columns
            if column.asked or not asked_only
        },
        strict=False,
        coerce=False,
    )


def _column(name: str, declared: Any) -> Column:
    def refusal(rule: str) -> ProductError:
        return ProductError(f"Column {name}: {rule}.")

    meaning = (declared.metadata or {}).get(METADATA_KEY)
    if meaning is None:
        raise refusal("labels and role are missing; write the field with scorecard's column()")
    dtype: Any = getattr(declared.dtype, "type", None)
    kind = KIND_OF_DTYPE.get(dtype)
    if kind is None:
        raise refusal(
            f"type {declared.dtype} cannot be carried to requests; use float, int, bool, str or "
            "datetime.date"
        )
    for setting in ("unique", "coerce", "regex", "default"):
        if getattr(declared, setting, None) not in (None, False):
            raise refusal(f"{setting} cannot be carried to requests; remove it")
    if not declared.required:
        raise refusal("Optional cannot be carried to requests; a column that is null says the same")
    rules: dict[str, Any] = {}
    for check in declared.checks:
        for rule, limit in _limits(check, refusal):
            if rule in rules:
                raise refusal(f"rule {rule} is declared twice; keep one")
            rules[rule] = limit
    return Column(
        name=name,
        kind=kind,
        required=not declared.nullable,
        **{key: meaning.get(key) for key in MEANING},
        **{rule: _frozen(limit, kind) for rule, limit in rules.items()},
    )


def _limits(check: Any, refusal: Callable[[str], ProductError]) -> list[tuple[str, Any]]:
    known = STATISTICS.get(check.name)
    limits = {k: v for k, v in (check.statistics or {}).items() if v is not None}
    if known is None or not set(limits) <= set(known):
        raise refusal(f"check {check} cannot be carried to requests; use the rules of column()")
    if check.raise_warning or check.element_wise or not check.ignore_na:
        raise refusal(f"check {check} must reject, whole columns at a time, and skip nulls")
    return [(known[statistic], limit) for statistic, limit in limits.items()]


def _frozen(limit: Any, kind: Kind) -> Any:
    """Write a limit as JSON can: dates as text, levels as a tuple, a float's bound as a float."""
    if isinstance(limit, date) and not isinstance(limit, datetime):
        return limit.isoformat()
    if isinstance(limit, (list, tuple, set, frozenset)):
        return tuple(limit)
    if kind == "float" and isinstance(limit, int) and not isinstance(limit, bool):
        return float(limit) if abs(limit) <= 2**53 else limit
    return limit


def _checks(column: Column) -> list[pa.Check]:
    checks = []
    if column.kind == "float":
        checks.append(pa.Check(_is_finite, name="finite", error="finite"))
    if column.min_length is not None or column.max_length is not None:
        checks.append(
            pa.Check.str_length(column.min_length, column.max_length, name="length", error="length")
        )
    for build, bound in (
        (pa.Check.ge, column.ge),
        (pa.Check.gt, column.gt),
        (pa.Check.le, column.le),
        (pa.Check.lt, column.lt),
    ):
        if bound is not None:
            limit = date.fromisoformat(str(bound)) if column.kind == "date" else bound
            checks.append(build(limit, name="range", error="range"))
    if column.isin is not None:
        checks.append(pa.Check.isin(column.isin, name="isin", error="isin"))
    if column.pattern is not None:
        checks.append(pa.Check.str_contains(column.pattern, name="pattern", error="pattern"))
    return checks


def _is_finite(data: Any) -> pl.LazyFrame:
    finite: pl.LazyFrame = data.lazyframe.select(pl.col(data.key).is_finite())
    return finite
