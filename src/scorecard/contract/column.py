"""One column of a product: its type, its rules, and what it means."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from scorecard.contract.declaration import check_column
from scorecard.errors import ProductError

Kind = Literal["float", "int", "bool", "str", "date"]
Role = Literal["scoring", "identifier", "audit_only", "outcome"]

KINDS: tuple[str, ...] = get_args(Kind)
ROLES: tuple[str, ...] = get_args(Role)
METADATA_KEY = "scorecard"


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column, frozen; what pandera and pydantic both enforce.

    ``kind`` is the value's type; ``required`` means null is refused. ``ge``/``gt``/``le``/``lt``
    bound numbers (ISO text for dates), ``isin`` lists the levels of a text, ``pattern`` is a
    regular expression (in what Rust's and Python's dialects share) searched in the text, lengths
    count characters. ``role``
    says who may read it: only ``scoring`` columns may feed a feature. ``unit`` and ``source`` are
    for people. ``change`` says how an applicant can change the value: ``"up"``, ``"down"`` or
    ``"either"`` for a number or a flag, the levels that can be reached for a text, None not at all.

    Raises `ProductError`, naming column and rule, for a declaration that tables and requests could
    not both enforce; a `Column` that exists can be enforced by either.
    """

    name: str
    kind: Kind
    required: bool
    role: Role
    zh: str
    en: str
    unit: str | None = None
    source: str | None = None
    ge: float | int | str | None = None
    gt: float | int | str | None = None
    le: float | int | str | None = None
    lt: float | int | str | None = None
    isin: tuple[str, ...] | None = None
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    proxy_review: bool = False
    note: str | None = None
    change: str | tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        check_column(self)

    @property
    def asked(self) -> bool:
        """Whether an application carries this column: known when applying, allowed in a request."""
        return self.role in ("scoring", "identifier")

    def to_dict(self) -> dict[str, Any]:
        """Return the declaration as JSON values, empty ones left out."""
        data = {k: v for k, v in asdict(self).items() if v is not None and v is not False}
        data["required"] = self.required
        if self.isin is not None:
            data["isin"] = list(self.isin)
        if isinstance(self.change, tuple):
            data["change"] = list(self.change)
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Column:
        """Rebuild a column from `to_dict`'s output."""
        lists = {key: tuple(v) for key, v in data.items() if isinstance(v, list)}
        return cls(**{**data, **lists})


def column(
    *,
    zh: str,
    en: str,
    role: Role = "scoring",
    required: bool = False,
    unit: str | None = None,
    source: str | None = None,
    ge: Any = None,
    gt: Any = None,
    le: Any = None,
    lt: Any = None,
    isin: list[str] | tuple[str, ...] | None = None,
    pattern: str | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    proxy_review: bool = False,
    note: str | None = None,
    change: str | list[str] | tuple[str, ...] | None = None,
    alias: str | None = None,
) -> Any:
    """Declare one column inside a `pandera.polars.DataFrameModel`.

    A thin way to write `pandera.polars.Field`: the rules become pandera checks, the meaning (zh/en
    labels, unit, source, role) its metadata. ``change`` says how an applicant can change the value
    within a year (see `Column`); left out, not at all. ``alias`` is the column's name in the table
    where that is no Python identifier. What is declared is checked by `columns_of`, which knows the
    name; what pandera itself refuses (an empty interval, a broken pattern) raises `ProductError`
    here.
    """
    import pandera.polars as pa  # over a second: only whoever declares a product pays for it

    length: dict[str, int | None] | None = None
    if min_length is not None or max_length is not None:
        length = {"min_value": min_length, "max_value": max_length}
    meaning = {
        "role": role, "zh": zh, "en": en, "unit": unit, "source": source,
        "proxy_review": proxy_review, "note": note,
        "change": tuple(change) if isinstance(change, list) else change,
    }  # fmt: skip
    try:
        return pa.Field(
            nullable=not required,
            ge=ge,
            gt=gt,
            le=le,
            lt=lt,
            isin=None if isin is None else list(isin),
            str_matches=None,
            str_contains=pattern,
            str_length=length,
            alias=alias,
            metadata={METADATA_KEY: meaning},
        )
    except (TypeError, ValueError, re.error) as error:  # the name is not known here yet
        raise ProductError(
            f"Column labelled {en!r}: its rules cannot be checked ({error})."
        ) from error
