"""What a bundle keeps of its training rows, for validations to come."""

from __future__ import annotations

from scorecard import metrics
from scorecard.contract import Product
from scorecard.logodds import Floats
from scorecard.models.master_scale import MasterScale
from scorecard.models.scorecard import Scorecard
from scorecard.policy import Policy
from scorecard.rating.baseline import Baseline, KnownArea
from scorecard.sample import Part, Sample
from scorecard.training.comparison import IN_TIME, OUT_OF_TIME
from scorecard.training.fit import Fitted, frozen


def baseline(
    product: Product,
    policy: Policy,
    models: tuple[Fitted, Fitted],
    sample: Sample,
    answers: str,
) -> Baseline:
    """Freeze the in-time rows as the answering model rates them, and how well both ranked.

    In time the AUC is cross-fitted, out of time the final model's.
    """
    part = sample.in_time
    answering = next(model for model in models if model.name == answers)
    card = frozen(next(model for model in models if model.name == "scorecard"))
    assert isinstance(card, Scorecard)
    margin = answering.margin(part.features)
    scale = MasterScale.geometric(**policy.grades.model_dump())
    return Baseline.of(
        product.features,
        part.features,
        part.weight,
        score=card.offset - card.factor * margin,
        grade=scale.index(answering.calibration.log_odds(margin)),
        grades=len(scale.labels),
        areas={
            model.name: {
                IN_TIME: _area(part, model.cross_margin),
                OUT_OF_TIME: _area(sample.out_of_time, model.margin(sample.out_of_time.features)),
            }
            for model in models
        },
    )


def _area(part: Part, margin: Floats) -> KnownArea:
    found = metrics.delong(part.y, margin, part.weight)
    return KnownArea(float(found), found.standard_error or 0.0)
