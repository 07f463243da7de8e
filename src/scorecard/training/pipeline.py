"""From a product and a table to a registered bundle."""

from __future__ import annotations

import io
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scorecard.contract import Product, as_frame, load_product, read_table
from scorecard.explain.explainer import depth_note
from scorecard.explain.reference import Reference
from scorecard.models.boosted import BoostedModel
from scorecard.models.master_scale import MasterScale
from scorecard.models.scorecard import Scorecard
from scorecard.models.scorecard_classifier import ScorecardClassifier
from scorecard.policy import Policy
from scorecard.rating import Bundle
from scorecard.rating.bundle import encode_json
from scorecard.recourse import Spreads
from scorecard.sample import Sample, draw_sample
from scorecard.training import comparison
from scorecard.training.baseline import baseline
from scorecard.training.challenger import Family, fit_rivals, rival_notes, rivals
from scorecard.training.cohorts import cycle_table
from scorecard.training.declaration import trainable_policy
from scorecard.training.fit import Fitted, Progress, fit_models, frozen
from scorecard.training.grades import grade_table
from scorecard.training.result import TrainingResult
from scorecard.training.search import SearchSettings, search_boosted
from scorecard.training.summary import EXPERIMENT
from scorecard.training.target import check_binary, target_note

if TYPE_CHECKING:
    from scorecard.tracking.store import Store

#: Rows of the frozen background that boosted explanations are measured against; chosen by the
#: stability table of docs/shapley.md.
BACKGROUND = 200


def _silent(_what: str, _share: float) -> None:
    """Report no progress."""


def train(
    product: Product | str | Path,
    data: Any,
    *,
    target: str | None = None,
    seed: int = 0,
    search: SearchSettings | int | None = None,
    challenger: Family | None = None,
    register: bool = True,
    store: Store | None = None,
    source: str | Path | None = None,
    progress: Progress = _silent,
) -> TrainingResult:
    """Train both models of a product on a table, compare them out of time, and register a bundle.

    ``product`` is a `Product`, its folder or its name; ``data`` a file, or any frame that
    `as_frame` takes (polars, pandas, pyarrow), with every declared column. ``target`` takes the
    place of the declared outcome: a column of 0 (good), 1 (bad) and null (not known) with role
    outcome. ``seed`` fixes folds, booster, search and background. With ``register`` the bundle is
    logged to MLflow (``store``, by default the project's) and registered under the product's name;
    unless a ``target`` was given, the product's first version becomes champion and a later one
    challenger, which `promote` can make champion. ``source`` says there where a frame came from; of
    a file its path inside the project is told, or else its name. A fit that fails leaves a failed
    run. ``progress(what, share)`` is called as work goes on.

    ``search`` looks for the boosted model's settings first (`SearchSettings`, or a number of
    trials), on folds in the order of time inside the in-time window; what it finds takes the place
    of ``models.boosted`` of the policy for this training, and the notes say so. ``challenger``
    ("ebm" or "random_forest") names a model of another family to compare with. It, and the free
    twin of a boosted model with limited ``interactions``, stand in ``table`` and `notes`, never in
    the bundle.

    Raises `LeakError` when a feature reads a column that is not for scoring, `TableError` and
    `ProductError` for data or declarations that cannot be used, `InputError` for what is no table.
    """
    if not isinstance(product, Product):
        product = load_product(product)
    policy = trainable_policy(product, target)
    if isinstance(data, (str, os.PathLike)):
        progress("reading the table", 0.0)
        table = read_table(Path(data), product.columns)
    else:
        table = as_frame(data, product.columns)
    progress("checking the table", 0.0)
    if target is not None:
        check_binary(table, target)
    wanted = SearchSettings.of(search)
    rivals(product, policy, challenger, seed=seed)  # refused before any work, where it must be
    sample = draw_sample(product, policy, table)
    fit = partial(
        _fit, product, policy, sample, wanted, challenger, target=target, seed=seed,
        progress=progress,
    )  # fmt: skip
    if not register:
        return fit()
    progress("opening MLflow", 0.0)
    from scorecard.tracking.store import Store
    from scorecard.training.logbook import log_training

    store = Store() if store is None else store
    if source is None:
        source = Path(data) if isinstance(data, (str, os.PathLike)) else "a table in memory"
    about = EXPERIMENT.format(name=product.name)
    with store.run(product.name, f"train {product.name}", about=about) as run:
        result = fit()
        progress("logging to MLflow", 0.0)
        return log_training(
            store, run, product, policy, result, source=source, seed=seed, progress=progress
        )


def _fit(
    product: Product,
    policy: Policy,
    sample: Sample,
    wanted: SearchSettings | None,
    challenger: Family | None,
    *,
    target: str | None,
    seed: int,
    progress: Progress,
) -> TrainingResult:
    """Search where wanted, fit, compare and seal the bundle."""
    found = None
    if wanted is not None:
        found = search_boosted(
            product, policy, sample.in_time, wanted, seed=seed, progress=progress
        )
        policy = found.applied(policy)
    models = fit_models(product, policy, sample.in_time, seed=seed, progress=progress)
    against = rivals(product, policy, challenger, seed=seed)
    others = fit_rivals(against, policy, sample.in_time, seed=seed, progress=progress)
    progress("comparing out of time", 0.0)
    compared = comparison.compare((*models, *others), sample, policy)
    answers = comparison.answering(compared, policy)
    strength = comparison.power(product.features, sample.in_time, _information(models[0]))
    grades = grade_table(models, sample, policy)
    own = compared.filter(pl.col("model").is_in([model.name for model in models]))
    notes = comparison.notes(sample, own, strength, policy, answers, grades=grades)
    notes += rival_notes(against, compared, policy)
    if (slow := depth_note(models[1].estimator.model_)) is not None:
        notes.append(slow)
    if found is not None:
        notes.insert(0, found.note)
    if target is not None:
        notes.insert(0, target_note(Policy.parse(product.policy), target))
    return TrainingResult(
        product=product.name,
        answering=answers,
        table=compared,
        power=strength,
        grades=grades,
        cycle=cycle_table(models, sample, policy),
        notes=tuple(notes),
        sample=sample,
        models={model.name: model for model in models},
        bundle=_bundle(product, policy, models, sample, answers=answers, seed=seed),
        target=target,
        search=found,
        challengers={other.name: other for other in others},
    )


def _information(scorecard: Fitted) -> pl.DataFrame:
    estimator = scorecard.estimator
    assert isinstance(estimator, ScorecardClassifier)
    binner = estimator.binner_
    names = list(binner.bins_)
    ivs = [binner.binning_table(name)["iv"][-1] for name in names]
    return pl.DataFrame({"feature": names, "iv": ivs})


def _bundle(
    product: Product,
    policy: Policy,
    models: tuple[Fitted, Fitted],
    sample: Sample,
    *,
    answers: str,
    seed: int,
) -> Bundle:
    values = {model.name: frozen(model) for model in models}
    card, booster = values["scorecard"], values["boosted"]
    assert isinstance(card, Scorecard)
    assert isinstance(booster, BoostedModel)
    part = sample.in_time
    # Drawn by weight, so that the reference of an explanation is the population, not the sample.
    rng = np.random.default_rng(seed)
    chosen = rng.choice(
        len(part), size=min(BACKGROUND, len(part)), replace=False, p=part.weight / part.weight.sum()
    )
    background = io.BytesIO()
    part.features[np.sort(chosen)].write_parquet(background)
    declaration = product.to_dict()
    del declaration["policy"]
    files = {
        "product.json": encode_json(declaration),
        "policy.json": encode_json(policy.model_dump()),
        "scorecard.json": encode_json(card.to_dict()),
        "booster.ubj": booster.to_bytes(),
        "calibration.json": encode_json({m.name: m.calibration.to_dict() for m in models}),
        "grades.json": encode_json(MasterScale.geometric(**policy.grades.model_dump()).to_dict()),
        "background.parquet": background.getvalue(),
        "reference.json": encode_json(
            Reference.of(
                product.features,
                part.features,
                part.weight,
                merge_correlation=policy.reasons.merge_correlation,
            ).to_dict()
        ),
        "baseline.json": encode_json(baseline(product, policy, models, sample, answers).to_dict()),
        "recourse.json": encode_json(
            Spreads.measure(
                part.table.select(c.name for c in product.columns if c.change is not None),
                part.weight,
                product.columns,
            ).to_dict()
        ),
    }
    about = {
        "product": product.name,
        "answering": answers,
        "feature_hash": product.features.hash,
        "policy_version": policy.version,
        "data_sha256": sample.fingerprint,
        "in_time": [part.first, part.last],
        "seed": seed,
    }
    return Bundle.seal(files, about)
