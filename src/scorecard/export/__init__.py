"""The scorecard for other systems: one SQL statement, or one JSON document."""

from scorecard.export.portable import PortableCard
from scorecard.export.statement import Statement, statement, to_sql
from scorecard.models.sql_dialect import DIALECTS, SqlDialect, sql_dialect

__all__ = [
    "DIALECTS",
    "PortableCard",
    "SqlDialect",
    "Statement",
    "sql_dialect",
    "statement",
    "to_sql",
]
