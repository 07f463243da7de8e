"""The smallest change that reaches a grade, searched with the answering model and rated again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.contract import Product
from scorecard.errors import BundleError, InputError
from scorecard.features import Expression
from scorecard.logodds import Floats
from scorecard.models.calibration import Calibration
from scorecard.models.master_scale import MasterScale
from scorecard.rating.population import OUTSIDE
from scorecard.rating.voice import Voice
from scorecard.recourse import TARGETS, Change, Ladders, Recourse, Spreads, find, wording
from scorecard.recourse.search import MOST_ACTIONS
from scorecard.values import Problem, Rating

MOST_ROWS = 60_000  # candidates evaluated for one application, whatever the time of day
VERIFIED = 20  # solutions rated again before there is said to be none

Row = Mapping[str, Any]
Rate = Callable[[Sequence[Row]], "list[Rating | tuple[Problem, ...]]"]


class Adviser:
    """Finds what would have changed a rating: levers and spreads of a bundle, its answering voice.

    ``rate`` rates rows in full, as `Rater.rate_rows`; nothing is returned that it did not confirm.
    ``cutoff`` is the worst grade that can be approved. Raises `BundleError` where it is no grade,
    or a spread is of a field that cannot be changed.
    """

    def __init__(
        self,
        product: Product,
        spreads: Spreads,
        voice: Voice,
        *,
        calibration: Calibration,
        scale: MasterScale,
        cutoff: str,
        rate: Rate,
    ) -> None:
        changeable = {c.name for c in product.columns if c.change is not None}
        if cutoff not in scale.labels or not spreads.fields.keys() <= changeable:
            raise BundleError(
                "recourse.json or the cut-off grade does not fit the bundle's product."
            )
        self._product, self._spreads, self._voice = product, spreads.fields, voice
        self._calibration, self._scale, self._rate = calibration, scale, rate
        self._cutoff = scale.labels.index(cutoff)
        self._declared = bool(changeable)
        features = product.features.subset(voice.features)
        self._features = features
        reads = features.lineage()
        self._moving = features.subset([f for f in features.names if reads[f] & changeable])
        # What feeds no feature of the answering model cannot change its answer.
        self._levers = [x for x in product.all_levers if self._moving.reads & x.moves.keys()]
        self._columns = [
            c for c in product.columns
            if isinstance(c.change, str) or (c.change is not None and c.name in self._moving.reads)
        ]  # fmt: skip
        self._most = {
            lever.name: Expression(lever.most, product.kinds).polars.alias(lever.name)
            for lever in self._levers
            if lever.most is not None
        }

    def advise(self, row: Row, target: str) -> Recourse | tuple[Problem, ...]:
        """Return the smallest change found for a row that the request model accepted.

        Returns the row's problems where it breaks a rule between fields. Raises `InputError` for an
        unknown target.
        """
        if target not in TARGETS:
            raise InputError(f"target must be one of {', '.join(TARGETS)}; got {target!r}.")
        (before,) = self._rate([row])
        if not isinstance(before, Rating):
            return before
        grade = self._scale.labels.index(before.grade)
        goal = self._cutoff if target == "approve" else grade - 1
        if goal < 0:
            return self._unchanged(before, row, target, None, "best_grade")
        label = self._scale.labels[goal]
        if grade <= goal:
            return self._unchanged(before, row, target, label, "at_cutoff")
        if not self._declared:
            return self._unchanged(before, row, target, label, "nothing_changeable")
        none = self._unchanged(before, row, target, label, "none_found")
        candidates = self._candidates(row)
        ladders = candidates.ladders
        # The last double below the edge: a grade holds its lower edge.
        edge = float(np.nextafter(self._scale.log_odds_edges[goal], -np.inf))
        found = find(candidates.log_odds, ladders.cost, ladders.counts, edge, most_rows=MOST_ROWS)
        for rungs in sorted(found, key=lambda each: _rank(ladders, each))[:VERIFIED]:
            moved = candidates.values(rungs)
            (after,) = self._rate([{**row, **moved}])
            if isinstance(after, Rating) and self._confirms(before, after, goal):
                changes = _changes(self._product, ladders, rungs, row, moved)
                return _reached(none, after, changes, ladders, rungs)
        return none

    def _candidates(self, row: Row) -> _Candidates:
        frame = self._product.rows.frame([row])
        far = frame.select_seq(list(self._most.values())).row(0) if self._most else ()
        most = dict(zip(self._most, far, strict=True))
        ladders = Ladders(row, self._columns, self._levers, self._spreads, most)
        return _Candidates(self, frame, ladders)

    def _confirms(self, before: Rating, after: Rating, goal: int) -> bool:
        outside = [w for w in after.warnings if w.code == OUTSIDE and w not in before.warnings]
        return self._scale.labels.index(after.grade) <= goal and not outside

    def _unchanged(
        self, rating: Rating, row: Row, target: str, goal: str | None, reason: str
    ) -> Recourse:
        texts = wording.REASONS[reason]
        zh, en = (text.format(grade=rating.grade, goal=goal, most=MOST_ACTIONS) for text in texts)
        return Recourse(
            target=target,
            goal=goal,
            changes=(),
            reached=False,
            reason=reason,
            text_zh=zh,
            text_en=en,
            grade_before=rating.grade,
            grade_after=rating.grade,
            pd_before=rating.pd,
            pd_after=rating.pd,
            cost=0.0,
            actions=0,
            application=dict(row),
        )


class _Candidates:
    """The candidates of one application: their features and log-odds, many at a time."""

    def __init__(self, adviser: Adviser, frame: pl.DataFrame, ladders: Ladders) -> None:
        self.ladders = ladders
        self._adviser = adviser
        fields = set(ladders.fields(range(len(ladders.ladders))))
        moving, rules = adviser._moving, adviser._product.rows.rules
        self._fields, self._rules = fields, rules
        needed = (moving.reads | rules.reading(fields)) - fields
        self._fixed = _constants(frame.select(sorted(needed)))
        base = adviser._features.evaluate(frame)
        known = [name for name in moving.names if base[name].null_count() == 0]
        self._told = pl.all_horizontal(pl.lit(True), *(pl.col(n).is_not_null() for n in known))
        self._rest = _constants(base.select(n for n in base.columns if n not in moving.names))

    def values(self, rungs: tuple[int, ...]) -> dict[str, Any]:
        """Return the values of the fields that one candidate moves."""
        series, _ = self.ladders.moved(np.array([rungs], dtype=np.int64))
        used = self.ladders.fields([j for j, k in enumerate(rungs) if k])
        return {name: series[name][0] for name in used}

    def log_odds(self, rungs: NDArray[np.int64]) -> Floats:
        """Return calibrated log-odds (n,) at worst, infinite where a candidate is not feasible.

        Not feasible is what leaves a range or breaks a rule of the contract, and what makes a
        feature unknown that was known: nobody improves by no longer telling.
        """
        series, good = self.ladders.moved(rungs)
        if not series:
            return np.full(len(rungs), np.inf)
        frame = pl.DataFrame(list(series.values())).with_columns(self._fixed)
        adviser = self._adviser
        features = adviser._moving.evaluate(frame)
        good &= self._rules.holds(frame, self._fields)
        good &= features.select(self._told).to_series().to_numpy()
        margin, error = adviser._voice.margin(features.with_columns(self._rest))
        worst = margin + error * np.maximum(1.0, np.abs(margin))
        return np.where(good, adviser._calibration.log_odds(worst), np.inf)


def _constants(frame: pl.DataFrame) -> list[pl.Expr]:
    """Return the values of a frame of one row as columns of any length."""
    return [pl.lit(column).first().alias(column.name) for column in frame.get_columns()]


def _rank(ladders: Ladders, rungs: tuple[int, ...]) -> tuple[float, int, int, tuple[int, ...]]:
    """Cheapest first; among equals fewer fields, then fewer actions."""
    used = [j for j, k in enumerate(rungs) if k]
    cost = round(float(ladders.cost(np.array([rungs]))[0]), 12)
    return cost, len(ladders.fields(used)), len(used), rungs


def _reached(
    none: Recourse,
    after: Rating,
    changes: tuple[Change, ...],
    ladders: Ladders,
    rungs: tuple[int, ...],
) -> Recourse:
    said = wording.listed(changes)
    text_zh, text_en = (
        text.format(grade=none.grade_before, after=after.grade, changes=each)
        for text, each in zip(wording.REACHED, said, strict=True)
    )
    return replace(
        none,
        changes=changes,
        reached=True,
        reason=None,
        text_zh=text_zh,
        text_en=text_en,
        grade_after=after.grade,
        pd_after=after.pd,
        cost=float(ladders.cost(np.array([rungs]))[0]),
        actions=sum(k > 0 for k in rungs),
        application={**none.application, **{change.field: change.to for change in changes}},
    )


def _changes(
    product: Product, ladders: Ladders, rungs: tuple[int, ...], row: Row, moved: Mapping[str, Any]
) -> tuple[Change, ...]:
    texts = {lever.name: (lever.zh, lever.en) for lever in product.all_levers}
    used = [(ladders.ladders[j], np.array([k])) for j, k in enumerate(rungs) if k]
    changes = []
    for field, value in moved.items():
        column = product.column(field)
        leading = [(x, k) for x, k in used if x.field == field]
        done = [
            (*texts.get(x.name, (f"改变“{column.zh}”", f"Change “{column.en}”")),
             float(x.amount(k)[0]))
            for x, k in leading
        ]  # fmt: skip
        if not done and value == row[field]:  # one action gave what another took
            continue
        zh, en = wording.change_texts(column, row[field], value, done)
        changes.append(
            Change(
                field=field,
                label_zh=column.zh,
                label_en=column.en,
                from_=row[field],
                to=value,
                unit=column.unit,
                levers=tuple(x.name for x, _ in used if field in x.moves),
                cost=sum(float(x.cost(k)[0]) for x, k in leading),
                text_zh=zh,
                text_en=en,
            )
        )
    order = {column.name: at for at, column in enumerate(product.columns)}
    return tuple(sorted(changes, key=lambda change: (-change.cost, order[change.field])))
