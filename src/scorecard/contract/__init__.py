"""What a valid application is: one declaration, enforced on tables and on requests.

Names that need polars or pandera are imported when first asked for, so that reading one request
does not pay for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scorecard.contract.column import Column, column
from scorecard.contract.identity import Identity
from scorecard.contract.lever import Lever
from scorecard.contract.request import problems_of, read_mapping, request_model, row_of
from scorecard.contract.rule import RULES, Rule

if TYPE_CHECKING:
    from scorecard.contract.files import read_table
    from scorecard.contract.frames import as_frame
    from scorecard.contract.product import Product, load_product
    from scorecard.contract.row import RowChecker
    from scorecard.contract.schema import columns_of, pandera_schema
    from scorecard.contract.table import Checked, TableContract

_HOMES = {
    "Checked": "table",
    "Product": "product",
    "RowChecker": "row",
    "TableContract": "table",
    "as_frame": "frames",
    "columns_of": "schema",
    "load_product": "product",
    "pandera_schema": "schema",
    "read_table": "files",
}

__all__ = [
    "RULES",
    "Checked",
    "Column",
    "Identity",
    "Lever",
    "Product",
    "RowChecker",
    "Rule",
    "TableContract",
    "as_frame",
    "column",
    "columns_of",
    "load_product",
    "pandera_schema",
    "problems_of",
    "read_mapping",
    "read_table",
    "request_model",
    "row_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
