"""Arithmetic that gives what IEEE 754 gives in an engine that would stop at an overflow.

PostgreSQL ends the whole statement when one row's product is too large or too small for a double.
Each operation is therefore asked first, in terms that cannot overflow themselves, whether it will
leave the doubles, and is answered with ∞ or 0 where it will. What comes within 2⁻⁵⁰ of the largest
double counts as beyond it, and a zero's sign is lost.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.expressions import Expression as Node

from scorecard.models.sql_dialect import LARGEST, SqlDialect, binary, case

_HALF = 2.0**970  # half the last digit of LARGEST: a sum that much above it overflows
_BIG = LARGEST * (1 - 2.0**-50)
_UP = 2.0**1000
_DOWN = 2.0**-75 * (1 + 2.0**-50)  # half the least double, times _UP
_MOST_EXPONENT, _LEAST_EXPONENT = 709.782712893384, -745.1332191019411
_SLACK = 1e-9  # an exponent computed by logarithm is right to this


class Careful:
    """Writes guarded operations of one dialect; operands are columns or constants."""

    def __init__(self, write: SqlDialect) -> None:
        self._write = write
        self._number = write.number

    def add(self, x: Node, y: Node) -> Node:
        """Write x + y."""
        return self._sum(x, y, binary(exp.Add, x.copy(), y.copy()))

    def subtract(self, x: Node, y: Node) -> Node:
        """Write x − y."""
        return self._sum(x, exp.Neg(this=y.copy()), binary(exp.Sub, x.copy(), y.copy()))

    def _sum(self, x: Node, y: Node, answer: Node) -> Node:
        """Ask whether (larger − LARGEST) + smaller, which is exact, is half the last digit."""
        zero, most, half = self._number(0.0), self._number(LARGEST), self._number(_HALF)
        above = binary(
            exp.Add,
            exp.Paren(this=binary(exp.Sub, _greatest(x, y, zero), most)),
            _greatest(_least(x, y), zero),
        )
        below = binary(
            exp.Add,
            exp.Paren(this=binary(exp.Add, _least(x, y, zero), most.copy())),
            _least(_greatest(x, y), zero),
        )
        infinity = self._write.infinity
        unknown = [exp.Is(this=node.copy(), expression=exp.Null()) for node in (x, y)]
        return case(
            [
                (exp.or_(*unknown, copy=False, wrap=False), exp.Null()),
                (binary(exp.GTE, above, half), infinity()),
                (
                    binary(exp.LTE, below, exp.Neg(this=half.copy())),
                    infinity(negative=True),
                ),
            ],
            answer,
        )

    def multiply(self, x: Node, y: Node, *, over: bool, under: bool) -> Node:
        """Write x · y; ``over`` and ``under`` say what can happen at all."""
        one, zero = self._number(1.0), self._number(0.0)
        branches = []
        if under:
            share = exp.Nullif(this=_least(_size(y), one), expression=zero)
            tiny = binary(exp.LT, self._raised(x), binary(exp.Div, self._number(_DOWN), share))
            branches.append((_all(tiny, _not_zero(x, zero), _not_zero(y, zero)), zero.copy()))
        if over:
            most = binary(exp.Div, self._number(_BIG), _greatest(_size(y), one))
            huge = binary(exp.GT, _greatest(_size(x), one), most)
            branches.append(
                (_all(_above_one(x, one), _above_one(y, one), huge), self._signed(x, y))
            )
        return case(branches, binary(exp.Mul, x.copy(), y.copy()))

    def divide(self, x: Node, y: Node, *, over: bool, under: bool) -> Node:
        """Write x / y of a y that is not zero."""
        one, zero = self._number(1.0), self._number(0.0)
        branches = []
        if under:
            most = binary(exp.Mul, self._number(_DOWN), _greatest(_size(y), one))
            tiny = binary(exp.LT, self._raised(x), most)
            branches.append((_all(tiny, _not_zero(x, zero)), zero.copy()))
        if over:
            least = binary(exp.Mul, self._number(_BIG), _least(_size(y), one))
            huge = _all(binary(exp.LT, _size(y), one.copy()), binary(exp.GT, _size(x), least))
            branches.append((huge, self._signed(x, y)))
        return case(branches, binary(exp.Div, x.copy(), y.copy()))

    def exponential(self, x: Node) -> Node:
        """Write exp(x)."""
        return case(
            [
                (
                    binary(exp.GT, x.copy(), self._number(_MOST_EXPONENT)),
                    self._write.infinity(),
                ),
                (binary(exp.LT, x.copy(), self._number(_LEAST_EXPONENT)), self._number(0.0)),
            ],
            exp.Exp(this=x.copy()),
        )

    def power(self, x: Node, y: Node) -> Node:
        """Write x to the power y; NaN for a root of a negative number, ∞ for 0 to a negative."""
        zero, infinity = self._number(0.0), self._write.infinity
        exponent = case(
            [
                (binary(exp.EQ, x.copy(), zero.copy()), exp.cast(exp.Null(), "DOUBLE")),
                (binary(exp.LT, _size(y), self._number(1e-200)), zero.copy()),
            ],
            # LEAST and GREATEST hold y where its product with a logarithm stays a double.
            binary(
                exp.Mul,
                _greatest(_least(y, self._number(1e290)), self._number(-1e290)),
                exp.Ln(this=_size(x)),
            ),
        )
        half = exp.Floor(this=binary(exp.Mul, y.copy(), self._number(0.5)))
        odd = binary(exp.NEQ, binary(exp.Mul, half, self._number(2.0)), y.copy())
        signed = case(
            [(_all(binary(exp.LT, x.copy(), zero.copy()), odd), infinity(negative=True))],
            infinity(),
        )
        no_root = _all(
            binary(exp.LT, x.copy(), zero.copy()),
            binary(exp.NEQ, y.copy(), exp.Floor(this=y.copy())),
        )
        pole = _all(binary(exp.EQ, x.copy(), zero.copy()), binary(exp.LT, y.copy(), zero.copy()))
        return case(
            [
                (exp.Is(this=y.copy(), expression=exp.Null()), exp.Null()),
                (pole, infinity()),
                (no_root, exp.cast(exp.Literal.string("NaN"), "DOUBLE")),
                (binary(exp.GT, exponent, self._number(_MOST_EXPONENT - _SLACK)), signed),
                (
                    binary(exp.LT, exponent.copy(), self._number(_LEAST_EXPONENT + _SLACK)),
                    zero.copy(),
                ),
            ],
            exp.Pow(this=x.copy(), expression=y.copy()),
        )

    def _raised(self, x: Node) -> Node:
        return binary(exp.Mul, _least(_size(x), self._number(1.0)), self._number(_UP))

    def _signed(self, x: Node, y: Node) -> Node:
        zero = self._number(0.0)
        x_up = exp.Paren(this=binary(exp.GT, x.copy(), zero.copy()))
        y_up = exp.Paren(this=binary(exp.GT, y.copy(), zero.copy()))
        infinity = self._write.infinity
        return exp.Case(
            ifs=[
                exp.If(this=binary(exp.EQ, x_up, y_up), true=infinity()),
                exp.If(
                    this=binary(exp.NEQ, x_up.copy(), y_up.copy()), true=infinity(negative=True)
                ),
            ]
        )


def bound(nodes: list[Node], build: Callable[..., Node]) -> Node:
    """Write ``build(*nodes)`` with each node evaluated once, however often it is read."""
    if all(_plain(node) for node in nodes):
        return build(*nodes)
    names = "xyz"[: len(nodes)]
    inner = exp.Select(
        expressions=[
            exp.alias_(node, exp.to_identifier(name, quoted=True))
            for node, name in zip(nodes, names, strict=True)
        ]
    ).offset(0)  # a fence: without it the planner would write each operand out again
    given = exp.to_identifier("given", quoted=True)
    columns = [
        exp.column(exp.to_identifier(name, quoted=True), table=given.copy()) for name in names
    ]
    outer = exp.Select(expressions=[build(*columns)]).from_(
        exp.Subquery(this=inner, alias=exp.TableAlias(this=given))
    )
    return exp.Subquery(this=outer)


def _plain(node: Node) -> bool:
    if isinstance(node, exp.Nullif):
        return _plain(node.this)
    return isinstance(node, exp.Column) or (
        isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal)
    )


def _size(x: Node) -> Node:
    return exp.Abs(this=x.copy())


def _above_one(x: Node, one: Node) -> Node:
    return binary(exp.GT, _size(x), one.copy())


def _least(*nodes: Node) -> Node:
    first, *rest = (node.copy() for node in nodes)
    return exp.Least(this=first, expressions=rest, ignore_nulls=True)


def _greatest(*nodes: Node) -> Node:
    first, *rest = (node.copy() for node in nodes)
    return exp.Greatest(this=first, expressions=rest, ignore_nulls=True)


def _not_zero(x: Node, zero: Node) -> Node:
    return binary(exp.NEQ, x.copy(), zero.copy())


def _all(*tests: Node) -> Node:
    return exp.and_(*tests, copy=False, wrap=False)
