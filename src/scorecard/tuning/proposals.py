"""Which settings to try next, and when to give a trial up: optuna behind two questions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from scorecard.errors import InputError
from scorecard.tuning.space import Settings, Space, suggest

#: Trials that play every fold before a median is one.
BEFORE_PRUNING = 4


class Proposals:
    """A seeded TPE sampler and a median pruner over one space.

    ``first`` are settings to try before the sampler guesses. Sampler: Bergstra et al., "Algorithms
    for Hyper-Parameter Optimization", NIPS 2011. Raises `InputError` where optuna is not installed.
    """

    def __init__(self, space: Space, first: Sequence[Settings], *, seed: int) -> None:
        self._optuna = _optuna()
        self._space = space
        with self._quiet():
            self._study = self._optuna.create_study(
                direction="minimize",
                sampler=self._optuna.samplers.TPESampler(
                    seed=seed, n_startup_trials=len(first) + 3
                ),
                pruner=self._optuna.pruners.MedianPruner(n_startup_trials=BEFORE_PRUNING),
            )
            for settings in first:
                self._study.enqueue_trial(dict(settings), skip_if_exists=True)

    def ask(self) -> tuple[Any, dict[str, Any]]:
        """Return a handle and the settings to try."""
        with self._quiet():
            trial = self._study.ask()
            return trial, suggest(trial, self._space)

    def hopeless(self, trial: Any, value: float, folds: int) -> bool:
        """Report the mean loss after so many folds; say whether to give the trial up."""
        with self._quiet():
            trial.report(value, folds)
            return bool(trial.should_prune())

    def tell(self, trial: Any, value: float | None) -> None:
        """Report a complete trial's mean loss, or None for one given up."""
        state = self._optuna.trial.TrialState
        with self._quiet():
            if value is None:
                self._study.tell(trial, state=state.PRUNED)
            else:
                self._study.tell(trial, value)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Keep optuna from writing to standard error, and leave it as it was found."""
        logging = self._optuna.logging
        before = logging.get_verbosity()
        logging.set_verbosity(logging.ERROR)
        try:
            yield
        finally:
            logging.set_verbosity(before)


def _optuna() -> Any:
    try:
        with warnings.catch_warnings():
            # In a notebook without widgets its progress bars would say so; none are shown.
            warnings.filterwarnings("ignore", message="IProgress not found")
            return import_module("optuna")
    except ImportError:
        raise InputError(
            "The search needs optuna, which is not installed; install it "
            "(pip install 'sme-scorecard[search]') and search again, or train without a search."
        ) from None
