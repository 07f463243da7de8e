"""Evidence with a fault in it, for the tests of sections."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl

import scorecard as sc
from scorecard.policy import Policy
from scorecard.rating import Bundle, Rater
from scorecard.rating.bundle import encode_json
from scorecard.sample import draw_judged
from scorecard.validation.evidence import Evidence
from scorecard.validation.light import Light
from scorecard.validation.section import Section
from scorecard.validation.sections import (
    explanation,
    fairness,
    leakage,
    monotonicity,
    sensitivity,
)
from scorecard.validation.validator import _rated

FIVE: dict[str, Callable[[Evidence], Section]] = {
    "monotonicity": monotonicity.section,
    "explanation": explanation.section,
    "leakage": leakage.section,
    "sensitivity": sensitivity.section,
    "fairness": fairness.section,
}


def evidence(bundle: Bundle, table: pl.DataFrame, *, rater: Rater | None = None) -> Evidence:
    """Gather what the sections read, as a validation does."""
    rater = Rater(bundle) if rater is None else rater
    policy = Policy.parse(rater.product.policy)
    sample = draw_judged(rater.product, policy, table)
    early = None if sample.early is None else _rated(rater, sample.early)
    judged = _rated(rater, sample.judged)
    return Evidence(bundle, rater, policy, sample, judged, early)


def reds(given: Evidence) -> set[str]:
    """Return which of the five sections turn red."""
    return {key for key, section in FIVE.items() if section(given).light is Light.RED}


def forged(bundle: Bundle, name: str, change: Callable[[dict[str, Any]], None]) -> Bundle:
    """Seal a bundle one of whose files was changed by hand."""
    data = copy.deepcopy(bundle.json(name))
    change(data)
    return Bundle.seal({**bundle.files, name: encode_json(data)}, bundle.manifest)


def with_rules(bundle: Bundle, **rules: Mapping[str, Any]) -> Bundle:
    """Seal a bundle whose policy has other fairness rules."""
    return forged(
        bundle, "policy.json", lambda policy: policy["validation"]["fairness"].update(rules)
    )


def judged_rows(table: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which rows (n,) are out of time."""
    return (table["as_of_date"].dt.year() == 2024).to_numpy()


def draw(product: sc.Product, seed: int, rows: int = 5_000) -> pl.DataFrame:
    """Return a clean portfolio."""
    return sc.simulate(product, rows, seed)
