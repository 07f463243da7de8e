"""The request model generated from frozen columns, and its errors as problems.

Imports neither pandera nor pandas: this is the road of one application.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import pydantic
from pydantic import Field
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    InitErrorDetails,
    PydanticCustomError,
    core_schema,
)

from scorecard.contract.column import Column
from scorecard.contract.declaration import ISO_DATE
from scorecard.contract.wording import expected_of, kind_of
from scorecard.values import Problem

LONGEST_NAME = 80
BODY = ""  # the field of a problem with the request as a whole
MOST_UNKNOWN = 20  # names listed one by one that are undeclared or repeated; more are counted
EACH_ONCE = "declared names, each once"
_TOO_MANY = "too_many_names"


def request_model(name: str, columns: Iterable[Column]) -> type[pydantic.BaseModel]:
    """Generate the strict pydantic model of one application from the columns it is asked for.

    Unknown fields are refused, a bool is no number, 3.0 no int, a date is exactly ``YYYY-MM-DD``
    text (or, from a mapping, a `datetime.date`), every number is finite and in range; a field that
    may be null may also be absent. Labels, unit and notes go into the JSON schema.
    """
    fields: dict[str, Any] = {
        column.name: (_annotation(column), _field(column)) for column in columns if column.asked
    }
    model: type[pydantic.BaseModel] = pydantic.create_model(
        name,
        __config__=pydantic.ConfigDict(
            strict=True,
            extra="forbid",
            allow_inf_nan=False,
            frozen=True,
            hide_input_in_errors=True,
            protected_namespaces=(),
        ),
        **fields,
    )
    return model


def read_mapping(
    model: type[pydantic.BaseModel], application: Mapping[str, Any]
) -> pydantic.BaseModel:
    """Validate one application held in Python; a NaN in it is a null, as in a table.

    JSON has its own null, so ``model.model_validate_json`` refuses NaN as not finite. Raises
    `pydantic.ValidationError`; see `problems_of`. More than `MOST_UNKNOWN` undeclared names are one
    error, and the values are not looked at.
    """
    values = {
        key: None if isinstance(value, float) and math.isnan(value) else value
        for key, value in application.items()
    }
    unknown = len(values.keys() - model.model_fields.keys())
    if unknown > MOST_UNKNOWN:
        raise _too_many_error(model.__name__, unknown)
    return model.model_validate(values)


def row_of(request: pydantic.BaseModel) -> dict[str, Any]:
    """Return a validated request as a row: every asked column's value, null where absent."""
    return request.__dict__


def problems_of(error: pydantic.ValidationError, columns: Iterable[Column]) -> tuple[Problem, ...]:
    """Return one problem per field: the first rule in the order of `RULES` that it breaks.

    Carries names, limits and kinds, never a value. A request that is no JSON object at all is one
    problem of the field ``""``, and so is one with more than `MOST_UNKNOWN` undeclared names: there
    are never more problems than asked columns and `MOST_UNKNOWN` together.
    """
    by_name = {column.name: column for column in columns if column.asked}
    errors = error.errors(include_url=False)
    unknown = _unknown(errors)
    if unknown > MOST_UNKNOWN:
        return (too_many_names(unknown),)
    found: dict[str, Problem] = {}
    for each in errors:
        location = each["loc"]
        field = _printable(location[0]) if location else BODY
        if field in found:
            continue
        column = by_name.get(field)
        if not location:
            found[field] = _body_problem(each["type"], each["input"])
        elif column is None:
            found[field] = Problem(field, "unknown", "a declared field", kind_of(each["input"]))
        elif each["type"] == "missing":
            found[field] = Problem(field, "required", expected_of(column, "required"), "absent")
        else:
            rule = broken_rule(column, each["input"])
            found[field] = Problem(field, rule, expected_of(column, rule), kind_of(each["input"]))
    order = {name: position for position, name in enumerate(by_name)}
    return tuple(sorted(found.values(), key=lambda p: order.get(p.field, len(order))))


def too_many_names(count: int, field: str = BODY) -> Problem:
    """Return the one problem of an object of which ``count`` names are undeclared or repeated."""
    return Problem(field, "unknown", EACH_ONCE, f"{count} undeclared or repeated names")


def broken_rule(column: Column, value: Any) -> str:
    """Return the first rule of one column that a refused value breaks, in the order of `RULES`."""
    if value is None:
        return "null"
    if not _has_type(column, value):
        return "type"
    if column.kind == "float" and isinstance(value, float) and not math.isfinite(value):
        return "finite"
    if column.kind == "str":
        longest = len(value) if column.max_length is None else column.max_length
        if not (column.min_length or 0) <= len(value) <= longest:
            return "length"
        return "pattern" if column.isin is None or value in column.isin else "isin"
    return "range"


def _has_type(column: Column, value: Any) -> bool:
    if column.kind == "date":
        return _as_date(value) is not None
    if column.kind == "str":
        return isinstance(value, str) and _is_unicode(value)
    if column.kind == "bool":
        return isinstance(value, bool)
    number = (int, float) if column.kind == "float" else int
    return isinstance(value, number) and not isinstance(value, bool)


def _as_date(value: Any) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:  # the thirtieth of February
            return None
    return None


def _read_date(value: Any) -> date | None:
    # pydantic alone would read "1654646400" as a date too.
    found = _as_date(value)
    if found is None:
        raise PydanticCustomError("date_type", "Input should be a date as YYYY-MM-DD")
    return found


def _annotation(column: Column) -> Any:
    kind: Any
    if column.kind == "float":
        kind = Annotated[float, _limits(column)]
    elif column.kind == "int":
        kind = Annotated[int, _limits(column)]
    elif column.kind == "bool":
        kind = bool
    elif column.kind == "date":
        kind = Annotated[date, pydantic.GetPydanticSchema(lambda _s, _h: _date_schema(column))]
    else:
        kind = Annotated[str, pydantic.GetPydanticSchema(lambda _s, _h: _text_schema(column))]
    return kind if column.required else kind | None


def _limits(column: Column) -> Any:
    bounds: dict[str, Any] = {
        "ge": column.ge, "gt": column.gt, "le": column.le, "lt": column.lt
    }  # fmt: skip
    return Field(**{rule: bound for rule, bound in bounds.items() if bound is not None})


def _date_schema(column: Column) -> CoreSchema:
    bounds: dict[str, Any] = {
        rule: date.fromisoformat(str(bound))
        for rule in ("ge", "gt", "le", "lt")
        if (bound := getattr(column, rule)) is not None
    }
    return core_schema.no_info_before_validator_function(
        _read_date, core_schema.date_schema(strict=True, **bounds)
    )


def _text_schema(column: Column) -> CoreSchema:
    text = core_schema.str_schema(
        strict=True,
        min_length=column.min_length,
        max_length=column.max_length,
        pattern=column.pattern,
        regex_engine="rust-regex",
    )
    if column.isin is None:
        return text
    levels = core_schema.literal_schema(list(column.isin))
    if column.min_length is None and column.max_length is None and column.pattern is None:
        return levels
    return core_schema.chain_schema([levels, text])  # levels first: they make the JSON schema


def _field(column: Column) -> Any:
    label = f"{column.zh} / {column.en}"
    extra: dict[str, Any] = {"x-label-zh": column.zh, "x-label-en": column.en}
    if column.unit is not None:
        label += f" ({column.unit})"
        extra["x-unit"] = column.unit
    if column.source is not None:
        extra["x-source"] = column.source
    if column.kind == "date":
        for rule in ("ge", "gt", "le", "lt"):
            if (bound := getattr(column, rule)) is not None:
                extra[f"x-{rule}"] = bound
    description = label if column.note is None else f"{label}. {column.note}"
    if column.required:
        return Field(title=column.en, description=description, json_schema_extra=extra)
    return Field(default=None, title=column.en, description=description, json_schema_extra=extra)


def _too_many_error(title: str, count: int) -> pydantic.ValidationError:
    kind = PydanticCustomError(_TOO_MANY, "{count} names are not declared", {"count": count})
    return pydantic.ValidationError.from_exception_data(
        title, [InitErrorDetails(type=kind, loc=(), input=None)], hide_input=True
    )


def _unknown(errors: Iterable[ErrorDetails]) -> int:
    """Count the undeclared names among a request's errors, listed or counted already."""
    return sum(
        each["ctx"]["count"] if each["type"] == _TOO_MANY else each["type"] == "extra_forbidden"
        for each in errors
    )


def _body_problem(error_type: str, received: Any) -> Problem:
    if error_type == "json_invalid":
        return Problem(BODY, "type", "a JSON object", "text that is no JSON")
    if error_type == "string_unicode":
        return Problem(BODY, "unknown", "declared fields", "a name that is no Unicode text")
    return Problem(BODY, "type", "a JSON object", kind_of(received))


def _is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8, i.e. holds no unpaired surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(name: Any) -> str:
    """Cut a caller's field name to a length and letters that are safe to answer with."""
    text = str(name)[:LONGEST_NAME]
    return text.encode("utf-8", "replace").decode()
