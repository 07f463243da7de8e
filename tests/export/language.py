"""Expressions of every part of the normal form, and rows on which engines like to differ."""

from __future__ import annotations

import datetime as dt
import itertools

import polars as pl

from scorecard.features import Feature, FeatureSet

KINDS = {
    "row_id": "int", "x": "float", "y": "float", "n": "int", "b": "bool", "c": "bool", "s": "str",
    "t": "str", "d": "date", "e": "date",
}  # fmt: skip

#: Same values in every engine, to the bit.
EXACT = (
    "x", "n", "b", "s", "null", "true", "1.5", "-x", "abs(x)", "1e300 * x", "x / 1e300",
    "x + y", "x - y", "x * y", "x / y", "x / n", "n / 7", "n * 1.1", "x / 12", "0.1 + 0.2 + x",
    "x - y - n", "x - (y - n)", "x / y / 3", "x / (y / 3)", "-(x - y)", "(x + y) * (x - y) / x",
    "x * y * y * x", "sqrt(x)", "sqrt(abs(x)) * y", "floor(x)", "floor(x / y)",
    "floor(n / 7)", "least(x, y, 3)", "greatest(x, y, n)", "least(x)", "greatest(-x, 0)",
    "nullif(x, y)", "nullif(n, 7)", "coalesce(x, y, -1)", "coalesce(s, t, 'none')",
    "case when x > y then 1 when x = y then 2 when x < y then 3 else 4 end",
    "case when x > 0 then y end", "case s when 'a' then 1 when '' then 2 end",
    "if(b, x, y)", "x is null", "x is not null and y is null", "not b", "b and c", "b or c",
    "not (b and not c)", "b is null or c", "x between -1 and y", "n between 7 and 9",
    "x in (1, 0, 0.1)", "n in (7, 9007199254740993)", "s in ('a', 'É', 'a''b')", "s not in ('a')",
    "s = t", "s <> t", "s < t", "s between 'A' and 'b'", "s >= 'a'", "s like 'a%'",
    "s like '_b%'", "s like '%\\%'", "s not like '%é_'", "s like ''",
    "length(s)", "left(s, 2)", "right(s, 2)", "substring(s, 2)",
    "substring(s, 2, 3)", "substr(s, 1, 1)", "trim(s)", "left(trim(s), 1)", "length(trim(s))",
    "try_cast(s as double)", "try_cast(trim(s) as double) * 2",
    "d - e", "(d - e) / 30.4375", "d - date '2020-02-29'", "d > e", "d = date '2024-02-29'",
    "d between date '1999-12-31' and e", "date_part('year', d)", "extract(month from d)",
    "date_part('day', e)", "date_part('year', d) * 12 + date_part('month', e)",
    "cast(b as double) + 1", "cast(n as double)", "case when b then s else t end",
)  # fmt: skip

#: Each engine computes these with a function of its own: equal but for the last digits.
OWN = (
    "ln(x)", "ln(abs(x) + 1)", "log10(x)", "exp(x)", "exp(-abs(x))", "exp(x / 1000)",
    "power(x, 2)", "power(abs(x), 0.5)", "power(x, y)", "power(x, n)", "power(0, x)",
    "power(x, -1)", "1 / (1 + exp(-x))", "ln(x / y)",
)  # fmt: skip

_NUMBERS = (
    None, 0.0, -0.0, 1.0, -1.0, 0.1, -2.5, 3.0, 7.0, 1 / 3, 29.999999999999996, -745.5, 709.9, 1e-9,
    2.0**53 + 2, -1e18, 1e154, -1.4e154, 1e-160, -1e-308, 5e-324, -5e-324, 2.2250738585072014e-308,
    1.7976931348623157e308, -1.7976931348623157e308, 9.9e307, -1e292,
)  # fmt: skip
_INTEGERS = (None, 0, 1, -1, 7, 8, 2**53 + 1, -(2**63), 2**63 - 1)
_TEXTS = (
    None, "", "a", "A", "ab", "a'b", "a\\", "\\", "%", "a%", "É", "é", "日本語", "ab\n", "\t b ",
    "\u3000a\u00a0", "\u200ba", "𝒳y", " 1.5", "1.5", "-1e3", "+.5e-7", "5.", ".", "1e", "1_000",
    "0x10", "nan", "inf", "1e400", "١", "12\n", "${x}", "a${", "z--'; drop table given; --", "$1",
    "~", "Z", "a b",
)  # fmt: skip
_DATES = (
    None, dt.date(2024, 2, 29), dt.date(1999, 12, 31), dt.date(1969, 7, 20), dt.date(1900, 1, 1),
    dt.date(2100, 3, 1), dt.date(1970, 1, 1), dt.date(2262, 4, 11),
)  # fmt: skip


def table() -> pl.DataFrame:
    """Every pair of numbers; the other columns go round beside them."""
    pairs = list(itertools.product(_NUMBERS, _NUMBERS))
    count = len(pairs)

    def round_(values: tuple, step: int = 1) -> list:
        return [values[(i * step + i // len(values)) % len(values)] for i in range(count)]

    return pl.DataFrame(
        {
            "row_id": range(count),
            "x": [x for x, _ in pairs], "y": [y for _, y in pairs],
            "n": round_(_INTEGERS), "b": round_((True, False, None)),
            "c": round_((None, True, False, False)), "s": round_(_TEXTS), "t": round_(_TEXTS, 5),
            "d": round_(_DATES), "e": round_(_DATES, 3),
        },
        schema_overrides={"x": pl.Float64, "y": pl.Float64, "n": pl.Int64},
    )  # fmt: skip


def features(texts: tuple[str, ...]) -> FeatureSet:
    """One feature for every expression, called f0, f1, …."""
    return FeatureSet([Feature(f"f{k}", sql) for k, sql in enumerate(texts)], KINDS)
