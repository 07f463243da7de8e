"""What a training leaves in MLflow: its data, numbers, pictures, tables, models and bundle."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.contract import Product
from scorecard.home import project_root
from scorecard.models.scorecard import Scorecard
from scorecard.policy import Policy
from scorecard.sample import Part, fingerprint
from scorecard.training import plots
from scorecard.training.comparison import IN_TIME, OUT_OF_TIME
from scorecard.training.fit import Fitted, Progress, frozen
from scorecard.training.result import TrainingResult
from scorecard.training.summary import PRODUCT, in_full, in_short, span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from scorecard.tracking.dataset import DataSet
    from scorecard.tracking.run import Run
    from scorecard.tracking.store import Store

#: Features whose dependence is drawn for MLflow, those that move the answering model most.
DEPENDENCES = 4

METRICS = (
    "auc", "gini", "ks", "brier", "mean_pd", "bad_rate", "calibration_intercept",
    "calibration_slope",
)  # fmt: skip

#: Parameters that are no setting, or say the same as one of the training's own.
UNTOLD = ("trend", "special_values", "random_state")


def log_training(
    store: Store,
    run: Run,
    product: Product,
    policy: Policy,
    result: TrainingResult,
    *,
    source: str | Path,
    seed: int,
    progress: Progress,
) -> TrainingResult:
    """Log ``result`` to ``run``, register its bundle, and return it with version and run."""
    from scorecard.tracking.registry import Registry

    sample = result.sample
    told = _source(source)
    run.describe(in_full(result, told))
    run.params(
        {
            "seed": seed,
            "features": len(product.features),
            "in_time": span(sample.in_time),
            "out_of_time": span(sample.out_of_time),
            "central_tendency": policy.calibration.central_tendency,
            "policy_version": policy.version,
        }
    )
    found = {
        "answering": result.answering,
        "bundle_sha256": result.bundle.sha256,
        "feature_hash": product.features.hash,
        "data_sha256": sample.fingerprint,
        **({} if result.target is None else {"target": result.target}),
    }
    run.tags(
        {
            "kind": "training",
            "product": product.name,
            **found,
            "purged": str(sample.purged is not None).lower(),
        }
    )
    data = {}
    for window, part in ((IN_TIME, sample.in_time), (OUT_OF_TIME, sample.out_of_time)):
        data[window] = _data_set(f"{product.name} {window}", part, told, isinstance(source, Path))
        run.dataset(data[window], "train" if part is sample.in_time else "test")
    for name, figure in _figures(result):
        run.figure(figure, f"plots/{name}.png")
    run.text("\n\n".join(result.notes), "notes.md")
    for name, frame in _tables(result).items():
        run.table(frame, f"tables/{name}.csv")
    if result.search is not None:
        progress("logging the search", 0.0)
        result.search.log(run, product.name)
    # Last, so that a version stands for a page that is complete.
    with tempfile.TemporaryDirectory() as folder:
        registered = run.bundle(
            result.write(Path(folder) / "bundle"),
            name=product.name,
            tags=found,
            columns=product.columns,
            example=sample.typical,
            description=f"{in_short(result)} {len(result.notes)} notes stand on the run's page.",
            about=PRODUCT.format(name=product.name),
        )
    run.rename(f"train {product.name} v{registered.version}")
    _log_models(run, product, result, data, registered.model)
    # A product's aliases answer for the declared outcome, never for another one.
    champion = result.target is None and Registry(store).introduce(
        product.name,
        registered.version,
        sha256=result.bundle.sha256,
        policy_version=policy.version,
        data_sha256=sample.fingerprint,
    )
    return replace(result, version=registered.version, run_id=run.id, champion=champion)


def _log_models(
    run: Run, product: Product, result: TrainingResult, data: dict[str, DataSet], logged: str
) -> None:
    """Log every model as a run of its own, and to ``run`` the numbers of the one that answers."""
    for name, model in {**result.models, **result.challengers}.items():
        with run.child(name) as child:
            child.params(_settings(model))
            role = "challenger" if name in result.challengers else "second opinion"
            answers = name == result.answering
            child.tags(
                {
                    "kind": "model",
                    "product": product.name,
                    "model": name,
                    "role": "answering" if answers else role,
                }
            )
            for window, found in reversed(data.items()):
                numbers = _numbers(result.table, name, window)
                child.metrics(numbers, data=found)
                if answers:
                    run.metrics(numbers, data=found, model=logged)
                auc = f"{_key(window)}.auc"
                run.metrics({f"{name}.{auc}": numbers[auc]}, data=found, model=logged)


def _settings(model: Fitted) -> dict[str, Any]:
    settings = model.estimator.get_params()
    return {k: v for k, v in settings.items() if k not in UNTOLD and v is not None}


def _numbers(table: pl.DataFrame, model: str, window: str) -> dict[str, float]:
    row = table.row(
        by_predicate=(pl.col("model") == model) & (pl.col("window") == window), named=True
    )
    return {f"{_key(window)}.{n}": float(row[n]) for n in METRICS if row[n] is not None}


def _key(window: str) -> str:
    return window.replace(" ", "_")


def _source(source: str | Path) -> str:
    """Return where the rows came from: a file's path inside the project, else its name alone."""
    if isinstance(source, str):
        return source
    path, root = source.resolve(), project_root().resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _data_set(name: str, part: Part, source: str, file: bool) -> DataSet:
    from scorecard.tracking.dataset import DataSet

    frame = part.features.hstack([pl.Series("", part.y), pl.Series(" ", part.weight)])
    return DataSet(
        name=name,
        digest=fingerprint(frame),
        source=source,
        file=file,
        schema=part.features.schema,
        profile={
            "num_rows": len(part),
            "num_elements": part.features.height * part.features.width,
            "bads": int(part.y.sum()),
            "first": part.first,
            "last": part.last,
        },
    )


def _tables(result: TrainingResult) -> dict[str, pl.DataFrame]:
    return {
        "comparison": result.table,
        "power": result.power,
        "steps": result.steps,
        "grades": result.grades,
        "cycle": result.cycle,
        "calibrations": result.calibrations,
        "scorecard": result.models["scorecard"].estimator.table(),
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
