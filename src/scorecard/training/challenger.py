"""Models that are fitted only to be compared with: another family, and the free twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import polars as pl

from scorecard.contract import Product
from scorecard.errors import InputError
from scorecard.models.boosted_classifier import BoostedClassifier
from scorecard.policy import Policy
from scorecard.sample import Part
from scorecard.training.comparison import IN_TIME, OUT_OF_TIME, value
from scorecard.training.families import ExplainableBoosting, MonotoneForest
from scorecard.training.fit import Fitted, Progress, fit_and_calibrate

Family: TypeAlias = Literal["ebm", "random_forest"]

FAMILIES: dict[str, tuple[str, Callable[..., Any]]] = {
    "ebm": ("explainable boosting machine", ExplainableBoosting),
    "random_forest": ("random forest", MonotoneForest),
}

#: The boosted model with the same settings and no limit on interactions.
TWIN = "boosted_free"


@dataclass(frozen=True)
class Rival:
    """A model to compare with: its name, what it is called, and how to make one."""

    name: str
    called: str
    make: Callable[[], Any]


def rivals(
    product: Product, policy: Policy, challenger: Family | None, *, seed: int
) -> tuple[Rival, ...]:
    """Return the challenger asked for, and the free twin where ``interactions`` is limited.

    Raises `InputError` for a family that is none of `FAMILIES` or not installed.
    """
    found = []
    trends = product.features.trends()
    settings = policy.models.boosted
    if settings.get("interactions") is not None:
        free = {**settings, "interactions": None}

        def twin() -> BoostedClassifier:
            return BoostedClassifier(trend=trends, random_state=seed, **free)

        found.append(Rival(TWIN, "boosted model without a limit on interactions", twin))
    if challenger is not None:
        if challenger not in FAMILIES:
            raise InputError(
                f"challenger must be one of {', '.join(FAMILIES)}; got {challenger!r}."
            )
        called, family = FAMILIES[challenger]
        family(trends, random_state=seed).require()

        def other() -> Any:
            return family(trends, random_state=seed)

        found.append(Rival(challenger, called, other))
    return tuple(found)


def fit_rivals(
    many: Sequence[Rival], policy: Policy, part: Part, *, seed: int, progress: Progress
) -> tuple[Fitted, ...]:
    """Fit, cross-fit and calibrate each on the in-time rows, as the product's models are."""
    return tuple(
        fit_and_calibrate(each.name, each.make, policy, part, seed=seed, progress=progress)
        for each in many
    )


def rival_notes(many: Sequence[Rival], table: pl.DataFrame, policy: Policy) -> list[str]:
    """Return what each rival's numbers mean for the product's models, in sentences."""
    said = []
    for each in many:
        late, early = (
            (value(table, each.name, window, "auc"), value(table, "boosted", window, "auc"))
            for window in (OUT_OF_TIME, IN_TIME)
        )
        if each.name == TWIN:
            said.append(
                f"INTERACTIONS are limited ({_limit(policy.models.boosted['interactions'])}). "
                f"Limiting interactions costs {late[0] - late[1]:+.4f} AUC out of time "
                f"({late[1]:.4f} against {late[0]:.4f} of the same settings set free) and "
                f"{early[0] - early[1]:+.4f} in time ({early[1]:.4f} against {early[0]:.4f})."
            )
            continue
        said.append(
            f"CHALLENGER: the {each.called} ({each.name}) reaches AUC {late[0]:.4f} out of time "
            f"against {late[1]:.4f} of the boosted model ({late[0] - late[1]:+.4f}) and "
            f"{early[0]:.4f} against {early[1]:.4f} in time. It is compared only: it is in no "
            "bundle and never answers."
        )
    return said


def _limit(interactions: Any) -> str:
    if isinstance(interactions, int):
        return f"at most {interactions} feature(s) on a path"
    return "only within " + ", ".join(" × ".join(group) for group in interactions)
