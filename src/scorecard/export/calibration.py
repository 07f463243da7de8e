"""A calibration as SQL: from the column ``margin`` to calibrated log-odds."""

from __future__ import annotations

import math

from sqlglot import exp

from scorecard.models.calibration import Calibration
from scorecard.models.calibration_curve import BetaCurve, IsotonicCurve
from scorecard.models.sql_dialect import SqlDialect, binary, case


def calibrated_log_odds(calibration: Calibration, write: SqlDialect) -> exp.Expression:
    """Return intercept + slope · curve(margin − correction), in the order of `Calibration`.

    A line and an isotonic curve use the four operations and comparisons only, so every engine gives
    the same bits; a beta curve needs the engine's own ln and exp.
    """

    def x() -> exp.Expression:
        return exp.Paren(
            this=binary(exp.Sub, write.column("margin"), write.number(calibration.correction))
        )

    curve = calibration.curve
    if curve is None:
        bent: exp.Expression = x()
    elif isinstance(curve, BetaCurve):
        size, small = exp.Abs(this=x()), write.exponential(exp.Neg(this=exp.Abs(this=x())))
        log = exp.Ln(this=binary(exp.Add, write.number(1.0), small))
        sides = binary(exp.Add, size, binary(exp.Mul, write.number(2.0), log))
        bent = binary(exp.Sub, x(), binary(exp.Mul, write.number(curve.lean), sides))
    else:
        bent = _pieces(curve, x(), write)
    product = binary(exp.Mul, write.number(calibration.slope), bent)
    return binary(exp.Add, write.number(calibration.intercept), product)


def _pieces(curve: IsotonicCurve, x: exp.Expression, write: SqlDialect) -> exp.Case:
    """Return the curve piece by piece; a knot belongs to the piece that begins with it."""
    values = []
    for anchor, value, slope, ceiling in curve.pieces:
        way = exp.Paren(this=binary(exp.Sub, x.copy(), write.number(anchor)))
        rise = binary(exp.Mul, write.number(slope), way)
        piece = binary(exp.Add, write.number(value), rise)
        if math.isfinite(ceiling):
            piece = exp.Least(this=piece, expressions=[write.number(ceiling)], ignore_nulls=True)
        values.append(piece)
    tests = [exp.LT(this=x.copy(), expression=write.number(knot)) for knot in curve.knots]
    return case(zip(tests, values, strict=False), values[-1])
