"""From a product and a table to a registered bundle."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from scorecard.contract import Product, as_frame, load_product, read_table
from scorecard.explain.explainer import depth_note
from scorecard.models.boosted import BoostedModel
from scorecard.models.master_scale import MasterScale
from scorecard.models.scorecard import Scorecard
from scorecard.models.scorecard_classifier import ScorecardClassifier
from scorecard.policy import Policy
from scorecard.rating import Bundle
from scorecard.rating.bundle import encode_json
from scorecard.training import comparison, plots
from scorecard.training.declaration import trainable_policy
from scorecard.training.fit import Fitted, Progress, fit_models, frozen
from scorecard.training.result import TrainingResult
from scorecard.training.sample import Part, Sample, draw_sample
from scorecard.training.target import check_binary, target_note

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
    register: bool = True,
    store: Store | None = None,
    progress: Progress = _silent,
) -> TrainingResult:
    """Train both models of a product on a table, compare them out of time, and register a bundle.

    ``product`` is a `Product`, its folder or its name; ``data`` a file, or any frame that
    `as_frame` takes (polars, pandas, pyarrow), with every declared column. ``target`` takes the
    place of the declared outcome: a column of 0 (good), 1 (bad) and null (not known) with role
    outcome. ``seed`` fixes folds, booster and background. With ``register`` the bundle is logged to
    MLflow (``store``, by default the project's), registered under the product's name and, unless a
    ``target`` was given, made champion. ``progress(what, share)`` is called as work goes on.

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
    sample = draw_sample(product, policy, table)
    models = fit_models(product, policy, sample.in_time, seed=seed, progress=progress)
    progress("comparing out of time", 0.0)
    compared = comparison.compare(models, sample)
    answers = comparison.answering(compared, policy)
    strength = comparison.power(product.features, sample.in_time, _information(models[0]))
    notes = comparison.notes(sample, compared, strength, policy, answers)
    if (slow := depth_note(models[1].estimator.model_)) is not None:
        notes.append(slow)
    if target is not None:
        notes.insert(0, target_note(Policy.parse(product.policy), target))
    result = TrainingResult(
        product=product.name,
        answering=answers,
        table=compared,
        power=strength,
        notes=tuple(notes),
        sample=sample,
        models={model.name: model for model in models},
        bundle=_bundle(product, policy, models, sample, answers=answers, seed=seed),
        target=target,
    )
    if not register:
        return result
    progress("logging to MLflow", 0.0)
    return _log(product, policy, result, store, seed=seed)


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


def _log(
    product: Product, policy: Policy, result: TrainingResult, store: Store | None, *, seed: int
) -> TrainingResult:
    from dataclasses import replace

    from scorecard.tracking.store import Store, scratch

    store = Store() if store is None else store
    sample = result.sample
    aim = {} if result.target is None else {"target": result.target}
    with store.run(product.name, f"train {product.name}") as run, scratch() as folder:
        run.params(
            {
                "product": product.name,
                "seed": seed,
                "features": len(product.features),
                "in_time": _span(sample.in_time),
                "out_of_time": _span(sample.out_of_time),
                "central_tendency": policy.calibration.central_tendency,
                "policy_version": policy.version,
                **{
                    f"{name}.{key}": str(value)
                    for name, model in result.models.items()
                    for key, value in model.estimator.get_params().items()
                    if key not in ("trend", "special_values")
                },
            }
        )
        run.metrics(_flat(result.table))
        run.tags(
            {
                "product": product.name,
                "answering": result.answering,
                "bundle_sha256": result.bundle.sha256,
                "feature_hash": product.features.hash,
                "data_sha256": sample.fingerprint,
                "purged": "unpurged" if sample.purged is None else "purged",
                **aim,
            }
        )
        run.dataset(
            sample.in_time.features, name=product.name, digest=sample.fingerprint, context="train"
        )
        for name, figure in _figures(result):
            run.figure(figure, f"plots/{name}.png")
        run.text("\n\n".join(result.notes), "notes.md")
        for name, frame in (
            ("comparison", result.table),
            ("power", result.power),
            ("steps", result.steps),
            ("scorecard", result.models["scorecard"].estimator.table()),
        ):
            run.text(frame.write_csv(), f"tables/{name}.csv")
        version = run.bundle(
            result.write(folder / "bundle"),
            name=product.name,
            tags={"bundle_sha256": result.bundle.sha256, "answering": result.answering, **aim},
        )
        # The product's champion answers for the declared outcome, never for another one.
        champion = result.target is None
        if champion:
            store.set_champion(product.name, version)
        return replace(result, version=version, run_id=run.id, champion=champion)


def _span(part: Part) -> str:
    return "undated" if part.first is None else f"{part.first} to {part.last}"


def _flat(table: pl.DataFrame) -> dict[str, float]:
    return {
        f"{row['model']}.{row['window'].replace(' ', '_')}.{name}": float(row[name])
        for row in table.iter_rows(named=True)
        for name in ("auc", "gini", "ks", "brier", "mean_pd", "bad_rate")
    }


def _figures(result: TrainingResult) -> list[tuple[str, Figure]]:
    late = result.sample.out_of_time
    pds = {name: model.pd(late.features) for name, model in result.models.items()}
    card = frozen(result.models["scorecard"])
    assert isinstance(card, Scorecard)
    title = f"{result.product}, out of time"
    return [
        ("roc", plots.roc_figure(pds, late, title)),
        ("calibration", plots.calibration_figure(pds, late, title)),
        ("score", plots.score_figure(card.score(card.points(late.features)), late, title)),
        ("information_value", plots.power_figure(result.power, f"{result.product}, in time")),
    ]
