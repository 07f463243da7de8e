"""Where a search looks: a range or a list of choices for each setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scorecard.errors import InputError

Number: TypeAlias = int | float
Settings: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Between:
    """A number from ``low`` to ``high``, both included; whole where both are; ``log``: by ratio."""

    low: Number
    high: Number
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.high or (self.log and self.low <= 0):
            raise InputError(
                "A range needs low ≤ high, and low above 0 where it is logarithmic; "
                f"got {self.low!r} to {self.high!r}."
            )

    @property
    def whole(self) -> bool:
        """Whether only whole numbers lie in it."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def suggest(self, trial: Any, name: str) -> Number:
        """Ask optuna's ``trial`` for a value."""
        how = trial.suggest_int if self.whole else trial.suggest_float
        found = how(name, self.low, self.high, log=self.log)
        return int(found) if self.whole else float(found)

    def nearest(self, value: Any) -> Number:
        """Return the value in the range that is nearest to ``value``."""
        inside = min(max(value, self.low), self.high)
        return int(inside) if self.whole else float(inside)


Space: TypeAlias = Mapping[str, Between | Sequence[Any]]

#: Trees stay shallow enough for exact explanation tables (`scorecard.explain`).
SPACE: Space = {
    "max_depth": Between(2, 6),
    "learning_rate": Between(0.03, 0.12, log=True),
    "min_child_weight": Between(0.1, 50.0, log=True),
    "subsample": Between(0.5, 1.0),
    "colsample": Between(0.3, 1.0),
    "reg_lambda": Between(0.1, 30.0, log=True),
}

#: Tried before anything is guessed, beside the estimator's own settings: deep trees for tables
#: where features interact, shallow ones for those where they add up.
KNOWN: tuple[Settings, ...] = (
    {"max_depth": 6, "learning_rate": 0.08, "min_child_weight": 0.5, "subsample": 0.8,
     "colsample": 0.8, "reg_lambda": 1.0},
    {"max_depth": 6, "learning_rate": 0.06, "min_child_weight": 3.0, "subsample": 0.65,
     "colsample": 0.5, "reg_lambda": 3.0},
    {"max_depth": 3, "learning_rate": 0.06, "min_child_weight": 5.0, "subsample": 0.7,
     "colsample": 0.4, "reg_lambda": 5.0},
)  # fmt: skip


def suggest(trial: Any, space: Space) -> dict[str, Any]:
    """Ask optuna's ``trial`` for every setting of ``space``."""
    return {
        name: where.suggest(trial, name)
        if isinstance(where, Between)
        else trial.suggest_categorical(name, list(where))
        for name, where in space.items()
    }


def inside(space: Space, settings: Settings) -> dict[str, Any]:
    """Return ``settings`` moved into ``space``; a choice that is not listed is left out."""
    found = {}
    for name, where in space.items():
        if name not in settings:
            continue
        value = settings[name]
        if isinstance(where, Between):
            found[name] = where.nearest(value)
        elif value in where:
            found[name] = value
    return found


def check_space(space: Space, known: Settings) -> None:
    """Raise `InputError` unless every name of ``space`` is one of ``known`` and has values."""
    unknown = sorted(set(space) - set(known))
    if unknown:
        raise InputError(f"space must name settings of the estimator; got {', '.join(unknown)}.")
    decided = sorted({"n_estimators", "early_stopping_rounds", "eval_metric"} & set(space))
    if decided:
        raise InputError(f"space must leave {', '.join(decided)} to early stopping; take it out.")
    for name, where in space.items():
        if not isinstance(where, Between) and (isinstance(where, str) or not len(where)):
            raise InputError(f"space[{name!r}] must be a Between or a list; got {where!r}.")
