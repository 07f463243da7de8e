"""A feature's normal form in any dialect: part by part, nothing passed on unread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.expressions import Expression as Node

from scorecard.errors import InputError
from scorecard.export.careful import Careful, bound
from scorecard.export.span import FINITE, WHOLE, Span
from scorecard.models.sql_dialect import SqlDialect, case

#: Kind of a column → kind of an expression over it, and the type it is read as.
KINDS = {"float": "number", "int": "number", "bool": "bool", "str": "text", "date": "date"}
TYPES = {"float": "DOUBLE", "int": "DOUBLE", "bool": "BOOLEAN", "str": "TEXT", "date": "DATE"}

_INTEGER = Span(1.0, 2.0**63, True)
_DAYS = Span(1.0, 1e15, True)  # seconds of any date, and lengths
_LOGARITHM = Span(1e-17, 746.0)
_NUMERAL = Span(1e-305, 1e305)  # what _numeral reads

#: Functions of which each engine has its own, with other last digits or other letters.
OWN = {
    exp.Ln: "ln", exp.Exp: "exp", exp.Pow: "power", exp.Upper: "upper", exp.Lower: "lower",
}  # fmt: skip

#: What polars takes off the ends of a text: Unicode's white space.
_SPACES = "".join(
    map(chr, (*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029,
              0x202F, 0x205F, 0x3000))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A written part: its node, its kind, and for a number the span of what it can be.

    ``kind`` is ``number`` (a double), ``integer`` (a count that is yet to be cast), ``bool``,
    ``text``, ``date`` or ``null``.
    """

    node: Node
    kind: str
    span: Span = FINITE


class ExpressionWriter:
    """Writes normal forms over the columns of one product in one dialect.

    ``columns`` maps each column to its kind; a column is expected as the type of `TYPES`, numbers
    as doubles. ``own`` collects the functions met that engines compute each in their own way.

    Raises `InputError` for a part that the dialect cannot say with the same meaning.
    """

    def __init__(self, write: SqlDialect, columns: Mapping[str, str]) -> None:
        self._write = write
        self._columns = columns
        self._careful = Careful(write) if write.careful else None
        self.own: set[str] = set()
        arithmetic = {
            exp.Add: self._add, exp.Sub: self._subtract, exp.Mul: self._multiply,
            exp.Div: self._divide,
        }  # fmt: skip
        comparisons = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
        self._handlers: dict[type[Node], Callable[[Any], Part]] = {
            exp.Column: self._column, exp.Literal: self._literal,
            exp.Boolean: lambda node: Part(node.copy(), "bool"),
            exp.Null: lambda node: Part(node.copy(), "null"),
            exp.Paren: self._paren, **arithmetic, exp.Neg: self._negate,
            **dict.fromkeys(comparisons, self._compare),
            exp.Between: self._between, exp.In: self._in, exp.Like: self._like, exp.Is: self._is,
            exp.Not: self._not, exp.And: self._connect, exp.Or: self._connect,
            exp.Case: self._case, exp.Coalesce: self._coalesce, exp.Nullif: self._nullif,
            exp.Least: self._extreme, exp.Greatest: self._extreme,
            exp.Ln: self._logarithm, exp.Sqrt: self._root, exp.Exp: self._exponential,
            exp.Pow: self._power, exp.Abs: self._absolute, exp.Floor: self._floor,
            exp.Upper: self._letters, exp.Lower: self._letters, exp.Trim: self._trim,
            exp.Length: self._length, exp.Left: self._left, exp.Right: self._right,
            exp.Substring: self._substring,
            exp.Cast: self._cast, exp.TryCast: self._numeral, exp.Anonymous: self._date_part,
        }  # fmt: skip

    def write(self, normal: str) -> Part:
        """Write one normal form; a bool becomes the number 1 or 0, and null stays null."""
        part = self._visit(sqlglot.parse_one(normal, read="duckdb"))
        if part.kind == "bool":
            return self._as_number(part)
        if part.kind == "null":
            return Part(exp.cast(part.node, "DOUBLE"), "number")
        return part

    def _visit(self, node: Node) -> Part:
        handler = self._handlers.get(type(node))
        if handler is None:
            raise self._refusal(node, "is not part of the normal form that statements are made of")
        if type(node) in OWN:
            self.own.add(OWN[type(node)])
        return handler(node)

    def _refusal(self, node: Node, why: str) -> InputError:
        return InputError(
            f"{node.sql(dialect='duckdb')[:80]} {why}; it cannot be written for "
            f"{self._write.name}. Write the feature without it."
        )

    # -- leaves ---------------------------------------------------------------------------------
    def _column(self, node: exp.Column) -> Part:
        kind = self._columns[node.name]
        span = _INTEGER if kind == "int" else FINITE
        return Part(self._write.column(node.name), KINDS[kind], span)

    def _literal(self, node: exp.Literal) -> Part:
        if node.is_string:
            return Part(self._write.text(node.this), "text")
        value = float(node.this)
        return Part(self._write.number(value), "number", Span.of(value))

    def _paren(self, node: exp.Paren) -> Part:
        inner = self._visit(node.this)
        closed = isinstance(inner.node, (exp.Case, exp.Subquery, exp.Column))
        return inner if closed else Part(exp.Paren(this=inner.node), inner.kind, inner.span)

    # -- arithmetic -----------------------------------------------------------------------------
    def _operands(self, node: exp.Binary) -> tuple[Part, Part]:
        return self._visit(node.this), self._visit(node.expression)

    def _add(self, node: exp.Add) -> Part:
        x, y = self._operands(node)
        span = x.span.plus(y.span)
        if self._careful and span.may_overflow:
            return _number(bound([x.node, y.node], self._careful.add), span)
        return _number(exp.Add(this=x.node, expression=y.node), span)

    def _subtract(self, node: exp.Sub) -> Part:
        x, y = self._operands(node)
        span = x.span.plus(y.span)
        if self._careful and span.may_overflow:
            return _number(bound([x.node, y.node], self._careful.subtract), span)
        return _number(exp.Sub(this=x.node, expression=y.node), span)

    def _multiply(self, node: exp.Mul) -> Part:
        x, y = self._operands(node)
        span = x.span.times(y.span)
        over, under = span.may_overflow, span.may_underflow
        if self._careful and (over or under):
            careful = self._careful
            return _number(
                bound(
                    [x.node, y.node], lambda a, b: careful.multiply(a, b, over=over, under=under)
                ),
                span,
            )
        return _number(exp.Mul(this=x.node, expression=y.node), span)

    def _divide(self, node: exp.Div) -> Part:
        x, y = self._operands(node)
        span = x.span.over(y.span)
        over, under = span.may_overflow, span.may_underflow
        if self._careful and (over or under):
            careful = self._careful
            return _number(
                bound([x.node, y.node], lambda a, b: careful.divide(a, b, over=over, under=under)),
                span,
            )
        quotient = exp.Div(this=x.node, expression=y.node, typed=True, safe=False)
        return _number(quotient, span)

    def _negate(self, node: exp.Neg) -> Part:
        x = self._visit(node.this)
        return Part(exp.Neg(this=x.node), "number", x.span)

    def _absolute(self, node: exp.Abs) -> Part:
        x = self._visit(node.this)
        return Part(exp.Abs(this=x.node), "number", x.span)

    def _floor(self, node: exp.Floor) -> Part:
        x = self._visit(node.this)
        span = Span(1.0, x.span.high + 1, True)
        if not self._write.hive:
            return _number(exp.Floor(this=x.node), span)
        # There floor() gives a 64-bit integer, and stops at what is none.
        floor = exp.cast(exp.Floor(this=x.node), "DOUBLE")
        if span.high < WHOLE:
            return _number(floor, span)
        small = exp.LT(this=exp.Abs(this=x.node.copy()), expression=self._write.number(WHOLE))
        return _number(case([(small, floor)], x.node.copy()), span)

    def _logarithm(self, node: exp.Ln) -> Part:
        return Part(exp.Ln(this=self._visit(node.this).node), "number", _LOGARITHM)

    def _root(self, node: exp.Sqrt) -> Part:
        x = self._visit(node.this)
        return _number(exp.Sqrt(this=x.node), Span(x.span.low**0.5, x.span.high**0.5))

    def _exponential(self, node: exp.Exp) -> Part:
        x = self._visit(node.this)
        if self._careful and not x.span.high < 700:
            return Part(bound([x.node], self._careful.exponential), "number")
        return Part(exp.Exp(this=x.node), "number")

    def _power(self, node: exp.Pow) -> Part:
        x, y = self._operands(node)
        if self._careful:
            return Part(bound([x.node, y.node], self._careful.power), "number")
        return Part(exp.Pow(this=x.node, expression=y.node), "number")

    def _extreme(self, node: exp.Func) -> Part:
        parts = [self._visit(each) for each in (node.this, *node.expressions)]
        if len(parts) == 1:  # which Spark refuses
            return parts[0]
        nodes = [part.node for part in parts]
        if self._write.name in ("hive", "trino", "bigquery"):
            # There one null makes the answer null: each argument falls back on the others.
            nodes = [
                exp.Coalesce(this=nodes[k].copy(), expressions=_others(nodes, k))
                for k in range(len(nodes))
            ]
        span = Span.hull(part.span for part in parts)
        return Part(
            type(node)(this=nodes[0], expressions=nodes[1:], ignore_nulls=True), "number", span
        )

    # -- logic ----------------------------------------------------------------------------------
    def _sorted_as_bytes(self, part: Part) -> Node:
        if part.kind == "text" and self._write.name == "postgres":
            collation = exp.to_identifier("C", quoted=True)
            return exp.Collate(this=part.node, expression=collation)
        return part.node

    def _compare(self, node: exp.Binary) -> Part:
        x, y = self._operands(node)
        if not isinstance(node, (exp.EQ, exp.NEQ)):
            return _bool(type(node)(this=self._sorted_as_bytes(x), expression=y.node))
        return _bool(type(node)(this=x.node, expression=y.node))

    def _between(self, node: exp.Between) -> Part:
        x = self._sorted_as_bytes(self._visit(node.this))
        low, high = self._visit(node.args["low"]).node, self._visit(node.args["high"]).node
        return _bool(exp.Between(this=x, low=low, high=high))

    def _in(self, node: exp.In) -> Part:
        levels = [self._visit(each).node for each in node.expressions]
        return _bool(exp.In(this=self._visit(node.this).node, expressions=levels))

    def _like(self, node: exp.Like) -> Part:
        pattern = node.expression.this
        if self._write.hive or self._write.name in ("postgres", "bigquery", "redshift"):
            # There a backslash escapes.
            pattern = pattern.replace("\\", "\\\\")
        text = self._visit(node.this).node
        return _bool(exp.Like(this=text, expression=self._write.text(pattern)))

    def _is(self, node: exp.Is) -> Part:
        return _bool(exp.Is(this=self._visit(node.this).node, expression=exp.Null()))

    def _not(self, node: exp.Not) -> Part:
        return _bool(exp.Not(this=self._visit(node.this).node))

    def _connect(self, node: exp.Connector) -> Part:
        x, y = self._operands(node)
        return _bool(type(node)(this=x.node, expression=y.node))

    def _case(self, node: exp.Case) -> Part:
        tests = [self._visit(branch.this).node for branch in node.args["ifs"]]
        values = [self._visit(branch.args["true"]) for branch in node.args["ifs"]]
        ifs = [
            exp.If(this=test, true=value.node) for test, value in zip(tests, values, strict=True)
        ]
        written = exp.Case(ifs=ifs)
        if (default := node.args.get("default")) is not None:
            values.append(self._visit(default))
            written.set("default", values[-1].node)
        return _any(written, values)

    def _coalesce(self, node: exp.Coalesce) -> Part:
        parts = [self._visit(each) for each in (node.this, *node.expressions)]
        nodes = [part.node for part in parts]
        return _any(exp.Coalesce(this=nodes[0], expressions=nodes[1:]), parts)

    def _nullif(self, node: exp.Nullif) -> Part:
        x, y = self._operands(node)
        constants = all(p.kind == "number" and p.node.find(exp.Column) is None for p in (x, y))
        if constants and y.span.high == 0 and x.span.high > 0 and x.span.low == x.span.high:
            return x  # a constant other than zero
        return Part(exp.Nullif(this=x.node, expression=y.node), x.kind, x.span)

    # -- text, casts and dates ------------------------------------------------------------------
    def _letters(self, node: exp.Func) -> Part:
        return _text(type(node)(this=self._visit(node.this).node))

    def _trim(self, node: exp.Trim) -> Part:
        if self._write.name == "hive":
            raise self._refusal(node, "takes off every white space, which Hive's trim() does not")
        text = self._visit(node.this).node
        return _text(exp.Trim(this=text, expression=self._write.text(_SPACES), position="BOTH"))

    def _length(self, node: exp.Length) -> Part:
        return Part(exp.Length(this=self._visit(node.this).node), "integer", _DAYS)

    def _left(self, node: exp.Left) -> Part:
        count = self._count(node, node.expression, 1)
        return _text(exp.Left(this=self._visit(node.this).node, expression=count))

    def _right(self, node: exp.Right) -> Part:
        count = self._count(node, node.expression, 1)
        text = self._visit(node.this).node
        right = exp.Right(this=text, expression=count)
        if self._write.name not in ("hive", "trino"):
            return _text(right)
        longer = exp.GT(this=exp.Length(this=text.copy()), expression=count.copy())
        return _text(case([(longer, right)], text.copy()))

    def _substring(self, node: exp.Substring) -> Part:
        call = exp.Substring(
            this=self._visit(node.this).node, start=self._count(node, node.args["start"], 1)
        )
        if (length := node.args.get("length")) is not None:
            call.set("length", self._count(node, length, 1))
        return _text(call)

    def _count(self, node: Node, literal: Node, least: int) -> Node:
        if not isinstance(literal, exp.Literal) or int(literal.this) < least:
            raise self._refusal(node, "means other things in other engines")
        return literal.copy()

    def _cast(self, node: exp.Cast) -> Part:
        inner = self._visit(node.this)
        if node.to.is_type("DATE"):
            return Part(exp.cast(inner.node, "DATE"), "date")
        if not node.to.is_type("DOUBLE"):
            raise self._refusal(node, "is not part of the normal form that statements are made of")
        if inner.kind == "bool":
            return self._as_number(inner)
        if inner.kind == "number":
            return inner
        return Part(exp.cast(inner.node, "DOUBLE"), "number", inner.span)

    def _as_number(self, part: Part) -> Part:
        one, zero = self._write.number(1.0), self._write.number(0.0)
        truth = part.node
        no = exp.Not(this=exp.Paren(this=truth.copy()))
        ifs = [exp.If(this=truth, true=one), exp.If(this=no, true=zero)]
        return Part(exp.Case(ifs=ifs), "number", Span(1.0, 1.0, True))

    def _numeral(self, node: exp.TryCast) -> Part:
        """Read a text as a number if it is a plain one; all else, and beyond 1e99, is null."""
        text = self._visit(node.this).node
        pattern = r"^[+-]?([0-9]{1,99}[.]?[0-9]{0,99}|[.][0-9]{1,99})([eE][+-]?[0-9]{1,2})?$"
        is_numeral = exp.and_(
            # In some engines a pattern's end is also before a last line break.
            exp.Not(
                this=exp.RegexpLike(this=text.copy(), expression=self._write.text("[^0-9eE+.-]"))
            ),
            exp.RegexpLike(this=text.copy(), expression=self._write.text(pattern)),
        )
        number = exp.cast(text, "DOUBLE")
        return Part(exp.Case(ifs=[exp.If(this=is_numeral, true=number)]), "number", _NUMERAL)

    def _date_part(self, node: exp.Anonymous) -> Part:
        if str(node.this).upper() != "DATE_PART":
            raise self._refusal(node, "is not part of the normal form that statements are made of")
        part, of = node.expressions[0].name, node.expressions[1]
        if part != "epoch":
            date = self._visit(of).node
            year = exp.Extract(this=exp.var(part.upper()), expression=date)
            return Part(year, "integer", _DAYS)
        date = self._visit(of.this).node  # of a cast to a timestamp
        if self._write.name in ("duckdb", "postgres"):
            stamp = exp.cast(date, "TIMESTAMP")
            call = exp.Anonymous(this="DATE_PART", expressions=[exp.Literal.string("epoch"), stamp])
            return Part(call, "number", _DAYS)
        start = exp.cast(exp.Literal.string("1970-01-01"), "DATE")
        if self._write.hive:
            days: Node = exp.Anonymous(this="DATEDIFF", expressions=[date, start])
        else:
            days = exp.DateDiff(this=date, expression=start, unit=exp.var("DAY"))
        seconds = exp.Mul(this=exp.cast(days, "DOUBLE"), expression=self._write.number(86_400.0))
        return Part(exp.Paren(this=seconds), "number", _DAYS)


def _number(node: Node, span: Span) -> Part:
    return Part(node, "number", span.clipped())


def _bool(node: Node) -> Part:
    return Part(node, "bool")


def _text(node: Node) -> Part:
    return Part(node, "text")


def _any(node: Node, parts: list[Part]) -> Part:
    kinds = [part.kind for part in parts if part.kind != "null"]
    spans = [part.span for part in parts if part.kind == "number"]
    return Part(node, kinds[0] if kinds else "null", Span.hull(spans) if spans else FINITE)


def _others(nodes: list[Node], k: int) -> list[Node]:
    return [node.copy() for node in (*nodes[k + 1 :], *nodes[:k])]
