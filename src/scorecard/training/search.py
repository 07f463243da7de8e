"""The boosted model's settings for one training, searched inside the in-time window."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scorecard.contract import Product
from scorecard.errors import InputError, ProductError
from scorecard.models.boosted_classifier import BoostedClassifier
from scorecard.policy import Policy
from scorecard.sample import Part
from scorecard.training.fit import Progress
from scorecard.tuning import BoostedSearch, TimeFolds, Trial
from scorecard.tuning.trial import COMPLETE

if TYPE_CHECKING:
    from scorecard.tracking.store import Run

#: Rounds a fold plays at most: the tables that explain the model grow with its trees.
ROUNDS = 600

#: Trials where only the minutes are limited.
MANY = 1_000


@dataclass(frozen=True)
class SearchSettings:
    """How long to search and on how many folds: ``trials`` at most, ``minutes`` at most or None.

    Raises `InputError` where one is not above 0.
    """

    trials: int = 30
    minutes: float | None = None
    folds: int = 3
    metric: str = "log_loss"

    def __post_init__(self) -> None:
        for name in ("trials", "folds"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InputError(f"search: {name} must be an integer of at least 1; got {value!r}.")
        if self.minutes is not None and not self.minutes > 0:
            raise InputError(f"search: minutes must be above 0, or None; got {self.minutes!r}.")

    @classmethod
    def of(cls, given: SearchSettings | int | None) -> SearchSettings | None:
        """Return settings as they are, and a number as so many trials."""
        return given if given is None or isinstance(given, SearchSettings) else cls(trials=given)

    @classmethod
    def limited(cls, trials: int | None, minutes: float | None) -> SearchSettings | None:
        """Return settings for what a command line gave: trials, minutes, both or neither (None)."""
        if trials is None and minutes is None:
            return None
        return cls(trials=MANY if trials is None else trials, minutes=minutes)


@dataclass(frozen=True)
class SearchOutcome:
    """What a search found: ``params`` of the model taken, a row a trial, a row a fold in time.

    ``folds`` is None where the product has no observation date.
    """

    params: Mapping[str, Any]
    taken: Trial
    trials: pl.DataFrame
    folds: pl.DataFrame | None
    metric: str
    note: str

    def applied(self, policy: Policy) -> Policy:
        """Return ``policy`` with the settings found in place of its own."""
        settings = {**policy.models.boosted, **self.params}
        models = policy.models.model_copy(update={"boosted": settings})
        return policy.model_copy(update={"models": models})

    def log(self, run: Run) -> None:
        """Log each trial as a child of ``run``, the curve of the best so far, and the tables."""
        from scorecard.training.plots import search_figure

        for row in self.trials.iter_rows(named=True):
            with run.child(f"trial {row['number']}") as child:
                child.params(json.loads(row["params"]))
                told = ("value", "std_error", "rounds", "folds", "seconds")
                child.metrics({k: float(row[k]) for k in told if row[k] is not None})
                taken = str(row["number"] == self.taken.number).lower()
                child.tags({"state": row["state"], "taken": taken, "metric": self.metric})
            if row["best"] is not None:
                run.metrics({f"search.best_{self.metric}": row["best"]}, step=row["number"])
        run.figure(search_figure(self.trials, self.taken.number, self.metric), "plots/search.png")
        run.text(self.trials.write_csv(), "tables/search.csv")
        if self.folds is not None:
            run.text(self.folds.write_csv(), "tables/search_folds.csv")


def search_boosted(
    product: Product,
    policy: Policy,
    part: Part,
    settings: SearchSettings,
    *,
    seed: int,
    progress: Progress,
) -> SearchOutcome:
    """Search the boosted model's settings on the in-time rows ``part``, but those set apart.

    Folds keep the order of time and are purged by the outcome's horizon; without an observation
    date they are stratified at random. Raises `ProductError` for settings of ``policy.yaml`` that
    the model does not know, `TableError` where the dates are too few for the folds, `InputError`
    where optuna is not installed.
    """
    try:
        base = BoostedClassifier(
            trend=product.features.trends(), random_state=seed, **policy.models.boosted
        )
    except TypeError as error:
        raise ProductError(f"policy.yaml: models.boosted does not fit: {error}.") from None
    what, begun = "searching settings", time.perf_counter()
    seconds = None if settings.minutes is None else 60 * settings.minutes

    def tell(_trial: Trial, done: int, most: int) -> None:
        spent = 0.0 if seconds is None else (time.perf_counter() - begun) / seconds
        progress(what, min(1.0, max(done / most, spent)))

    progress(what, 0.0)
    folds = None
    cv: Any = max(settings.folds, 2)
    learning = np.flatnonzero(~part.apart)
    dates = None if part.dates is None else part.dates[learning]
    if dates is not None:
        cv = TimeFolds(settings.folds, horizon_months=policy.outcome.horizon_months)
        folds = cv.describe(dates)
    search = BoostedSearch(
        base,
        trials=settings.trials,
        timeout=seconds,
        cv=cv,
        metric=settings.metric,
        random_state=seed,
        max_rounds=ROUNDS,
        on_trial=tell,
        refit=False,
    ).fit(part.features[learning], part.y[learning], part.weight[learning], groups=dates)
    progress(what, 1.0)
    return SearchOutcome(
        params=search.best_params_,
        taken=search.best_trial_,
        trials=search.trials_,
        folds=folds,
        metric=settings.metric,
        note=_note(search, settings, folds),
    )


def _note(search: BoostedSearch, settings: SearchSettings, folds: pl.DataFrame | None) -> str:
    counts = dict(search.trials_["state"].value_counts().rows())
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    taken = search.best_trial_
    found = ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in search.best_params_.items()
    )
    if folds is None:
        order = (
            f"{search.n_splits_} stratified folds, NOT IN THE ORDER OF TIME (the product has no "
            "observation date)"
        )
    elif folds["purged"].null_count():
        order = f"{folds.height} folds in the order of time, UNPURGED (the outcome has no horizon)"
    else:
        order = (
            f"{folds.height} folds in the order of time, purged of {folds['purged'].sum():,} rows "
            "whose label was still open"
        )
    name = "log-loss" if settings.metric == "log_loss" else "1 − AUC"
    error = "" if taken.std_error is None else f" ± {taken.std_error:.4f}"
    own = search.trials_.filter((pl.col("number") == 1) & (pl.col("state") == COMPLETE))
    against = f" against {own['value'][0]:.4f} of the product's own" if own.height else ""
    return (
        f"SEARCH: {search.trials_.height} trials of the boosted model's settings ({told}) on "
        f"{order}, all in time. Trial {taken.number} was taken in place of models.boosted of "
        f"policy.yaml: {found}; {name} {taken.value:.4f}{error}{against}."
    )
