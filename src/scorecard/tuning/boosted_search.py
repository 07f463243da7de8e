"""A boosted classifier that looks for its own settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, column_or_1d

from scorecard.binning.reading import read_table
from scorecard.binning.target import told
from scorecard.errors import InputError
from scorecard.models.boosted_classifier import BoostedClassifier
from scorecard.models.boosted_target import binary_target, mean_one
from scorecard.models.interactions import depth_limit
from scorecard.tuning.folds import Floats, Fold, common_best, make_folds, rounds_for_all
from scorecard.tuning.proposals import Proposals
from scorecard.tuning.space import KNOWN, SPACE, Space, check_space, inside
from scorecard.tuning.trial import COMPLETE, PRUNED, STOPPED, Trial, as_frame, choose

#: Called after each trial: the trial, how many are done, and how many there will be at most.
OnTrial: TypeAlias = Callable[[Trial, int, int], None]


class _OutOfTimeError(Exception):
    """The time box is over."""


class BoostedSearch(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A `BoostedClassifier` whose settings are found on folds, pruned, seeded and time-boxed.

    Every trial fits its settings on the same folds, each fold stopping early by itself; the trial's
    rounds are those with the lowest mean loss over the folds, its value is that loss. The first
    trials are the estimator's own settings and a few that are known to be good, so that a short
    search is no lottery; the others are proposed by optuna's TPE. A trial worse than the median of
    those before it is given up after a fold. Of trials that tie with the best the simplest is taken
    (`scorecard.tuning.trial.choose`), and fitted to all rows, with more rounds by the square root
    of how many more rows these are than a fold's.

    Parameters
    ----------
    estimator : BoostedClassifier or None
        What is searched for: trends, interactions, seed and threads stay as given. None: a
        `BoostedClassifier` with its defaults.
    trials : int, at least 1
        Trials at most.
    timeout : float or None
        Seconds after which the search stops, in the middle of a trial if need be; the first trial
        is always finished, and the final fit is not counted.
    cv : int, scikit-learn splitter, or iterable of (training rows, validation rows)
        An int means stratified folds, shuffled. `TimeFolds` keeps the order of time; its dates are
        the ``groups`` of `fit`.
    metric : "log_loss" or "auc"
        What early stopping and the search look at, weighted; ``value`` is 1 − AUC for the latter.
        Log-loss is proper: it asks for PDs that mean what they say, and is steadier in small
        samples.
    space : mapping of setting to `Between` or a list of choices, or None
        Where to look; None: `scorecard.tuning.SPACE`. Settings not named keep the estimator's.
    max_rounds, patience : int
        Rounds a fold plays at most, and without improvement before it stops.
    num_parallel_tree : int or None
        Trees a round of the final fit: more than in the trials (None: as many) make it steadier at
        no cost to the search.
    refit : bool
        Whether to fit the settings taken to all rows; without, it predicts nothing.
    random_state : int, RandomState or None
        Of folds and proposals. With an int, and no ``timeout``, the search is deterministic.
    on_trial : callable(trial, done, most) or None

    Attributes
    ----------
    best_params_ : dict
        The settings taken, ``n_estimators`` for all rows among them.
    best_estimator_ : BoostedClassifier
        Fitted to all rows with them.
    best_trial_ : Trial
    trials_ : polars.DataFrame
        A row a trial: number, state, value, std_error (over folds), best so far, folds, rounds,
        leaves, seconds, params (JSON).
    n_splits_ : int

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(400, 3))
    >>> y = (X[:, 0] + rng.normal(size=400) > 1).astype(int)
    >>> search = BoostedSearch(BoostedClassifier({"x0": "ascending"}), trials=2, cv=2)
    >>> search.fit(X, y).predict_proba(X).shape
    (400, 2)
    """

    def __init__(
        self,
        estimator: BoostedClassifier | None = None,
        *,
        trials: int = 30,
        timeout: float | None = None,
        cv: Any = 5,
        metric: str = "log_loss",
        space: Space | None = None,
        max_rounds: int = 1000,
        patience: int = 50,
        num_parallel_tree: int | None = None,
        refit: bool = True,
        random_state: Any = 0,
        on_trial: OnTrial | None = None,
    ) -> None:
        self.estimator = estimator
        self.trials = trials
        self.timeout = timeout
        self.cv = cv
        self.metric = metric
        self.space = space
        self.max_rounds = max_rounds
        self.patience = patience
        self.num_parallel_tree = num_parallel_tree
        self.refit = refit
        self.random_state = random_state
        self.on_trial = on_trial

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = BoostedClassifier().__sklearn_tags__().input_tags
        tags.classifier_tags.multi_class = False
        return tags

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, groups: Any = None
    ) -> BoostedSearch:
        """Search, then fit the settings taken to all rows.

        ``X``, ``y`` and ``sample_weight`` are `BoostedClassifier.fit`'s; weights count in every fit
        and in every loss. ``groups`` goes to ``cv`` (dates, for `TimeFolds`). Raises `InputError`
        for parameters that break a rule, folds without both classes, and where optuna is not
        installed.
        """
        self._check_parameters()
        names, columns = read_table(self, X, reset=True)
        named = hasattr(self, "feature_names_in_")
        X = pl.DataFrame(dict(zip(names, columns, strict=True))) if named else np.asarray(X)
        _, self.classes_ = binary_target(y, len(columns[0]))
        y = column_or_1d(y)
        weight = None if sample_weight is None else mean_one(sample_weight, len(y))
        base = BoostedClassifier() if self.estimator is None else self.estimator
        space = SPACE if self.space is None else self.space
        check_space(space, base.get_params())
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        first = [inside(space, known) for known in (base.get_params(), *KNOWN)]
        proposals = Proposals(space, [each for each in first if len(each) == len(space)], seed=seed)
        base = clone(base).set_params(
            eval_metric=self.metric,
            early_stopping_rounds=self.patience,
            n_estimators=self.max_rounds,
        )
        folds = make_folds(self.cv, X, y, weight, groups, seed=seed)
        begun = time.perf_counter()
        played: list[Trial] = []
        while len(played) < self.trials and not (played and self._late(begun)):
            trial = self._play(proposals, base, folds, begun, played)
            played.append(trial)
            if self.on_trial is not None:
                self.on_trial(trial, len(played), self.trials)
        self.n_splits_ = len(folds)
        self.trials_ = as_frame(played)
        self.best_trial_ = choose(played)
        rounds = rounds_for_all(self.best_trial_.rounds, folds, len(y))
        self.best_params_ = {**self.best_trial_.params, "n_estimators": rounds}
        if self.num_parallel_tree is not None:
            self.best_params_["num_parallel_tree"] = self.num_parallel_tree
        if not self.refit:
            return self
        final = clone(base).set_params(
            eval_metric="log_loss", early_stopping_rounds=None, **self.best_params_
        )
        with told():
            self.best_estimator_ = final.fit(X, y, sample_weight)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Return the log-odds of ``classes_[1]`` (bad) by the model taken, shape (rows,)."""
        check_is_fitted(self, "best_estimator_")
        return np.asarray(self.best_estimator_.decision_function(X))

    def predict_proba(self, X: Any) -> Floats:
        """Return the probabilities of ``classes_`` by the model taken, shape (rows, 2)."""
        check_is_fitted(self, "best_estimator_")
        return np.asarray(self.best_estimator_.predict_proba(X))

    def predict(self, X: Any) -> Any:
        """Return the likelier class of each row by the model taken."""
        check_is_fitted(self, "best_estimator_")
        return self.best_estimator_.predict(X)

    def _late(self, begun: float) -> bool:
        return self.timeout is not None and time.perf_counter() - begun >= self.timeout

    def _play(
        self,
        proposals: Proposals,
        base: BoostedClassifier,
        folds: tuple[Fold, ...],
        begun: float,
        played: list[Trial],
    ) -> Trial:
        """Play one trial, fold by fold."""
        handle, params = proposals.ask()
        model = clone(base).set_params(**params)
        start = time.perf_counter()

        def in_time() -> None:
            if played and self._late(begun):
                raise _OutOfTimeError

        curves: list[Floats] = []
        losses: tuple[float, ...] = ()
        rounds, state = 0, COMPLETE
        for number, fold in enumerate(folds, start=1):
            try:
                with told():
                    curves.append(fold.curve(model, in_time))
            except _OutOfTimeError:
                state = STOPPED
                break
            rounds, losses = common_best(curves)
            if proposals.hopeless(handle, float(np.mean(losses)), number) and number < len(folds):
                state = PRUNED
                break
        proposals.tell(handle, float(np.mean(losses)) if state == COMPLETE else None)
        depth = depth_limit(model.interactions, model.max_depth)
        return Trial(
            number=len(played) + 1,
            state=state,
            params=params,
            losses=losses,
            rounds=rounds,
            seconds=time.perf_counter() - start,
            depth=depth,
            leaves=rounds * model.num_parallel_tree * 2**depth,
        )

    def _check_parameters(self) -> None:
        for name in ("trials", "max_rounds", "patience"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
                raise InputError(f"{name} must be an integer of at least 1; got {value!r}.")
        if self.timeout is not None and not self.timeout > 0:
            raise InputError(f"timeout must be seconds above 0, or None; got {self.timeout!r}.")
