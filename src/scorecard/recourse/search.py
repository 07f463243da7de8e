"""The cheapest candidate that reaches a target: a beam over ladders, every solution shrunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorecard.logodds import Floats

Rungs = NDArray[np.int64]

MOST_ACTIONS = 4  # more than an applicant can be told at once
BEAM = 32  # partial changes that are carried to the next action
POINTS = 12  # rungs tried on a ladder before the cell found is divided again
TRADED = 2  # best solutions whose ladders are traded against one another, at a time
KEPT = 6  # solutions shrunk after each action
SAME = 1e-9  # log-odds that make no difference


@dataclass(frozen=True)
class Task:
    """A candidate whose rung on ladder ``at`` is sought between ``low`` (not) and ``high`` (yes).

    Yes means a value of at most ``most``.
    """

    rungs: tuple[int, ...]
    at: int
    low: int
    high: int
    most: float


class Search:
    """One search: ``evaluate`` gives candidates (n, ladders) log-odds (n,), inf if not feasible.

    ``counts`` are the ladders' numbers of rungs, ``cost`` prices candidates, and a candidate
    reaches the target where its log-odds are at most ``goal``. ``most_rows`` bounds the candidates
    evaluated; ``rows`` counts them.
    """

    def __init__(
        self,
        evaluate: Callable[[Rungs], Floats],
        cost: Callable[[Rungs], Floats],
        counts: NDArray[np.int64],
        goal: float,
        *,
        most_rows: int,
    ) -> None:
        self._evaluate, self._cost, self._counts = evaluate, cost, counts
        self._goal, self._most_rows = goal, most_rows
        self.rows = 0
        self._found: dict[tuple[int, ...], float] = {}
        self._start = goal
        self._rate: float | None = None

    def run(self) -> list[tuple[int, ...]]:
        """Return the solutions found, cheapest first; among equals those of fewest actions."""
        origin = (0,) * len(self._counts)
        if not len(self._counts):
            return []
        self._start = float(self._values([origin])[0])
        beam = {origin: self._start}
        for _ in range(MOST_ACTIONS):
            solutions, partial, whole = self._extend(beam)
            self._shrink(self._cheapest(self._refined(solutions))[:KEPT])
            beam = self._survivors(partial, whole)
            if not beam or self.rows >= self._most_rows:
                break
        self._exchange()
        return self._cheapest(list(self._found))

    def _extend(
        self, beam: dict[tuple[int, ...], float]
    ) -> tuple[list[Task], list[Task], list[Task]]:
        """Put one more ladder to use in every partial change.

        Returns what reaches the goal, what comes nearer, and what goes as far as it can: where two
        ladders move one feature, neither need show anything before the other moves.
        """
        tasks = [
            (rungs, value, j, _scan(int(count)))
            for rungs, value in beam.items()
            for j, count in enumerate(self._counts)
            if rungs[j] == 0
        ]
        rows = [_with(rungs, j, int(k)) for rungs, _, j, scan in tasks for k in scan]
        values = self._values(rows)
        solutions, partial, whole = [], [], []
        at = 0
        for rungs, value, j, scan in tasks:
            best, before, last = value, 0, None
            for k, found in zip(scan, values[at : at + len(scan)].tolist(), strict=True):
                if found <= self._goal:
                    solutions.append(Task(rungs, j, before, k, self._goal))
                    last = None
                    break
                if found < best - SAME:
                    partial.append(Task(rungs, j, before, k, found + SAME))
                    best = found
                if found <= value + SAME:
                    last = Task(rungs, j, k - 1, k, found + SAME)
                before = k
            if last is not None:
                whole.append(last)
            at += len(scan)
        return solutions, partial, whole

    def _survivors(self, partial: list[Task], whole: list[Task]) -> dict[tuple[int, ...], float]:
        """Keep some partial changes: half look cheapest in the end, a quarter each come nearest.

        Those that come nearest are kept as small as they can be, or as far as they go. They reach
        what takes all there is.
        """
        chosen: dict[tuple[int, ...], Task] = {}
        limit = self._best_cost()
        for tasks, hopeful, most in (
            (partial, True, BEAM // 2),
            (partial, False, BEAM // 2 + BEAM // 4),
            (whole, False, BEAM),
        ):
            if not tasks:
                continue
            rows = [_with(task.rungs, task.at, task.high) for task in tasks]
            values = np.array([task.most - SAME for task in tasks])
            cost = self._cost(np.array(rows))
            order = cost + (values - self._goal) * self._price(cost, values) if hopeful else values
            for i in sorted(range(len(rows)), key=lambda i: (order[i], cost[i], rows[i])):
                if len(chosen) == most:
                    break
                if cost[i] < limit:
                    chosen.setdefault(rows[i], tasks[i])
        small = self._refined(list(chosen.values()))
        return dict(zip(small, self._values(small).tolist(), strict=True)) if small else {}

    def _price(self, cost: Floats, values: Floats) -> float:
        """Return what a log-odd costs at best, told by the single actions that are met first."""
        if self._rate is None:
            self._rate = float(np.min(cost / np.maximum(self._start - values, SAME)))
        return self._rate

    def _refined(self, tasks: list[Task]) -> list[tuple[int, ...]]:
        """Return each task's candidate at the lowest rung found that says yes."""
        low = [task.low for task in tasks]
        high = [task.high for task in tasks]
        while self.rows < self._most_rows:
            open_ = [i for i in range(len(tasks)) if high[i] - low[i] > 1]
            if not open_:
                break
            cells = [_inside(low[i], high[i]) for i in open_]
            rows = [
                _with(tasks[i].rungs, tasks[i].at, k)
                for i, cell in zip(open_, cells, strict=True)
                for k in cell
            ]
            values = self._values(rows)
            at = 0
            for i, cell in zip(open_, cells, strict=True):
                yes = np.flatnonzero(values[at : at + len(cell)] <= tasks[i].most)
                at += len(cell)
                first = int(yes[0]) if len(yes) else len(cell)
                low[i], high[i] = (
                    cell[first - 1] if first else low[i],
                    cell[first] if first < len(cell) else high[i],
                )
        return [_with(task.rungs, task.at, k) for task, k in zip(tasks, high, strict=True)]

    def _shrink(self, solutions: list[tuple[int, ...]]) -> None:
        """Lower every rung of every solution as long as it still reaches, and note the outcome."""
        now = list(dict.fromkeys(solutions))
        while now and self.rows < self._most_rows:
            before = list(now)
            for turn in range(MOST_ACTIONS):
                tasks, which = [], []
                for i, rungs in enumerate(now):
                    used = sorted(
                        (j for j, k in enumerate(rungs) if k),
                        key=lambda j: (-self._cost_of(rungs, j), j),
                    )
                    if turn < len(used):
                        at = used[turn]
                        tasks.append(Task(rungs, at, -1, rungs[at], self._goal))
                        which.append(i)
                for i, small in zip(which, self._refined(tasks), strict=True):
                    now[i] = small
            if now == before:
                break
        for rungs in now:
            self._found[rungs] = float(self._cost(np.array([rungs]))[0])

    def _exchange(self) -> None:
        """Let one ladder of the best solutions do more, another less, while that is cheaper.

        Where two ladders move one feature, neither alone shows how far it should go.
        """
        tried: set[tuple[int, ...]] = set()
        while self.rows < self._most_rows:
            best = [s for s in self._cheapest(list(self._found))[:TRADED] if s not in tried]
            if not best:
                return
            tried.update(best)
            tasks = [task for rungs in best for task in self._trades(rungs)]
            values = self._values([_with(task.rungs, task.at, task.high) for task in tasks])
            reached = [
                task for task, value in zip(tasks, values, strict=True) if value <= self._goal
            ]
            traded = self._cheapest(self._refined(reached))
            limit = self._best_cost()
            cost = self._cost(np.array(traded)) if traded else np.empty(0)
            cheaper = [s for s, each in zip(traded, cost, strict=True) if each < limit - SAME]
            self._shrink(cheaper[:KEPT])

    def _trades(self, rungs: tuple[int, ...]) -> list[Task]:
        """Return, for each ladder raised and each used one to be lowered for it, what is sought."""
        tasks = []
        used = [j for j, k in enumerate(rungs) if k]
        spare = {j: self._cost_of(rungs, j) for j in used}
        for i, count in enumerate(self._counts.tolist()):
            if rungs[i] == 0 and len(used) == MOST_ACTIONS and MOST_ACTIONS > 1:
                continue  # lowering would have to end at nothing; the beam has tried that
            for k in _above(rungs[i], count):
                more = _with(rungs, i, k)
                extra = self._cost_of(more, i) - spare.get(i, 0.0)
                tasks += [
                    Task(more, j, -1, rungs[j], self._goal)
                    for j in used
                    if j != i and extra < spare[j]
                ]
        return tasks

    def _cost_of(self, rungs: tuple[int, ...], at: int) -> float:
        alone = np.zeros((1, len(rungs)), dtype=np.int64)
        alone[0, at] = rungs[at]
        return float(self._cost(alone)[0])

    def _cheapest(self, solutions: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
        if not solutions:
            return []
        unique = list(dict.fromkeys(solutions))
        cost = np.round(self._cost(np.array(unique)), 12)
        order = sorted(
            range(len(unique)), key=lambda i: (cost[i], np.count_nonzero(unique[i]), unique[i])
        )
        return [unique[i] for i in order]

    def _best_cost(self) -> float:
        return min(self._found.values(), default=np.inf)

    def _values(self, rows: list[tuple[int, ...]]) -> Floats:
        if not rows:
            return np.empty(0)
        self.rows += len(rows)
        return self._evaluate(np.array(rows, dtype=np.int64))


def find(
    evaluate: Callable[[Rungs], Floats],
    cost: Callable[[Rungs], Floats],
    counts: NDArray[np.int64],
    goal: float,
    *,
    most_rows: int,
) -> list[tuple[int, ...]]:
    """Return candidates that reach ``goal``, cheapest first; see `Search`.

    Single ladders first, by bisection to the lowest rung; then up to `MOST_ACTIONS` together: a
    beam of the partial changes that look cheapest is carried on, and every solution is shrunk, one
    rung at a time, until nothing of it can be spared. Deterministic; it may miss a cheaper
    combination, never a solution by one ladder that its scan of `POINTS` rungs meets.
    """
    return Search(evaluate, cost, counts, goal, most_rows=most_rows).run()


def _with(rungs: tuple[int, ...], at: int, k: int) -> tuple[int, ...]:
    return (*rungs[:at], k, *rungs[at + 1 :])


def _scan(count: int) -> list[int]:
    """Return up to `POINTS` rungs from the first to the last, evenly spread."""
    return sorted({max(1, round(count * i / POINTS)) for i in range(1, POINTS + 1)})


def _above(low: int, count: int) -> list[int]:
    """Return rungs above ``low``: ever further from it, and up to the last."""
    near = [low + 2**power for power in range((count - low).bit_length())]
    return sorted({k for k in (*near, *_scan(count)) if low < k <= count})


def _inside(low: int, high: int) -> list[int]:
    """Return up to `POINTS` rungs strictly between two."""
    parts = min(POINTS + 1, high - low)
    return sorted({low + (high - low) * i // parts for i in range(1, parts)} - {low})
