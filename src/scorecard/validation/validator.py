"""From a model and a table to a report."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from scorecard.contract import as_frame, read_table
from scorecard.errors import InputError
from scorecard.policy import Policy
from scorecard.rating import Bundle, Rater
from scorecard.sample import Part, draw_judged
from scorecard.validation.evidence import Evidence, Rated
from scorecard.validation.report import ValidationReport
from scorecard.validation.sections import SECTIONS

Progress = Callable[[str, float], None]


def _silent(_what: str, _share: float) -> None:
    """Report no progress."""


def validate(
    model: Bundle | str | Path,
    data: Any,
    *,
    window: str | None = None,
    champion: Bundle | str | Path | None = None,
    seed: int = 0,
    progress: Progress = _silent,
) -> ValidationReport:
    """Validate a model on a table with known outcomes, by the rules of its own ``policy.yaml``.

    ``model`` is a bundle, its folder, or ``models:/NAME@ALIAS``; ``data`` a file or a frame
    (polars, pandas, pyarrow) of the product's columns, outcome included. Judged are the rows of
    ``window`` (a SQL condition), by default the product's out-of-time rows, or all rows that are
    not in time where a table has none. ``champion`` is another model to compare with on the same
    rows. ``progress(what, share)`` is called as work goes on.

    Raises `InputError` for what is no model or no table, `BundleError` for a damaged bundle and
    `TableError` for a table that cannot be judged.
    """
    progress("loading the model", 0.0)
    bundle, version = _bundle(model)
    rater = Rater(bundle, version=version)
    policy = Policy.parse(rater.product.policy)
    product = rater.product
    progress("reading the table", 0.0)
    if isinstance(data, (str, Path)):
        table = read_table(Path(data), product.columns)
    else:
        table = as_frame(data, product.columns)
    progress("checking the table", 0.0)
    sample = draw_judged(product, policy, table, window=window)
    progress("rating", 0.0)
    judged = _rated(rater, sample.judged)
    progress("rating", 0.4)
    early = None if sample.early is None else _rated(rater, sample.early)
    other = other_name = None
    progress("rating", 0.8)
    if champion is not None:
        rival_bundle, rival_version = _bundle(champion)
        rival = Rater(rival_bundle, version=rival_version)
        other = _other(rival, rater, sample.judged)
        other_name = f"{rival.model.name} version {rival.model.version or 'unregistered'}"
    evidence = Evidence(
        bundle=bundle,
        rater=rater,
        policy=policy,
        sample=sample,
        judged=judged,
        early=early,
        other=other,
        other_name=other_name,
        seed=seed,
    )
    sections = []
    # One thread each: beside other programs, threads that wait for each other cost more than help.
    with threadpool_limits(1, user_api="openmp"):
        for k, section in enumerate(SECTIONS):
            progress("validating", k / len(SECTIONS))
            sections.append(section(evidence))
    progress("validating", 1.0)
    return ValidationReport(_about(evidence), tuple(sections))


def _bundle(model: Bundle | str | Path) -> tuple[Bundle, str | None]:
    if isinstance(model, Bundle):
        return model, None
    if not isinstance(model, str | os.PathLike):
        raise InputError(
            "model must be a bundle, its folder or models:/NAME@ALIAS, since a report needs the "
            f"product and its policy; got {type(model).__name__}. Train with scorecard train, or "
            "measure an estimator with scorecard.metrics."
        )
    if str(model).startswith("models:/"):
        from scorecard.tracking.address import resolve

        found = resolve(str(model))
        return Bundle.read(found.folder, sha256=found.sha256), found.version
    return Bundle.read(model), None


def _rated(rater: Rater, part: Part) -> Rated:
    return Rated(part, rater.answers(part.features))


def _other(rival: Rater, rater: Rater, part: Part) -> Rated:
    """Rate the judged rows with another bundle, by its own features."""
    if rival.product.name != rater.product.name:
        raise InputError(
            f"The champion must be of the same product; got {rival.product.name} for "
            f"{rater.product.name}."
        )
    return Rated(part, rival.answers(rival.features.evaluate(part.table)))


def _about(evidence: Evidence) -> dict[str, Any]:
    import importlib.metadata as installed

    rater, sample, policy = evidence.rater, evidence.sample, evidence.policy
    judged = evidence.judged
    return {
        "product": rater.product.name,
        "title": {"zh": policy.product.zh, "en": policy.product.en},
        "model": {
            "name": rater.model.name,
            "version": rater.model.version,
            "sha256": rater.model.sha256,
            "answering": rater.answering,
            "feature_hash": rater.features.hash,
        },
        "policy_version": policy.version,
        "trained_on": {
            "data_sha256": evidence.bundle.manifest.get("data_sha256"),
            "in_time": evidence.bundle.manifest.get("in_time"),
        },
        "data": {
            "sha256": sample.fingerprint,
            "window": sample.window,
            "first": judged.part.first,
            "last": judged.part.last,
            "rows": len(judged),
            "bads": int(judged.y.sum()),
            "weight": float(judged.weight.sum()),
            "bad_rate": judged.part.bad_rate,
            "mean_pd": float((judged.pd * judged.weight).sum() / judged.weight.sum()),
        },
        "champion": evidence.other_name,
        "alpha": evidence.rules.alpha,
        "rules_source": evidence.rules.source,
        "rules": evidence.rules.model_dump(exclude={"source", "alpha"}),
        "labels": _labels(evidence),
        "versions": {
            "python": platform.python_version(),
            **{name: installed.version(name) for name in ("polars", "numpy", "scikit-learn")},
        },
        "seed": evidence.seed,
    }


def _labels(evidence: Evidence) -> dict[str, dict[str, str]]:
    """Return what people call features, columns that divide rows into groups, and exclusions.

    An exclusion goes by its English reason, as `Steps` counts it.
    """
    product, rules = evidence.rater.product, evidence.rules
    divide = {*rules.discrimination.segments, *rules.fairness.groups}
    columns = [(c.name, c.zh, c.en) for c in product.columns if c.name in divide]
    features = [(f.name, f.zh, f.en) for f in product.features.features]
    labels = {name: {"zh": zh, "en": en} for name, zh, en in (*columns, *features)}
    for each in evidence.policy.population.exclusions:
        labels.setdefault(each.reason_en, {"zh": each.reason_zh, "en": each.reason_en})
    return labels
