"""Every lever on one application, as a ladder of rungs; a change is a rung on each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.contract import Column, Lever
from scorecard.logodds import Floats
from scorecard.recourse.spread import Spread

Rungs = NDArray[np.int64]  # (n, ladders): the rung of each candidate on each ladder, 0 is as it is
_SLACK = 1e-9  # relative: a value this near to a multiple of the step is one
_DIGITS = 8  # decimals of a moved field, so that 0.3 is not 0.30000000000000004


@dataclass(frozen=True)
class Ladder:
    """The rungs of one lever on one application.

    Rung k of ``count`` sets the leading field to the k-th multiple of ``step`` from ``start`` in
    ``direction``, but the last one to ``end``. ``unit`` is the leading field's spread; an amount
    costs amount / unit.
    """

    name: str
    field: str
    start: float
    direction: int
    step: float
    end: float
    count: int
    unit: float
    moves: Mapping[str, float]
    level: str | None = None  # of a text field, instead of an amount

    def amount(self, rung: NDArray[np.int64]) -> Floats:
        """Return the amounts (n,) of rungs (n,)."""
        first = self.start / self.step
        near = _SLACK * max(1.0, abs(first))
        origin = math.ceil(first - near) if self.direction < 0 else math.floor(first + near)
        value = self.step * (origin + self.direction * rung)
        value = np.where(rung >= self.count, self.end, value)
        return np.where(rung == 0, 0.0, np.abs(value - self.start))

    def cost(self, rung: NDArray[np.int64]) -> Floats:
        """Return what rungs (n,) cost, in units."""
        return np.asarray(self.amount(rung) / self.unit, dtype=np.float64)


class Ladders:
    """All ladders of one application: ``row`` maps each asked field to its value, or None.

    ``levers`` are the product's, ``spreads`` those of the bundle, ``most`` how far each lever may
    go on this application (None: not at all; absent: the observed range). A lever whose leading
    field is null or of no spread has no ladder; neither has one without a rung.
    """

    def __init__(
        self,
        row: Mapping[str, Any],
        columns: Sequence[Column],
        levers: Sequence[Lever],
        spreads: Mapping[str, Spread],
        most: Mapping[str, float | None],
    ) -> None:
        self.row = row
        self._columns = {column.name: column for column in columns}
        ladders = [
            ladder
            for lever in levers
            if (ladder := self._ladder(lever, spreads.get(lever.leads), most)) is not None
        ]
        for column in columns:
            value = row.get(column.name)
            if isinstance(column.change, tuple) and value is not None:
                ladders += [_text(column, level) for level in column.change if level != value]
        self.ladders = tuple(sorted(ladders, key=lambda ladder: ladder.name))
        self.counts = np.array([ladder.count for ladder in self.ladders], dtype=np.int64)

    def cost(self, rungs: Rungs) -> Floats:
        """Return what candidates (n, ladders) cost: the sum over the ladders, left to right."""
        total = np.zeros(len(rungs))
        for j, ladder in enumerate(self.ladders):
            total = total + ladder.cost(rungs[:, j])
        return total

    def fields(self, used: Sequence[int]) -> list[str]:
        """Return the fields that the ladders at these positions move, each once."""
        moved = [f for j in used for f in self.ladders[j].moves if self.row[f] is not None]
        return list(dict.fromkeys(moved))

    def moved(self, rungs: Rungs) -> tuple[dict[str, pl.Series], NDArray[np.bool_]]:
        """Return the moved fields' values (n each), and which candidates keep to their ranges."""
        n = len(rungs)
        fits = np.ones(n, dtype=bool)
        change: dict[str, Floats] = {}
        texts: dict[str, list[Any]] = {}
        for j, ladder in enumerate(self.ladders):
            rung = rungs[:, j]
            if ladder.level is not None:
                told = texts.setdefault(ladder.field, [self.row[ladder.field]] * n)
                for i in np.flatnonzero(rung):
                    fits[i] &= told[i] == self.row[ladder.field]  # one level at a time
                    told[i] = ladder.level
                continue
            amount = ladder.amount(rung)
            for field, coefficient in ladder.moves.items():
                if self.row[field] is not None:
                    before = change.get(field, np.zeros(n))
                    change[field] = before + coefficient * amount
        series = {name: pl.Series(name, told, dtype=pl.String) for name, told in texts.items()}
        for field, by in change.items():
            column, start = self._columns[field], float(self.row[field])
            value = np.where(by == 0, start, np.round(start + by, _DIGITS))
            fits &= _within(column, value)
            if column.kind == "float":
                series[field] = pl.Series(field, value)
            elif column.kind == "int":
                series[field] = pl.Series(field, np.rint(value).astype(np.int64))
            else:
                series[field] = pl.Series(field, value > 0.5)
        return series, fits

    def _ladder(
        self, lever: Lever, spread: Spread | None, most: Mapping[str, float | None]
    ) -> Ladder | None:
        value = self.row.get(lever.leads)
        if value is None or spread is None:
            return None
        column = self._columns[lever.leads]
        start, direction = float(value), 1 if lever.moves[lever.leads] > 0 else -1
        room = math.inf
        for field, coefficient in lever.moves.items():
            if self.row[field] is not None:
                low, high = _bounds(self._columns[field])
                now = float(self.row[field])
                room = min(room, ((high if coefficient > 0 else low) - now) / coefficient)
        if lever.name in most:
            far = most[lever.name]
            if far is None or not math.isfinite(far):
                return None
        else:
            far = spread.high - start if direction > 0 else start - spread.low
        step = lever.step or spread.step
        whole = column.kind != "float"
        if whole:
            step, far, room = max(1.0, math.floor(step)), math.floor(far), math.floor(room)
        limit = min(far, room)
        if limit <= 0:
            return None
        near = _SLACK * max(1.0, abs(start / step))
        end = start + direction * limit
        if direction < 0:
            count = math.ceil(start / step - near) - math.ceil(end / step - near)
            last = step * math.ceil(end / step - near)
        else:
            count = math.floor(end / step + near) - math.floor(start / step + near)
            last = step * math.floor(end / step + near)
        if room <= far and abs(end - last) > near * step:
            count, last = count + 1, end  # to the very bound, such as nothing owed any more
        last = round(last, _DIGITS)
        if count < 1:
            return None
        return Ladder(
            lever.name, lever.leads, start, direction, step, last, count, spread.unit, lever.moves
        )


def _text(column: Column, level: str) -> Ladder:
    # A level has no distance: reaching another one counts as one unit.
    name = f"{column.name}={level}"
    return Ladder(name, column.name, 0.0, 1, 1.0, 1.0, 1, 1.0, {column.name: 1.0}, level)


def _bounds(column: Column) -> tuple[float, float]:
    if column.kind == "bool":
        return 0.0, 1.0
    low = column.ge if column.ge is not None else column.gt
    high = column.le if column.le is not None else column.lt
    return float(low or 0.0), float(high or 0.0)


def _within(column: Column, value: Floats) -> NDArray[np.bool_]:
    low, high = _bounds(column)
    above = value >= low if column.gt is None else value > low
    below = value <= high if column.lt is None else value < high
    return np.asarray(above & below)
