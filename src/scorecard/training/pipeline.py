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
from scorecard.explain.reference import Reference
from scorecard.models.boosted import BoostedModel
from scorecard.models.master_scale import MasterScale
from scorecard.models.scorecard import Scorecard
from scorecard.models.scorecard_classifier import ScorecardClassifier
from scorecard.policy import Policy
from scorecard.rating import Bundle
from scorecard.rating.bundle import encode_json
from scorecard.recourse import Spreads
from scorecard.sample import Part, Sample, draw_sample
from scorecard.training import comparison, plots
from scorecard.training.baseline import baseline
from scorecard.training.challenger import Family, fit_rivals, rival_notes, rivals
from scorecard.training.cohorts import cycle_table
from scorecard.training.declaration import trainable_policy
from scorecard.training.fit import Fitted, Progress, fit_models, frozen
from scorecard.training.grades import grade_table
from scorecard.training.result import TrainingResult
from scorecard.training.search import SearchSettings, search_boosted
from scorecard.training.target import check_binary, target_note

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from scorecard.tracking.store import Store

#: Rows of the frozen background that boosted explanations are measured against; chosen by the
#: stability table of docs/shapley.md.
BACKGROUND = 200

#: Features whose dependence is drawn for MLflow, those that move the answering model most.
DEPENDENCES = 4


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
    progress: Progress = _silent,
) -> TrainingResult:
    """Train both models of a product on a table, compare them out of time, and register a bundle.

    ``product`` is a `Product`, its folder or its name; ``data`` a file, or any frame that
    `as_frame` takes (polars, pandas, pyarrow), with every declared column. ``target`` takes the
    place of the declared outcome: a column of 0 (good), 1 (bad) and null (not known) with role
    outcome. ``seed`` fixes folds, booster, search and background. With ``register`` the bundle is
    logged to MLflow (``store``, by default the project's), registered under the product's name and,
    unless a ``target`` was given, made champion. ``progress(what, share)`` is called as work goes
    on.

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
    result = TrainingResult(
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
    if not register:
        return result
    progress("logging to MLflow", 0.0)
    return _log(product, policy, result, store, seed=seed, progress=progress)


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


def _log(
    product: Product,
    policy: Policy,
    result: TrainingResult,
    store: Store | None,
    *,
    seed: int,
    progress: Progress,
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
                    for name, model in {**result.models, **result.challengers}.items()
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
            ("grades", result.grades),
            ("cycle", result.cycle),
            ("calibrations", result.calibrations),
            ("scorecard", result.models["scorecard"].estimator.table()),
        ):
            run.text(frame.write_csv(), f"tables/{name}.csv")
        if result.search is not None:
            progress("logging the search", 0.0)
            result.search.log(run)
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
        for name in (
            "auc",
            "gini",
            "ks",
            "brier",
            "mean_pd",
            "bad_rate",
            "calibration_intercept",
            "calibration_slope",
        )
        if row[name] is not None
    }


def _figures(result: TrainingResult) -> list[tuple[str, Figure]]:
    late = result.sample.out_of_time
    pds = {name: model.pd(late.features) for name, model in result.models.items()}
    card = frozen(result.models["scorecard"])
    assert isinstance(card, Scorecard)
    title = f"{result.product}, out of time"
    explained = result.explained()
    strongest = explained.importance()["name"].head(DEPENDENCES)
    return [
        ("roc", plots.roc_figure(pds, late, title)),
        ("calibration", plots.calibration_figure(pds, late, title)),
        ("grades", plots.grades_figure(result.grades, result.answering, title)),
        ("score", plots.score_figure(card.score(card.points(late.features)), late, title)),
        ("information_value", plots.power_figure(result.power, f"{result.product}, in time")),
        ("importance", explained.importance_figure()),
        ("importance_of_reasons", explained.importance_figure("reason")),
        *((f"dependence_{name}", explained.dependence_figure(name)) for name in strongest),
    ]
