"""Each method against the accepted only and against an oracle, where the truth is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

from scorecard.contract import Product
from scorecard.errors import InputError
from scorecard.features import FeatureSet
from scorecard.logodds import Floats, logit
from scorecard.metrics import auc
from scorecard.models import ScorecardClassifier
from scorecard.reject.extrapolation import Extrapolation
from scorecard.reject.fuzzy import FuzzyAugmentation
from scorecard.reject.inference import RejectInference
from scorecard.reject.parcelling import Parcelling
from scorecard.reject.reweighting import Reweighting
from scorecard.reject.world import WORLDS, World
from scorecard.simulation import simulate

Contender = Callable[[float], RejectInference]
BASELINE, ORACLE = "accepted only", "oracle"
# Seeds of applicants that no trial draws: who taught the old scorecard, and who is asked at last.
_OLD_SEED, _TEST_SEED = 900_001, 900_002

CONTENDERS: Mapping[str, Contender] = MappingProxyType(
    {
        "fuzzy": lambda _: FuzzyAugmentation(),
        "parcelling, factor 1": lambda _: Parcelling(factor=1.0),
        "parcelling, true rate": lambda rate: Parcelling(bad_rate=rate),
        "parcelling, twice it": lambda rate: Parcelling(bad_rate=min(2 * rate, 0.9)),
        "extrapolation, true rate": lambda rate: Extrapolation(bad_rate=rate),
        "extrapolation, PD ≥ .5": lambda _: Extrapolation(cutoff=0.5),
        "reweighting": lambda _: Reweighting(),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Simulated applicants with a known outcome: features, outcome, true PD, the old score."""

    X: pl.DataFrame
    y: NDArray[np.int64]
    pd: Floats
    score: Floats

    def accepted(self, world: World, approval_rate: float, seed: int) -> NDArray[np.bool_]:
        return world.accepts(self.score, logit(self.pd), approval_rate, seed)


def trial(
    product: Product,
    *,
    names: Sequence[str] | None = None,
    worlds: Sequence[World] = WORLDS,
    contenders: Mapping[str, Contender] = CONTENDERS,
    estimator: Any = None,
    rows: int = 8_000,
    test_rows: int = 20_000,
    old_rows: int = 2_000,
    approval_rate: float = 0.6,
    seeds: Iterable[int] = range(8),
    on_fit: Callable[[str], None] | None = None,
) -> pl.DataFrame:
    """Return how models do that were trained with each method, one row per fit and population.

    For each seed ``rows`` applicants of the simulated ``product`` apply; in each world the old
    policy accepts the share ``approval_rate`` of them. ``estimator`` (default: a scorecard with the
    declared trends) is fitted on the features ``names`` (default: all) with each of ``contenders``
    (name → function of the rejected's true mean PD, which gives the strategy), with the accepted
    only, and by an oracle with everybody's outcome. All are asked about the same ``test_rows``
    other applicants, whom the world's policy accepts or rejects too. The old scorecard learnt from
    ``old_rows`` earlier applicants, all of them accepted. ``on_fit`` is told of each fit.

    Columns: world, method, seed, population (all, rejected), auc, mean_pd, bad_rate. The truth is
    taken from the true PDs, not from drawn outcomes: bad_rate is their mean, and AUC counts each
    applicant as bad by its PD and as good by the rest, which leaves out the luck of the draw.

    Raises `InputError` for bad parameters, as `simulate` and the strategies do.
    """
    if min(rows, test_rows, old_rows) < 100:
        raise InputError(
            "rows, test_rows and old_rows must be at least 100; "
            f"got {rows}, {test_rows}, {old_rows}."
        )
    features = product.features if names is None else product.features.subset(names)
    if estimator is None:
        estimator = ScorecardClassifier(trend=features.trends())
    told = on_fit or (lambda _: None)
    told("the old scorecard")
    old = ScorecardClassifier(trend=features.trends())
    old.fit(*_simulated(product, features, old_rows, _OLD_SEED)[:2])
    test = _draw(product, features, test_rows, _TEST_SEED, old)
    found: list[dict[str, Any]] = []
    for seed in seeds:
        drawn = _draw(product, features, rows, seed, old)
        oracle = clone(estimator).fit(drawn.X, drawn.y)
        for world in worlds:
            told(f"seed {seed}, world {world.name}")
            models = _fits(estimator, contenders, drawn, drawn.accepted(world, approval_rate, seed))
            models[ORACLE] = oracle
            rejected = ~test.accepted(world, approval_rate, _TEST_SEED)
            for name, model in models.items():
                pd = np.asarray(model.predict_proba(test.X))[:, 1]
                for population, part in (("all", np.ones_like(rejected)), ("rejected", rejected)):
                    head = {"world": world.name, "method": name, "seed": seed}
                    found.append(
                        {**head, "population": population, **_measures(pd[part], test.pd[part])}
                    )
    return pl.DataFrame(found)


def summarise(table: pl.DataFrame) -> pl.DataFrame:
    """Return `trial`'s table over the seeds, one row per world, method and population.

    Columns: seeds; auc; auc_gain over the accepted only, paired by seed, and its standard error;
    pd_ratio, mean PD over the true bad rate (1 is calibrated), and its standard error. Standard
    errors are s/√n over the seeds, null for one seed; they hold for other training samples of this
    portfolio, not for other portfolios. Raises `InputError` for a table without the baseline.
    """
    key = ["world", "population", "seed"]
    base = table.filter(pl.col("method") == BASELINE).select(*key, pl.col("auc").alias("base"))
    joined = table.join(base, on=key, how="left", maintain_order="left")
    if joined["base"].null_count():
        raise InputError(f"Every trial needs a row of the method {BASELINE!r}; take it from trial.")
    gain, ratio = pl.col("auc") - pl.col("base"), pl.col("mean_pd") / pl.col("bad_rate")
    root = pl.len().cast(pl.Float64).sqrt()
    return joined.group_by("world", "population", "method", maintain_order=True).agg(
        pl.len().alias("seeds"),
        pl.col("auc").mean(),
        gain.mean().alias("auc_gain"),
        (gain.std() / root).alias("auc_gain_se"),
        ratio.mean().alias("pd_ratio"),
        (ratio.std() / root).alias("pd_ratio_se"),
    )


def _simulated(
    product: Product, features: FeatureSet, rows: int, seed: int
) -> tuple[pl.DataFrame, NDArray[np.int64], Floats]:
    frame = simulate(product, rows, seed).filter(pl.col("default_12m").is_not_null())
    return features.evaluate(frame), frame["default_12m"].to_numpy(), frame["true_pd"].to_numpy()


def _draw(product: Product, features: FeatureSet, rows: int, seed: int, old: Any) -> _Drawn:
    X, y, pd = _simulated(product, features, rows, seed)
    return _Drawn(X, y, pd, old.decision_function(X))


def _fits(
    estimator: Any, contenders: Mapping[str, Contender], drawn: _Drawn, accepted: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return the model fitted with each method, the baseline first."""
    X, y = drawn.X.filter(accepted), drawn.y[accepted]
    rejected = drawn.X.filter(~accepted)
    true_rate = math.fsum(drawn.pd[~accepted]) / rejected.height
    known = clone(estimator).fit(X, y)
    models = {BASELINE: known}
    for name, make in contenders.items():
        strategy = make(true_rate)
        # Acceptance is another question than risk; all others ask the model just fitted.
        asked = estimator if isinstance(strategy, Reweighting) else FrozenEstimator(known)
        sample = strategy.infer(asked, X, y, rejected)
        models[name] = clone(estimator).fit(sample.X, sample.y, sample_weight=sample.weight)
    return models


def _measures(pd: Floats, truth: Floats) -> dict[str, float]:
    outcome = np.repeat([1, 0], len(pd))
    return {
        "auc": auc(outcome, np.tile(pd, 2), np.concatenate((truth, 1.0 - truth))),
        "mean_pd": float(pd.mean()),
        "bad_rate": float(truth.mean()),
    }
