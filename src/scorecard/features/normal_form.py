"""The normal form of SQL: one text that means the same in every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from scorecard.errors import ProductError

#: Kind of a column → kind of an expression over it.
_KIND = {"float": "number", "int": "number", "bool": "bool", "str": "text", "date": "date"}

_SECONDS_PER_DAY = 86_400

#: Guards write their argument twice, and a case writes its operand once per branch: nested, they
#: double the normal form each time. Beyond this many parts it is refused rather than written.
MOST_PARTS = 5_000

#: log10 is written as ln(x)/ln(10): engines' own log10 differ in the last digit.
_LN_10 = "2.302585092994046"


def shortened(sql: str) -> str:
    """Return an expression as messages quote it: in one line, and not at length."""
    text = repr(sql)
    return text if len(text) <= 80 else f"{text[:76]}…{text[-1]}"


def _double(node: exp.Expression) -> exp.Expression:
    return exp.cast(node, "DOUBLE")


def _number(value: str) -> exp.Expression:
    return _double(exp.Literal.number(value))


Visited = tuple[exp.Expression, str]


class Normaliser:
    """Rewrites a parsed expression bottom-up and infers each part's kind."""

    def __init__(self, sql: str, columns: Mapping[str, str]) -> None:
        self._said = shortened(sql)
        self.columns = columns
        self.reads: set[str] = set()
        self._parts = 0
        arithmetic = self._arithmetic
        compare = self._compare
        self._handlers: dict[type[exp.Expression], Callable[[Any], Visited]] = {
            exp.Column: self._column, exp.Literal: self._literal, exp.Boolean: self._boolean,
            exp.Null: lambda _: (exp.Null(), "null"), exp.Paren: self._paren,
            exp.Add: arithmetic, exp.Sub: self._subtract, exp.Mul: arithmetic,
            exp.Div: self._divide, exp.Neg: self._negate,
            exp.EQ: compare, exp.NEQ: compare, exp.LT: compare, exp.LTE: compare, exp.GT: compare,
            exp.GTE: compare, exp.Between: self._between, exp.In: self._in, exp.Like: self._like,
            exp.Is: self._is, exp.Not: self._not, exp.And: self._connect, exp.Or: self._connect,
            exp.Case: self._case, exp.If: self._if, exp.Coalesce: self._coalesce,
            exp.Nullif: self._nullif, exp.Least: self._extreme, exp.Greatest: self._extreme,
            exp.Ln: self._logarithm, exp.Log: self._log10, exp.Sqrt: self._root,
            exp.Exp: self._numeric_call, exp.Abs: self._numeric_call, exp.Floor: self._numeric_call,
            exp.Pow: self._power,
            exp.Upper: self._text_call, exp.Lower: self._text_call, exp.Trim: self._text_call,
            exp.Length: self._length, exp.Left: self._left, exp.Right: self._left,
            exp.Substring: self._substring,
            exp.Cast: self._cast, exp.TryCast: self._cast, exp.Extract: self._date_part,
            exp.TimestampTrunc: self._refuse, exp.Anonymous: self._anonymous,
        }  # fmt: skip

    def visit(self, node: exp.Expression) -> Visited:
        """Return the rewritten node and its kind; `ProductError` outside the subset."""
        self._count(1)
        handler = self._handlers.get(type(node))
        if handler is None:
            return self._refuse(node)
        return handler(node)

    def _count(self, parts: int) -> None:
        """Count what is written, and stop before it grows out of hand."""
        self._parts += parts
        if self._parts > MOST_PARTS:
            raise ProductError(
                f"An expression may have at most {MOST_PARTS:,} parts once logarithms, roots and "
                f"cases are written out; {self._said} has more. Nest it less."
            )

    def _refuse(self, node: exp.Expression) -> Visited:
        raise ProductError(
            f"{type(node).__name__.lower()} is not in the subset of SQL in which all "
            f"engines agree; in {self._said}."
        )

    def _need(self, node: exp.Expression, *kinds: str) -> exp.Expression:
        """Visit ``node`` and insist on its kind (null passes as any)."""
        written, kind = self.visit(node)
        if kind not in (*kinds, "null"):
            raise ProductError(
                f"{node.sql(dialect='duckdb')} must be a {' or '.join(kinds)}; it is a {kind}; "
                f"in {self._said}."
            )
        return written

    def _same(self, nodes: list[exp.Expression]) -> tuple[list[exp.Expression], str]:
        """Visit ``nodes`` and insist that all are of one kind."""
        visited = [self.visit(node) for node in nodes]
        kinds = {kind for _, kind in visited if kind != "null"}
        if len(kinds) > 1:
            raise ProductError(f"Cannot mix {' and '.join(sorted(kinds))} in {self._said}.")
        kind = kinds.pop() if kinds else "null"
        if kind == "number":
            visited = [(_double(n) if k == "null" else n, k) for n, k in visited]
        return [node for node, _ in visited], kind

    # -- leaves ---------------------------------------------------------------------------------
    def _column(self, node: exp.Column) -> Visited:
        name = node.name
        if node.table or name not in self.columns:
            raise ProductError(f"Unknown column {name!r} in {self._said}.")
        self.reads.add(name)
        column = exp.column(exp.to_identifier(name, quoted=True))
        kind = self.columns[name]
        return (_double(column) if kind == "int" else column), _KIND[kind]

    def _literal(self, node: exp.Literal) -> Visited:
        return (node.copy(), "text") if node.is_string else (_number(node.this), "number")

    def _boolean(self, node: exp.Boolean) -> Visited:
        return node.copy(), "bool"

    def _paren(self, node: exp.Paren) -> Visited:
        inner, kind = self.visit(node.this)
        return exp.Paren(this=inner), kind

    # -- arithmetic -----------------------------------------------------------------------------
    def _arithmetic(self, node: exp.Binary) -> Visited:
        left, right = self._need(node.this, "number"), self._need(node.expression, "number")
        return type(node)(this=left, expression=right), "number"

    def _subtract(self, node: exp.Sub) -> Visited:
        (left, lk), (right, rk) = self.visit(node.this), self.visit(node.expression)
        if lk == rk == "date":
            seconds = exp.Paren(this=exp.Sub(this=_epoch(left), expression=_epoch(right)))
            days = _quotient(seconds, _number(str(_SECONDS_PER_DAY)))
            # Whole by nature; the floor takes off what the reciprocal left in the last digit.
            return exp.Floor(this=exp.Add(this=days, expression=_number("0.5"))), "number"
        return self._arithmetic(node)

    def _divide(self, node: exp.Div) -> Visited:
        above, below = self._need(node.this, "number"), self._need(node.expression, "number")
        return _quotient(above, below), "number"

    def _negate(self, node: exp.Neg) -> Visited:
        return exp.Neg(this=self._need(node.this, "number")), "number"

    def _numeric_call(self, node: exp.Func) -> Visited:
        if node.args.get("decimals") is not None or node.args.get("to") is not None:
            return self._refuse(node)
        return type(node)(this=self._need(node.this, "number")), "number"

    def _guarded(self, call: exp.Func, argument: exp.Expression, test: type[exp.Binary]) -> Visited:
        self._count(sum(1 for _ in argument.walk()))
        condition = test(this=argument.copy(), expression=_number("0"))
        call.set("this", exp.Case(ifs=[exp.If(this=condition, true=argument)]))
        return call, "number"

    def _logarithm(self, node: exp.Ln) -> Visited:
        return self._guarded(exp.Ln(), self._need(node.this, "number"), exp.GT)

    def _log10(self, node: exp.Log) -> Visited:
        base = node.this if node.expression is not None else None
        argument = node.expression if base is not None else node.this
        if base is not None and base.sql() != "10":
            return self._refuse(node)
        written, _ = self._guarded(exp.Ln(), self._need(argument, "number"), exp.GT)
        return exp.Paren(this=_quotient(written, _number(_LN_10))), "number"

    def _root(self, node: exp.Sqrt) -> Visited:
        return self._guarded(exp.Sqrt(), self._need(node.this, "number"), exp.GTE)

    def _power(self, node: exp.Pow) -> Visited:
        base, power = self._need(node.this, "number"), self._need(node.expression, "number")
        return exp.Pow(this=base, expression=power), "number"

    def _extreme(self, node: exp.Func) -> Visited:
        parts, kind = self._same([node.this, *node.expressions])
        if kind != "number":
            return self._refuse(node)
        # As in DuckDB, a null among the arguments is passed over.
        return type(node)(this=parts[0], expressions=parts[1:], ignore_nulls=True), "number"

    # -- logic ----------------------------------------------------------------------------------
    def _compare(self, node: exp.Binary) -> Visited:
        (left, right), _ = self._same([node.this, node.expression])
        if any(isinstance(side, exp.Predicate) for side in (left, right)):
            return self._refuse(node)  # engines disagree on chained comparisons
        return type(node)(this=left, expression=right), "bool"

    def _between(self, node: exp.Between) -> Visited:
        (this, low, high), _ = self._same([node.this, node.args["low"], node.args["high"]])
        return exp.Between(this=this, low=low, high=high), "bool"

    def _in(self, node: exp.In) -> Visited:
        if not node.expressions:  # a subquery, or a single column without parentheses
            return self._refuse(node)
        (this, *levels), _ = self._same([node.this, *node.expressions])
        return exp.In(this=this, expressions=levels), "bool"

    def _like(self, node: exp.Like) -> Visited:
        if not node.expression.is_string:
            return self._refuse(node)
        return exp.Like(
            this=self._need(node.this, "text"), expression=node.expression.copy()
        ), "bool"

    def _is(self, node: exp.Is) -> Visited:
        if not isinstance(node.expression, exp.Null):
            return self._refuse(node)
        written, _ = self.visit(node.this)
        return exp.Is(this=written, expression=exp.Null()), "bool"

    def _not(self, node: exp.Not) -> Visited:
        return exp.Not(this=self._need(node.this, "bool")), "bool"

    def _connect(self, node: exp.Connector) -> Visited:
        left, right = self._need(node.this, "bool"), self._need(node.expression, "bool")
        return type(node)(this=left, expression=right), "bool"

    def _case(self, node: exp.Case) -> Visited:
        conditions = []
        for branch in node.args["ifs"]:
            test = branch.this
            if node.this is not None:  # CASE x WHEN 'a' … becomes CASE WHEN x = 'a' …
                test = exp.EQ(this=node.this.copy(), expression=test.copy())
            conditions.append(self._need(test, "bool"))
        default = node.args.get("default")
        values = [branch.args["true"] for branch in node.args["ifs"]]
        parts, kind = self._same([*values, *([] if default is None else [default])])
        ifs = [
            exp.If(this=test, true=value) for test, value in zip(conditions, parts, strict=False)
        ]
        case = exp.Case(ifs=ifs)
        if default is not None:
            case.set("default", parts[-1])
        return case, kind

    def _if(self, node: exp.If) -> Visited:
        case = exp.Case(ifs=[exp.If(this=node.this.copy(), true=node.args["true"].copy())])
        if node.args.get("false") is not None:
            case.set("default", node.args["false"].copy())
        return self._case(case)

    def _coalesce(self, node: exp.Coalesce) -> Visited:
        parts, kind = self._same([node.this, *node.expressions])
        return exp.Coalesce(this=parts[0], expressions=parts[1:]), kind

    def _nullif(self, node: exp.Nullif) -> Visited:
        (left, right), kind = self._same([node.this, node.expression])
        return exp.Nullif(this=left, expression=right), kind

    # -- text, casts and dates ------------------------------------------------------------------
    def _text_call(self, node: exp.Func) -> Visited:
        if any(v is not None for k, v in node.args.items() if k != "this" and v):
            return self._refuse(node)
        return type(node)(this=self._need(node.this, "text")), "text"

    def _length(self, node: exp.Length) -> Visited:
        return _double(exp.Length(this=self._need(node.this, "text"))), "number"

    def _left(self, node: exp.Func) -> Visited:
        if not node.expression.is_int:
            return self._refuse(node)
        text = self._need(node.this, "text")
        return type(node)(this=text, expression=node.expression.copy()), "text"

    def _substring(self, node: exp.Substring) -> Visited:
        start, length = node.args.get("start"), node.args.get("length")
        if start is None or not start.is_int or (length is not None and not length.is_int):
            return self._refuse(node)
        call = exp.Substring(this=self._need(node.this, "text"), start=start.copy())
        if length is not None:
            call.set("length", length.copy())
        return call, "text"

    def _cast(self, node: exp.Cast) -> Visited:
        to = node.to.sql(dialect="duckdb").upper()
        written, kind = self.visit(node.this)
        if to == "DATE" and node.this.is_string:
            return self._day(node.this.name, written), "date"
        if to in ("DOUBLE", "INT", "INTEGER", "BIGINT", "REAL", "FLOAT") and kind in (
            "number",
            "bool",
        ):
            if to in ("DOUBLE", "REAL", "FLOAT"):
                return _double(written), "number"
            return self._refuse(node)  # engines round halves differently
        if to == "DOUBLE" and kind == "text" and isinstance(node, exp.TryCast):
            return exp.TryCast(this=written, to=node.to.copy()), "number"
        return self._refuse(node)

    def _day(self, text: str, written: exp.Expression) -> exp.Expression:
        try:
            known = dt.date.fromisoformat(text).isoformat() == text
        except ValueError:
            known = False
        if not known:
            raise ProductError(
                f"A date must be one that exists, as YYYY-MM-DD; got {text!r} in {self._said}."
            )
        return exp.cast(written, "DATE")

    def _date_part(self, node: exp.Extract) -> Visited:
        part = node.this.name.lower()
        if part not in ("year", "month", "day"):
            return self._refuse(node)
        date = self._need(node.expression, "date")
        call = exp.Anonymous(this="DATE_PART", expressions=[exp.Literal.string(part), date])
        return _double(call), "number"

    def _anonymous(self, node: exp.Anonymous) -> Visited:
        name = str(node.this).lower()
        if name == "date_part" and len(node.expressions) == 2 and node.expressions[0].is_string:
            part, date = node.expressions
            if not part.name:
                return self._refuse(node)
            return self._date_part(exp.Extract(this=exp.var(part.name), expression=date.copy()))
        if name == "log10" and len(node.expressions) == 1:
            return self._log10(exp.Log(this=node.expressions[0].copy()))
        raise ProductError(
            f"{name}() is not in the subset of SQL in which all engines agree; in {self._said}."
        )


def _quotient(above: exp.Expression, below: exp.Expression) -> exp.Expression:
    """Divide, null where ``below`` is zero.

    Some engines divide many rows by a constant through its reciprocal, and one row by division,
    which differs in the last digit: the reciprocal is therefore written out.
    """
    guarded = exp.Nullif(this=below, expression=_number("0"))
    if below.find(exp.Column) is None and above.find(exp.Column) is not None:
        reciprocal = exp.Paren(this=exp.Div(this=_number("1"), expression=guarded))
        return exp.Mul(this=above, expression=reciprocal)
    return exp.Div(this=above, expression=guarded)


def _epoch(date: exp.Expression) -> exp.Expression:
    """Seconds since 1970 of a date: the one reading of a date that every engine shares."""
    return exp.Anonymous(
        this="DATE_PART", expressions=[exp.Literal.string("epoch"), exp.cast(date, "TIMESTAMP")]
    )
