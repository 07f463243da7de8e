"""What one trial of a search came to, and which of many is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

COMPLETE, PRUNED, STOPPED = "complete", "pruned", "stopped"

#: Trials as near as this to the best, in standard errors of the paired difference, count as tied.
NEAR = 0.5


@dataclass(frozen=True)
class Trial:
    """Settings, and what they were worth on the folds that were played.

    ``losses`` has one entry a fold: the weighted loss at the common number of ``rounds``; lower is
    better. ``value`` is their mean. ``state`` is ``complete``, ``pruned`` (given up after a fold,
    being worse than the median of those before it) or ``stopped`` (time ran out). ``depth`` and
    ``leaves`` are the most that a tree and all trees together can have.
    """

    number: int
    state: str
    params: Mapping[str, Any]
    losses: tuple[float, ...]
    rounds: int
    seconds: float
    depth: int = 0
    leaves: int = 0

    @property
    def value(self) -> float | None:
        """Mean loss over the folds played; None where time ran out within the first."""
        return float(np.mean(self.losses)) if self.losses else None

    @property
    def std_error(self) -> float | None:
        """Standard error of ``value`` over folds; None for fewer than two."""
        if len(self.losses) < 2:
            return None
        return float(np.std(self.losses, ddof=1) / len(self.losses) ** 0.5)


def choose(trials: Sequence[Trial]) -> Trial:
    """Return the trial to take: the best, or the simplest of those that tie with it.

    A complete trial ties where its mean loss is higher than the lowest by no more than half the
    standard error of the paired difference over folds (`NEAR`). Of those the one with the
    shallowest trees is taken, then the one with the fewest leaves, then the earliest.
    """
    complete = [trial for trial in trials if trial.state == COMPLETE]
    best = min(complete, key=lambda trial: (np.mean(trial.losses), trial.number))

    def ties(trial: Trial) -> bool:
        behind = np.subtract(trial.losses, best.losses)
        spread = np.std(behind, ddof=1) / len(behind) ** 0.5 if len(behind) > 1 else 0.0
        return bool(behind.mean() <= NEAR * spread)

    return min(
        filter(ties, complete),
        key=lambda trial: (trial.depth, trial.leaves, trial.number),
    )


def as_frame(trials: Sequence[Trial]) -> pl.DataFrame:
    """Return one row a trial; ``params`` is JSON, ``best`` the lowest complete value so far."""
    best = np.inf
    rows = []
    for trial in trials:
        if trial.state == COMPLETE and trial.value is not None:
            best = min(best, trial.value)
        rows.append(
            {
                "number": trial.number,
                "state": trial.state,
                "value": trial.value,
                "std_error": trial.std_error,
                "best": best if np.isfinite(best) else None,
                "folds": len(trial.losses),
                "rounds": trial.rounds,
                "leaves": trial.leaves,
                "seconds": trial.seconds,
                "params": json.dumps(trial.params, sort_keys=True, default=str),
            }
        )
    schema = {
        "number": pl.Int64, "state": pl.String, "value": pl.Float64, "std_error": pl.Float64,
        "best": pl.Float64, "folds": pl.Int64, "rounds": pl.Int64, "leaves": pl.Int64,
        "seconds": pl.Float64, "params": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
